"""Aging: the published figures, the edges, the past, and the proof that everything ties to the ledger."""

from datetime import timedelta

import pytest

from receivables.models import Audit
from receivables.rules.aging import Buckets
from receivables.rules.money import Money
from receivables.services import adjustments
from reports import aging
from tests.fixtures.world import DAY_0

ON = DAY_0 + timedelta(days=120)


def days_before(n):
    return ON - timedelta(days=n)


@pytest.fixture
def ask(world):
    user = world.user("cfo")

    def report(as_of=ON, known_at=None, **options):
        buckets = options.pop("buckets", Buckets.default())
        found = aging.report(
            aging.Question(as_of=as_of, known_at=known_at, user=user, buckets=buckets, **options)
        )
        assert all(proof.holds for proof in found.proofs), found.proofs
        return found

    return report


def eur(*amounts):
    return tuple(Money.of(a, "EUR").minor for a in amounts)


def test_A1_one_customer_over_three_buckets(world, ask):
    world.issue("acme", "1000.00", due_on=ON + timedelta(days=5))
    world.issue("acme", "900.00", due_on=days_before(15))
    world.issue("acme", "600.00", due_on=days_before(15))
    world.issue("acme", "100.00", due_on=days_before(37))
    (row,) = ask().rows
    assert row.buckets == eur("1000.00", "1500.00", "100.00", "0.00", "0.00")
    assert row.net == 260000


@pytest.mark.parametrize(
    ("age", "bucket"), [(0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4)]
)
def test_bucket_edges_are_inclusive_and_due_today_is_not_overdue(world, ask, age, bucket):
    world.issue("acme", "1.00", due_on=days_before(age))
    assert [i for i, amount in enumerate(ask().rows[0].buckets) if amount] == [bucket]


def test_A7_a_cent_left_over_does_not_vanish(world, ask):
    world.pay(world.issue("acme", "100.00", due_on=ON), "99.99", on=ON)
    assert ask().rows[0].net == 1


def test_A8_a_credit_on_account_is_its_own_column_never_netted_into_a_bucket(world, ask):
    world.issue("acme", "70.00", due_on=days_before(5))
    world.receive("acme", "100.00", on=ON)
    (row,) = ask().rows
    assert (row.buckets[1], row.unapplied, row.net) == (7000, 10000, -3000)


def test_AG_29_overpayment_lowers_the_total(world, ask):
    invoice = world.issue("acme", "100.00", due_on=ON)
    world.receive("acme", "30.00", on=ON)
    assert ask().rows[0].net == 7000
    assert world.open(invoice) == "100.00"


def test_AG_30_a_partial_payment_ages_with_the_invoice_it_pays(world, ask):
    world.issue("acme", "50.00", due_on=days_before(100))
    world.pay(world.issue("acme", "80.00", due_on=days_before(3)), "20.00", on=ON)
    assert ask().rows[0].buckets == eur("0", "60.00", "0", "0", "50.00")


def test_the_past_gives_the_same_answer_when_later_facts_arrive(world, ask):
    march = DAY_0 + timedelta(days=29)
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    known = Audit.objects.order_by("-seq").first().seq
    before = ask(as_of=march, known_at=known).rows
    world.pay(invoice, "40.00", on=march + timedelta(days=2))
    backdated = world.receive("globex", "10.00", on=march)
    world.apply(backdated, invoice, "10.00", on=march)
    adjustments.cancel(invoice=invoice, on=ON, reason_code="x", now=world.at(ON), by=world.by)
    assert ask(as_of=march, known_at=known).rows == before
    assert ask(as_of=march).rows[0].net == 9000  # the back-dated payment changes what is known now
    assert ask().rows[0].net == -5000


def test_AG_10_subtotals_add_up_and_currencies_never_do(world, ask):
    world.issue("acme", "100.00", due_on=ON)
    world.issue("acme", "85.00", due_on=ON)
    world.issue("acme", "500", due_on=ON, currency="JPY")
    found = ask()
    assert [(t.currency, t.net) for t in found.totals] == [("EUR", 18500), ("JPY", 500)]


@pytest.mark.parametrize("dimension", aging.DIMENSIONS)
def test_every_grouping_gives_the_same_total(world, ask, dimension):
    rep = world.user("sales_rep", "rosa")
    world.customer("globex", rep=rep)
    for code, amount in (("acme", "10.00"), ("globex", "20.00"), ("initech", "30.00")):
        world.issue(code, amount, due_on=days_before(10))
    found = ask(group_by=dimension)
    assert [t.net for t in found.totals] == [6000]


def test_AG_33_a_rep_sees_only_their_own_customers_and_totals(world):
    rep = world.user("sales_rep", "rosa")
    world.customer("globex", rep=rep)
    world.issue("globex", "20.00", due_on=ON)
    world.issue("acme", "99.00", due_on=ON)
    found = aging.report(aging.Question(as_of=ON, known_at=None, user=rep, buckets=Buckets.default()))
    assert [t.net for t in found.totals] == [2000]
    assert [p.ledger for p in found.proofs] == [2000]


def test_chinese_year_bands_count_from_the_document_date(world, ask):
    for on in (ON, ON - timedelta(days=366), ON - timedelta(days=6 * 366)):
        world.issue("hengda", "1.00", on=on, due_on=ON)
    bands = Buckets.chinese_years()
    assert ask(buckets=bands).rows[0].buckets == (100, 100, 0, 0, 0, 100)
    for back in range(0, 2000, 7):
        on = ON - timedelta(days=back)
        (place,) = [i for i, (a, b) in enumerate(aging.ranges(bands, ON)) if a <= on <= b]
        assert bands.keys[place] == bands.bucket_of(on, ON).key


def test_undated_items_have_their_own_column(world, ask):
    from receivables.services import invoicing

    invoicing.record_issued(
        entity=world.entity, customer=world.customer("acme"), number="X", amount=Money.of("5.00", "EUR"),
        invoice_on=DAY_0, due_on=None, now=world.at(DAY_0), by=world.by,
    )  # fmt: skip
    assert (ask().rows[0].undated, ask().rows[0].net) == (500, 500)
