"""What is asked for, and what comes back: rows RQ, reopened items, clocks that change, closed periods, receipts in review."""

from datetime import datetime, timedelta

import pytest

from dunning.models import Notice
from receivables.models import (
    BankAccount,
    CreditNote,
    ImportFile,
    LegalEntity,
    Statement,
    StatementLine,
)
from receivables.rules.money import Money
from receivables.services import cash, periods
from tests.fixtures.dunning_pictures import alerts, steps
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


def day(n: int):
    return DAY_0 + timedelta(days=n)


@pytest.fixture
def levels(dunning_desk):
    dunning_desk.levels(5, 20, 40)
    return dunning_desk


def night(desk, *days: int) -> None:
    for at in days:
        desk.dun(day(at))
        desk.accept_all(day(at))


def test_rq_01_partly_paid_invoices_are_asked_for_with_what_is_left(levels):
    one = levels.issue("globex", "200.00", due_on=DAY_0)
    two = levels.issue("globex", "500.00", due_on=DAY_0, number="NL-2")
    levels.world.pay(one, "100.00", on=day(1))
    levels.world.pay(two, "200.00", on=day(1))
    levels.dun(day(5))
    assert levels.said() == [("globex", "l1", "email", 40_000)]


def test_rq_04_a_fully_credited_invoice_is_left_out(levels):
    one = levels.issue("globex", "200.00", due_on=DAY_0)
    levels.issue("globex", "300.00", due_on=DAY_0, number="NL-2")
    levels.world.pay(one, on=day(1))
    levels.dun(day(5))
    assert levels.said() == [("globex", "l1", "email", 30_000)]
    assert CreditNote.objects.count() == 0


def test_rq_05_other_entities_and_currencies_are_other_messages(levels):
    other = LegalEntity.objects.create(
        code="US", name="US Inc", country="US", time_zone="America/New_York", currency="USD",
        work_starts=levels.world.entity.work_starts, work_ends=levels.world.entity.work_ends,
    )  # fmt: skip
    levels.issue("globex", due_on=DAY_0)
    levels.issue("globex", "70.00", due_on=DAY_0, currency="USD", number="NL-USD")
    levels.issue("globex", "90.00", due_on=DAY_0, currency="USD", number="US-1", entity=other)
    levels.dun(day(5))
    assert sorted(levels.said()) == [("globex", "l1", "email", 7_000), ("globex", "l1", "email", 10_000)]
    assert Notice.objects.filter(entity=other).count() == 0


def test_pitfall_107_110_a_reopened_item_keeps_its_due_date_and_goes_on_after_its_last_rung(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    night(levels, 5)
    payment = levels.world.pay(invoice, on=day(6))
    night(levels, 20)
    cash.reverse(payment=payment, reason="bounced", on=day(45), now=levels.now(day(45)), by=levels.by)
    night(levels, 45, 46)
    assert [(n.on, n.stage) for n in Notice.objects.order_by("on")] == [
        (day(5), "l1"),
        (day(45), "l2"),
        (day(46), "l3"),
    ]


def test_pitfall_114_clocks_that_change_make_no_second_night_and_lose_none(dunning_desk):
    """29 March 2026 has 23 hours in Berlin, 25 October 25."""
    for on in (datetime(2026, 3, 29).date(), datetime(2026, 10, 25).date()):
        code = f"c{on.month}"
        dunning_desk.issue(code, due_on=on - timedelta(days=1))
        for hour in (0, 1, 2, 3, 6, 23):
            run = dunning_desk.dun(on, again=hour > 0)
            assert run.on == on
        assert [stage for who, stage, *_rest in dunning_desk.said() if who == code] == ["call"]


def test_pitfall_113_a_closed_period_does_not_block_reminders(levels):
    levels.issue("globex", due_on=DAY_0)
    at = levels.now(day(5))
    periods.lock(
        entity=levels.world.entity, until=day(4), reason="month end", today=day(5), now=at, by=levels.by
    )
    levels.dun(day(5))
    assert levels.said() == [("globex", "l1", "email", 10_000)]


def test_pitfall_48_the_minimum_in_the_currency_of_the_item(dunning_desk):
    dunning_desk.levels(5, minimum={"EUR": 10_000, "JPY": 1_000})
    dunning_desk.issue("globex", "90.00", due_on=DAY_0)
    dunning_desk.issue("acme", "1000", due_on=DAY_0, currency="JPY")
    dunning_desk.dun(day(5))
    assert dunning_desk.said() == [("acme", "l1", "email", 1_000)]
    assert Money.of("1000", "JPY").minor == 1_000


def test_a_probable_receipt_in_review_holds_the_message_back(levels):
    levels.issue("globex", due_on=DAY_0, number="NL-7")
    account = BankAccount.objects.create(entity=levels.world.entity, name="Main", currency="EUR")
    file = ImportFile.objects.create(
        entity=levels.world.entity, kind="bank", name="f", sha256="f", state="DONE", taken_in_by="x",
        taken_in_at=levels.now(day(1)),
    )  # fmt: skip
    statement = Statement.objects.create(
        account=account,
        import_file=file,
        format="t",
        currency="EUR",
        state="TAKEN_IN",
        recorded_at=levels.now(day(1)),
    )
    line = StatementLine.objects.create(
        account=account, statement=statement, booked_on=day(4), value_on=day(4), currency="EUR", amount=9_990,
        text_hash="x", text="NL-7", tokens=["NL7"], state="NEW",
    )  # fmt: skip
    levels.dun(day(5))
    assert (levels.said(), levels.why("globex")) == ([], "receipt_waiting")
    line.state, line.audit_seq = "IGNORED", levels._line(day(6))
    line.save()
    levels.dun(day(6))
    assert levels.said() == [("globex", "l1", "email", 10_000)]


def test_alerts_and_chase_are_merged_into_one_voice_each(dunning_desk):
    dunning_desk.levels(16)
    dunning_desk.ladder(alerts(), segment="")
    dunning_desk.ladder(steps(999), customer=dunning_desk.customer("acme"))
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.dun(day(16))
    assert {(stage, channel) for _who, stage, channel, _much in dunning_desk.said()} == {
        ("l1", "email"),
        ("escalate", "work"),
    }
