"""Early-payment discounts: earned whole and in time or not at all, with their share of the tax."""

from datetime import date
from decimal import Decimal

import pytest

from receivables.rules.money import Money
from receivables.rules.term_presets import PRESETS
from receivables.rules.terms import EarlyPayment, Terms, discount, open_after_payments

TEN_PERCENT = Terms(Terms.net(30).lines, EarlyPayment(Decimal(10), 10))


def on(text):
    return date.fromisoformat(text)


def eur(text):
    return Money.of(text, "EUR")


def test_DT_11_and_T5_ten_percent_within_ten_days():
    offer = discount(TEN_PERCENT, on("2019-01-01"), eur("1000.00"))
    assert (offer.valid_until, offer.amount) == (on("2019-01-11"), eur("100.00"))
    for paid_on, left in (("2019-01-02", "0.00"), ("2019-01-11", "0.00"), ("2019-01-12", "100.00")):
        paid = [(on(paid_on), eur("900.00"))]
        assert open_after_payments(TEN_PERCENT, on("2019-01-01"), eur("1000.00"), paid).plain() == left


def test_DT_12_one_payment_of_2700_settles_two_invoices():
    invoices = [eur("1000.00"), eur("2000.00")]
    needed = [amount - discount(TEN_PERCENT, on("2019-01-01"), amount).amount for amount in invoices]
    assert needed[0] + needed[1] == eur("2700.00")
    for amount, paid in zip(invoices, needed, strict=True):
        assert not open_after_payments(TEN_PERCENT, on("2019-01-01"), amount, [(on("2019-01-05"), paid)])


def test_DT_13_the_discount_takes_its_share_of_the_tax():
    gross, tax = eur("1725.00"), eur("225.00")
    offer = discount(TEN_PERCENT, on("2019-01-01"), gross, tax)
    assert (offer.net_part, offer.tax_part) == (eur("150.00"), eur("22.50"))
    in_time, late = [(on("2019-01-11"), eur("1552.50"))], [(on("2019-01-13"), eur("1552.50"))]
    assert open_after_payments(TEN_PERCENT, on("2019-01-01"), gross, in_time, tax) == eur("0")
    assert open_after_payments(TEN_PERCENT, on("2019-01-01"), gross, late, tax) == eur("172.50")


def test_AG_28_the_value_date_decides_about_the_discount():
    terms = Terms(Terms.net(30).lines, EarlyPayment(Decimal(10), 15))
    for value_on, left in (("2017-01-11", "0.00"), ("2017-02-02", "10.00")):
        paid = [(on(value_on), eur("90.00"))]
        assert open_after_payments(terms, on("2017-01-01"), eur("100.00"), paid).plain() == left


def test_a_discount_may_leave_the_tax_alone():
    terms = Terms(Terms.net(30).lines, EarlyPayment(Decimal(10), 10, on_tax=False))
    offer = discount(terms, on("2019-01-01"), eur("1725.00"), eur("225.00"))
    assert (offer.amount, offer.net_part, offer.tax_part) == (eur("150.00"), eur("150.00"), eur("0"))


@pytest.mark.parametrize(
    ("payments", "left"),
    [
        ([("2019-01-02", "500.00")], "500.00"),
        ([("2019-01-02", "500.00"), ("2019-01-11", "400.00")], "0.00"),
        ([("2019-01-02", "500.00"), ("2019-01-12", "400.00")], "100.00"),
        ([("2019-01-02", "950.00")], "0.00"),
        ([("2019-01-02", "1000.00")], "0.00"),
        ([("2019-01-02", "1100.00")], "-100.00"),
        ([("2019-01-02", "899.99")], "100.01"),
        ([], "1000.00"),
    ],
)
def test_a_discount_is_earned_whole_or_not_at_all(payments, left):
    paid = [(on(day), eur(amount)) for day, amount in payments]
    assert open_after_payments(TEN_PERCENT, on("2019-01-01"), eur("1000.00"), paid).plain() == left


def test_a_credit_note_or_plain_terms_earn_no_discount():
    assert discount(TEN_PERCENT, on("2019-01-01"), eur("-100.00")) is None
    assert discount(TEN_PERCENT, on("2019-01-01"), eur("0.04")) is None
    assert discount(PRESETS["NET30"], on("2019-01-01"), eur("100.00")) is None
