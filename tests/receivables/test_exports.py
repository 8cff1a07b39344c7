"""Exports: formulas never, numbers always, whatever the name of a customer."""

import csv
import io
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from receivables import exports

COLUMNS = [exports.Column("Name"), exports.Column("Amount")]
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30)
nasty = st.builds(
    lambda head, tail: head + tail,
    st.sampled_from(["=", "+", "-", "@", "\t=", ";=", " =", "\uff1d", "\u200b="]),
    texts,
)


def dangerous(cell):
    return cell.lstrip(" ;\t,|\u200b\ufeff").startswith(
        ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    )


@given(name=texts | nasty, minor=st.integers(-(10**12), 10**12))
def test_bad_input_67_csv_has_no_formula_and_numbers_come_back(name, minor):
    amount = Decimal(minor) / 100
    text = b"".join(exports.to_csv(COLUMNS, [[name, amount]])).decode("utf-8-sig")
    (_head, row) = list(csv.reader(io.StringIO(text, newline="")))
    assert not dangerous(row[0])
    assert row[0] in (name, "'" + name)
    assert Decimal(row[1]) == amount


def test_bad_input_67_xlsx_has_text_and_number_cells_only():
    names = ["=1+1", "+1", "-1", "@x", "\t=", ";=", "\uff1dx", " =x", "plain", "http://x.example"]
    rows = [[name, Decimal("-12.50")] for name in names]
    sheet = load_workbook(io.BytesIO(exports.to_xlsx(COLUMNS, rows))).active
    for (name, amount), given_name in zip(sheet.iter_rows(min_row=2), names, strict=True):
        assert (name.data_type, amount.data_type, amount.value) == ("s", "n", -12.5)
        assert name.value in (given_name, "'" + given_name)
        assert not dangerous(name.value)
        assert name.hyperlink is None


def test_an_amount_too_long_for_a_spreadsheets_number_stays_exact_as_text():
    exact = Decimal("12345678901234567.89")
    sheet = load_workbook(io.BytesIO(exports.to_xlsx(COLUMNS, [["x", exact]]))).active
    assert sheet["B2"].value == "12345678901234567.89"
