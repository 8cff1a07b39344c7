"""Separated text: the alphabet, the separator and the lines are found out, and every oddity stands on its row.

Rows stream; what is wrong in row 5,000 is told with its line and, for broken letters, its byte offset.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from integrations.errors import Unreadable
from integrations.files.decoding import Decoding, detect, text_stream
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

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 120
_PRIMED = 50
_ESCAPED = re.compile("[\udc80-\udcff]")
_SUSPECT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)


class Adapter:
    """CSV, semicolon and tab separated text."""

    def read(self, source: Source, *, name: str, options: TableOptions) -> Table:
        """Raises Unreadable: no_rows, unsupported_media, encoding_unknown, header_missing."""
        admitted = admit(source, name=name)
        if admitted.kind is Kind.XLSX:
            raise Unreadable("unsupported_media", "The file is a workbook, not separated text.")
        decoding = detect(admitted.stream, options.encoding)
        delimiter = options.delimiter or _delimiter(admitted.stream.read(256 * 1024), decoding)
        csv.field_size_limit(max(options.limits.line, options.limits.field) + 1)
        lines = _Lines(text_stream(admitted.stream, decoding), options.limits)
        rows = _rows(lines, delimiter, decoding, options.limits)
        header, preamble, rows = find_header(rows, options)
        first = list(islice(rows, _PRIMED if header is None else 1))
        if not first:
            raise Unreadable(
                "no_rows", "The file has a header but no rows." if header else "The file has no rows."
            )
        width = len(header.cells) if header else widths(first)
        while header and width > 1 and not header.cells[width - 1].strip():
            width -= 1
        return Table(
            header=[cell.strip() for cell in header.cells[:width]] if header else [],
            header_line=header.line if header else 0,
            rows=(fitted(row, width) for row in chain(first, rows)),
            name=admitted.name,
            delimiter=delimiter,
            encoding=decoding.encoding,
            preamble=preamble,
        )


def _delimiter(sample: bytes, decoding: Decoding) -> str:
    """The separator under which most lines have the same number of cells, weighed by that number."""
    text = sample.decode(decoding.encoding, errors="replace").removeprefix("\ufeff")
    lines = list(islice(io.StringIO(text, newline=None), _SAMPLE_LINES))

    def weight(delimiter: str) -> int:
        counts: dict[int, int] = {}
        for cells in csv.reader(lines, delimiter=delimiter):
            counts[len(cells)] = counts.get(len(cells), 0) + 1
        return max(((width - 1) * count for width, count in counts.items()), default=0)

    csv.field_size_limit(1 << 20)
    best = max(_DELIMITERS, key=weight)
    return best if weight(best) else ","


class _Lines:
    """Physical lines with their count; remembers the lines of the row being read. A giant line is cut and marked."""

    def __init__(self, stream: io.TextIOBase, limits: Limits) -> None:
        self._stream = stream
        self._limit = limits.line
        self.row: list[str] = []
        self.too_long = False

    def __iter__(self) -> Iterator[str]:
        limit = self._limit
        while line := self._stream.readline(limit + 1):
            if len(line) > limit:
                self.too_long = True
                while line and not line.endswith(("\n", "\r")):
                    line = self._stream.readline(limit)
                line = "\n"
            self.row.append(line)
            yield line


def _rows(lines: _Lines, delimiter: str, decoding: Decoding, limits: Limits) -> Iterator[Row]:
    offsets = deque(decoding.bad_offsets)
    reader = csv.reader(lines, delimiter=delimiter)
    count, before = 0, 0
    while True:
        start = before + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as e:
            broken = open_quote(lines.row, delimiter)
            where = start + broken if broken is not None else start
            yield Row(
                where,
                [],
                (_unbalanced(where, lines.row) if broken is not None else _too_large(start, str(e)),),
            )
            return
        before = reader.line_num
        raw, lines.row = lines.row, []
        if lines.too_long:
            lines.too_long = False
            yield Row(start, [], (_too_large(start, f"more than {limits.line} characters on a line"),))
            continue
        if len(raw) > 1 and (broken := open_quote(raw, delimiter)) is not None:
            yield Row(start + broken, [], (_unbalanced(start + broken, raw),))
            return
        suspect = [line for line in raw if _SUSPECT.search(line)]
        problems: tuple[RowProblem, ...] = ()
        if suspect:
            cells, problems = _checked(start, cells, offsets)
        if not problems and not any(map(str.strip, cells)):
            continue
        count += 1
        if count > limits.rows:
            raise Unreadable("too_many_rows", f"The file has more than {limits.rows} rows.", line=start)
        if len(cells) > limits.columns and any(map(str.strip, cells[limits.columns :])):
            raise Unreadable(
                "too_many_columns",
                f"The row has {len(cells)} cells; the limit is {limits.columns}.",
                line=start,
            )
        if sum(map(len, raw)) > limits.field and any(len(cell) > limits.field for cell in cells):
            problems = (*problems, _too_large(start, f"a cell holds more than {limits.field} characters"))
            cells = [cell if len(cell) <= limits.field else "" for cell in cells]
        yield Row(start, cells, problems)


def _checked(start: int, cells: list[str], offsets: deque[int]) -> tuple[list[str], tuple[RowProblem, ...]]:
    """Invisible marks are stripped; control characters and broken letters become problems with their place."""
    clean: list[str] = []
    problems: list[RowProblem] = []
    for number, cell in enumerate(cells, start=1):
        broken = len(_ESCAPED.findall(cell))
        if broken and offsets:
            at = offsets.popleft()
            for _ in range(min(broken - 1, len(offsets))):
                offsets.popleft()
            problems.append(
                problem(
                    "invalid_bytes",
                    start,
                    f"Byte {at} of the file is not valid text.",
                    column=str(number),
                    value=cell,
                    repair="Save the file as UTF-8, or name its encoding in the mapping.",
                )
            )
        elif has_forbidden(cell):
            problems.append(
                problem(
                    "control_character",
                    start,
                    "The cell holds a control character or a broken letter.",
                    column=str(number),
                    value=cell,
                    repair="Type the text again.",
                )
            )
        clean.append(_ESCAPED.sub("\ufffd", strip_invisible(cell)))
    return clean, tuple(problems)


def open_quote(lines: Iterable[str], delimiter: str) -> int | None:
    """Index of the line where a quote opens that is never properly closed, or None when all quotes are paired."""
    opened: int | None = None
    at_start = True
    for number, line in enumerate(lines):
        position = 0
        while position < len(line):
            char = line[position]
            position += 1
            if opened is not None:
                if char != '"':
                    continue
                if line[position : position + 1] == '"':
                    position += 1
                    continue
                rest = line[position:].lstrip(" \t" if delimiter != "\t" else " ")
                if rest and rest[0] not in (delimiter, "\n", "\r"):
                    return opened
                opened, at_start = None, False
            elif char == '"' and at_start:
                opened = number
            else:
                at_start = char == delimiter
        if opened is None:
            at_start = True
    return opened


def _unbalanced(line: int, raw: list[str]) -> RowProblem:
    return problem(
        "unbalanced_quote",
        line,
        "A quotation mark opens on this line and is not closed; nothing behind it was read.",
        value=next((text for text in raw if '"' in text), ""),
        repair="Close the quotation mark or take it out.",
    )


def _too_large(line: int, why: str) -> RowProblem:
    return problem("too_large", line, f"The row is too large: {why}.", repair="Shorten the text.")
