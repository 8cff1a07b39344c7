"""One row of a bank's table made into a line by its mapping. A row that cannot be read is kept as a line with its problem."""

from datetime import date

from integrations.banking.mapping import ColumnMapping
from integrations.banking.port import BOOKED, INFO, PENDING, VOID, StatementLine
from integrations.errors import Unreadable
from integrations.tables.port import (
    Row,
    Table,
    Unparsed,
    comparable,
    has_forbidden,
    parse_amount,
    parse_currency,
    parse_date,
)

_SIGNS = {"in": 1, "out": -1}


class Reader:
    """Reads rows of one table. Columns are found once; a header that is there twice is refused. Raises Unreadable."""

    def __init__(self, mapping: ColumnMapping, table: Table, currency: str) -> None:
        self.mapping = mapping
        self._currency = mapping.currency or currency
        self._blank = frozenset(mapping.blank_values or ())
        self._columns = {role: self._indexes(role, table) for role in mapping.columns or {}}
        if not self._columns.get("booked_on") or not self._has_amount():
            raise Unreadable(
                "mapping_wrong", "The mapping needs a date and an amount, or a debit and a credit column."
            )

    def _has_amount(self) -> bool:
        return bool(self._columns.get("amount") or self._columns.get("debit") or self._columns.get("credit"))

    def _indexes(self, role: str, table: Table) -> list[int]:
        known = {comparable(title) for title in table.header}
        found = []
        for name in self.mapping.names_of(role):
            if isinstance(name, int):
                found.append(name)
            elif comparable(name) in known:
                found.append(table.column(name))
        return found

    def cells(self, row: Row, role: str) -> list[str]:
        """Stripped cells of a role; those that stand for nothing are left out."""
        told = [row.cells[i] for i in self._columns.get(role, ()) if i < len(row.cells)]
        return [
            cell if type(cell) is not str else cell.strip()
            for cell in told
            if cell.strip() not in ("", *self._blank)
        ]

    def cell(self, row: Row, role: str) -> str:
        return next(iter(self.cells(row, role)), "")

    def line(self, row: Row) -> StatementLine:
        problems = [p.reason for p in row.problems]
        currency, booked_on, value_on, amount, status = self._currency, None, None, None, BOOKED
        if not row.problems:
            try:
                if told := self.cell(row, "currency"):
                    currency = parse_currency(told, aliases=self.mapping.currency_aliases)
                booked_on = self._date(row, "booked_on")
                value_on = self._date(row, "value_on") if self.cell(row, "value_on") else booked_on
                amount, status = self._amount(row, currency)
            except Unparsed as e:
                problems.append(e.reason)
        text = " ".join(dict.fromkeys(self.cells(row, "text")))
        if has_forbidden("".join(row.cells)) and not problems:
            problems.append("The row holds a control character.")
        return StatementLine(
            source_line=row.line,
            booked_on=booked_on,
            value_on=value_on,
            amount=amount,
            currency=currency,
            reference=str(self.cell(row, "reference"))[:200],
            end_to_end_id=str(self.cell(row, "end_to_end_id"))[:80],
            payer_name=str(self.cell(row, "payer_name"))[:200],
            payer_account=str(self.cell(row, "payer_account"))[:60],
            text=text,
            bank_id=str(self.cell(row, "bank_id"))[:120],
            status=status,
            code=str(self.cell(row, "kind"))[:40],
            problem=" ".join(problems),
            original=" | ".join(cell.strip() for cell in row.cells)[:500] if problems else "",
        )

    def _date(self, row: Row, role: str) -> date:
        return parse_date(
            self.cell(row, role), order=self.mapping.date_order, short_years=self.mapping.short_years
        )

    def _number(self, text: str, currency: str) -> int:
        return parse_amount(text, currency=currency, decimal_mark=self.mapping.decimal_mark)

    def _amount(self, row: Row, currency: str) -> tuple[int, str]:
        """(signed minor units, status)."""
        if not currency:
            raise Unparsed("currency_missing", "The currency of the row is not known.")
        status = self._status(row)
        if self._columns.get("debit") or self._columns.get("credit"):
            amount = self._two_columns(row, currency)
        else:
            amount = self._number(self.cell(row, "amount"), currency)
            if self._columns.get("direction"):
                sign, own = self._direction(row)
                amount = abs(amount) * sign if amount >= 0 else amount * sign
                status = INFO if own and status == BOOKED else status
        return (-amount if self.mapping.negate else amount), status

    def _two_columns(self, row: Row, currency: str) -> int:
        debit, credit = (self.cell(row, role) for role in ("debit", "credit"))
        out = self._number(debit, currency) if debit else 0
        into = self._number(credit, currency) if credit else 0
        if debit and credit and out and into:
            raise Unparsed("two_amounts", "The row holds a debit and a credit.", "Split it into two rows.")
        if not debit and not credit:
            raise Unparsed("empty", "The row holds neither a debit nor a credit.", "Fill one in.")
        return into - abs(out)

    def _direction(self, row: Row) -> tuple[int, bool]:
        """(sign, is it a movement between own pockets)."""
        column = self._columns["direction"][0]
        told = row.cells[column].strip() if column < len(row.cells) else ""
        meaning = (self.mapping.directions or {}).get(told)
        if meaning in _SIGNS:
            return _SIGNS[meaning], False
        if meaning == "own":
            for role, beginning, direction in self.mapping.own_rules or ():
                if any(cell.startswith(beginning) for cell in self.cells(row, role)):
                    return _SIGNS[direction], True
            return _SIGNS[self.mapping.own_default], True
        raise Unparsed(
            "direction_unknown", f"{told[:20]!r} says neither in nor out.", "Add the word to the mapping."
        )

    def _status(self, row: Row) -> str:
        told = self.cell(row, "status")
        if told in (self.mapping.void_status or ()):
            return VOID
        return PENDING if told in (self.mapping.pending_status or ()) else BOOKED
