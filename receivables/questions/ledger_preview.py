"""A look into an uploaded ledger file before anything is read whole: its header, and the first rows as a mapping reads them.

It writes nothing; what it cannot read it says.
"""

import io
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from integrations.errors import Unreadable
from integrations.tables.port import RowProblem, open_table
from receivables.ledger_file import PRESETS, LedgerRow, Mapping, read
from receivables.rules.refusals import Refused

ROWS = 20


@dataclass
class Line:
    """One row of the file: its cells as written, what it says, and what is wrong with it."""

    line: int
    cells: list[str]
    row: LedgerRow | None = None
    problems: list[RowProblem] = field(default_factory=list)


@dataclass
class Preview:
    """The first rows as they will be read, or why they cannot be read with this mapping (`refusal`)."""

    header: list[str]
    lines: list[Line]
    refusal: str = ""


def header(data: bytes, name: str) -> list[str]:
    """The titles of the columns. Raises Unreadable for what is no table."""
    return open_table(io.BytesIO(data), name=name).header


def preview(path: Path, name: str, spec: Dictionary[str, Any]) -> Preview:
    """The first 20 rows with a mapping. Raises Unreadable for the file as a whole."""
    with path.open("rb") as source:
        table = open_table(source, name=name)
        rows = [row for row, _place in zip(table.rows, range(ROWS), strict=False)]
    lines = [Line(row.line, row.cells) for row in rows]
    found = Preview(table.header, lines)
    try:
        mapping = Mapping.from_json(dict(spec))
        by_line = {line.line: line for line in lines}
        for each in read(replace(table, rows=iter(rows)), mapping):
            if isinstance(each, RowProblem):
                by_line[each.line].problems.append(each)
            else:
                by_line[each.line].row = each
    except Refused as refused:
        found.refusal = refused.message
    except Unreadable as wrong:
        found.refusal = f"{wrong.message} {wrong.repair}".strip()
    return found


def fitting(titles: list[str], saved: Dictionary[str, Dictionary[str, Any]]) -> str:
    """The name of the first mapping, saved before shipped, whose every column this file has; "" when there is none."""
    for name, spec in [*saved.items(), *PRESETS.items()]:
        wanted = [title for title in spec.get("columns", {}).values() if title]
        if wanted and all(titles.count(title) == 1 for title in wanted):
            return name
    return ""
