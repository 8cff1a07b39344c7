"""Reads somebody else's ledger: a table and a mapping of its columns become rows of ours, or problems with line and column.

It writes nothing and knows no database; `services/ledger_import` posts what it reads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, cast

from integrations.tables.port import (
    DateOrder,
    DecimalMark,
    Row,
    RowProblem,
    Table,
    Unparsed,
    parse_amount,
    parse_currency,
    parse_date,
    parse_name,
    problem,
)
from receivables.rules.currencies import exponent
from receivables.rules.refusals import Refused

FIELDS = (
    "number",
    "customer",
    "name",
    "invoice_on",
    "recorded_on",
    "due_on",
    "amount",
    "currency",
    "settled_on",
    "text",
)
REQUIRED = ("number", "customer", "invoice_on", "amount")
PRESETS: dict[str, dict[str, Any]] = {
    "duebook": {
        "columns": {
            "number": "invoice_id",
            "customer": "customer_id",
            "invoice_on": "invoice_date",
            "recorded_on": "recorded_date",
            "due_on": "due_date",
            "amount": "amount",
            "settled_on": "settled_date",
        },
        "date_order": "ISO",
        "decimal_mark": ".",
    },
    "open_items": {
        "columns": {
            "number": "doc_id",
            "customer": "cust_number",
            "name": "name_customer",
            "invoice_on": "posting_date",
            "due_on": "due_in_date",
            "amount": "converted_usd",
        },
        "currency": "USD",
        "date_order": "DMY",
        "decimal_mark": ".",
    },
}
"""Shipped mappings: the layout of a plain ledger export, and of an open-items list from a large accounting system."""

_PLAIN = re.compile(r"(\d{1,12})(?:\.(\d{1,3}))?\Z", re.ASCII)
_LARGEST = 10**15


class LedgerRow(NamedTuple):
    """One invoice of the other ledger. Amount in minor units; `settled_on` None = open; `due_on` None = no terms known."""

    line: int
    number: str
    customer: str
    name: str
    invoice_on: date
    recorded_on: date
    due_on: date | None
    amount: int
    currency: str
    settled_on: date | None
    text: str


@dataclass(frozen=True)
class Mapping:
    """Which column is which, and how its values are written. `currency` holds for the file unless a column says otherwise."""

    columns: dict[str, str]
    currency: str = ""
    date_order: DateOrder = "ISO"
    decimal_mark: DecimalMark = ""
    aliases: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict[str, Any], *, currency: str = "") -> "Mapping":
        """From a saved mapping. Refuses unknown fields (mapping_unknown) and missing ones (mapping_incomplete)."""
        columns = {key: value for key, value in data.get("columns", {}).items() if value}
        unknown = sorted(set(columns) - set(FIELDS))
        if unknown:
            raise Refused(
                "mapping_unknown", f"The mapping names unknown fields: {', '.join(unknown)}.", field="mapping"
            )
        missing = [name for name in REQUIRED if name not in columns]
        currency = currency or data.get("currency", "")
        if not currency and "currency" not in columns:
            missing.append("currency")
        if missing:
            raise Refused(
                "mapping_incomplete",
                f"The mapping does not say which column is {', '.join(missing)}.",
                field="mapping",
            )
        return cls(
            columns=columns,
            currency=currency,
            date_order=cast(DateOrder, data.get("date_order", "ISO")),
            decimal_mark=cast(DecimalMark, data.get("decimal_mark", "")),
            aliases=dict(data.get("aliases", {})),
        )


def read(table: Table, mapping: Mapping) -> Iterator[LedgerRow | RowProblem]:
    """Every row of the table, in order: what it says, or each thing that is wrong with it. Nothing is dropped."""
    places = {name: table.column(title) for name, title in mapping.columns.items()}
    reader = _Reader(mapping, places)
    for row in table.rows:
        if row.problems:
            yield from row.problems
        else:
            yield from reader.one(row)


class _Reader:
    """Reads rows with one mapping; dates repeat, so they are remembered."""

    def __init__(self, mapping: Mapping, places: dict[str, int]) -> None:
        self.mapping = mapping
        self.places = places
        self.date = lru_cache(maxsize=20_000)(self._date)
        self.wrong: list[RowProblem] = []

    def one(self, row: Row) -> Iterator[LedgerRow | RowProblem]:
        self.wrong = []
        cells, place = row.cells, self.places
        currency = (
            self._value(row, "currency", self._currency) if "currency" in place else self.mapping.currency
        )
        invoice_on = self._value(row, "invoice_on", self.date)
        due_on = self._optional(row, "due_on")
        settled_on = self._optional(row, "settled_on")
        recorded_on = self._optional(row, "recorded_on") or invoice_on
        amount = self._value(row, "amount", lambda text: self._amount(text, currency)) if currency else None
        number = self._value(row, "number", lambda text: _identifier(text, 80))
        customer = self._value(row, "customer", lambda text: _identifier(text, 40))
        name = (
            self._value(row, "name", parse_name)
            if "name" in place and cells[place["name"]].strip()
            else customer
        )
        if self.wrong:
            yield from self.wrong
            return
        text = cells[place["text"]].strip()[:500] if "text" in place else ""
        yield LedgerRow(
            row.line,
            number,
            customer,
            name,
            invoice_on,
            recorded_on,
            due_on,
            cast(int, amount),
            currency,
            settled_on,
            text,
        )

    def _value(self, row: Row, name: str, parse: Any) -> Any:
        text = row.cells[self.places[name]]
        try:
            return parse(text)
        except Unparsed as wrong:
            title = self.mapping.columns[name]
            self.wrong.append(
                problem(wrong.code, row.line, wrong.reason, column=title, value=text, repair=wrong.repair)
            )
            return None

    def _optional(self, row: Row, name: str) -> Any:
        if name not in self.places or not row.cells[self.places[name]].strip():
            return None
        return self._value(row, name, self.date)

    def _date(self, text: str) -> date:
        return parse_date(text, order=self.mapping.date_order)

    def _currency(self, text: str) -> str:
        return parse_currency(text, aliases=self.mapping.aliases)

    def _amount(self, text: str, currency: str) -> int:
        digits = exponent(currency)
        plain = _PLAIN.match(text) if self.mapping.decimal_mark != "," and type(text) is str else None
        if plain and len(plain[2] or "") <= min(digits, 2):
            minor = int(plain[1]) * 10**digits + int((plain[2] or "0").ljust(digits, "0") or "0")
        else:
            minor = parse_amount(text, currency=currency, decimal_mark=self.mapping.decimal_mark)
        if minor <= 0:
            raise Unparsed(
                "amount_not_positive",
                "An invoice is more than zero.",
                "Leave out zero rows; enter credit notes as credit notes.",
            )
        if minor > _LARGEST:
            raise Unparsed(
                "amount_too_large", "The amount is too large to be true.", "Check the decimal mark."
            )
        return int(minor)


def _identifier(text: str, length: int) -> str:
    found = text.strip()
    if not found:
        raise Unparsed("empty", "This must not be empty.", "Fill it in, or take the row out.")
    if len(found) > length:
        raise Unparsed("too_long", f"At most {length} characters.", "Shorten it.")
    return found
