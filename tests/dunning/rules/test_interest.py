"""Late interest: published figures, days at the edges, changing rates, and laws of arithmetic for any debt."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from dunning.rules.interest import Debt, derive
from dunning.rules.interest_packs import by_code
from dunning.rules.interest_terms import Facts
from dunning.rules.reference_rates import RateRow
from receivables.rules.money import Money
from tests.fixtures.late_interest import APRIL, BUSINESS, DAY, FEDERAL, SME, agreed, contract, figures, law


def test_vectors_i1_two_thousand_pounds_45_days():
    """Base 5.25 of 31 December 2023; the publisher's 32.66 rounds 45/365 too early."""
    got = law("uk_1998", "2000", date(2024, 4, 1), date(2024, 5, 16))
    assert (got.days, *figures(got)) == (45, "32.67", "70.00")
    assert got.lines[0].rate == Fraction("13.25")


def test_vectors_i2_a_total_claim_of_121_37():
    """The publisher assumes a base rate of 4.50; people may enter it over ours."""
    rows = [RateRow(date(2025, 1, 1), date(2025, 6, 30), "4.50", "the publisher's assumption")]
    got = law("uk_1998", "5000", APRIL, APRIL + 30 * DAY, rows=rows)
    assert figures(got) == ("51.37", "70.00")
    assert str(got.interest + got.compensation) == "121.37 GBP"


def test_vectors_i3_a_french_debt_of_thousand_with_tax():
    """ECB 3.15 + 10; the publisher's 10.82 is rounded up."""
    got = law("fr_l441_10", "1000", APRIL, APRIL + 30 * DAY)
    assert (*figures(got), got.lines[0].rate) == ("10.81", "40.00", Fraction("13.15"))


def test_vectors_i4_a_consumer_owes_base_rate_plus_five_and_no_fixed_sum():
    consumer = Facts(answers={"debtor_kind": "consumer", "rate_agreed_otherwise": "no"})
    got = law("de_consumer", "1000", date(2012, 3, 1), date(2012, 3, 26), consumer)
    assert (*figures(got), got.lines[0].rate) == ("3.51", "0.00", Fraction("5.12"))


def test_vectors_i5_a_federal_agency_pays_ten_days_late():
    rows = [RateRow(date(2025, 1, 1), date(2025, 6, 30), "6.5", "the example of 5 CFR 1315.17")]
    got = law("us_prompt_payment", "1500", APRIL, date(2025, 4, 11), FEDERAL, rows)
    assert (got.days, *figures(got)) == (10, "2.71", "0.00")


def test_vectors_i6_interest_beside_a_fee_of_ten():
    interest = agreed("100", "USD", "10", 15).interest
    fee = Money.of("10", "USD")
    assert [str(m) for m in (interest, interest + fee, Money.of("100", "USD") + interest + fee)] == [
        "0.41 USD",
        "10.41 USD",
        "110.41 USD",
    ]


def test_vectors_i7_a_small_supplier_to_a_large_enterprise_without_an_agreed_rate():
    due = date(2025, 7, 31)
    assert figures(law("cn_802", "100000", due, due + 30 * DAY, SME)) == ("1500.00", "0.00")
    assert figures(law("cn_802", "100000", due, due + 45 * DAY, SME)) == ("2250.00", "0.00")


def test_vectors_i8_texas_counts_34_days():
    """Due 30 days after receipt of the later of goods and invoice (6 October). The rate is the state's of that year."""
    due = date(2025, 10, 6) + 30 * DAY
    got = agreed("500", "USD", "8.5", (date(2025, 12, 9) - due).days, due_on=due)
    assert (due, got.days) == (date(2025, 11, 5), 34)
    assert got.exact == Fraction(34, 365) * Fraction("8.5") / 100 * 50000
    assert str(got.interest) == "3.96 USD"


def test_the_british_example_of_4_25_and_75_51():
    got = law("uk_1998", "5000", date(2025, 7, 1), date(2025, 7, 1) + 45 * DAY)
    assert (*figures(got), got.lines[0].quote.reference) == ("75.51", "70.00", "4.25")


# SCENARIOS FE, the interest in them


@pytest.mark.parametrize(
    ("rate", "days", "expected"),
    [
        pytest.param("0", 20, "0.00", id="test_fe_01"),
        pytest.param("10", 15, "0.41", id="test_fe_02"),
        pytest.param("8", 20, "0.44", id="test_fe_03"),
        pytest.param("0", 20, "0.00", id="test_fe_04"),
    ],
)
def test_fe_01_to_04_the_interest_of_a_notice(rate, days, expected):
    """Fees and sums of the same rows: tests/dunning/rules/test_fees.py."""
    assert agreed("100", "EUR", rate, days).interest.plain() == expected


def test_fe_19_a_part_payment_lowers_the_base_from_the_next_day():
    got = agreed("1000", "EUR", "10", 60, [(APRIL + 30 * DAY, 40000)])
    assert [(line.days, line.base) for line in got.lines] == [(30, 100000), (30, 60000)]
    assert [round(line.exact / 100, 2) for line in got.lines] == [Fraction("8.22"), Fraction("4.93")]
    assert got.interest.plain() == "13.15"


# PITFALLS 5


def test_pitfall_71_no_day_is_charged_twice():
    debt = Debt(100000, "EUR", APRIL, ((APRIL + 30 * DAY, 40000),))
    pack, facts = by_code("contract"), contract("10")
    whole = derive(debt, pack, facts, up_to=APRIL + 60 * DAY)
    first = derive(debt, pack, facts, up_to=APRIL + 20 * DAY)
    later = replace(debt, charged_through=APRIL + 20 * DAY)
    second = derive(later, pack, facts, up_to=APRIL + 60 * DAY)
    assert first.days + second.days == whole.days == 60
    assert first.exact + second.exact == whole.exact
    assert derive(later, pack, facts, up_to=APRIL + 20 * DAY).reason == "no_days"


def test_pitfall_72_interest_bears_no_interest():
    """A year is charged as one sum; the second year is as dear as the first, whatever was charged before."""
    debt = Debt(100000, "EUR", date(2025, 12, 31))
    pack, facts = by_code("contract"), contract("10")
    first = derive(debt, pack, facts, up_to=date(2026, 12, 31))
    second = derive(replace(debt, charged_through=date(2026, 12, 31)), pack, facts, up_to=date(2027, 12, 31))
    assert first.interest == second.interest == Money.of("100", "EUR")
    assert all(line.capitalised == 0 for line in (*first.lines, *second.lines))


def test_pitfall_73_a_new_base_rate_splits_the_period():
    got = law("de_b2b", "1000", date(2025, 6, 20), date(2025, 7, 10))
    assert [(line.from_on, line.to_on, line.days, line.rate) for line in got.lines] == [
        (date(2025, 6, 21), date(2025, 6, 30), 10, Fraction("11.27")),
        (date(2025, 7, 1), date(2025, 7, 10), 10, Fraction("10.27")),
    ]
    assert figures(got) == ("5.90", "40.00")


# Edges


def test_paid_on_the_due_date_costs_nothing():
    got = law("de_b2b", "100", APRIL, date(2025, 12, 1), payments=((APRIL, 10000),))
    assert (*figures(got), got.reason, got.applicable) == ("0.00", "0.00", "no_days", True)


def test_paid_a_day_late_costs_one_day_and_the_fixed_sum():
    got = law("de_b2b", "1000", APRIL, date(2025, 12, 1), payments=((APRIL + DAY, 100000),))
    assert (got.days, *figures(got)) == (1, "0.31", "40.00")


def test_what_was_paid_before_the_due_date_never_counts():
    got = agreed("1000", "EUR", "10", 365, [(APRIL - 5 * DAY, 40000)])
    assert got.interest.plain() == "60.00"


def test_a_payment_taken_back_counts_again_from_the_next_day():
    payments = [(APRIL + 10 * DAY, 100000), (APRIL + 20 * DAY, -100000)]
    got = agreed("1000", "EUR", "10", 30, payments)
    assert [(line.from_on, line.to_on) for line in got.lines] == [
        (APRIL + DAY, APRIL + 10 * DAY),
        (APRIL + 21 * DAY, APRIL + 30 * DAY),
    ]


@pytest.mark.parametrize("principal", [0, -5000])
def test_nothing_owed_gives_nothing(principal):
    got = derive(Debt(principal, "EUR", APRIL), by_code("de_b2b"), BUSINESS, up_to=date(2025, 12, 1))
    assert (*figures(got), got.lines, got.reason) == ("0.00", "0.00", (), "nothing_owed")


def test_an_overpaid_debt_gives_nothing_after():
    got = agreed("1000", "EUR", "10", 60, [(APRIL + 10 * DAY, 150000)])
    assert (got.days, got.interest.plain()) == (10, "2.74")


def test_days_of_a_dispute_found_valid_are_left_out():
    debt = Debt(100000, "EUR", APRIL, disputed=((APRIL + 11 * DAY, APRIL + 20 * DAY),))
    got = derive(debt, by_code("contract"), contract("10"), up_to=APRIL + 30 * DAY)
    assert (got.days, [line.days for line in got.lines]) == (20, [10, 10])


@pytest.mark.parametrize(
    ("currency", "principal", "expected"),
    [("JPY", "100000", "411"), ("KWD", "100.000", "0.411"), ("EUR", "100", "0.41"), ("CLF", "100", "0.4110")],
)
def test_each_currency_is_rounded_to_its_own_digits(currency, principal, expected):
    assert agreed(principal, currency, "10", 15).interest.plain() == expected


def test_half_a_cent_is_rounded_up_once():
    """0.5 a day for three days is 1.5: two cents, not three times one."""
    got = agreed("100", "EUR", "0.005", 3, per="day")
    assert (got.exact, got.interest.minor) == (Fraction(3, 2), 2)


def test_a_leap_year_has_366_days_under_a_fixed_basis_and_costs_a_year_under_actual():
    due, end = date(2023, 12, 31), date(2024, 12, 31)
    assert agreed("1000", "EUR", "10", 366, due_on=due).interest.plain() == "100.27"
    actual = agreed("1000", "EUR", "10", 366, due_on=due, day_count="actual")
    assert (actual.interest.plain(), actual.lines[0].day_basis) == ("100.00", 366)
    across = agreed("1000", "EUR", "10", 366 + 365, due_on=due, day_count="actual")
    assert [(line.to_on, line.day_basis) for line in across.lines] == [(end, 366), (date(2025, 12, 31), 365)]
    assert across.interest.plain() == "200.00"


def test_the_leap_day_counts():
    assert agreed("1000", "EUR", "10", 2, due_on=date(2024, 2, 28)).lines[0].to_on == date(2024, 3, 1)


def test_360_days_are_dearer_than_365():
    assert agreed("1000", "EUR", "10", 36, day_count="360").interest.plain() == "10.00"


def test_a_rate_a_month_is_twelve_a_year():
    assert agreed("1000", "EUR", "1.5", 365, per="month").interest.plain() == "180.00"


def test_the_last_days_of_the_calendar_do_not_break_it():
    far = Debt(100000, "EUR", date.max, ((date.max, 1),), ((APRIL, date.max),))
    assert derive(far, by_code("de_b2b"), BUSINESS, up_to=date(2025, 12, 1)).reason == "no_days"
    paid = Debt(100000, "EUR", APRIL, ((date.max, 1),), ((APRIL + 6 * DAY, date.max),), charged_through=APRIL)
    assert derive(paid, by_code("de_b2b"), BUSINESS, up_to=date(2025, 12, 1)).days == 5
    charged = replace(paid, charged_through=date.max)
    assert derive(charged, by_code("de_b2b"), BUSINESS, up_to=date(2025, 12, 1)).reason == "no_days"
