"""Rates by period: exact texts, no overlap, no guess for the unknown."""

from datetime import date
from fractions import Fraction

import pytest

from dunning.rules.reference_rates import RateRow, Series, percent, plain
from receivables.rules.refusals import Refused

NAME = {"en": "a rate", "zh": "利率"}


def row(first, last, rate, source="a bank"):
    return RateRow(date(2025, first, 1), date(2025, last, 28), rate, source)


def series(*rows):
    return Series("a_rate", NAME, rows)


@pytest.mark.parametrize("text", ["12.25", "0", "-0.88", "4.625", "100"])
def test_percent_texts_are_exact_both_ways(text):
    assert plain(percent(text)) == text
    assert percent("0.10") == Fraction(1, 10)


@pytest.mark.parametrize("bad", [12.25, 5, None, "", "12,25", "1e3", "NaN", "٣", "1234", "0.123456789", " 1"])
def test_what_is_no_percent_is_refused(bad):
    with pytest.raises(Refused) as no:
        percent(bad)
    assert no.value.code == "rate_invalid"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"from": "2025-12-31"}, "rate_period_invalid"),
        ({"from": "1.1.2025"}, "date_invalid"),
        ({"to": None}, "date_invalid"),
        ({"rate": "x"}, "rate_invalid"),
        ({"source": " "}, "rate_source_missing"),
        ({"source": None}, "rate_row_invalid"),
        ({"note": "x"}, "rate_row_invalid"),
    ],
)
def test_a_row_people_enter_is_checked(change, code):
    good = {"from": "2025-01-01", "to": "2025-06-30", "rate": "3.15", "source": "ECB"}
    assert RateRow.of(good).rate == "3.15"
    with pytest.raises(Refused) as no:
        RateRow.of({**good, **change})
    assert no.value.code == code


def test_overlapping_rows_are_refused():
    with pytest.raises(Refused) as no:
        series(row(1, 6, "1"), row(6, 12, "2"))
    assert no.value.code == "rate_periods_overlap"
    with pytest.raises(Refused):
        series().with_rows([row(1, 6, "1"), row(3, 4, "2")])


def test_a_gap_is_unknown_and_not_as_before():
    known = series(row(1, 3, "1"), row(7, 9, "2"))
    assert known.at(date(2025, 3, 28)).rate == "1"
    with pytest.raises(Refused) as no:
        known.at(date(2025, 3, 29))
    assert (no.value.code, no.value.figures["period"]) == ("rate_unknown", "2025-H1")


def test_an_entered_row_is_right_where_both_speak():
    mended = series(row(1, 12, "1")).with_rows([row(3, 4, "9", "corrected"), row(6, 6, "8", "corrected")])
    assert [(r.from_on, r.to_on, r.rate) for r in mended.rows] == [
        (date(2025, 1, 1), date(2025, 2, 28), "1"),
        (date(2025, 3, 1), date(2025, 4, 28), "9"),
        (date(2025, 4, 29), date(2025, 5, 31), "1"),
        (date(2025, 6, 1), date(2025, 6, 28), "8"),
        (date(2025, 6, 29), date(2025, 12, 28), "1"),
    ]


def test_an_entered_row_may_cover_a_whole_row():
    assert [r.rate for r in series(row(3, 4, "1")).with_rows([row(1, 12, "2")]).rows] == ["2"]


def test_an_entered_row_may_begin_on_a_rows_last_day_or_end_on_its_first():
    last, first = date(2025, 6, 28), date(2025, 3, 1)
    for entered in (RateRow(last, last, "2", "a bank"), RateRow(first, first, "2", "a bank")):
        mended = series(row(3, 6, "1")).with_rows([entered])
        assert (mended.at(entered.from_on).rate, mended.at(date(2025, 5, 1)).rate) == ("2", "1")
