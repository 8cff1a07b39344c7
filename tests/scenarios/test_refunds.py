"""SCENARIOS AL-18, 19, 21, 24, 40 to 42, 46 to 48 and PITFALLS 58 to 68, 106 to 108: money given back or moved."""

from datetime import timedelta

import pytest

from receivables import posting
from receivables.models import Allocation, Entry, Refund
from receivables.questions import selectors
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.rules.term_presets import PRESETS
from receivables.services import (
    adjustments,
    allocation,
    cash,
    losses,
    refunds,
    write_offs,
)
from tests.fixtures.world import DAY_0

EUR = "EUR"


def euros(plain):
    return Money.of(plain, EUR)


def refund(world, payment, amount, *, release=(), on=DAY_0):
    world.two_people(
        refunds.propose,
        on=on,
        payment=payment,
        amount=Money.of(amount, payment.currency),
        reason="asked for",
        release=release,
    )


def tie(payment, invoice):
    return Allocation.objects.in_force().get(credit=payment.entry, debit__instalment__invoice=invoice)


def credit(world, invoice, amount, on=DAY_0):
    return adjustments.credit(
        invoice=invoice, amount=euros(amount), on=on, reason_code="price", now=world.at(on), by=world.by
    )


def test_AL_18_a_credit_is_given_back_in_two_refunds(world):
    payment = world.receive("acme", "220.00")
    refund(world, payment, "120.00")
    refund(world, payment, "100.00")
    assert (world.left(payment), world.balance("acme"), Refund.objects.count()) == ("0.00", "0.00", 2)


def test_AL_19_a_credit_note_over_the_whole_cancels_and_voiding_another_opens_again(world):
    cancelled, opened = world.issue("acme", "100.00"), world.issue("acme", "100.00")
    credit(world, cancelled, "100.00")
    assert world.state(cancelled) == "CANCELLED"
    note = credit(world, opened, "40.00")
    adjustments.void(note=note, on=DAY_0, reason="mistake", now=world.at(DAY_0), by=world.by)
    assert (world.state(opened), world.open(opened)) == ("SENT", "100.00")


def test_AL_24_an_invoice_settled_once_takes_no_second_receipt(world):
    invoice, first, second = (
        world.issue("acme", "300.00"),
        world.receive("acme", "300.00"),
        world.receive("acme", "300.00"),
    )
    world.apply(first, invoice, "300.00")
    entry = invoice.instalments.get().entry
    with pytest.raises(Refused, match="over_allocated"):
        allocation.apply(credit=second.entry, to=[(entry, 30000)], now=world.at(DAY_0), by=world.by)
    assert world.left(second) == "300.00"


def test_AL_40_pitfall_67_a_refund_of_applied_money_opens_the_invoice_again(world):
    invoice, payment = world.issue("acme", "300.00"), world.receive("acme", "500.00")
    world.apply(payment, invoice, "300.00")
    refund(world, payment, "300.00", release=[(tie(payment, invoice), 30000)])
    assert (world.state(invoice), world.open(invoice), world.left(payment)) == ("SENT", "300.00", "200.00")
    world.apply(payment, invoice, "200.00")
    assert (world.open(invoice), world.left(payment)) == ("100.00", "0.00")


def test_AL_41_cash_needed_is_less_by_the_credit_and_a_refund_goes_back_both_ways(world):
    small, big = world.issue("acme", "10.00"), world.issue("acme", "1000.00")
    credit(world, small, "5.00")
    assert world.open(small) == "5.00"
    note = adjustments.credit_on_account(
        entity=world.entity, customer=big.customer, amount=euros("100.00"), on=DAY_0, reason_code="goodwill",
        now=world.at(DAY_0), by=world.by,
    )  # fmt: skip
    world.apply(note.entry, big, "100.00")
    payment = world.pay(big, "900.00")
    allocation.unapply(
        allocations=list(note.entry.settles.in_force()),
        on=DAY_0,
        now=world.at(DAY_0),
        by=world.by,
        reason="refund",
    )
    refund(world, payment, "100.00", release=[(tie(payment, big), 10000)])
    assert (world.open(big), posting.left_of(note.entry), world.left(payment)) == ("200.00", 10000, "0.00")


def test_AL_42_half_of_an_unapplied_payment_is_given_back(world):
    payment = world.receive("acme", "1000.00")
    refund(world, payment, "500.00")
    paid = selectors.paid_to_date(
        customer=payment.customer, entity=world.entity, currency=EUR, as_of=DAY_0, known_at=None
    )
    assert (paid.plain(), world.left(payment)) == ("500.00", "500.00")


def test_a_refund_above_what_is_unapplied_is_refused_with_figures(world):
    payment = world.receive("acme", "100.00")
    with pytest.raises(Refused, match="refund_exceeds") as refused:
        refund(world, payment, "100.01")
    assert refused.value.figures == {"wanted": 10001, "left": 10000}


def test_a_refund_looks_again_when_it_is_approved(world):
    payment = world.receive("acme", "100.00")
    change = refunds.propose(
        payment=payment,
        amount=euros("100.00"),
        reason="asked",
        now=world.at(DAY_0),
        by=world.person("accountant"),
    )
    world.apply(payment, world.issue("acme", "1.00"), "1.00")
    with pytest.raises(Refused, match="refund_exceeds"):
        world.approve(change)
    assert not Refund.objects.exists()


def test_nobody_approves_their_own_refund(world):
    payment, boss = world.receive("acme", "100.00"), world.person("finance_manager")
    change = refunds.propose(
        payment=payment, amount=euros("100.00"), reason="asked", now=world.at(DAY_0), by=boss
    )
    with pytest.raises(Refused, match="four_eyes"):
        world.approve(change, second="finance_manager")


def test_pitfall_67_with_an_adjustment_the_invoice_stays_paid(world):
    invoice = world.issue("acme", "100.00")
    payment = world.pay(invoice)
    allocation.unapply(
        allocations=[tie(payment, invoice)], on=DAY_0, now=world.at(DAY_0), by=world.by, reason="price"
    )
    credit(world, invoice, "20.00")
    world.apply(payment, invoice, "80.00")
    refund(world, payment, "20.00")
    assert (world.state(invoice), world.left(payment), world.balance("acme")) == ("PAID", "0.00", "0.00")


def test_pitfall_68_a_surplus_already_used_is_taken_back_with_the_refund(world):
    first, second, payment = (
        world.issue("acme", "100.00"),
        world.issue("acme", "50.00"),
        world.receive("acme", "150.00"),
    )
    world.apply(payment, first, "100.00")
    world.apply(payment, second, "50.00")
    with pytest.raises(Refused, match="refund_exceeds"):
        refund(world, payment, "150.00", release=[(tie(payment, first), 10000)])
    refund(world, payment, "150.00", release=[(tie(payment, first), 10000), (tie(payment, second), 5000)])
    assert (world.open(first), world.open(second), world.balance("acme")) == ("100.00", "50.00", "150.00")


def test_what_a_refund_has_tied_cannot_be_freed_by_hand(world):
    payment = world.receive("acme", "100.00")
    refund(world, payment, "100.00")
    with pytest.raises(Refused, match="bound"):
        allocation.unapply(
            allocations=list(payment.entry.settles.in_force()),
            on=DAY_0,
            now=world.at(DAY_0),
            by=world.by,
            reason="x",
        )


def test_pitfall_54_a_credit_note_beyond_the_open_rest_leaves_the_excess_as_credit(world):
    invoice = world.issue("acme", "100.00")
    world.pay(invoice, "60.00")
    note = credit(world, invoice, "70.00")
    assert (world.open(invoice), posting.left_of(note.entry), world.balance("acme")) == (
        "0.00",
        3000,
        "-30.00",
    )


def test_pitfall_58_instalments_are_filled_oldest_first_by_payments_and_advances(world):
    advance = world.receive("acme", "40.00", on=DAY_0 - timedelta(days=9))
    invoice = world.issue("acme", "100.00", on=DAY_0, terms=PRESETS["30/50/20"].to_json())
    allocation.oldest_first(credit=advance.entry, now=world.at(DAY_0), by=world.by)
    left = Entry.objects.filter(instalment__invoice=invoice).with_open_now().order_by("due_on")
    assert [each.open_now for each in left] == [0, 4000, 2000]


def test_pitfall_66_money_for_a_written_off_item_is_recovered_and_not_lost(world):
    invoice = world.issue("umbrella", "100.00")
    world.two_people(losses.propose, invoice=invoice, reason_code="insolvency", reason="estate closed")
    assert (world.state(invoice), world.balance("umbrella")) == ("WRITTEN_OFF", "0.00")
    payment = world.receive("umbrella", "30.00")
    write_offs.recover(
        write_off=invoice.write_offs.get(),
        payment=payment,
        amount=euros("30.00"),
        on=DAY_0,
        now=world.at(DAY_0),
        by=world.by,
    )
    assert (world.left(payment), world.balance("umbrella"), world.state(invoice)) == (
        "0.00",
        "0.00",
        "WRITTEN_OFF",
    )


@pytest.mark.parametrize("reason", ["bounce", "chargeback", "recall", "mistake"])
def test_pitfall_106_taking_a_payment_back_opens_exactly_what_it_had_settled(world, reason):
    first, second, other = (
        world.issue("globex", "100.00"),
        world.issue("globex", "50.00"),
        world.issue("globex", "7.00"),
    )
    world.pay(other)
    payment = world.receive("globex", "130.00")
    world.apply(payment, first, "100.00")
    world.apply(payment, second, "20.00")
    cash.reverse(payment=payment, reason=reason, on=DAY_0, now=world.at(DAY_0), by=world.by)
    assert [world.open(each) for each in (first, second, other)] == ["100.00", "50.00", "0.00"]
    assert world.left(payment) == "0.00"


def test_pitfall_107_an_item_opened_again_keeps_its_due_date(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    payment = world.pay(invoice)
    cash.reverse(
        payment=payment, reason="bounce", on=DAY_0 + timedelta(days=40), now=world.at(DAY_0), by=world.by
    )
    (item,) = Entry.objects.overdue(DAY_0 + timedelta(days=40)).filter(instalment__isnull=False)
    assert item.due_on == DAY_0


def test_pitfall_108_a_chargeback_won_settles_the_item_again(world):
    invoice = world.issue("globex", "100.00")
    payment = world.pay(invoice)
    reversal = cash.reverse(payment=payment, reason="chargeback", on=DAY_0, now=world.at(DAY_0), by=world.by)
    cash.undo_reversal(reversal=reversal, on=DAY_0, now=world.at(DAY_0), by=world.by)
    assert (world.state(invoice), world.left(payment)) == ("PAID", "0.00")
