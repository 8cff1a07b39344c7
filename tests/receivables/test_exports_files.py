"""Exports, more of them: every harmful beginning, amounts by currency, dates, and constant memory for a file of any length."""

import csv
import io
import tracemalloc
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from receivables import exports
from receivables.exports import Column, neutral, plain

HARMFUL = [
    "=cmd", "+1", "-1", "@x", "\t=1", "\r=1", ";=1", "＝1", "＋1", " =1", "\u3000=1", "\x00=1", "\ufeff=1", "|=1", "－1",
]  # fmt: skip


@pytest.mark.parametrize("text", HARMFUL)
def test_bad_input_67_text_that_looks_like_a_formula_gets_an_apostrophe_in_csv_and_xlsx(text):
    assert neutral(text) == "'" + text
    row = next(
        iter(
            list(
                csv.reader(
                    io.StringIO(b"".join(exports.to_csv([Column(text)], [[text]])).decode("utf-8-sig"))
                )
            )[1:]
        )
    )
    assert row[0].startswith("'")
    if "\x00" not in text:
        sheet = openpyxl.load_workbook(io.BytesIO(exports.to_xlsx([Column("a")], [[text]]))).active
        assert (sheet["A2"].data_type, str(sheet["A2"].value)[0]) == ("s", "'")


@pytest.mark.parametrize("text", ["Acme", "O'Brien", "1-2", "公司", "a=b", "", "100%"])
def test_other_text_stays_as_it_is(text):
    assert neutral(text) == text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (123456, "EUR", "1234.56"),
        (-500, "JPY", "-500"),
        (1234, "KWD", "1.234"),
        (7, "KWD", "0.007"),
    ],
)
def test_bad_input_67_a_negative_amount_stays_a_number_with_the_decimals_of_its_currency(
    minor, currency, text
):
    assert plain(minor, currency) == text
    made = b"".join(exports.to_csv([Column("a")], [[plain(minor, currency)]])).decode("utf-8-sig")
    assert made.splitlines()[1] == text
    cell = openpyxl.load_workbook(
        io.BytesIO(exports.to_xlsx([Column("a")], [[plain(minor, currency)]]))
    ).active["A2"]
    assert (cell.data_type, Decimal(str(cell.value))) == ("n", Decimal(text))


def test_dates_are_dates_and_long_numbers_stay_exact():
    sheet = openpyxl.load_workbook(
        io.BytesIO(exports.to_xlsx([Column("a"), Column("b")], [[date(2026, 3, 2), 10**17 + 1]]))
    ).active
    assert sheet["A2"].value.date() == date(2026, 3, 2)
    assert sheet["B2"].value == str(10**17 + 1)


def test_a_csv_of_any_length_takes_the_same_memory():
    def peak(rows):
        tracemalloc.start()
        for _chunk in exports.to_csv(
            [Column("a"), Column("b")], (["Acme", plain(n, "EUR")] for n in range(rows))
        ):
            pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(1_000)
    assert peak(40_000) < 2 * peak(4_000) + 100_000
