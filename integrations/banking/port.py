"""The port for bank statements: one shape for camt, MT940/942, BAI2, OFX and tables, and the arithmetic of a statement.

Nothing is decided here: a statement that does not close, a line nobody can read, a reversal are all handed up, marked.
Amounts are signed integers of minor units: + money in, − money out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from integrations import registry
from integrations.banking.mapping import ColumnMapping, presets, proposal
from integrations.errors import VALUE_SHOWN, Unreadable

__all__ = [
    "Adapter", "Arithmetic", "Balance", "BankOptions", "ColumnMapping", "Detail", "Problem", "Statement", "StatementLine",
    "Unreadable", "arithmetic", "checked", "detect", "presets", "proposal", "read",
]  # fmt: skip

BOOKED, PENDING, INFO, VOID = "booked", "pending", "info", "void"
"""Status of a line. Only `booked` lines count: pending ones come again, info ones are movements between own pockets or
announcements, void ones were cancelled by the bank. All are kept and shown."""

FINAL, INTERIM, NOTIFICATION = "final", "interim", "notification"
"""Kind of a statement: with booked balances; before the end of the day; a single message about some entries."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should see. `warning` problems do not stop posting; the others do."""

    code: str
    message: str
    line: int = 0
    value: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """One transaction inside a batch that could not be split. `amount` is signed, in `currency`; None when not told."""

    amount: int | None
    currency: str
    reference: str = ""
    end_to_end_id: str = ""
    payer_name: str = ""
    payer_account: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line. `problem` is "" or a sentence: then `amount` or `booked_on` may be None and `original` shows what was there.

    `payer_name` and `payer_account` are the other side: who paid us, or whom we paid. `reference` is the structured or
    customer reference, `bank_id` the bank's own id of the line. `source_line` counts physical lines or rows from 1.
    """

    source_line: int
    booked_on: date | None
    value_on: date | None
    amount: int | None
    currency: str
    reference: str = ""
    end_to_end_id: str = ""
    payer_name: str = ""
    payer_account: str = ""
    text: str = ""
    bank_id: str = ""
    is_reversal: bool = False
    status: str = BOOKED
    code: str = ""
    details: tuple[Detail, ...] = ()
    problem: str = ""
    original: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance as the bank names it (OPBD, CLAV, 64, AVAIL ...), with its own currency."""

    code: str
    amount: int
    currency: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One account in one currency. `opening` and `closing` are booked balances in `currency`, None when not told.

    `totals` are control figures of the file in minor units or counts (BAI2 control totals, entry counts).
    """

    account: str
    currency: str
    number: str
    opening: int | None
    closing: int | None
    opening_on: date | None
    closing_on: date | None
    lines: tuple[StatementLine, ...]
    problems: tuple[Problem, ...] = ()
    kind: str = FINAL
    reference: str = ""
    balances: tuple[Balance, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BankOptions:
    """What a file may leave out: the account, the currency. `mapping` or `preset` say how to read a table."""

    account: str = ""
    currency: str = ""
    mapping: ColumnMapping | None = None
    preset: str = ""
    encoding: str = ""


class Adapter(Protocol):
    """One format. `read` returns the statements of the file in its order and raises Unreadable for the file as a whole."""

    def recognises(self, raw: bytes) -> bool: ...

    def read(self, raw: bytes, *, name: str, options: BankOptions) -> list[Statement]: ...


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """opening + movement = expected; `difference` = closing − expected. None where a balance is missing.

    `closes` is None when there is nothing to check against. Unread lines, and balances in several currencies, make a
    statement not close.
    """

    opening: int | None
    movement: int
    expected: int | None
    closing: int | None
    difference: int | None
    closes: bool | None
    counted: int
    unread: int
    other_currencies: tuple[str, ...]


def arithmetic(statement: Statement) -> Arithmetic:
    """Adds up booked lines in the statement's own currency; other currencies are named, never added."""
    booked = [line for line in statement.lines if line.status == BOOKED]
    own = [line for line in booked if line.currency == statement.currency and line.amount is not None]
    movement = sum(line.amount for line in own if line.amount is not None)
    unread = sum(line.amount is None or bool(line.problem) for line in booked)
    others = tuple(sorted({line.currency for line in booked if line.currency != statement.currency}))
    opening, closing = statement.opening, statement.closing
    expected = None if opening is None else opening + movement
    difference = None if expected is None or closing is None else closing - expected
    closes = None if difference is None else difference == 0 and not unread and not others
    if {balance.currency for balance in statement.balances} - {statement.currency}:
        closes = False
    return Arithmetic(opening, movement, expected, closing, difference, closes, len(own), unread, others)


def checked(statement: Statement) -> Statement:
    """The statement with what its own figures give away: balances that do not close, a missing number or account."""
    found: list[Problem] = []
    sums = arithmetic(statement)
    if sums.difference:
        found.append(
            Problem(
                "does_not_close",
                f"Opening {sums.opening} plus lines {sums.movement} gives {sums.expected}, but the closing balance is "
                f"{sums.closing}: difference {sums.difference} (minor units of {statement.currency}).",
                value=str(sums.difference),
            )
        )
    if sums.other_currencies:
        found.append(
            Problem(
                "currencies_mixed",
                f"Lines in {', '.join(sums.other_currencies)} were not added to {statement.currency}.",
            )
        )
    if sums.unread:
        found.append(
            Problem(
                "lines_unread",
                f"{sums.unread} of {len(statement.lines)} lines could not be read whole.",
                value=str(sums.unread),
            )
        )
    if not statement.number:
        found.append(
            Problem("number_missing", "The statement has no number, so gaps cannot be seen.", warning=True)
        )
    if not statement.account:
        found.append(Problem("account_missing", "The file does not say which account this is.", warning=True))
    return replace(statement, problems=(*statement.problems, *found))


def detect(raw: bytes) -> str:
    """Name of the adapter that recognises the file. Raises Unreadable `unsupported_media` or `format_unknown`."""
    for name in registry.names("banking"):
        if registry.adapter("banking", name).recognises(raw):
            return name
    raise Unreadable(
        "format_unknown",
        "The file is no bank statement format known here, and its columns match no mapping.",
        repair="Choose the format, or map the columns of this file.",
    )


def read(
    raw: bytes, *, name: str, options: BankOptions | None = None, format: str = ""
) -> tuple[str, list[Statement]]:
    """(adapter's name, statements). A mapping or preset in `options` means a table; else the format is detected.

    Raises Unreadable; `name` is for showing only.
    """
    wanted = options or BankOptions()
    chosen = format or ("tabular" if wanted.mapping or wanted.preset else detect(raw))
    adapter: Adapter = registry.adapter("banking", chosen)
    return chosen, adapter.read(raw, name=name, options=wanted)


def shown(value: Any) -> str:
    """A value cut for showing."""
    return str(value)[:VALUE_SHOWN]
