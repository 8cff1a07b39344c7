"""Tables as files people open in a spreadsheet: CSV and XLSX. The only place that writes either.

Text that a spreadsheet would take for a formula gets an apostrophe in front, on every path; numbers stay numbers, minus or not.
What a person may see was decided before: rows and columns come in as they go out. Both run in constant memory.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from receivables.rules.currencies import exponent

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = "=+-@"
_SEPARATORS = ";|,\t\r\n"
_LONGEST_CELL = 32_767
_ROWS_A_CHUNK = 500
Chunk = TypeVar("Chunk", str, bytes)


class Plain(str):
    """A number already written in plain digits ("-12.50", made by `plain`): goes out as it is, as a number."""


Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `width` in characters is for XLSX."""

    label: str
    width: int = 18


def plain(minor: int, currency: str) -> Plain:
    """Minor units as a number in major units with the currency's decimals: plain(-5, "EUR") is -0.05."""
    digits = exponent(currency)
    if not digits:
        return Plain(minor)
    text = str(abs(minor)).rjust(digits + 1, "0")
    return Plain(f"{'-' if minor < 0 else ''}{text[:-digits]}.{text[-digits:]}")


def neutral(text: str) -> str:
    """The text, with an apostrophe in front when a spreadsheet could read it as a formula.

    Looks behind leading blanks, control characters, separators and full-width forms (BAD_INPUT 67).
    """
    if text[:1].isalnum() and text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    if folded[:1] in _SEPARATORS and folded:
        return "'" + text
    bare = folded.lstrip(_SEPARATORS + " \x00\x0b\x0c\u200b\ufeff")
    return "'" + text if bare[:1] and bare[0] in _FORMULA else text


def to_csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark (so that Excel reads Chinese), comma, CRLF; a chunk for every few hundred rows."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow([neutral(str(column.label)) for column in columns])
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell if type(cell) is Plain else _csv_cell(cell) for cell in row])
        if number % _ROWS_A_CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def to_xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], title: str = "Duebook") -> bytes:
    """One sheet with a frozen heading. Decimals are written as numbers; what has more than 15 digits as text, exactly."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(_sheet_name(title))
    looks: dict[Any, Any] = {
        digits: book.add_format({"num_format": "#,##0" + ("." + "0" * digits if digits else "")})
        for digits in range(5)
    }
    looks["bold"], looks["day"] = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
    )
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, neutral(str(column.label)), looks["bold"])
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            _write_cell(sheet, number, index, cell, looks)
    book.close()
    return target.getvalue()


def answer(
    form: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, name: str, title: str = "Duebook"
) -> HttpResponseBase:
    """The download, `form` "csv" (streamed) or "xlsx". `name` is ours, without ending, in ASCII."""
    made: HttpResponseBase
    if form == "xlsx":
        made = HttpResponse(to_xlsx(columns, rows, title), content_type=XLSX_TYPE)
    else:
        made = StreamingHttpResponse(spoken(to_csv(columns, rows)), content_type=CSV_TYPE)
    made["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    made["X-Content-Type-Options"] = "nosniff"
    return made


def spoken(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Streams run after the request's language and time zone were taken down: each chunk is made with both up again."""
    language, zone = translation.get_language(), timezone.get_current_timezone()

    def made() -> Iterator[Chunk]:
        while True:
            with translation.override(language), timezone.override(zone):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    return made()


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, looks: dict[Any, Any]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | Decimal | Plain):
        number = Decimal(cell)
        if len(number.as_tuple().digits) > 15:
            sheet.write_string(row, column, f"{number:f}")
        else:
            exponent_ = number.as_tuple().exponent
            digits = -exponent_ if isinstance(exponent_, int) else 0
            look = None if isinstance(cell, int) else looks.get(max(digits, 0))
            sheet.write_number(row, column, number, look)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, looks["day"])
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
