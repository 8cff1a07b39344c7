"""Excel workbooks: values only, streamed row by row. Formulas are never computed; one without a stored value is an error.

Our own reader on lxml, because the common libraries cannot tell a formula without value from a blank cell and turn every
number into a float.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice

from integrations.errors import Unreadable
from integrations.files import archives, safe_xml
from integrations.files.media import Kind, Source, admit
from integrations.tables.port import (
    Limits,
    Row,
    RowProblem,
    Table,
    TableOptions,
    find_header,
    fitted,
    has_forbidden,
    problem,
    strip_invisible,
    widths,
)
from integrations.tables.workbook import Workbook, checked, date_text, number_text, open_workbook, plain_text

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})\Z")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Adapter:
    """XLSX. Macro workbooks, old .xls and encrypted files are refused before this."""

    def read(self, source: Source, *, name: str, options: TableOptions) -> Table:
        """Raises Unreadable: no_rows, sheet_missing, archive_*, xml_refused, unsupported_media, header_missing."""
        admitted = admit(source, name=name)
        if admitted.kind is not Kind.XLSX:
            raise Unreadable("unsupported_media", "The file is not an Excel workbook.")
        book = open_workbook(archives.open_zip(admitted.stream))
        sheet = options.sheet or next(iter(book.sheets))
        if sheet not in book.sheets:
            shown = ", ".join(list(book.sheets)[:20])
            raise Unreadable(
                "sheet_missing", f"The workbook has no sheet {sheet[:40]!r}; it has: {shown[:300]}."
            )
        rows = _rows(book, book.sheets[sheet], options.limits)
        header, preamble, rows = find_header(rows, options)
        first = list(islice(rows, 50 if header is None else 1))
        if not first:
            raise Unreadable(
                "no_rows", "The sheet has a header but no rows." if header else "The sheet has no rows."
            )
        width = len(header.cells) if header else widths(first)
        return Table(
            header=[cell.strip() for cell in header.cells] if header else [],
            header_line=header.line if header else 0,
            rows=(fitted(_filled(row, width), width) for row in chain(first, rows)),
            name=admitted.name,
            sheet=sheet,
            sheets=tuple(book.sheets),
            preamble=preamble,
        )


def _filled(row: Row, width: int) -> Row:
    """Blank cells at the end of a row are simply not stored in a workbook."""
    return Row(row.line, row.cells + [""] * (width - len(row.cells)), row.problems)


def _rows(book: Workbook, part: str, limits: Limits) -> Iterator[Row]:
    """Rows that are not blank. The declared dimension is not even read: it may lie."""
    line = 0
    with checked(book.archive, part) as stream:
        for _, element in safe_xml.elements(stream, "row"):
            stated = element.get("r", "")
            line = int(stated) if stated.isdigit() and len(stated) < 8 else line + 1
            if line > limits.rows:
                if len(element):
                    raise Unreadable(
                        "too_many_rows", f"The sheet has more than {limits.rows} rows.", line=line
                    )
                return
            row = _row(book, element, line, limits)
            if row is not None:
                yield row


def _row(book: Workbook, element: safe_xml.Element, line: int, limits: Limits) -> Row | None:
    cells: list[str] = []
    problems: list[RowProblem] = []
    column = -1
    for cell in element:
        found = _REFERENCE.match(cell.get("r", ""))
        column = _number(found[1]) if found else column + 1
        value, wrong = _value(book, cell)
        if value == "" and not wrong:
            continue
        if column >= limits.columns:
            raise Unreadable(
                "too_many_columns", f"The sheet has more than {limits.columns} columns.", line=line
            )
        if len(value) > limits.field:
            value, wrong = (
                "",
                ("too_large", f"The cell holds more than {limits.field} characters.", "Shorten the text."),
            )
        if wrong:
            code, reason, repair = wrong
            problems.append(problem(code, line, reason, column=_letters(column), value=value, repair=repair))
        cells.extend([""] * (column - len(cells)))
        cells[column:] = [value]
    if not cells or (not problems and not any(cell.strip() for cell in cells)):
        return None
    return Row(line, cells, tuple(problems))


_Wrong = tuple[str, str, str] | None
_NO_VALUE = ("formula_without_value", "The formula has no stored value, and formulas are not computed here.",
             "Open the workbook in a spreadsheet program, save it, or paste values.")  # fmt: skip


def _value(book: Workbook, cell: safe_xml.Element) -> tuple[str, _Wrong]:
    kind = cell.get("t", "n")
    stored = cell.find("{*}v")
    raw = "" if stored is None or stored.text is None else stored.text
    if kind == "inlineStr":
        return _text(plain_text(cell))
    if cell.find("{*}f") is not None and not raw and kind != "str":
        return "", _NO_VALUE
    if kind == "s":
        known = raw.isdigit() and int(raw) < len(book.strings)
        return (
            _text(book.strings[int(raw)])
            if known
            else ("", ("damaged_cell", "The cell points to no text.", "Save again."))
        )
    if kind in ("str", "d"):
        return _text(raw)
    if kind == "e":
        return raw[:40], ("error_cell", f"The cell shows the error {raw[:20]}.", "Correct the formula.")
    if kind == "b":
        return ("TRUE" if raw == "1" else "FALSE"), None
    if not raw:
        return "", None
    style = cell.get("s", "")
    if style.isdigit() and int(style) in book.date_styles:
        day = date_text(raw, book.epoch_1904)
        return (
            (day, None)
            if day
            else (raw[:40], ("impossible_date", "There is no such day in the calendar.", "Correct the date."))
        )
    number = number_text(raw)
    return (
        (number, None)
        if number is not None
        else (raw[:40], ("not_a_number", "The cell is not a number.", "Correct it."))
    )


def _text(raw: str) -> tuple[str, _Wrong]:
    text = (
        strip_invisible(_ESCAPE.sub(lambda m: chr(int(m[1], 16)), raw))
        if "_x" in raw
        else strip_invisible(raw)
    )
    if has_forbidden(text):
        return text, (
            "control_character",
            "The cell holds a control character or a broken letter.",
            "Type the text again.",
        )
    return text, None


def _number(letters: str) -> int:
    """A → 0, Z → 25, AA → 26."""
    total = 0
    for letter in letters:
        total = total * 26 + ord(letter) - 64
    return total - 1


def _letters(number: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
