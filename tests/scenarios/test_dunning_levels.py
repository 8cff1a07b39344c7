"""Which level is reached and when, night by night against the database. Rows DL of the scenarios and G of the vectors."""

from datetime import timedelta
from fractions import Fraction

import pytest

from dunning.models import Assignment, Notice, NoticeItem
from receivables.rules.refusals import Refused
from receivables.rules.terms import Line, Terms
from receivables.services import adjustments
from tests.fixtures.dunning_pictures import steps
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


def day(n: int):
    return DAY_0 + timedelta(days=n)


def take_back(desk, invoice, on):
    adjustments.cancel(
        invoice=invoice, on=on, reason_code="billing_error", reason="wrong", now=desk.now(on), by=desk.by
    )


@pytest.fixture
def levels(dunning_desk):
    dunning_desk.levels(5, 20, 40)
    return dunning_desk


def test_dl_01_to_dl_05_g1_g2_g3_a_level_a_run_and_only_after_the_last_was_sent(levels):
    levels.issue("globex", due_on=DAY_0)
    levels.dun(day(4))
    assert (levels.said(), levels.why("globex")) == ([], "stage_not_due")
    levels.dun(day(5))
    assert levels.said() == [("globex", "l1", "email", 10_000)]
    levels.dun(day(19))
    assert levels.said() == [("globex", "l1", "email", 10_000)]
    assert levels.why("globex") == "pending"
    levels.accept_all(day(19))
    block = levels.block("globex", on=day(20), until=day(29))
    levels.dun(day(29))
    assert levels.why("globex") == "blocked"
    assert len(levels.said()) == 1
    levels.dun(day(30))
    assert block.until_on < day(30)
    assert levels.said() == [("globex", "l1", "email", 10_000), ("globex", "l2", "email", 10_000)]


def test_dl_06_g4_a_paid_invoice_is_not_asked_for_again(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    levels.dun(day(5))
    levels.accept_all(day(5))
    levels.world.pay(invoice, on=day(6))
    levels.dun(day(50))
    assert len(levels.said()) == 1
    assert levels.why("globex") == "nothing_open"


def test_dl_07_what_was_paid_before_any_run_leaves_no_trace(levels):
    levels.world.pay(levels.issue("globex", due_on=DAY_0), on=day(1))
    run = levels.dun(day(50))
    assert (run.looked_at, levels.said()) == (0, [])


def test_dl_08_after_the_final_level_later_runs_create_nothing(dunning_desk):
    dunning_desk.levels(5)
    dunning_desk.issue("globex", due_on=DAY_0)
    for at in (5, 30, 60, 400):
        dunning_desk.dun(day(at))
        dunning_desk.accept_all(day(at))
    assert len(dunning_desk.said()) == 1
    assert dunning_desk.why("globex") == "done"


def test_dl_10_pitfall_31_paying_all_clears_at_once_and_the_next_debt_begins_at_level_one(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    for at in (5, 20, 40):
        levels.dun(day(at))
        levels.accept_all(day(at))
    levels.world.pay(invoice, on=day(41))
    levels.issue("globex", due_on=day(41), number="NL-NEXT")
    levels.dun(day(46))
    assert levels.said(day(46)) == [("globex", "l1", "email", 10_000)]


def test_dl_12_pitfall_40_drafts_cancelled_and_unissued_never_appear(levels):
    cancelled = levels.issue("globex", due_on=DAY_0)
    take_back(levels, cancelled, day(1))
    run = levels.dun(day(100))
    assert (levels.said(), run.looked_at) == ([], 0)


def test_dl_28_pitfall_3_a_year_late_takes_one_step_a_run(levels):
    levels.issue("globex", "500.00", due_on=DAY_0)
    for run, at in enumerate((185, 305, 365), 1):
        levels.dun(day(at))
        levels.accept_all(day(at))
        assert [stage for _who, stage, _by, _much in levels.said()] == ["l1", "l2", "l3"][:run]


def test_dl_29_pitfall_5_a_run_before_the_latest_is_refused(levels):
    levels.dun(day(10))
    with pytest.raises(Refused) as refused:
        levels.dun(day(9))
    assert refused.value.code == "run_in_the_past"


def test_dl_30_pitfall_38_a_delivered_reminder_stays_when_its_invoice_is_cancelled(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    levels.dun(day(5))
    levels.accept_all(day(5))
    take_back(levels, invoice, day(6))
    levels.dun(day(40))
    assert levels.said() == [("globex", "l1", "email", 10_000)]
    assert NoticeItem.objects.get().reached_on == day(5)


def test_dl_31_dl_32_minimum_per_currency(dunning_desk):
    dunning_desk.levels(5, minimum={"EUR": 5_099})
    dunning_desk.issue("globex", "51.00", due_on=DAY_0)
    dunning_desk.issue("acme", "50.00", due_on=DAY_0)
    dunning_desk.issue("initech", "51.00", due_on=DAY_0, currency="USD")
    dunning_desk.dun(day(6))
    assert {who for who, *_rest in dunning_desk.said()} == {"globex", "initech"}
    assert dunning_desk.why("acme") == "minimum"


def test_dl_33_dl_34_pitfall_26_exactly_n_days_later_is_enough(dunning_desk):
    dunning_desk.levels(1, 2, min_gap=4)
    dunning_desk.issue("globex", due_on=DAY_0)
    for at in (1, 4, 5, 9):
        dunning_desk.dun(day(at))
        dunning_desk.accept_all(day(at))
    assert [(n.on, n.stage) for n in Notice.objects.order_by("on")] == [(day(1), "l1"), (day(5), "l2")]
    assert dunning_desk.why("globex") == "done"


def test_dl_35_pitfall_50_a_customers_own_policy_decides_and_the_exempt_hear_nothing(dunning_desk):
    dunning_desk.levels(5, minimum={"EUR": 50_000})
    for code in ("globex", "acme", "initech"):
        dunning_desk.issue(code, due_on=DAY_0)
    dunning_desk.ladder(steps(5, minimum={"EUR": 10_000}), customer=dunning_desk.customer("globex"))
    dunning_desk.exempt(customer=dunning_desk.customer("initech"))
    dunning_desk.dun(day(9))
    assert dunning_desk.said() == [("globex", "l1", "email", 10_000)]
    assert (dunning_desk.why("acme"), dunning_desk.why("initech")) == ("minimum", "exempt")


def test_dl_39_dl_41_only_what_is_overdue_counts(levels):
    levels.issue("globex", "500.00", due_on=DAY_0)
    levels.issue("globex", "1000.00", due_on=day(35), number="NL-LATER")
    levels.dun(day(5))
    assert levels.said() == [("globex", "l1", "email", 50_000)]


def test_dl_40_di_03_pitfall_1_twice_on_a_day_is_once(dunning_desk):
    dunning_desk.levels(1, 3, 5, 10)
    dunning_desk.issue("globex", due_on=DAY_0)
    for _time in range(3):
        dunning_desk.dun(day(5), again=True)
    assert dunning_desk.said() == [("globex", "l1", "email", 10_000)]


def test_dl_43_a_note_before_the_due_date_comes_on_its_day(dunning_desk):
    dunning_desk.issue("globex", due_on=day(30), on=DAY_0)
    for at in (22, 23, 24):
        dunning_desk.dun(day(at))
        dunning_desk.accept_all(day(at))
    assert [(n.on, n.stage) for n in Notice.objects.filter(track="chase")] == [(day(23), "friendly")]


def test_dl_44_a_reminder_that_was_missed_is_caught_up_once_and_the_ladder_goes_on(dunning_desk):
    dunning_desk.levels(5, 10, 20, min_gap=3)
    dunning_desk.issue("globex", due_on=DAY_0)
    for at in (12, 13, 15, 16, 20, 21):
        dunning_desk.dun(day(at))
        dunning_desk.accept_all(day(at))
    assert [(n.on, n.stage) for n in Notice.objects.order_by("on")] == [
        (day(12), "l1"),
        (day(15), "l2"),
        (day(20), "l3"),
    ]


def test_dl_45_g5_of_two_instalments_the_overdue_one_is_asked_for(dunning_desk):
    dunning_desk.levels(1)
    halves = Terms(tuple(Line("percent", Fraction(50), (("days", n),)) for n in (5, 10)))
    dunning_desk.customer("globex")
    dunning_desk.world.issue("globex", "100.00", on=DAY_0, terms=halves.to_json())
    dunning_desk.dun(day(6))
    assert dunning_desk.said() == [("globex", "l1", "email", 5_000)]
    assert [row.entry.due_on for row in NoticeItem.objects.all()] == [day(5)]


def test_dl_46_two_invoices_are_one_notice_with_two_rows(levels):
    levels.issue("globex", "100.00", due_on=DAY_0)
    levels.issue("globex", "300.00", due_on=DAY_0, number="NL-2ND")
    levels.dun(day(6))
    assert levels.said() == [("globex", "l1", "email", 40_000)]
    assert sorted(NoticeItem.objects.values_list("open_amount", flat=True)) == [10_000, 30_000]


def test_dl_47_the_earliest_rung_of_all_comes_first_whatever_the_order_of_the_list(dunning_desk):
    dunning_desk.issue("globex", due_on=day(30), on=DAY_0)
    dunning_desk.dun(day(21))
    assert dunning_desk.reasons("globex") == {"NL-0001": ["not_due", "friendly", day(23).isoformat()]}


def test_dl_48_where_no_policy_speaks_the_reason_says_so(levels):
    levels.issue("globex", due_on=DAY_0)
    Assignment.objects.update(removed_at=levels.now(day(1)))
    levels.dun(day(9))
    assert levels.said() == []
    assert levels.reasons("globex") == {"NL-0001": ["exempt", "no_policy"]}
