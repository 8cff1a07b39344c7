"""The early-payment discount: SCENARIOS DT-11 to DT-13 and VECTORS T5 at the level of verbs."""

from datetime import date

import pytest

from receivables.models import Entry, WriteOff
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import adjustments, discounts

ON = date(2019, 1, 1)
TERMS = {
    "lines": [{"percent": "100", "due": [{"days": 30}]}],
    "early_payment": {"percent": "10", "days": 10, "on_tax": True},
}


def issue(world, amount, tax="0"):
    return world.issue("acme", amount, on=ON, terms=TERMS, tax=tax)


def settle(world, payment, *invoices):
    return discounts.settle(payment=payment, invoices=invoices, now=world.at(payment.value_on), by=world.by)


def test_DT_11_T5_900_of_1000_within_ten_days_settles_it_with_a_discount_of_100(world):
    invoice = issue(world, "1000.00")
    assert discounts.offer(invoice, date(2019, 1, 11)).valid_until == date(2019, 1, 11)
    assert discounts.offer(invoice, date(2019, 1, 12)) is None
    settle(world, world.receive("acme", "900.00", on=date(2019, 1, 2)), invoice)
    assert (world.state(invoice), world.open(invoice)) == ("PAID", "0.00")
    row = WriteOff.objects.get()
    assert (row.amount, row.reason_code, row.entry.kind) == (
        10000,
        "early_payment_discount",
        Entry.Kind.DISCOUNT,
    )


def test_DT_12_two_invoices_paid_together_in_the_window_are_both_settled(world):
    one, two = issue(world, "1000.00"), issue(world, "2000.00")
    settle(world, world.receive("acme", "2700.00", on=date(2019, 1, 10)), one, two)
    assert (world.state(one), world.state(two)) == ("PAID", "PAID")
    assert list(WriteOff.objects.order_by("pk").values_list("amount", flat=True)) == [10000, 20000]


def test_DT_13_the_discount_lowers_the_tax_in_its_share(world):
    invoice = issue(world, "1725.00", tax="225.00")
    settle(world, world.receive("acme", "1552.50", on=date(2019, 1, 11)), invoice)
    row = WriteOff.objects.get()
    assert (world.state(invoice), row.amount, row.tax) == ("PAID", 17250, 2250)


def test_DT_13_the_same_payment_on_day_twelve_earns_nothing(world):
    invoice = issue(world, "1725.00", tax="225.00")
    payment = world.receive("acme", "1552.50", on=date(2019, 1, 12))
    with pytest.raises(Refused) as no:
        settle(world, payment, invoice)
    assert no.value.code == "no_discount"
    world.apply(payment, invoice, "1552.50")
    assert (world.open(invoice), world.state(invoice)) == ("172.50", "SENT")


def test_the_value_date_decides_and_not_the_day_of_entry(world):
    invoice = issue(world, "1000.00")
    payment = world.receive("acme", "900.00", on=date(2019, 1, 11), now=world.at(date(2019, 2, 20)))
    discounts.settle(payment=payment, invoices=[invoice], now=world.at(date(2019, 2, 20)), by=world.by)
    assert world.state(invoice) == "PAID"


def test_part_payments_earn_it_only_when_they_reach_the_rest_together(world):
    invoice = issue(world, "1000.00")
    world.pay(invoice, "400.00", on=date(2019, 1, 3))
    with pytest.raises(Refused) as no:
        settle(world, world.receive("acme", "499.99", on=date(2019, 1, 9)), invoice)
    assert (no.value.code, no.value.figures["needed"]) == ("discount_not_earned", 50000)
    settle(world, world.receive("acme", "500.00", on=date(2019, 1, 9)), invoice)
    assert (world.state(invoice), WriteOff.objects.get().amount) == ("PAID", 10000)


def test_who_pays_more_than_needed_keeps_less_and_who_pays_all_keeps_nothing(world):
    invoice, whole = issue(world, "1000.00"), issue(world, "1000.00")
    settle(world, world.receive("acme", "950.00", on=date(2019, 1, 2)), invoice)
    assert WriteOff.objects.get().amount == 5000
    payment = world.receive("acme", "1010.00", on=date(2019, 1, 2))
    assert settle(world, payment, whole) == []
    assert (world.state(whole), world.left(payment)) == ("PAID", "10.00")


def test_a_credit_note_lowers_the_discount_in_proportion(world):
    invoice = issue(world, "1000.00")
    adjustments.credit(
        invoice=invoice,
        amount=Money.of("500.00", "EUR"),
        on=ON,
        reason_code="price",
        now=world.at(ON),
        by=world.by,
    )
    settle(world, world.receive("acme", "450.00", on=date(2019, 1, 5)), invoice)
    assert (world.state(invoice), WriteOff.objects.get().amount) == ("PAID", 5000)
