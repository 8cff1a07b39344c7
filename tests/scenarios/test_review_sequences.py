"""Rare orders of events on one account: who owes what, and in which state the invoice stands afterwards."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from receivables.models import Allocation, PeriodLock, WriteOff
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import (
    adjustments,
    allocation,
    cash,
    discounts,
    line_choices,
    losses,
    overpayments,
    periods,
    refunds,
    rescheduling,
    transfers,
    write_offs,
)

TERMS = {
    "lines": [{"percent": "100", "due": [{"days": 30}]}],
    "early_payment": {"percent": "2", "days": 10, "on_tax": True},
}


def eur(plain: str) -> Money:
    return Money.of(plain, "EUR")


def bounce(world, payment, days: int = 3):
    on = world.today + timedelta(days=days)
    return cash.reverse(payment=payment, reason="bounce", on=on, now=world.at(on), by=world.by)


def written_off(world, invoice):
    world.two_people(losses.propose, invoice=invoice, reason_code="insolvency", reason="court")
    return WriteOff.objects.get(invoice=invoice, reason_code="insolvency")


def test_a_bounce_that_the_bank_takes_back_leaves_a_written_off_invoice_as_it_was(world):
    invoice = world.issue("umbrella", "1000")
    payment = world.pay(invoice, "600")
    written_off(world, invoice)
    reversal = bounce(world, payment)
    assert (world.state(invoice), world.open(invoice)) == ("SENT", "600.00")
    cash.undo_reversal(
        reversal=reversal, on=world.today + timedelta(days=5), now=world.at(world.today), by=world.by
    )
    assert (world.state(invoice), world.open(invoice)) == ("WRITTEN_OFF", "0.00")


def test_a_kept_overpayment_is_given_up_when_the_payment_bounces(world):
    invoice = world.issue("globex", "1000")
    payment = world.receive("globex", "1010")
    world.apply(payment, invoice, "1000")
    world.two_people(overpayments.propose, payment=payment, invoice=invoice, amount=eur("10"), reason="small")
    assert world.balance("globex") == "0.00"
    reversal = bounce(world, payment)
    assert (world.balance("globex"), world.open(invoice)) == ("1000.00", "1000.00")
    cash.undo_reversal(
        reversal=reversal, on=world.today + timedelta(days=5), now=world.at(world.today), by=world.by
    )
    assert (world.balance("globex"), world.open(invoice), world.left(payment)) == ("-10.00", "0.00", "10.00")


def test_a_kept_overpayment_is_no_loss_that_could_be_recovered(world):
    invoice = world.issue("globex", "1000")
    payment = world.receive("globex", "1020")
    world.apply(payment, invoice, "1000")
    world.two_people(overpayments.propose, payment=payment, invoice=invoice, amount=eur("10"), reason="small")
    kept = WriteOff.objects.get(reason_code="overpayment")
    with pytest.raises(Refused):
        write_offs.recover(
            write_off=kept,
            payment=payment,
            amount=eur("10"),
            on=world.today,
            now=world.at(world.today),
            by=world.by,
        )
    assert world.left(payment) == "10.00"


def test_a_loss_is_recovered_in_its_own_currency_only(world):
    invoice = world.issue("umbrella", "1000")
    loss = written_off(world, invoice)
    payment = world.receive("umbrella", "1000")
    with pytest.raises(Refused):
        write_offs.recover(
            write_off=loss, payment=payment, amount=Money.of("500", "USD"), on=world.today,
            now=world.at(world.today), by=world.by,
        )  # fmt: skip


def test_a_recovery_that_bounces_is_owed_again_and_can_be_paid_anew(world):
    invoice = world.issue("umbrella", "1000")
    loss = written_off(world, invoice)
    payment = world.receive("umbrella", "300")
    recovery = write_offs.recover(
        write_off=loss,
        payment=payment,
        amount=eur("300"),
        on=world.today,
        now=world.at(world.today),
        by=world.by,
    )
    bounce(world, payment)
    assert (world.state(invoice), world.balance("umbrella")) == ("WRITTEN_OFF", "300.00")
    again = world.receive("umbrella", "300")
    allocation.apply(credit=again.entry, to=[(recovery.entry, 30000)], now=world.at(world.today), by=world.by)
    assert world.balance("umbrella") == "0.00"


def test_a_payment_taken_back_with_its_bank_line_is_not_revived_beside_the_line(world, bank):
    invoice = world.issue("globex", "1000")
    [line] = bank.lines(("1000.00", "paid", "Globex Retail BV"))
    accountant = world.person("accountant")
    payment = line_choices.accept(
        line=line, customer=invoice.customer, pairs=[(invoice.instalments.get().entry, 100000)],
        now=world.at(world.today), by=accountant,
    )  # fmt: skip
    line_choices.undo(line=line, now=world.at(world.today), by=accountant)
    with pytest.raises(Refused):
        cash.undo_reversal(
            reversal=payment.reversals.get(), on=world.today, now=world.at(world.today), by=accountant
        )
    assert world.open(invoice) == "1000.00"


def test_a_payment_of_a_bank_line_is_called_a_mistake_through_its_line(world, bank):
    invoice = world.issue("globex", "1000")
    [line] = bank.lines(("1000.00", "paid", "Globex Retail BV"))
    accountant = world.person("accountant")
    payment = line_choices.accept(
        line=line, customer=invoice.customer, pairs=[(invoice.instalments.get().entry, 100000)],
        now=world.at(world.today), by=accountant,
    )  # fmt: skip
    with pytest.raises(Refused):
        cash.reverse(
            payment=payment, reason="mistake", on=world.today, now=world.at(world.today), by=accountant
        )
    assert world.state(invoice) == "PAID"


def test_a_cancelled_invoice_whose_credit_was_used_elsewhere_stays_settled_when_the_money_bounces(world):
    invoice, other = world.issue("acme", "1000"), world.issue("acme", "300")
    note = adjustments.credit(
        invoice=invoice,
        amount=eur("300"),
        on=world.today,
        reason_code="price",
        now=world.at(world.today),
        by=world.by,
    )
    (tie,) = Allocation.objects.in_force()
    allocation.unapply(allocations=[tie], on=world.today, now=world.at(world.today), by=world.by, reason="x")
    world.apply(note.entry, other, "300")
    payment = world.pay(invoice)
    adjustments.cancel(
        invoice=invoice, on=world.today, reason_code="wrong", now=world.at(world.today), by=world.by
    )
    bounce(world, payment)
    assert world.balance("acme") == "300.00"
    assert (world.state(invoice), world.open(invoice)) == ("CANCELLED", "0.00")


def test_money_on_a_cancelled_invoice_is_not_freed_from_under_it(world):
    invoice, other = world.issue("acme", "1000"), world.issue("acme", "300")
    note = adjustments.credit(
        invoice=invoice,
        amount=eur("300"),
        on=world.today,
        reason_code="price",
        now=world.at(world.today),
        by=world.by,
    )
    (tie,) = Allocation.objects.in_force()
    allocation.unapply(allocations=[tie], on=world.today, now=world.at(world.today), by=world.by, reason="x")
    world.apply(note.entry, other, "300")
    world.pay(invoice)
    adjustments.cancel(
        invoice=invoice, on=world.today, reason_code="wrong", now=world.at(world.today), by=world.by
    )
    for held in Allocation.objects.in_force().filter(debit__instalment__invoice=invoice):
        with pytest.raises(Refused):
            allocation.unapply(
                allocations=[held], on=world.today, now=world.at(world.today), by=world.by, reason="x"
            )
    assert (world.state(invoice), world.open(invoice)) == ("CANCELLED", "0.00")


def test_rescheduled_paid_in_part_bounced_and_cancelled_leaves_nothing(world):
    invoice = world.issue("acme", "1000")
    dates = [(world.today + timedelta(days=40), 40000), (world.today + timedelta(days=70), 60000)]
    rescheduling.reschedule(
        invoice=invoice, plan=dates, reason="asked", on=world.today, now=world.at(world.today), by=world.by
    )
    payment = world.receive("acme", "500")
    allocation.oldest_first(credit=payment.entry, now=world.at(world.today), by=world.by)
    bounce(world, payment)
    assert world.open(invoice) == "1000.00"
    on = world.today + timedelta(days=5)
    adjustments.cancel(invoice=invoice, on=on, reason_code="wrong", now=world.at(on), by=world.by)
    assert (world.state(invoice), world.open(invoice), world.balance("acme")) == ("CANCELLED", "0.00", "0.00")


def test_the_parents_bounce_after_a_transfer_leaves_the_debt_with_the_parent(world):
    parent = world.customer("acme")
    child = world.customer("globex", parent=parent)
    invoice = world.issue("globex", "1000")
    payment = world.receive("acme", "1000")
    moved = transfers.move(
        credit=payment.entry, to=child, amount=eur("1000"), reason="group", on=world.today,
        now=world.at(world.today), by=world.by,
    )  # fmt: skip
    world.apply(moved.in_entry, invoice, "1000")
    bounce(world, payment)
    assert (world.state(invoice), world.balance("globex"), world.balance("acme")) == (
        "PAID",
        "0.00",
        "1000.00",
    )


def test_a_void_after_its_credit_was_applied_opens_the_invoice_again(world):
    invoice = world.issue("acme", "1000")
    note = adjustments.credit(
        invoice=invoice,
        amount=eur("400"),
        on=world.today,
        reason_code="price",
        now=world.at(world.today),
        by=world.by,
    )
    world.pay(invoice)
    assert world.state(invoice) == "PAID"
    proposed = losses.propose_void(
        note=note, reason="wrong", now=world.at(world.today), by=world.person("finance_manager")
    )
    world.approve(proposed)
    assert (world.state(invoice), world.open(invoice)) == ("SENT", "400.00")


def test_a_released_refund_reopens_the_invoice_and_is_paid_out_once(world):
    invoice = world.issue("acme", "1000")
    payment = world.pay(invoice)
    (tie,) = Allocation.objects.in_force()
    world.two_people(
        refunds.propose, payment=payment, amount=eur("400"), reason="asked", release=[(tie, 40000)]
    )
    assert (world.open(invoice), world.left(payment), world.balance("acme")) == ("400.00", "0.00", "400.00")


def test_a_discount_is_earned_by_two_payments_in_time_and_by_no_late_one(world):
    invoice = world.issue("acme", "1000", terms=TERMS)
    world.pay(invoice, "500", on=world.today + timedelta(days=2))
    second = world.receive("acme", "480", on=world.today + timedelta(days=9))
    discounts.settle(payment=second, invoices=[invoice], now=world.at(world.today), by=world.by)
    assert (world.state(invoice), world.balance("acme")) == ("PAID", "0.00")


def test_a_discount_is_owed_again_when_the_money_bounces_and_kept_when_the_bank_relents(world):
    invoice = world.issue("globex", "1000", terms=TERMS)
    payment = world.receive("globex", "980", on=world.today + timedelta(days=4))
    discounts.settle(payment=payment, invoices=[invoice], now=world.at(world.today), by=world.by)
    assert (world.state(invoice), world.balance("globex")) == ("PAID", "0.00")
    reversal = bounce(world, payment, days=8)
    assert (world.state(invoice), world.open(invoice), world.balance("globex")) == (
        "SENT",
        "1000.00",
        "1000.00",
    )
    cash.undo_reversal(
        reversal=reversal, on=world.today + timedelta(days=20), now=world.at(world.today), by=world.by
    )
    assert (world.state(invoice), world.open(invoice), world.balance("globex")) == ("PAID", "0.00", "0.00")


def test_the_books_are_never_opened_again_by_closing_an_earlier_day(world):
    def close(until):
        return periods.lock(
            entity=world.entity, until=until, reason="month", today=world.today, now=world.at(world.today), by=world.by
        )  # fmt: skip

    later = close(world.today - timedelta(days=10))
    with CaptureQueriesContext(connection) as asked, pytest.raises(Refused, match="closed until"):
        close(world.today - timedelta(days=40))
    assert PeriodLock.objects.get() == later
    # Two who close at once: whoever is second must look after the first has committed, so the lock comes before the look.
    tables = [q["sql"] for q in asked if "chainhead" in q["sql"] or "periodlock" in q["sql"]]
    assert "chainhead" in tables[0]
