"""Credit notes and cancelling."""

from datetime import timedelta

import pytest

from receivables import posting
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import adjustments, write_offs
from tests.fixtures.world import DAY_0

EUR = "EUR"


def credit(world, invoice, amount, on=DAY_0):
    return adjustments.credit(
        invoice=invoice,
        amount=Money.of(amount, EUR),
        on=on,
        reason_code="price",
        now=world.at(on),
        by=world.by,
    )


def test_000_42_a_partial_red_letter_lowers_the_open_amount_and_both_documents_name_each_other(world):
    invoice = world.issue("acme", "119.00", due_on=DAY_0, tax="19.00")
    note = credit(world, invoice, "11.90")
    assert (world.open(invoice), world.state(invoice)) == ("107.10", "SENT")
    assert (note.net, note.tax, note.invoice, list(invoice.credit_notes.all())) == (
        1000,
        190,
        invoice,
        [note],
    )


def test_003_38_credited_whole_the_invoice_is_cancelled_and_keeps_its_number(world):
    invoice = world.issue("acme", "100.00", due_on=DAY_0)
    credit(world, invoice, "40.00")
    credit(world, invoice, "60.00")
    assert (world.state(invoice), world.open(invoice)) == ("CANCELLED", "0.00")
    with pytest.raises(Refused, match="cannot be credited"):
        credit(world, invoice, "1.00")


def test_AL_14_cancelling_a_paid_invoice_leaves_the_payments_whole_and_unapplied(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    payments = [world.pay(invoice, part) for part in ("40.00", "40.00", "20.00")]
    assert world.state(invoice) == "PAID"
    adjustments.cancel(
        invoice=invoice, on=DAY_0, reason_code="wrong_invoice", now=world.at(DAY_0), by=world.by
    )
    assert world.state(invoice) == "CANCELLED"
    assert [world.left(p) for p in payments] == ["40.00", "40.00", "20.00"]


def test_AG_02_a_credit_note_above_the_open_rest_leaves_the_excess_as_credit(world):
    invoice = world.issue("initech", "100.00", due_on=DAY_0)
    world.pay(invoice, "40.00")
    note = credit(world, invoice, "100.00")
    assert world.open(invoice) == "0.00"
    assert posting.left_of(note.entry) == 4000


def test_AL_06_a_credit_note_taken_back_opens_the_invoice_again(world):
    invoice = world.issue("initech", "100.00", due_on=DAY_0)
    note = credit(world, invoice, "30.00")
    adjustments.void(
        note=note, on=DAY_0 + timedelta(days=2), reason="wrong", now=world.at(DAY_0), by=world.by
    )
    assert (world.open(invoice), world.state(invoice)) == ("100.00", "SENT")


def test_more_than_the_invoice_cannot_be_credited(world):
    invoice = world.issue("acme", "10.00", due_on=DAY_0)
    with pytest.raises(Refused) as refused:
        credit(world, invoice, "10.01")
    assert refused.value.code == "over_credited"


def cancel(world, invoice):
    invoice.refresh_from_db()
    return adjustments.cancel(
        invoice=invoice, on=DAY_0, reason_code="wrong_invoice", now=world.at(DAY_0), by=world.by
    )


def test_bad_input_42_cancelling_takes_a_small_difference_back_instead_of_leaving_it_as_credit(world):
    invoice = world.issue("acme", "100.00", due_on=DAY_0)
    payment = world.pay(invoice, "98.00")
    write_offs.write_difference(
        invoice=invoice, amount=Money.of("2.00", EUR), on=DAY_0, reason_code="bank_fee", now=world.at(DAY_0), by=world.by,
    )  # fmt: skip
    cancel(world, invoice)
    assert (world.state(invoice), world.open(invoice)) == ("CANCELLED", "0.00")
    assert (world.left(payment), world.balance("acme")) == ("98.00", "-98.00")


def test_bad_input_42_cancelling_after_a_credit_note_on_account_leaves_nothing_open(world):
    invoice = world.issue("acme", "100.00", due_on=DAY_0)
    payment = world.pay(invoice)
    credit(world, invoice, "30.00")
    cancel(world, invoice)
    assert (world.state(invoice), world.open(invoice)) == ("CANCELLED", "0.00")
    assert (world.left(payment), world.balance("acme")) == ("100.00", "-100.00")


def test_bad_input_42_a_credit_note_used_elsewhere_keeps_its_part_of_the_money_when_cancelled(world):
    invoice, other = world.issue("acme", "100.00", due_on=DAY_0), world.issue("acme", "30.00", due_on=DAY_0)
    payment = world.pay(invoice)
    world.apply(credit(world, invoice, "30.00").entry, other, "30.00")
    cancel(world, invoice)
    assert (world.open(invoice), world.open(other)) == ("0.00", "0.00")
    assert (world.left(payment), world.balance("acme")) == ("70.00", "-70.00")


def test_what_a_discount_waived_cannot_be_credited_as_well(world):
    invoice = world.issue("acme", "1000.00", due_on=DAY_0)
    world.pay(invoice, "980.00")
    write_offs.write_difference(
        invoice=invoice,
        amount=Money.of("20.00", EUR),
        on=DAY_0,
        reason_code="small_difference",
        now=world.at(DAY_0),
        by=world.by,
    )
    with pytest.raises(Refused) as refused:
        credit(world, invoice, "1000.00")
    assert (refused.value.code, refused.value.figures["left"]) == ("over_credited", 98_000)
    credit(world, invoice, "980.00")


def test_a_credit_note_is_not_dated_before_its_invoice(world):
    invoice = world.issue("acme", "10.00", on=DAY_0, due_on=DAY_0 + timedelta(days=30))
    with pytest.raises(Refused) as refused:
        credit(world, invoice, "1.00", on=DAY_0 - timedelta(days=1))
    assert refused.value.code == "before_invoice"
