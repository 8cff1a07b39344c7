"""Tables as files people open in a spreadsheet: CSV and XLSX. The only place that writes either.

Text that a spreadsheet would take for a formula gets an apostrophe in front, on every path; numbers stay numbers, also negative ones.
What a person may see was decided before: rows and columns come in as they go out.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = "=+-@"
_SEPARATORS = ";|,\t\r\n"
_LONGEST_CELL = 32_767

Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `width` in characters is for XLSX."""

    label: str
    width: int = 18


def neutral(text: str) -> str:
    """The text, with an apostrophe in front when a spreadsheet could read it as a formula.

    Looks behind leading blanks, control characters, separators and full-width forms (BAD_INPUT 67).
    """
    folded = unicodedata.normalize("NFKC", text)
    if folded[:1] in _SEPARATORS and folded:
        return "'" + text
    bare = folded.lstrip(_SEPARATORS + " \x00\x0b\x0c\u200b\ufeff")
    return "'" + text if bare[:1] and bare[0] in _FORMULA else text


def to_csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark (so that Excel reads Chinese), comma, CRLF; one chunk per row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([neutral(str(column.label)) for column in columns])
    yield "\ufeff".encode() + _taken(buffer)
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        yield _taken(buffer)


def to_xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], title: str = "Duebook") -> bytes:
    """One sheet with a frozen heading. Decimals are written as numbers; what has more than 15 digits as text, exactly."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(_sheet_name(title))
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for index, column in enumerate(columns):
        sheet.write_string(0, index, neutral(str(column.label)), bold)
        sheet.set_column(index, index, column.width)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            _write_cell(sheet, number, index, cell, day)
    book.close()
    return target.getvalue()


def _write_cell(
    sheet: "xlsxwriter.worksheet.Worksheet", row: int, column: int, cell: Cell, day: object
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | Decimal):
        if len(Decimal(cell).as_tuple().digits) > 15:
            sheet.write_string(row, column, f"{cell:f}" if isinstance(cell, Decimal) else str(cell))
        else:
            sheet.write_number(row, column, cell)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, day)
    else:
        text = cell.isoformat() if isinstance(cell, datetime) else neutral(cell)
        sheet.write_string(row, column, text[:_LONGEST_CELL])


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(cell) if isinstance(cell, int) else neutral(cell)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "Duebook"
