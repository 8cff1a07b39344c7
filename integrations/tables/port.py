"""The port for tables: what a CSV or XLSX adapter returns, and the strict value parsers its callers use on the cells.

Rows are read while they are asked for; a table is never whole in memory. Nothing here knows what the columns mean.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from integrations import registry
from integrations.errors import VALUE_SHOWN, Unreadable
from integrations.files.media import Kind, Source, admit
from integrations.files.names import comparable
from integrations.tables.dates import DateOrder, DateText, parse_date, parse_serial
from integrations.tables.values import (
    DecimalMark,
    NumberText,
    Unparsed,
    has_forbidden,
    parse_amount,
    parse_currency,
    parse_name,
    strip_invisible,
)

__all__ = [
    "Adapter", "DateOrder", "DateText", "DecimalMark", "Limits", "NumberText", "Row", "RowProblem", "Source", "Table",
    "TableOptions", "Unparsed", "Unreadable", "comparable", "find_header", "has_forbidden", "open_table", "parse_amount",
    "parse_currency", "parse_date", "parse_name", "parse_serial", "problem", "strip_invisible",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps, each a refusal and not a crash. `field` and `line` in characters."""

    rows: int = 1_048_576
    columns: int = 256
    field: int = 65_536
    line: int = 1_048_576


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How to read. "" and None mean: find out.

    `header`: "first" = the first row that is not blank; "none" = there is none; "names" = the first row holding every name
    of `header_names` (preambles of bank exports are passed over and kept in `Table.preamble`).
    """

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: str = "first"
    header_names: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one row. `line` counts lines (CSV) or rows (XLSX) from 1; `value` has at most 40 characters."""

    code: str
    line: int
    column: str
    value: str
    reason: str
    repair: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` has exactly as many cells as the header unless `problems` says otherwise; cells are verbatim text."""

    line: int
    cells: list[str]
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` can be read once. `delimiter` and `encoding` are "" for a workbook, `sheet` is "" for a text file."""

    header: list[str]
    header_line: int
    rows: Iterator[Row]
    name: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    preamble: tuple[Row, ...] = ()

    def column(self, name: str) -> int:
        """Index of the column headed `name` (blanks and letter case do not matter). Raises Unreadable: header_missing,
        header_duplicate; both name the header, and neither is ever guessed."""
        wanted = comparable(name)
        found = [i for i, title in enumerate(self.header) if comparable(title) == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            message, code = f"The header {name[:40]!r} appears {len(found)} times.", "header_duplicate"
        else:
            shown = ", ".join(title[:40] for title in self.header[:30])
            message, code = f"There is no header {name[:40]!r}; the file has: {shown}.", "header_missing"
        raise Unreadable(
            code, message, line=self.header_line, column=name, repair="Map the columns of this file."
        )


class Adapter(Protocol):
    """One kind of file. `read` raises Unreadable for the file as a whole; what is wrong with one row stands on the row."""

    def read(self, source: Source, *, name: str, options: TableOptions) -> Table: ...


def open_table(source: Source, *, name: str, options: TableOptions | None = None) -> Table:
    """The table in `source`, whatever it is: judged by its first bytes. Raises Unreadable: unsupported_media, no_rows ..."""
    admitted = admit(source, name=name)
    if admitted.kind is Kind.XML:
        raise Unreadable("unsupported_media", "The file is XML, not a table.", repair="Upload CSV or XLSX.")
    reader: Adapter = registry.adapter("tables", "xlsx_file" if admitted.kind is Kind.XLSX else "csv_file")
    return reader.read(admitted.stream, name=admitted.name, options=options or TableOptions())


def problem(
    code: str, line: int, reason: str, *, column: str = "", value: str = "", repair: str = ""
) -> RowProblem:
    """A RowProblem with its value cut and made fit for showing."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in value[:VALUE_SHOWN])
    return RowProblem(code, line, column, shown, reason, repair)


def find_header(
    rows: Iterator[Row], options: TableOptions
) -> tuple[Row | None, tuple[Row, ...], Iterator[Row]]:
    """(header row or None, rows before it, rows behind it). Raises Unreadable: no_rows, header_missing."""
    if options.header == "none":
        return None, (), rows
    wanted = {comparable(name) for name in options.header_names}
    passed: list[Row] = []
    for row in rows:
        if options.header == "first" or wanted <= {comparable(cell) for cell in row.cells}:
            return row, tuple(passed), rows
        passed.append(row)
        if len(passed) >= PREAMBLE_MAX:
            break
    if not passed:
        raise Unreadable("no_rows", "The file has no rows.")
    missing = sorted(wanted - {comparable(cell) for row in passed for cell in row.cells}) or sorted(wanted)
    raise Unreadable(
        "header_missing",
        f"No row holds the headers this import expects; not found: {', '.join(missing)[:200]}.",
        repair="Map the columns of this file, or choose the right format.",
    )


PREAMBLE_MAX = 200
"""Rows before a header; the longest bank preamble met so far has 24."""


def fitted(row: Row, width: int) -> Row:
    """The row with exactly `width` cells: blank cells beyond are cut, anything else is a problem and nothing shifts."""
    extra = row.cells[width:]
    if len(row.cells) == width or not row.cells:
        return row
    if len(row.cells) > width and not any(cell.strip() for cell in extra):
        return Row(row.line, row.cells[:width], row.problems)
    what = "too many" if extra else "too few"
    ragged = problem(
        "ragged_row",
        row.line,
        f"The row has {len(row.cells)} cells, the header has {width}: {what}.",
        value=" | ".join(row.cells),
        repair="Quote cells that contain the separator.",
    )
    return Row(row.line, row.cells, (*row.problems, ragged))


def widths(rows: Sequence[Row]) -> int:
    """The commonest number of cells, for a table without a header."""
    counts: dict[int, int] = {}
    for row in rows:
        counts[len(row.cells)] = counts.get(len(row.cells), 0) + 1
    return max(counts, key=lambda width: (counts[width], width), default=0)
