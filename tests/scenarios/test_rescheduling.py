"""SCENARIOS AL-21 and what goes with it: new due dates for what is open, and money moved between parent and child."""

from datetime import timedelta

import pytest

from receivables.models import Entry
from receivables.questions import selectors
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import adjustments, rescheduling, transfers
from tests.fixtures.world import DAY_0


def euros(plain):
    return Money.of(plain, "EUR")


def test_AL_21_ten_rescheduled_into_two_months_is_still_ten(world):
    invoice = world.issue("acme", "10.00", due_on=DAY_0)
    dates = (DAY_0 + timedelta(days=30), DAY_0 + timedelta(days=60))
    version = invoice.customer.stop_version
    rescheduling.reschedule(
        invoice=invoice,
        plan=[(day, 500) for day in dates],
        reason="agreed",
        on=DAY_0,
        now=world.at(DAY_0),
        by=world.by,
    )
    left = selectors.open_items(customer=invoice.customer, as_of=DAY_0, known_at=None)
    assert [(each.due_on, each.open_amount) for each in left] == [(dates[0], 500), (dates[1], 500)]
    assert (world.open(invoice), world.balance("acme")) == ("10.00", "10.00")
    invoice.customer.refresh_from_db()
    assert invoice.customer.stop_version > version
    world.pay(invoice, "10.00")
    assert world.state(invoice) == "PAID"


def test_a_plan_that_differs_from_what_is_open_is_refused_with_both_figures(world):
    invoice = world.issue("acme", "10.00")
    with pytest.raises(Refused, match="sum_differs") as refused:
        rescheduling.reschedule(
            invoice=invoice, plan=[(DAY_0, 900)], reason="agreed", on=DAY_0, now=world.at(DAY_0), by=world.by
        )
    assert refused.value.figures == {"total": 900, "left": 1000}


def test_before_the_day_of_rescheduling_the_old_due_date_stands(world):
    invoice = world.issue("acme", "10.00", due_on=DAY_0)
    later = DAY_0 + timedelta(days=10)
    rescheduling.reschedule(
        invoice=invoice,
        plan=[(later, 1000)],
        reason="agreed",
        on=DAY_0 + timedelta(days=5),
        now=world.at(DAY_0),
        by=world.by,
    )
    assert [each.due_on for each in Entry.objects.overdue(DAY_0 + timedelta(days=4))] == [DAY_0]
    assert not Entry.objects.overdue(DAY_0 + timedelta(days=6)).exists()
    assert [each.due_on for each in Entry.objects.overdue(later + timedelta(days=1))] == [later]


def test_a_rescheduled_invoice_can_be_cancelled(world):
    invoice = world.issue("acme", "10.00", due_on=DAY_0)
    rescheduling.reschedule(
        invoice=invoice,
        plan=[(DAY_0, 400), (DAY_0, 600)],
        reason="agreed",
        on=DAY_0,
        now=world.at(DAY_0),
        by=world.by,
    )
    adjustments.cancel(invoice=invoice, on=DAY_0, reason_code="mistake", now=world.at(DAY_0), by=world.by)
    assert (world.state(invoice), world.balance("acme")) == ("CANCELLED", "0.00")


def test_a_parent_pays_for_its_child_and_not_for_a_stranger(world):
    parent = world.customer("hengda")
    child, stranger = world.customer("acme", parent=parent), world.customer("globex")
    payment, invoice = world.receive("hengda", "100.00"), world.issue("acme", "60.00")
    move = {
        "credit": payment.entry,
        "amount": euros("60.00"),
        "reason": "group",
        "on": DAY_0,
        "now": world.at(DAY_0),
        "by": world.by,
    }
    with pytest.raises(Refused, match="not_related"):
        transfers.move(to=stranger, **move)
    moved = transfers.move(to=child, **move)
    world.apply(moved.in_entry, invoice, "60.00")
    assert (world.state(invoice), world.left(payment), world.balance("acme")) == ("PAID", "40.00", "0.00")
    with pytest.raises(Refused, match="over_allocated"):
        transfers.move(to=child, **move)
