"""A bank's own CSV or XLSX export, read by a mapping: a saved one, a shipped one named in the options, or a shipped one whose
headers fit. Headers are never guessed; a file that fits no mapping is refused with its headers named.
"""

import re
from dataclasses import replace
from itertools import islice

from integrations.banking.mapping import ColumnMapping, presets
from integrations.banking.port import (
    BOOKED,
    FINAL,
    VOID,
    BankOptions,
    Problem,
    Statement,
    StatementLine,
    checked,
)
from integrations.banking.tabular_rows import Reader
from integrations.errors import Unreadable
from integrations.tables.port import PREAMBLE_MAX, Row, Table, TableOptions, open_table

_ROWS_MAX = 1_048_576


class Adapter:
    """CSV and XLSX by mapping."""

    def recognises(self, raw: bytes) -> bool:
        try:
            return fitting(raw) is not None
        except Unreadable:
            return False

    def read(self, raw: bytes, *, name: str, options: BankOptions) -> list[Statement]:
        """One statement for each currency in the file. Raises Unreadable: mapping_missing, mapping_wrong, header_missing,
        header_duplicate, no_rows, unsupported_media ..."""
        mapping = _mapping(raw, options)
        table = open_table(raw, name=name, options=_table_options(mapping, options))
        reader = Reader(mapping, table, options.currency)
        rows = [row for row in table.rows if not _is_footer(mapping, row)]
        lines = _paired(mapping, [(row, reader.line(row)) for row in rows])
        if not lines:
            raise Unreadable("no_rows", "The file has no rows.")
        account = options.account or _account(mapping, table, reader, rows)
        currencies = list(dict.fromkeys(line.currency for line in lines))
        return [
            _statement(account, currency, [x for x in lines if x.currency == currency], reader)
            for currency in currencies
        ]


def fitting(raw: bytes) -> ColumnMapping | None:
    """The shipped mapping whose headers stand in the file's first rows; the one with most headers wins."""
    table = open_table(raw, name="", options=TableOptions(header="none"))
    rows = list(islice(table.rows, PREAMBLE_MAX))
    found = [m for m in presets().values() if any(m.fits(row.cells) for row in rows)]
    return max(found, key=lambda m: len(m.required()), default=None)


def _mapping(raw: bytes, options: BankOptions) -> ColumnMapping:
    if options.mapping is not None:
        return options.mapping
    if options.preset:
        if options.preset not in presets():
            raise Unreadable(
                "mapping_missing",
                f"There is no mapping {options.preset[:40]!r}; there are: {', '.join(presets())}.",
            )
        return presets()[options.preset]
    found = fitting(raw)
    if found is None:
        header = open_table(raw, name="").header
        shown = ", ".join(title[:40] for title in header[:30])
        raise Unreadable(
            "mapping_missing",
            f"No mapping fits this file; its first row is: {shown}.",
            repair="Map its columns.",
        )
    return found


def _table_options(mapping: ColumnMapping, options: BankOptions) -> TableOptions:
    return TableOptions(
        encoding=options.encoding or mapping.encoding,
        delimiter=mapping.delimiter,
        sheet=mapping.sheet,
        header="names" if mapping.header else "none",
        header_names=mapping.required(),
    )


def _is_footer(mapping: ColumnMapping, row: Row) -> bool:
    first = next((cell.strip() for cell in row.cells if cell.strip()), "")
    return bool(first) and any(first.startswith(beginning) for beginning in mapping.footer or ())


def _account(mapping: ColumnMapping, table: Table, reader: Reader, rows: list[Row]) -> str:
    """From the lines above the header, or from a column that says the same on every row."""
    if mapping.account_pattern:
        above = "\n".join(" ".join(cell for cell in row.cells if cell.strip()) for row in table.preamble)
        found = re.search(mapping.account_pattern, above)
        if found:
            return (found[1] if found.groups() else found[0]).strip()
    told = {reader.cell(row, "account") for row in rows}
    return told.pop() if len(told) == 1 else ""


def _paired(mapping: ColumnMapping, rows: list[tuple[Row, StatementLine]]) -> list[StatementLine]:
    """A refund that repeats the id of a cancelled row before "_" gives back money that row never shows: both are void."""
    lines = [line for _, line in rows]
    if mapping.pairs_on != "bank_id":
        return lines
    cancelled = {line.bank_id for line in lines if line.status == VOID and line.bank_id}
    return [
        replace(line, status=VOID)
        if "_" in line.bank_id and line.bank_id.split("_")[0] in cancelled
        else line
        for line in lines
    ]


def _statement(account: str, currency: str, lines: list[StatementLine], reader: Reader) -> Statement:
    days = [line.booked_on for line in lines if line.booked_on and line.status == BOOKED]
    problems = []
    if not currency:
        problems.append(
            Problem("currency_missing", "Neither the file nor the account says the currency of these lines.")
        )
    first, last = (min(days), max(days)) if days else (None, None)
    return checked(
        Statement(
            account=account,
            currency=currency,
            number=f"{first:%Y%m%d}-{last:%Y%m%d}" if first and last else "",
            opening=None,
            closing=None,
            opening_on=first,
            closing_on=last,
            lines=tuple(lines),
            problems=tuple(problems),
            kind=FINAL,
            reference=reader.mapping.name,
            totals={"rows": len(lines)},
        )
    )
