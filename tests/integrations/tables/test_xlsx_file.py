"""Workbooks: values only, no floats, nothing computed, nothing trusted that the file says of itself."""

import datetime as dt
import io
import re
import zipfile

import pytest
import xlsxwriter

from integrations.errors import Unreadable
from integrations.tables.port import DateText, Limits, NumberText, TableOptions, open_table, parse_amount


def book(fill, **options) -> bytes:
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, options)
    fill(workbook)
    workbook.close()
    return buffer.getvalue()


def rows_of(*rows):
    def fill(workbook):
        sheet = workbook.add_worksheet("Ledger")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return fill


def patched(raw: bytes, part: str, change) -> bytes:
    """The workbook with one part changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return buffer.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def table(raw, **options):
    return open_table(raw, name="ledger.xlsx", options=TableOptions(**options))


def test_numbers_are_exact_decimal_text():
    found = list(table(book(rows_of(["a", "b"], [0.1 + 0.2, 1234567.89], [1e15, -0.5]))).rows)
    assert [r.cells for r in found] == [["0.3", "1234567.89"], ["1000000000000000", "-0.5"]]
    assert all(isinstance(c, NumberText) for r in found for c in r.cells)
    assert parse_amount(found[0].cells[1], currency="EUR", decimal_mark=",") == 123456789


def test_bad_input_10_decimals_of_a_number_cell_are_not_rounded_away():
    cell = next(table(book(rows_of(["a"], [12.345]))).rows).cells[0]
    assert cell == "12.345"


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_bad_input_14_the_epoch_is_the_flag_of_the_workbook(epoch_1904):
    def fill(workbook):
        sheet = workbook.add_worksheet()
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["d", "t"])
        sheet.write_datetime(1, 0, dt.datetime(2026, 3, 5), day)
        sheet.write_datetime(1, 1, dt.datetime(2026, 3, 5, 13, 30), workbook.add_format({"num_format": 22}))

    cells = next(table(book(fill, date_1904=epoch_1904)).rows).cells
    assert cells == ["2026-03-05", "2026-03-05 13:30:00"]
    assert isinstance(cells[0], DateText)


def test_bad_input_13_the_29_february_1900_is_refused():
    def fill(workbook):
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "d")
        sheet.write_number(1, 0, 60, workbook.add_format({"num_format": 14}))

    assert [p.code for r in table(book(fill)).rows for p in r.problems] == ["impossible_date"]


def test_bad_input_19_only_stored_values_of_formulas_are_read():
    def fill(workbook):
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, "=1+1", None, "")
        sheet.write_string(1, 2, "=cmd|'/C calc'!A0")

    row = next(table(book(fill)).rows)
    assert row.cells == ["2", "", "=cmd|'/C calc'!A0"]
    assert [(p.code, p.line, p.column) for p in row.problems] == [("formula_without_value", 2, "B")]


def test_bad_input_21_a_document_type_inside_a_workbook_is_refused():
    hostile = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    raw = book(rows_of(["a"], ["x"]))
    for part in (SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"):
        with pytest.raises(Unreadable) as caught:
            list(table(patched(raw, part, lambda c: c.replace(b"?>", b"?>" + hostile, 1))).rows)
        assert caught.value.code == "xml_refused", part


def test_bad_input_23_a_lying_dimension_is_not_believed():
    raw = patched(
        book(rows_of(["a"], ["x"])),
        SHEET,
        lambda c: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', c),
    )
    assert [r.cells for r in table(raw).rows] == [["x"]]


def test_bad_input_23_columns_and_rows_are_capped():
    with pytest.raises(Unreadable) as caught:
        list(table(book(rows_of(["a"], ["x"] * 300))).rows)
    assert caught.value.code == "too_many_columns"
    with pytest.raises(Unreadable) as caught:
        list(table(book(rows_of(["a"], *[["x"]] * 20)), limits=Limits(rows=10)).rows)
    assert caught.value.code == "too_many_rows"


def test_blank_rows_are_passed_over_and_short_rows_filled():
    def fill(workbook):
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write(5, 1, "x")

    found = list(table(book(fill)).rows)
    assert [(r.line, r.cells) for r in found] == [(6, ["", "x", ""])]


def test_bad_input_06_a_cell_beyond_the_header_is_an_error():
    assert [p.code for r in table(book(rows_of(["a"], ["x", "y"]))).rows for p in r.problems] == [
        "ragged_row"
    ]


def test_sheets_are_named_and_chosen():
    def fill(workbook):
        rows_of(["a"], ["first"])(workbook)
        workbook.add_worksheet("Other").write_column(0, 0, ["a", "second"])

    assert table(book(fill)).sheets == ("Ledger", "Other")
    assert [r.cells for r in table(book(fill), sheet="Other").rows] == [["second"]]
    with pytest.raises(Unreadable, match="Ledger") as caught:
        table(book(fill), sheet="Missing")
    assert caught.value.code == "sheet_missing"


def test_bad_input_01_a_sheet_without_rows_is_refused():
    for rows in ([], [["a", "b"]]):
        with pytest.raises(Unreadable) as caught:
            table(book(rows_of(*rows)))
        assert caught.value.code == "no_rows"


def test_error_cells_and_control_characters_are_problems():
    def fill(workbook):
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_string(1, 1, "x\x07")

    assert [p.code for r in table(book(fill)).rows for p in r.problems] == ["error_cell", "control_character"]


def test_bad_input_20_a_workbook_that_is_a_bomb_is_refused_before_unpacking():
    raw = patched(book(rows_of(["a"], ["x"])), SHEET, lambda c: c + b" " * 60_000_000)
    with pytest.raises(Unreadable) as caught:
        table(raw)
    assert caught.value.code == "archive_bomb"
