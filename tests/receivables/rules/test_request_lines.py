"""Lines and sums of a request: half-up once, tax per rate, nothing lost; what cannot be read is refused at its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.rules.money import round_half_up
from receivables.rules.refusals import Refused
from receivables.rules.request_lines import LineInput, compute


def line(price="10.00", quantity="1", tax="19", description="x"):
    return LineInput(description, quantity, price, tax)


@pytest.mark.parametrize(
    ("lines", "currency", "sums"),
    [
        ([line("33.33", "3")], "EUR", (9999, 1900)),
        ([line("0.05", "0.5", "0")], "EUR", (3, 0)),  # 2.5 cents, half-up
        (
            [line("0.01"), line("0.01"), line("0.01")],
            "EUR",
            (3, 1),
        ),  # 0.57 of tax on the sum, not three times zero
        ([line("100", tax="19"), line("100", tax="7")], "EUR", (20000, 2600)),
        ([line("1000", tax="13")], "JPY", (1000, 130)),
        ([line("1.234", "2", "5")], "KWD", (2468, 123)),
        ([line("10", tax="5.5%")], "EUR", (1000, 55)),
        ([], "EUR", (0, 0)),
        ([line("0")], "EUR", (0, 0)),
    ],
)
def test_sums_follow_the_stated_rounding(lines, currency, sums):
    totals = compute(lines, currency)
    assert (totals.net, totals.tax) == sums
    assert totals.gross == totals.net + totals.tax


@pytest.mark.parametrize(
    ("bad", "code", "place"),
    [
        (line(description=" "), "description_missing", "description"),
        (line(description="x" * 301), "text_too_long", "description"),
        (line(quantity="0"), "quantity_invalid", "quantity"),
        (line(quantity="-1"), "quantity_invalid", "quantity"),
        (line(quantity="1e3"), "quantity_invalid", "quantity"),
        (line(quantity="１"), "quantity_invalid", "quantity"),
        (line(quantity="1.1234567"), "quantity_invalid", "quantity"),
        (line(price=""), "unit_price_invalid", "unit_price"),
        (line(price="1,000.00"), "unit_price_invalid", "unit_price"),
        (line(price="1.005"), "unit_price_invalid", "unit_price"),
        (line(price="-5"), "unit_price_invalid", "unit_price"),
        (line(price="NaN"), "unit_price_invalid", "unit_price"),
        (line(price="9" * 20), "amount_out_of_range", "unit_price"),
        (line(price="9" * 17, quantity="999999999999"), "amount_out_of_range", "unit_price"),
        (line(tax="101"), "tax_rate_invalid", "tax_percent"),
        (line(tax=""), "tax_rate_invalid", "tax_percent"),
        (line(tax="-1"), "tax_rate_invalid", "tax_percent"),
    ],
)
def test_000_14_what_cannot_be_read_is_refused_at_its_place(bad, code, place):
    with pytest.raises(Refused) as caught:
        compute([line(), bad], "EUR")
    assert (caught.value.code, caught.value.field) == (code, f"lines[1].{place}")


def test_more_than_200_lines_are_refused():
    with pytest.raises(Refused, match="too_many_lines"):
        compute([line()] * 201, "EUR")


prices = st.integers(0, 10**9).map(lambda n: f"{n // 100}.{n % 100:02d}")
rates = st.sampled_from(["0", "5.5", "7", "13", "19", "20"])


@given(st.lists(st.tuples(prices, st.integers(1, 999).map(str), rates), min_size=1, max_size=12))
def test_shared_tax_loses_nothing_and_stays_what_the_rate_says_of_the_whole(typed):
    totals = compute([line(price, quantity, rate) for price, quantity, rate in typed], "EUR")
    assert sum(each.tax for each in totals.lines) == totals.tax
    assert sum(each.net for each in totals.lines) == totals.net
    for rate in {each.tax_bp for each in totals.lines}:
        same = [each for each in totals.lines if each.tax_bp == rate]
        from fractions import Fraction

        assert sum(each.tax for each in same) == round_half_up(
            Fraction(sum(each.net for each in same) * rate, 10_000)
        )
