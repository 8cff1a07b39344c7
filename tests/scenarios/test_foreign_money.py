"""SCENARIOS FX-01 to FX-05 and FX-08, FX-09, AL-07, AL-08, AL-12: what rates mean. The books never hear of them."""

from datetime import timedelta
from itertools import product

import pytest

from receivables.models import Allocation, Entry
from receivables.questions import conversion
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import allocation, rates
from tests.fixtures.world import DAY_0

LATER = DAY_0 + timedelta(days=1)


def rate(world, base, quote, value, on=DAY_0):
    return rates.enter(
        base=base,
        quote=quote,
        rate=value,
        on=on,
        source="test",
        today=LATER,
        now=world.at(LATER),
        by=world.by,
    )


def settle(world, invoice, amount, *, on, of=None):
    """Receives `of` (or the amount) in the invoice's currency and settles `amount`; the allocation."""
    payment = world.receive("acme", of or amount, on=on, currency=invoice.currency)
    (row,) = world.apply(payment, invoice, amount, on=on)
    return row, payment


def test_FX_01_what_is_settled_at_a_worse_rate_is_a_loss_and_the_rest_stays(world):
    rate(world, "EUR", "USD", "2", DAY_0)
    rate(world, "EUR", "USD", "3", LATER)
    invoice = world.issue("acme", "120.00", on=DAY_0, currency="USD")
    row, payment = settle(world, invoice, "120.00", on=LATER, of="240.00")
    assert conversion.realised(row, "EUR") == Money.of("-20.00", "EUR")
    assert world.left(payment) == "120.00"
    assert conversion.worth(Money.of("120.00", "USD"), "EUR", LATER).plain() == "40.00"


def test_FX_02_AL_12_undoing_the_match_takes_the_difference_away(world):
    rate(world, "EUR", "USD", "2", DAY_0)
    rate(world, "EUR", "USD", "3", LATER)
    invoice = world.issue("acme", "120.00", on=DAY_0, currency="USD")
    row, payment = settle(world, invoice, "120.00", on=LATER, of="240.00")
    allocation.unapply(allocations=[row], on=LATER, now=world.at(LATER), by=world.by, reason="mistake")
    assert conversion.realised_total(Allocation.objects.all(), "EUR") == Money.zero("EUR")
    assert (world.open(invoice), world.left(payment)) == ("120.00", "240.00")


@pytest.mark.parametrize("days", list(product((0, 1), repeat=3)))
def test_FX_03_settlement_is_decided_in_the_currency_of_the_document_whatever_the_rates(world, days):
    rate(world, "EUR", "USD", "2", DAY_0)
    rate(world, "EUR", "USD", "3.7", LATER)
    first, second, paid = (DAY_0 + timedelta(days=each) for each in days)
    invoices = [world.issue("acme", "120.00", on=on, currency="USD") for on in (first, second)]
    payment = world.receive("acme", "240.00", on=paid, currency="USD")
    allocation.oldest_first(credit=payment.entry, now=world.at(paid), by=world.by)
    assert [world.state(each) for each in invoices] == ["PAID", "PAID"]
    assert world.left(payment) == "0.00"


def test_FX_04_converting_line_by_line_makes_a_cent_that_the_whole_has_not(world):
    rate(world, "USD", "EUR", "0.3")
    halves = [Money.of("50.00", "EUR")] * 2
    parts = conversion.totals(halves, "USD", DAY_0)
    assert [worth.plain() for _total, worth, _rate in parts.parts] == ["166.67", "166.67"]
    assert parts.total.plain() == "333.34"
    assert conversion.worth(Money.of("100.00", "EUR"), "USD", DAY_0).plain() == "333.33"
    assert conversion.rounding(halves, "USD", DAY_0).plain() == "-0.01"


def test_FX_05_a_bank_amount_there_and_back_differs_by_the_rounding(world):
    rate(world, "USD", "EUR", "3")
    there = conversion.worth(Money.of("100.00", "EUR"), "USD", DAY_0)
    back = conversion.worth(there, "EUR", DAY_0)
    assert (there.plain(), (Money.of("100.00", "EUR") - back).plain()) == ("33.33", "0.01")


def test_FX_08_money_in_another_currency_is_never_allocated(world):
    invoice, payment = (
        world.issue("acme", "100.00", currency="USD"),
        world.receive("acme", "100.00", currency="EUR"),
    )
    with pytest.raises(Refused, match="crosses"):
        allocation.apply(
            credit=payment.entry,
            to=[(invoice.instalments.get().entry, 10000)],
            now=world.at(DAY_0),
            by=world.by,
        )


def test_FX_09_a_gain_between_two_days(world):
    rate(world, "USD", "EUR", "1.20", DAY_0)
    rate(world, "USD", "EUR", "1.10", LATER)
    invoice = world.issue("acme", "400.00", on=DAY_0)
    assert conversion.worth(Money.of("400.00", "EUR"), "USD", DAY_0).plain() == "333.33"
    row, _payment = settle(world, invoice, "400.00", on=LATER)
    assert conversion.worth(Money.of("400.00", "EUR"), "USD", LATER).plain() == "363.64"
    assert conversion.realised(row, "USD").plain() == "30.31"
    assert world.balance("acme") == "0.00"


def test_AL_07_a_hundred_at_85_paid_at_80_is_a_difference_of_500(world):
    rate(world, "EUR", "INR", "85", DAY_0)
    rate(world, "EUR", "INR", "80", LATER)
    row, _payment = settle(world, world.issue("acme", "100.00", on=DAY_0), "100.00", on=LATER)
    assert conversion.realised(row, "INR").plain() == "-500.00"
    assert conversion.worth(Money.of("100.00", "EUR"), "INR", DAY_0).plain() == "8500.00"


def test_AL_08_an_account_in_base_currency_has_no_difference(world):
    invoice = world.issue("acme", "85.00", currency="INR")
    row, payment = settle(world, invoice, "85.00", on=LATER, of="100.00")
    assert (conversion.realised(row, "INR").minor, world.left(payment)) == (0, "15.00")


def test_no_entry_is_ever_written_for_a_rate(world):
    before = Entry.objects.count()
    rate(world, "EUR", "USD", "2")
    conversion.totals([Money.of("1.00", "USD")], "EUR", DAY_0)
    assert Entry.objects.count() == before


def test_a_converted_total_says_at_what_rate_of_which_day(world):
    rate(world, "EUR", "USD", "1.25")
    found = conversion.totals([Money.of("125.00", "USD"), Money.of("1.00", "EUR")], "EUR", LATER)
    assert found.total.plain() == "101.00"
    assert found.words == "converted at 1 USD = 0.800000 EUR (test, 2026-03-02)"


def test_two_currencies_meet_in_the_euro(world):
    rate(world, "EUR", "USD", "1.25")
    rate(world, "EUR", "JPY", "150")
    assert conversion.worth(Money.of("125.00", "USD"), "JPY", DAY_0) == Money(15000, "JPY")


def test_a_missing_rate_is_refused_and_not_taken_as_one(world):
    with pytest.raises(Refused, match="rate_missing"):
        conversion.totals([Money.of("1.00", "USD")], "EUR", DAY_0)
    rate(world, "EUR", "USD", "2", LATER)
    with pytest.raises(Refused, match="rate_missing"):
        conversion.worth(Money.of("1.00", "USD"), "EUR", DAY_0)


@pytest.mark.parametrize("wrong", ["0", "0.00", "-1", "1e3", "1,5", "", "NaN"])
def test_a_rate_that_is_no_plain_number_above_zero_is_refused(world, wrong):
    with pytest.raises(Refused, match="rate_invalid"):
        rate(world, "EUR", "USD", wrong)


def test_the_packaged_reference_rates_are_taken_over_once(world):
    from datetime import date

    from integrations.rates.ecb_file import Adapter

    source = Adapter()
    quotes = list(source.quotes(date(2024, 1, 2), date(2024, 1, 3)))
    assert {each.quote for each in quotes} >= {"USD", "JPY", "GBP", "CNY"}
    taken = [
        rates.take_over(quotes=quotes, source="ECB", now=world.at(DAY_0), by=world.by) for _twice in range(2)
    ]
    assert taken[0] > 40
    assert taken[1] == 0
    assert conversion.rate_on("EUR", "USD", date(2024, 1, 2)).plain() == "1.095600"
