"""The documents behind the figures: instalments, post-dated payments, the pitfalls of aging, and a budget of queries."""

from datetime import timedelta

import pytest

from receivables.models import Audit
from receivables.rules.aging import Buckets
from receivables.rules.money import format_plain
from receivables.rules.term_presets import PRESETS
from receivables.services import adjustments, disputes
from reports import aging, aging_items
from reports.aging_items import Figure
from tests.fixtures.world import DAY_0

ON = DAY_0 + timedelta(days=120)
DAYS = timedelta(days=1)


@pytest.fixture
def found(world):
    """The items of a figure; asserts that they sum to it."""
    user = world.user("cfo")

    def items(as_of=ON, column="net", key="", currency="EUR", known_at=None, **options):
        question = aging.Question(
            as_of=as_of, known_at=known_at, user=user, buckets=options.pop("buckets", Buckets.default()),
            currency=currency, **options,
        )  # fmt: skip
        answer = aging_items.found(question, Figure(key, currency, column))
        assert answer.holds, (answer.total, answer.figure)
        return answer

    return items


def opened(answer):
    return [format_plain(item.opened, item.currency) for item in answer.items]


def test_AG_01_A6_a_row_for_each_instalment_and_what_a_payment_leaves(world, found):
    invoice = world.issue("acme", "100.00", on=DAY_0, terms=PRESETS["30/50/20"].to_json())
    answer = found(as_of=DAY_0 + 45 * DAYS)
    assert opened(answer) == ["30.00", "50.00", "20.00"]
    assert [(item.instalment, item.bucket) for item in answer.items] == [
        ("1/3", "1-30"),
        ("2/3", "not_due"),
        ("3/3", "not_due"),
    ]
    world.apply(world.receive("acme", "40.00", on=DAY_0), invoice, "40.00", on=DAY_0)
    answer = found(as_of=DAY_0 + 45 * DAYS)
    assert [(format_plain(i.paid, "EUR"), format_plain(i.opened, "EUR")) for i in answer.items] == [
        ("10.00", "40.00"),
        ("0.00", "20.00"),
    ]


def test_AG_11_pitfall_89_a_post_dated_payment_is_shown_and_not_as_paid(world, found):
    invoice = world.issue("acme", "100.00", due_on=ON)
    world.apply(world.receive("acme", "100.00", on=ON + 5 * DAYS), invoice, "100.00", on=ON + 5 * DAYS)
    (item,) = found().items
    assert (item.opened, item.future, item.left_after) == (10000, 10000, 0)
    assert found(as_of=ON + 5 * DAYS).items == ()


def test_AG_12_what_a_post_dated_payment_has_too_much_stands_beside_the_sum(world, found):
    invoice = world.issue("acme", "100.00", due_on=ON)
    world.apply(world.receive("acme", "110.00", on=ON + 5 * DAYS), invoice, "100.00", on=ON + 5 * DAYS)
    answer = found(key=invoice.customer_id)
    assert (answer.items[0].opened, answer.items[0].future, answer.items[0].left_after) == (10000, 10000, 0)
    assert [(item.opened, item.amount) for item in answer.later_credits] == [(-1000, -11000)]
    assert answer.total == 10000


@pytest.mark.parametrize(
    ("late", "bucket"),
    [
        (-32, "..-31"),
        (-31, "-31..-9"),
        (-8, "-8..-1"),
        (0, "today"),
        (7, "1-7"),
        (8, "8-30"),
        (31, "31-60"),
        (90, "61-90"),
        (91, "90+"),
    ],
)
def test_AG_31_days_due_and_days_late_mirror_each_other(world, found, late, bucket):
    world.issue("acme", "5.00", on=DAY_0, due_on=ON - late * DAYS)
    buckets = Buckets.parse("-31,-8,-1,0,7,30,60,90")
    (item,) = found(buckets=buckets).items
    keys = {key: place for place, key in enumerate(buckets.keys)}
    assert item.bucket == buckets.bucket_of(ON - late * DAYS, ON).key
    if late >= 0:
        assert item.bucket == bucket and item.bucket in keys


def test_AG_32_pitfall_92_an_age_is_never_absolute(world, found):
    world.issue("acme", "5.00", due_on=ON + 10 * DAYS)
    (item,) = found().items
    assert item.bucket == "not_due"
    assert found(column="overdue").items == ()


def test_AG_33_items_of_a_rep_are_of_own_customers(world):
    rep = world.user("sales_rep", "rosa")
    world.customer("globex", rep=rep)
    world.issue("globex", "20.00", due_on=ON)
    world.issue("acme", "99.00", due_on=ON)
    question = aging.Question(as_of=ON, known_at=None, user=rep, buckets=Buckets.default(), currency="EUR")
    answer = aging_items.found(question, Figure("", "EUR", "net"))
    assert (answer.total, answer.figure, answer.count) == (2000, 2000, 1)


def test_pitfall_83_every_edge_is_the_same_in_report_and_items(world, found):
    for late in (0, 1, 30, 31, 60, 61, 90, 91):
        world.issue("acme", f"{late + 1}.00", due_on=ON - late * DAYS)
    for column, expected in (("not_due", 1), ("1-30", 33), ("31-60", 93), ("61-90", 153), ("90+", 92)):
        assert found(column=column).total == expected * 100
    assert found(column="overdue").total == 371_00


def test_pitfall_84_88_undated_items_and_credits_have_a_place_of_their_own(world, found):
    from receivables.rules.money import Money
    from receivables.services import invoicing

    invoicing.record_issued(
        entity=world.entity, customer=world.customer("acme"), number="X", amount=Money.of("5.00", "EUR"),
        invoice_on=DAY_0, due_on=None, now=world.at(DAY_0), by=world.by,
    )  # fmt: skip
    world.receive("acme", "2.00", on=ON)
    assert opened(found(column="undated")) == ["5.00"]
    answer = found(column="unapplied")
    assert (opened(answer), answer.figure) == (["-2.00"], 200)
    assert found().total == 300


def test_pitfall_85_86_the_past_is_fixed_by_what_was_known(world, found):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    known = Audit.objects.order_by("-seq").first().seq
    before = found(as_of=DAY_0 + DAYS, known_at=known)
    world.apply(world.receive("globex", "25.00", on=DAY_0), invoice, "25.00", on=DAY_0)
    assert found(as_of=DAY_0 + DAYS, known_at=known) == before
    assert found(as_of=DAY_0 + DAYS).total == 7500


def test_pitfall_87_a_credit_note_and_its_invoice_leave_the_past_as_it_was(world, found):
    invoice = world.issue("initech", "80.00", due_on=DAY_0)
    adjustments.cancel(invoice=invoice, on=ON - DAYS, reason_code="x", now=world.at(ON), by=world.by)
    assert found().count == 0
    assert opened(found(as_of=ON - 2 * DAYS)) == ["80.00"]


def test_a_dispute_closed_since_was_open_as_known_then(world, found):
    invoice = world.issue("initech", "80.00", due_on=DAY_0)
    entry = invoice.instalments.get().entry
    dispute = disputes.open_on(entry=entry, reason="price", today=ON, now=world.at(ON), by=world.by)
    known = Audit.objects.order_by("-seq").first().seq
    disputes.withdraw(
        dispute=dispute, resolution="Settled by phone.", on=ON, now=world.at(ON, 12), by=world.by
    )
    assert found(column="disputed").total == 0
    answer = found(column="disputed", known_at=known)
    assert (answer.total, [item.disputed for item in answer.items]) == (8000, [8000])


def test_queries_do_not_grow_with_the_rows(world, found, count_queries):
    def ask():
        with count_queries() as queries:
            found()
        return len(queries)

    world.issue("acme", "1.00", due_on=ON)
    found()
    few = ask()
    for n in range(12):
        world.issue(f"shop{n}", "1.00", due_on=ON)
    assert ask() == few
