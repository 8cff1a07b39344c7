"""What a BAI2 account is made of while it is read: its lines, its control totals, and what they give away."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from integrations.banking.bai2_records import Detail, Record, Summary, signed
from integrations.banking.port import BOOKED, INFO, Problem, StatementLine
from integrations.tables.dates import parse_date
from integrations.tables.values import Unparsed

CREDITS, DEBITS = "100", "400"


@dataclass
class Account:
    record: Record
    currency: str
    as_of: date | None
    number: str
    summaries: list[Summary] = field(default_factory=list)
    lines: list[StatementLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sum: int = 0
    control: int = 0
    records: int = 0


@dataclass
class Group:
    status: str = "1"
    currency: str = ""
    as_of: date | None = None
    control: int = 0
    accounts: list[Account] = field(default_factory=list)
    records: int = 0
    problems: list[Problem] = field(default_factory=list)


def read_line(found: Detail, record: Record, account: Account) -> tuple[StatementLine, int]:
    """(line, the amount as the control total counts it). 100–399 are credits, 400–699 debits, 890 only informs."""
    value_on, problem = account.as_of, found.problem
    try:
        if found.value_date:
            value_on = bai_date(found.value_date)
    except Unparsed as e:
        problem = f"Value date: {e.reason}"
    kind = int(found.code) if found.code.isdigit() else 0
    counted = found.amount or 0
    amount = found.amount
    if 400 <= kind <= 699 and amount is not None:
        amount = -amount
    elif not 100 <= kind <= 399 and not 700 <= kind <= 799 and kind != 890:
        amount, problem = None, problem or f"The type code {found.code[:10]!r} says neither credit nor debit."
    if account.as_of is None:
        problem = problem or "The group has no readable date."
    info = kind == 890 or (700 <= kind <= 799)
    return (
        StatementLine(
            source_line=record.line,
            booked_on=account.as_of,
            value_on=value_on,
            amount=amount,
            currency=account.currency,
            reference=found.customer_reference,
            text=found.text,
            bank_id=found.bank_reference,
            status=INFO if info else BOOKED,
            code=found.code,
            problem=problem,
            original=record.raw[:500] if problem else "",
        ),
        counted,
    )


def bai_date(text: str) -> date:
    """YYMMDD or YYYYMMDD. Raises Unparsed."""
    plain = text.strip()
    if len(plain) == 6:
        plain = ("19" if plain[:2] >= "90" else "20") + plain
    return parse_date(plain)


def total(record: Record, position: int, problems: list[Problem]) -> int:
    found = signed(record.at(position))
    if found is None:
        problems.append(
            Problem(
                "control_unread",
                f"The control total of record {record.code} is no number.",
                record.line,
                record.at(position),
            )
        )
    return found or 0


def compare(
    problems: list[Problem], record: Record, what: str, *, added: int, parts: int | None, count: int
) -> None:
    stated = total(record, 1, problems)
    if stated != added:
        problems.append(
            Problem(
                "control_total",
                f"The {what} control total says {stated}, its records add up to {added}: difference "
                f"{stated - added}.",
                record.line,
                str(stated),
            )
        )
    position = 2
    if parts is not None:
        if signed(record.at(2)) not in (None, parts):
            problems.append(
                Problem(
                    "control_count", f"The {what} says {record.at(2)} parts, there are {parts}.", record.line
                )
            )
        position = 3
    if signed(record.at(position)) not in (None, count):
        problems.append(
            Problem(
                "control_count",
                f"The {what} says {record.at(position)} records, there are {count}.",
                record.line,
                warning=True,
            )
        )


def incomplete(account: Account) -> Iterator[Problem]:
    """Where the bank says how many credits and debits there are, the details must agree."""
    for code, sign, word in ((CREDITS, 1, "credits"), (DEBITS, -1, "debits")):
        stated = next((s for s in account.summaries if s.code == code and s.amount is not None), None)
        amounts = [
            line.amount * sign
            for line in account.lines
            if line.amount and line.amount * sign > 0 and line.status == BOOKED
        ]
        if stated is None or not stated.items or not amounts:
            continue
        if (len(amounts), sum(amounts)) != (stated.items, stated.amount):
            yield Problem(
                "details_incomplete",
                f"The bank tells {stated.items} {word} of {stated.amount}; the lines give {len(amounts)} of {sum(amounts)}.",
                account.record.line,
            )
