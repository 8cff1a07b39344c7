"""Amounts, dates, currencies, names: what has two readings is refused, and nothing is rounded."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.files.currencies import DIGITS
from integrations.tables.port import (
    DateText,
    NumberText,
    Unparsed,
    parse_amount,
    parse_currency,
    parse_date,
    parse_name,
)


def code(call, *args, **kwargs) -> str:
    with pytest.raises(Unparsed) as caught:
        call(*args, **kwargs)
    assert caught.value.reason
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "mark", "minor"),
    [
        ("1.234,56", ",", 123456),
        ("1.234,56", "", 123456),
        ("1,234.56", ".", 123456),
        ("1,234.56", "", 123456),
        ("1 234,56", ",", 123456),
        ("1\u202f234,56", "", 123456),
        ("1'234.50", ".", 123450),
        ("(12.00)", "", -1200),
        ("12.00-", "", -1200),
        ("+12.00", "", 1200),
        ("\u221212.00", "", -1200),
        ("１２３", "", 12300),
        ("１２．５０", ".", 1250),
        ("1,234", ".", 123400),
        ("1.234", ",", 123400),
        ("1.234.567", "", 123456700),
        ("€ 12,50", ",", 1250),
        ("12.5", "", 1250),
        ("0", "", 0),
    ],
)
def test_bad_input_08_amounts_are_read_by_the_locale_of_the_import(text, mark, minor):
    assert parse_amount(text, currency="EUR", decimal_mark=mark) == minor


def test_bad_input_08_yen_signs_and_full_width_are_read():
    assert parse_amount("￥1,234", currency="CNY", decimal_mark=".") == 123400
    assert parse_amount("¥1,234", currency="JPY", decimal_mark=".") == 1234


@pytest.mark.parametrize("text", ["1,234", "1.234", "￥1,234", "-1.234"])
def test_bad_input_08_an_ambiguous_amount_is_never_guessed(text):
    assert code(parse_amount, text, currency="CNY") == "ambiguous_amount"


@pytest.mark.parametrize("text", ["1.234,56", "12,34.5", "1,23,456.00", "1..2", "1 23", "1,234,56"])
def test_an_amount_against_the_locale_is_refused(text):
    assert code(parse_amount, text, currency="EUR", decimal_mark=".") == "not_a_number"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("-inf", "not_a_number"),
        ("1e309", "not_a_number"),
        ("1E5", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1_000", "not_a_number"),
        ("", "empty"),
        ("   ", "empty"),
        ("-", "empty"),
        ("-0", "negative_zero"),
        ("-0.00", "negative_zero"),
        ("٣", "not_a_number"),
        ("1²", "not_a_number"),
        ("=1+1", "not_a_number"),
    ],
)
def test_bad_input_09_what_is_no_amount_is_refused(text, why):
    assert code(parse_amount, text, currency="EUR", decimal_mark=".") == why


@pytest.mark.parametrize(
    ("text", "currency"), [("1.234", "EUR"), ("1.5", "JPY"), ("1.2345", "KWD"), ("1.500", "USD")]
)
def test_bad_input_10_too_many_decimals_are_an_error_not_rounding(text, currency):
    assert code(parse_amount, text, currency=currency, decimal_mark=".") == "too_many_decimals"


def test_bad_input_10_bank_formats_may_pad_with_zeros_only():
    assert parse_amount("8.850", currency="EUR", decimal_mark=".", exact_zeros=True) == 885
    assert (
        code(parse_amount, "8.855", currency="EUR", decimal_mark=".", exact_zeros=True) == "too_many_decimals"
    )


def test_bad_input_11_an_amount_too_large_is_refused():
    assert parse_amount("10000000000000000.00", currency="EUR", decimal_mark=".") == 10**18
    assert code(parse_amount, "10000000000000000.01", currency="EUR", decimal_mark=".") == "amount_too_large"
    assert code(parse_amount, "9" * 70, currency="EUR") == "not_a_number"


def test_a_sign_of_another_currency_is_refused():
    assert code(parse_amount, "$12.00", currency="EUR") == "currency_mismatch"
    assert parse_amount("EUR 12.00", currency="EUR") == 1200


@given(
    st.integers(-(10**15), 10**15).filter(bool),
    st.sampled_from(["EUR", "JPY", "KWD", "CNY"]),
    st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "\u202f"), (".", "'"), (".", "")]),
)
def test_an_amount_written_in_a_locale_reads_back(minor, currency, marks):
    mark, group = marks
    digits = DIGITS[currency]
    whole, fraction = divmod(abs(minor), 10**digits)
    text = f"{whole:,}".replace(",", group) + (f"{mark}{fraction:0{digits}d}" if digits else "")
    text = f"-{text}" if minor < 0 else text
    assert parse_amount(text, currency=currency, decimal_mark=mark) == minor


@given(st.text(max_size=30), st.sampled_from([".", ",", ""]))
def test_any_text_is_an_amount_or_a_reason(text, mark):
    try:
        found = parse_amount(text, currency="EUR", decimal_mark=mark)
    except Unparsed as e:
        found = 0 if e.code else None
    assert found is not None
    assert abs(found) <= 10**18


def test_a_number_cell_ignores_the_locale_of_the_import():
    assert parse_amount(NumberText("1234.5"), currency="EUR", decimal_mark=",") == 123450


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("02/03/2026", "DMY", date(2026, 3, 2)),
        ("02/03/2026", "MDY", date(2026, 2, 3)),
        ("2026-3-5", "", date(2026, 3, 5)),
        ("20260305", "", date(2026, 3, 5)),
        ("2026年3月5日", "", date(2026, 3, 5)),
        ("2026/03/05 21:32:14", "YMD", date(2026, 3, 5)),
        ("２０２６-03-05", "", date(2026, 3, 5)),
        ("5 Mar 2026", "DMY", date(2026, 3, 5)),
        ("45000", "EXCEL1900", date(2023, 3, 15)),
        ("43538", "EXCEL1904", date(2023, 3, 15)),
    ],
)
def test_bad_input_13_dates_are_read_by_the_order_of_the_import(text, order, day):
    assert parse_date(text, order=order) == day


@pytest.mark.parametrize(
    ("text", "order", "why"),
    [
        ("02/03/2026", "", "ambiguous_date"),
        ("31/12/2026", "", "ambiguous_date"),
        ("2026-02-30", "", "impossible_date"),
        ("29.02.2027", "DMY", "impossible_date"),
        ("13/13/2026", "DMY", "impossible_date"),
        ("45000", "", "not_a_date"),
        ("60", "EXCEL1900", "impossible_date"),
        ("1900-02-29", "", "year_out_of_range"),
        ("0026-01-01", "", "year_out_of_range"),
        ("9999-12-31", "", "year_out_of_range"),
        ("05.03.26", "DMY", "ambiguous_date"),
        ("tomorrow", "DMY", "not_a_date"),
        ("", "DMY", "empty"),
    ],
)
def test_bad_input_13_impossible_and_ambiguous_dates_are_refused(text, order, why):
    assert code(parse_date, text, order=order) == why


def test_short_years_are_read_only_when_allowed():
    assert parse_date("05.03.26", order="DMY", short_years=True) == date(2026, 3, 5)
    assert parse_date(DateText("2026-03-05"), order="DMY") == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("XXX", "currency_unknown"),
        ("RMB", "currency_unknown"),
        ("¥", "currency_ambiguous"),
        ("$", "currency_ambiguous"),
        ("", "empty"),
    ],
)
def test_bad_input_18_an_unknown_currency_is_refused(text, why):
    assert code(parse_currency, text) == why


def test_bad_input_18_rmb_is_read_where_the_import_says_so():
    assert parse_currency("RMB", aliases={"RMB": "CNY"}) == "CNY"
    assert parse_currency(" eur ") == "EUR"


@pytest.mark.parametrize("text", ["a\0b", "a\x07", "a\x1b[31m", "a\ud800", "a\uffff"])
def test_bad_input_25_control_characters_in_names_are_refused(text):
    assert code(parse_name, text) == "control_character"


def test_bad_input_25_marks_that_deceive_the_eye_are_stripped():
    assert parse_name("ac\u202eme\u200b ") == "acme"
    assert parse_name("👩\u200d💻 می\u200cخواهم") == "👩\u200d💻 می\u200cخواهم"


@pytest.mark.parametrize("text", ["A", "'; DROP TABLE", "<script>", "{{7*7}}", "مرحبا", "🦄", "x" * 300])
def test_bad_input_26_legal_names_are_kept_verbatim(text):
    assert parse_name(text) == text


def test_bad_input_26_line_breaks_and_giants_are_refused():
    assert code(parse_name, "a\r\nBcc: x@y") == "line_break"
    assert code(parse_name, "x" * 301) == "too_long"
