"""Money: exact parsing, one currency per sum, splits that lose nothing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.rules.money import BIGINT_MAX, CurrencyMismatch, Money, format_plain, to_minor
from receivables.rules.refusals import Refused

CURRENCIES = st.sampled_from(["JPY", "EUR", "KWD"])
MONEY = st.builds(Money, st.integers(-(10**14), 10**14), CURRENCIES)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("19.90", "EUR", 1990),
        ("19.9", "EUR", 1990),
        ("-0.05", "EUR", -5),
        ("+7", "EUR", 700),
        (" 1000 ", "JPY", 1000),
        ("1.234", "KWD", 1234),
        (Decimal("19.90"), "EUR", 1990),
        (Decimal("1E+3"), "EUR", 100000),
        (12, "EUR", 1200),
        ("-0", "EUR", 0),
    ],
)
def test_major_units_become_minor_units(text, currency, minor):
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("bad", "currency"),
    [
        ("19.999", "EUR"),
        ("1.0", "JPY"),
        ("1.2345", "KWD"),
        (19.9, "EUR"),
        (True, "EUR"),
        (None, "EUR"),
        ("1,234.50", "EUR"),
        ("1e3", "EUR"),
        ("NaN", "EUR"),
        ("", "EUR"),
        ("12.", "EUR"),
        (".5", "EUR"),
        ("--1", "EUR"),
        ("１２", "EUR"),
        (Decimal("NaN"), "EUR"),
        (Decimal("1E+999999999"), "EUR"),
        ("9" * 5000, "EUR"),
    ],
)
def test_what_is_no_plain_amount_is_refused(bad, currency):
    with pytest.raises(Refused) as no:
        Money.of(bad, currency)
    assert (no.value.code, no.value.field) == ("amount_invalid", "amount")


def test_minor_units_are_integers_within_the_column():
    assert Money(BIGINT_MAX, "EUR").plain() == "92233720368547758.07"
    for build in (lambda: Money(BIGINT_MAX + 1, "EUR"), lambda: Money.of("92233720368547758.08", "EUR")):
        with pytest.raises(Refused, match="amount_out_of_range"):
            build()
    with pytest.raises(Refused, match="amount_invalid"):
        Money(1.5, "EUR")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1990, "EUR", "19.90"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (-7, "JPY", "-7"),
        (1005, "KWD", "1.005"),
    ],
)
def test_minor_units_are_written_plainly(minor, currency, text):
    assert format_plain(minor, currency) == text
    assert to_minor(text, currency) == minor
    assert Money(minor, currency).major == Decimal(text)
    assert str(Money(minor, currency)) == f"{text} {currency}"


def test_arithmetic_stays_within_one_currency():
    a, b = Money.of("2.50", "EUR"), Money.of("1.00", "EUR")
    assert a + b == Money(350, "EUR")
    assert b - a == Money(-150, "EUR")
    assert -a == Money(-250, "EUR")
    assert abs(-a) == a
    assert b < a and a >= a and not a <= b
    assert bool(b) and not Money.zero("EUR")


def test_two_currencies_never_meet():
    eur, usd = Money.of("1.00", "EUR"), Money.of("1.00", "USD")
    for meet in (lambda: eur + usd, lambda: eur - usd, lambda: eur < usd, lambda: max(eur, usd)):
        with pytest.raises(CurrencyMismatch):
            meet()
    assert eur != usd
    with pytest.raises(TypeError):
        eur + 1


@pytest.mark.parametrize(
    ("text", "percent", "result"),
    [("0.05", "10", "0.01"), ("0.04", "10", "0.00"), ("-0.05", "10", "-0.01"), ("1725.00", "10", "172.50")],
)
def test_a_percentage_is_rounded_half_up_once(text, percent, result):
    assert Money.of(text, "EUR").percent(Decimal(percent)).plain() == result


def test_a_float_rate_is_refused():
    with pytest.raises(Refused):
        Money(100, "EUR").percent(2.5)


def test_FX_04_each_instalment_is_converted_by_itself_and_the_cent_is_seen():
    rate = 1 / Fraction(3, 10)
    whole = Money.of("100.00", "EUR")
    halves = [part.converted(rate, "USD").plain() for part in whole.split_instalments([50, 50])]
    assert whole.converted(rate, "USD").plain() == "333.33"
    assert halves == ["166.67", "166.67"]


def test_FX_09_the_same_amount_at_two_rates_differs_by_the_exchange_gain():
    debt = Money.of("400.00", "EUR")
    booked, paid = (debt.converted(1 / Fraction(rate), "USD") for rate in ("1.20", "1.10"))
    assert (booked.plain(), paid.plain(), (paid - booked).plain()) == ("333.33", "363.64", "30.31")


def test_a_conversion_knows_the_decimals_of_both_currencies():
    assert Money.of("1000", "JPY").converted(Decimal("0.0021"), "KWD").plain() == "2.100"


def test_an_even_split_gives_the_larger_parts_first():
    assert [p.plain() for p in Money.of("100.00", "EUR").split_evenly(3)] == ["33.34", "33.33", "33.33"]
    assert [p.plain() for p in Money.of("-100.00", "EUR").split_evenly(3)] == ["-33.34", "-33.33", "-33.33"]


def test_the_largest_remainder_takes_the_odd_unit_and_ties_go_to_the_first():
    assert [p.minor for p in Money(10, "JPY").split_by_weights([1, 1, 2])] == [3, 2, 5]
    assert [p.minor for p in Money(100, "JPY").split_by_weights([1, 5, 1])] == [14, 72, 14]
    assert [p.minor for p in Money(5, "JPY").split_by_weights([0, 1])] == [0, 5]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(Refused, match="weights_invalid"):
        Money(100, "EUR").split_by_weights(weights)


def test_T4_the_last_instalment_takes_the_rest():
    assert [p.plain() for p in Money.of("0.03", "EUR").split_instalments([50, 50])] == ["0.02", "0.01"]


@pytest.mark.parametrize("percents", [[30, 60], [60, 60], [], [110, -10], [0, 100]])
def test_T3_percentages_that_do_not_sum_to_100_are_refused(percents):
    with pytest.raises(Refused, match="percents_not_100"):
        Money(100, "EUR").split_instalments(percents)


def test_A6_the_instalments_of_100_are_30_50_20():
    parts = Money.of("100.00", "EUR").split_instalments([Decimal(30), Decimal(50), Decimal(20)])
    assert [p.plain() for p in parts] == ["30.00", "50.00", "20.00"]


@given(MONEY, st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_a_split_by_weights_loses_nothing(money, weights):
    parts = money.split_by_weights(weights)
    assert sum(p.minor for p in parts) == money.minor
    assert all(p.minor * money.minor >= 0 and p.currency == money.currency for p in parts)
    assert all(p.minor == 0 for p, w in zip(parts, weights, strict=True) if w == 0)
    assert [-p for p in parts] == (-money).split_by_weights(weights)


@given(MONEY, st.integers(1, 40))
def test_an_even_split_loses_nothing_and_is_even(money, n):
    parts = [p.minor for p in money.split_evenly(n)]
    assert (len(parts), sum(parts)) == (n, money.minor)
    assert max(parts) - min(parts) <= 1


@given(MONEY, st.lists(st.integers(1, 50), min_size=1, max_size=8))
def test_instalments_lose_nothing_and_never_turn_sign(money, shares):
    percents = [Fraction(100 * share, sum(shares)) for share in shares]
    parts = money.split_instalments(percents)
    assert sum(p.minor for p in parts) == money.minor
    assert all(p.minor * money.minor >= 0 for p in parts)
    assert [-p for p in parts] == (-money).split_instalments(percents)


@given(MONEY)
def test_writing_and_reading_an_amount_is_the_identity(money):
    assert Money.of(money.plain(), money.currency) == money
