"""SCENARIOS AL-01 to AL-17 and VECTORS P1 to P3: what settles what, with each row's figures. The books are proved after each."""

from datetime import timedelta
from fractions import Fraction

import pytest

from receivables.models import Allocation, Entry, WriteOff
from receivables.questions import selectors
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.rules.terms import Line, Terms
from receivables.services import adjustments, allocation, cash, overpayments, transfers, write_offs
from tests.fixtures.world import DAY_0


def unapply(world, payment, *invoices, on=DAY_0):
    """Takes back what this payment settles of these invoices."""
    rows = Allocation.objects.in_force().filter(credit=payment.entry, debit__instalment__invoice__in=invoices)
    return allocation.unapply(allocations=list(rows), on=on, now=world.at(on), by=world.by, reason="mistake")


def credit_note(world, code, amount, currency="EUR"):
    return adjustments.credit_on_account(
        entity=world.entity, customer=world.customer(code), amount=Money.of(amount, currency), on=DAY_0,
        reason_code="goodwill", now=world.at(DAY_0), by=world.by,
    )  # fmt: skip


def test_AL_01_cancelling_one_of_two_part_payments_opens_its_amount(world):
    invoice = world.issue("acme", "200.00")
    first, _second = world.pay(invoice, "55.00"), world.pay(invoice, "35.00")
    assert world.open(invoice) == "110.00"
    cash.reverse(payment=first, reason="mistake", on=DAY_0, now=world.at(DAY_0), by=world.by)
    assert world.open(invoice) == "165.00"


def test_AL_02_a_credit_note_may_be_allocated_in_part(world):
    invoice, note = world.issue("acme", "100.00"), credit_note(world, "acme", "100.00")
    world.apply(note.entry, invoice, "80.00")
    assert (world.open(invoice), Money(-note.entry.amount, "EUR").plain()) == ("20.00", "100.00")
    assert (
        selectors.unapplied(
            customer=invoice.customer, entity=world.entity, currency="EUR", as_of=DAY_0, known_at=None
        ).plain()
        == "20.00"
    )


def test_AL_03_what_exceeds_the_invoice_stays_unapplied_and_cannot_be_forced_on_it(world):
    invoice, payment = world.issue("acme", "100.00"), world.receive("acme", "200.00")
    world.apply(payment, invoice, "100.00")
    assert (world.open(invoice), world.left(payment)) == ("0.00", "100.00")
    other, more = world.issue("acme", "100.00"), world.receive("acme", "200.00")
    with pytest.raises(Refused, match="over_allocated") as refused:
        world.apply(more, other, "200.00")
    assert refused.value.figures == {"wanted": 20000, "left": 10000}


def test_AL_04_asking_more_of_a_credit_than_is_left_changes_nothing(world):
    note, first, second = (
        credit_note(world, "acme", "300.00"),
        world.issue("acme", "200.00"),
        world.issue("acme", "200.00"),
    )
    world.apply(note.entry, first, "200.00")
    with pytest.raises(Refused, match="over_allocated"):
        world.apply(note.entry, second, "200.00")
    assert (world.open(second), Allocation.objects.count()) == ("200.00", 1)


def test_AL_05_a_credit_shrinks_with_each_allocation(world):
    note, payment = credit_note(world, "acme", "300.00"), world.receive("acme", "5000.00")
    world.apply(note.entry, world.issue("acme", "230.00"), "230.00")
    seen = [world.left(payment)]
    for amount in ("100.00", "230.00", "100.00"):
        world.apply(payment, world.issue("acme", "1000.00"), amount)
        seen.append(world.left(payment))
    assert Entry.objects.with_open_now().get(pk=note.entry_id).open_now == -7000
    assert seen == ["5000.00", "4900.00", "4670.00", "4570.00"]


def test_AL_06_voiding_an_applied_credit_note_opens_the_invoice_again(world):
    invoice, note = world.issue("acme", "100.00"), credit_note(world, "acme", "100.00")
    world.apply(note.entry, invoice, "100.00")
    assert world.state(invoice) == "PAID"
    adjustments.void(note=note, on=DAY_0, reason="wrong customer", now=world.at(DAY_0), by=world.by)
    assert (world.state(invoice), world.open(invoice), world.balance("acme")) == ("SENT", "100.00", "100.00")


def test_AL_09_filtering_open_items_never_changes_what_is_open(world):
    early, late = (
        world.issue("acme", "100.00", due_on=DAY_0),
        world.issue("acme", "50.00", due_on=DAY_0 + timedelta(days=60)),
    )
    world.pay(early, "40.00")
    rows = Entry.objects.with_open(DAY_0, None)
    whole = {row.pk: row.open_amount for row in rows}
    for part in (
        rows.filter(due_on__lte=DAY_0),
        rows.filter(currency="EUR"),
        rows.filter(reference=late.number),
    ):
        assert {row.pk: row.open_amount for row in part}.items() <= whole.items()


def test_AL_10_undoing_one_of_two_links_frees_exactly_that_half(world):
    first, second, payment = (
        world.issue("acme", "100.00"),
        world.issue("acme", "100.00"),
        world.receive("acme", "200.00"),
    )
    for invoice in (first, second):
        world.apply(payment, invoice, "100.00")
    unapply(world, payment, first)
    assert (world.open(first), world.open(second), world.left(payment)) == ("100.00", "0.00", "100.00")
    assert (world.state(first), world.state(second)) == ("SENT", "PAID")


def test_AL_11_undoing_one_of_four_links_leaves_the_other_three(world):
    first, second = world.issue("acme", "100.00"), world.issue("acme", "100.00")
    one, two = world.receive("acme", "100.00"), world.receive("acme", "100.00")
    for payment in (one, two):
        for invoice in (first, second):
            world.apply(payment, invoice, "50.00")
    unapply(world, one, first)
    assert (world.open(first), world.open(second)) == ("50.00", "0.00")
    assert (world.left(one), world.left(two)) == ("50.00", "0.00")


def test_AL_13_undoing_the_second_part_of_an_advance_leaves_the_first(world):
    payment, first, second = (
        world.receive("acme", "260.00"),
        world.issue("acme", "150.00"),
        world.issue("acme", "110.00"),
    )
    world.apply(payment, first, "150.00")
    world.apply(payment, second, "110.00")
    unapply(world, payment, second)
    assert (world.left(payment), world.open(first), world.open(second)) == ("110.00", "0.00", "110.00")


def test_AL_14_cancelling_a_paid_invoice_leaves_the_payments_whole(world):
    invoice = world.issue("acme", "100.00")
    payments = [world.pay(invoice, amount) for amount in ("40.00", "40.00", "20.00")]
    adjustments.cancel(invoice=invoice, on=DAY_0, reason_code="mistake", now=world.at(DAY_0), by=world.by)
    assert world.state(invoice) == "CANCELLED"
    assert [world.left(each) for each in payments] == ["40.00", "40.00", "20.00"]


def test_AL_15_what_is_cancelled_stays_and_its_opposite_rows_sum_to_nothing(world):
    invoice = world.issue("acme", "100.00")
    payment = world.pay(invoice)
    before = list(Allocation.objects.values_list("pk", flat=True))
    adjustments.cancel(invoice=invoice, on=DAY_0, reason_code="mistake", now=world.at(DAY_0), by=world.by)
    assert set(before) <= set(Allocation.objects.values_list("pk", flat=True))
    assert sum(Allocation.objects.filter(credit=payment.entry).values_list("amount", flat=True)) == 0
    kinds = (Entry.Kind.INVOICE, Entry.Kind.CREDIT_NOTE)
    assert sum(Entry.objects.filter(kind__in=kinds).values_list("amount", flat=True)) == 0


def test_AL_16_instalments_are_paid_in_turn_and_a_cent_more_or_less_is_written_off(world):
    half = Terms(tuple(Line("percent", Fraction(50), (("days", days),)) for days in (20, 40)))
    invoice = world.issue("acme", "240.00", on=DAY_0, terms=half.to_json())
    first, second = invoice.instalments.select_related("entry")
    world.pay(invoice, "120.00")
    assert Entry.objects.get(pk=first.entry_id).allocated == 12000
    world.pay(invoice, "20.00")
    assert world.open(invoice) == "100.00"
    world.pay(invoice, "99.00")
    write_offs.write_difference(
        invoice=invoice, amount=Money.of("1.00", "EUR"), on=DAY_0, reason_code="small_difference", now=world.at(DAY_0),
        by=world.by,
    )  # fmt: skip
    assert (world.state(invoice), world.open(invoice)) == ("PAID", "0.00")
    assert second.amount == 12000


def test_P1_AL_22_a_receipt_of_180_pays_the_older_100_and_80_of_the_150(world):
    older, younger = (
        world.issue("acme", "100.00", due_on=DAY_0),
        world.issue("acme", "150.00", due_on=DAY_0 + timedelta(days=10)),
    )
    payment = world.receive("acme", "180.00")
    allocation.oldest_first(credit=payment.entry, now=world.at(DAY_0), by=world.by)
    assert (world.state(older), world.open(younger), world.left(payment)) == ("PAID", "70.00", "0.00")


def test_P2_AL_17_an_overpayment_kept_by_two_people_leaves_balance_nothing(world):
    invoice, payment = world.issue("acme", "100.00"), world.receive("acme", "110.00")
    world.apply(payment, invoice, "100.00")
    world.two_people(
        overpayments.propose,
        payment=payment,
        invoice=invoice,
        amount=Money.of("10.00", "EUR"),
        reason="waived",
    )
    row = WriteOff.objects.get()
    assert (world.state(invoice), world.balance("acme")) == ("PAID", "0.00")
    assert (row.amount, row.reason_code, row.entry.amount) == (1000, "overpayment", 1000)


def test_P3_AL_17_an_overpayment_stays_on_account(world):
    invoice, payment = world.issue("acme", "100.00"), world.receive("acme", "110.00")
    world.apply(payment, invoice, "100.00")
    assert (world.state(invoice), world.left(payment), world.balance("acme")) == ("PAID", "10.00", "-10.00")


def test_AL_20_a_zero_invoice_is_paid_as_soon_as_it_is_posted(world):
    assert world.state(world.issue("acme", "0.00")) == "PAID"


def test_AL_44_an_unallocated_receipt_balances_the_customer_while_the_invoice_is_open(world):
    invoice, payment = world.issue("acme", "100.00"), world.receive("acme", "100.00")
    assert (world.balance("acme"), world.open(invoice), world.left(payment)) == ("0.00", "100.00", "100.00")


def test_AL_45_what_is_applied_in_full_has_nothing_left_on_either_side(world):
    parent = world.customer("hengda")
    child = world.customer("acme", parent=parent)
    payment, invoice = world.receive("hengda", "100.00"), world.issue("acme", "100.00")
    moved = transfers.move(
        credit=payment.entry, to=child, amount=Money.of("100.00", "EUR"), reason="group", on=DAY_0, now=world.at(DAY_0),
        by=world.by,
    )  # fmt: skip
    world.apply(moved.in_entry, invoice, "100.00")
    assert not Entry.objects.unsettled().exists()
