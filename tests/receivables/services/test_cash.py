"""Receiving and reversing money."""

from datetime import timedelta

from receivables.services import cash
from tests.fixtures.world import DAY_0


def test_AL_01_undoing_one_of_two_payments_opens_exactly_its_amount(world):
    invoice = world.issue("acme", "200.00", due_on=DAY_0)
    first = world.receive("acme", "55.00")
    world.apply(first, invoice, "55.00")
    second = world.receive("acme", "35.00")
    world.apply(second, invoice, "35.00")
    assert world.open(invoice) == "110.00"

    cash.reverse(
        payment=first, reason="bounce", on=DAY_0 + timedelta(days=3), now=world.at(DAY_0), by=world.by
    )
    assert world.open(invoice) == "165.00"


def test_a_paid_invoice_is_open_again_after_a_bounce_and_paid_again_when_the_bank_relents(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    payment = world.pay(invoice)
    assert world.state(invoice) == "PAID"
    reversal = cash.reverse(payment=payment, reason="chargeback", on=DAY_0, now=world.at(DAY_0), by=world.by)
    assert (world.state(invoice), world.open(invoice)) == ("SENT", "100.00")
    cash.undo_reversal(reversal=reversal, on=DAY_0, now=world.at(DAY_0), by=world.by)
    assert (world.state(invoice), world.open(invoice)) == ("PAID", "0.00")
