"""What single laws add to the arithmetic: rates that hold from the start, bands of fixed sums, the federal rule."""

from dataclasses import replace
from datetime import date

import pytest

from dunning.rules.interest import Debt, derive
from dunning.rules.interest_packs import by_code
from dunning.rules.reference_rates import RateRow
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from tests.fixtures.late_interest import APRIL, BUSINESS, DAY, FEDERAL, figures, law


def test_the_british_rate_of_the_start_holds_to_the_end():
    """Due 31 December: the delay begins on 1 January, under the rate of 31 December."""
    got = law("uk_1998", "2000", date(2024, 12, 31), date(2025, 9, 30))
    assert [(line.days, line.quote.reference) for line in got.lines] == [(273, "4.75")]
    assert law("uk_1998", "2000", date(2024, 12, 30), date(2025, 9, 30)).lines[0].quote.reference == "5.25"


@pytest.mark.parametrize(
    ("code", "principal", "fixed"),
    [
        ("uk_1998", "999.99", "40.00"),
        ("uk_1998", "1000", "70.00"),
        ("uk_1998", "9999.99", "70.00"),
        ("uk_1998", "10000", "100.00"),
        ("ie_580_2012", "1000", "40.00"),
        ("ie_580_2012", "1000.01", "70.00"),
        ("ie_580_2012", "10000", "70.00"),
        ("ie_580_2012", "10000.01", "100.00"),
        ("eu_2011_7", "0.01", "40.00"),
        ("de_b2b", "999999", "40.00"),
    ],
)
def test_fixed_sums_by_band(code, principal, fixed):
    assert law(code, principal, APRIL, APRIL + DAY).compensation.plain() == fixed


def test_the_fixed_sum_is_claimed_once():
    got = law("eu_2011_7", "1000", APRIL, APRIL + 9 * DAY, compensated=True)
    assert figures(got) == ("2.75", "0.00")


def test_bands_of_another_currency_need_the_debts_worth():
    debt = Debt(150000, "EUR", APRIL)
    with pytest.raises(Refused) as no:
        derive(debt, by_code("uk_1998"), BUSINESS, up_to=APRIL + DAY)
    assert no.value.code == "worth_missing"
    facts = replace(BUSINESS, worth=Money.of("1260", "GBP"))
    assert str(derive(debt, by_code("uk_1998"), facts, up_to=APRIL + DAY).compensation) == "70.00 GBP"


def test_a_federal_debt_of_75_days_compounds_by_30_days():
    """The regulation's second example: USD 1,500 at 6 %, due 1 April, paid 15 June: 18.83."""
    rows = [RateRow(date(2025, 1, 1), date(2025, 6, 30), "6", "the example of 5 CFR 1315.17")]
    got = law("us_prompt_payment", "1500", APRIL, date(2025, 6, 15), FEDERAL, rows)
    assert [line.days for line in got.lines] == [30, 30, 15]
    assert (got.interest.plain(), got.lines[1].capitalised) == ("18.83", 750)
    month = law("us_prompt_payment", "1500", APRIL, APRIL + 31 * DAY, FEDERAL, rows)
    assert [(line.days, line.capitalised) for line in month.lines] == [(31, 0)]


def test_a_federal_debt_charged_in_two_parts_costs_what_one_charge_costs():
    rows = [RateRow(date(2025, 1, 1), date(2025, 6, 30), "6", "an example")]
    cut, end = APRIL + 40 * DAY, APRIL + 75 * DAY
    first, whole = (law("us_prompt_payment", "1500", APRIL, on, FEDERAL, rows) for on in (cut, end))
    second = law("us_prompt_payment", "1500", APRIL, end, FEDERAL, rows, charged_through=cut)
    assert first.exact + second.exact == whole.exact
    assert (first.days, second.days, second.lines[0].from_on) == (40, 35, cut + DAY)


def test_a_federal_debt_paid_after_a_month_stays_simple_however_late_one_looks():
    rows = [RateRow(date(2025, 1, 1), date(2025, 6, 30), "6", "an example")]
    paid = ((APRIL + 31 * DAY, 150000),)
    got = law("us_prompt_payment", "1500", APRIL, APRIL + 80 * DAY, FEDERAL, rows, payments=paid)
    assert [(line.days, line.capitalised) for line in got.lines] == [(31, 0)]


def test_a_reference_rate_far_below_zero_never_pays_the_debtor():
    rows = [RateRow(date(2025, 1, 1), date(2025, 6, 30), "-20", "an example")]
    assert figures(law("de_b2b", "1500", APRIL, APRIL + 9 * DAY, rows=rows)) == ("0.00", "40.00")


def test_a_federal_debt_bears_interest_for_a_year_at_most():
    got = law("us_prompt_payment", "1500", date(2024, 12, 31), date(2027, 1, 1), FEDERAL)
    assert (got.days, got.lines[-1].to_on) == (365, date(2025, 12, 31))
