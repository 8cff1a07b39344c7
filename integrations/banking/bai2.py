"""BAI2 balance reports: files of groups of accounts, with continuation records and control totals, all of them checked.

A control total that differs is a problem on the statement, never a reason to drop a line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from integrations.banking.bai2_records import Detail, Record, Summary, detail, records, signed, summaries
from integrations.banking.port import (
    BOOKED,
    FINAL,
    INFO,
    Balance,
    BankOptions,
    Problem,
    Statement,
    StatementLine,
    checked,
)
from integrations.errors import Unreadable
from integrations.files.currencies import DIGITS
from integrations.files.decoding import whole_text
from integrations.files.media import Kind, admit
from integrations.tables.values import Unparsed, parse_date

_OPENING, _CLOSING = "010", "015"
_CREDITS, _DEBITS = "100", "400"


@dataclass
class _Account:
    record: Record
    currency: str
    as_of: date | None
    number: str
    summaries: list[Summary] = field(default_factory=list)
    lines: list[StatementLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sum: int = 0
    records: int = 0


@dataclass
class _Group:
    status: str = "1"
    currency: str = ""
    as_of: date | None = None
    control: int = 0
    accounts: list[_Account] = field(default_factory=list)
    records: int = 0
    problems: list[Problem] = field(default_factory=list)


class Adapter:
    """BAI2."""

    def recognises(self, raw: bytes) -> bool:
        head = raw[:200].lstrip(b"\xef\xbb\xbf \t\r\n").replace(b" ", b"")
        return head.startswith(b"01,") and (b"\n02," in raw[:4000] or b"\r02," in raw[:4000] or b"/02," in raw[:4000])

    def read(self, raw: bytes, *, name: str, options: BankOptions) -> list[Statement]:
        """Raises Unreadable: unsupported_media, no_rows."""
        admitted = admit(raw, name=name)
        if admitted.kind is not Kind.TEXT:
            raise Unreadable("unsupported_media", "The file is no BAI2 text.")
        text, _ = whole_text(admitted.stream.read(), options.encoding)
        groups, file_problems, file_totals = _groups(text, options)
        statements = [_statement(g, a, options, file_problems, file_totals) for g in groups for a in g.accounts]
        if not statements:
            raise Unreadable("no_rows", "The file holds no BAI2 account.")
        return statements


def _groups(text: str, options: BankOptions) -> tuple[list[_Group], list[Problem], dict[str, int]]:
    groups: list[_Group] = []
    problems: list[Problem] = []
    totals: dict[str, int] = {}
    number, count, trailer = "", 0, False
    for record in records(text):
        count += record.physical
        if record.code == "01":
            number = record.at(5)
        elif record.code == "02":
            groups.append(_group(record))
        elif record.code == "99":
            trailer = True
            totals = {"file_control": _total(record, 1, problems), "file_groups": len(groups), "file_records": count}
            _compare(problems, record, "file", sum(g.control for g in groups), len(groups), count)
        elif not groups:
            problems.append(Problem("record_unknown", "A record stands outside a group.", record.line, record.raw[:40]))
        else:
            _in_group(groups[-1], record, number, options)
    if not trailer:
        problems.append(Problem("file_cut", "The file ends without its trailer record (99): it may be cut off."))
    return groups, problems, totals


def _group(record: Record) -> _Group:
    group = _Group(status=record.at(3), currency=record.at(6), records=record.physical)
    try:
        group.as_of = bai_date(record.at(4))
    except Unparsed as e:
        group.problems.append(Problem("date_unread", f"The as-of date: {e.reason}", record.line, record.at(4)))
    if group.status not in ("", "1"):
        words = {"2": "a deletion", "3": "a correction", "4": "a test"}
        group.problems.append(Problem("group_status", f"The group is {words.get(group.status, 'of unknown kind')}, not an update.", record.line))
    return group


def _in_group(group: _Group, record: Record, number: str, options: BankOptions) -> None:
    group.records += record.physical
    account = group.accounts[-1] if group.accounts else None
    if record.code == "03":
        currency = record.at(2) or group.currency or options.currency or "USD"
        account = _Account(record, currency, group.as_of, number, records=record.physical)
        account.summaries = list(summaries(record, account.problems))
        account.sum = sum(s.amount for s in account.summaries if s.amount is not None)
        group.accounts.append(account)
    elif record.code == "98":
        group.control = _total(record, 1, group.problems)
        _compare(group.problems, record, "group", sum(a.sum for a in group.accounts), len(group.accounts), group.records)
    elif account is None:
        group.problems.append(Problem("record_unknown", "A record stands outside an account.", record.line, record.raw[:40]))
    elif record.code == "16":
        account.records += record.physical
        line, amount = _line(detail(record), record, account)
        account.lines.append(line)
        account.sum += amount
    elif record.code == "49":
        account.records += record.physical
        _compare(account.problems, record, "account", account.sum, None, account.records)
    else:
        account.problems.append(Problem("record_unknown", "The record is of no known kind.", record.line, record.raw[:40]))


def _line(found: Detail, record: Record, account: _Account) -> tuple[StatementLine, int]:
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


def _total(record: Record, position: int, problems: list[Problem]) -> int:
    found = signed(record.at(position))
    if found is None:
        problems.append(Problem("control_unread", f"The control total of record {record.code} is no number.", record.line, record.at(position)))
    return found or 0


def _compare(problems: list[Problem], record: Record, what: str, total: int, parts: int | None, count: int) -> None:
    stated = _total(record, 1, problems)
    if stated != total:
        problems.append(
            Problem("control_total", f"The {what} control total says {stated}, its records add up to {total}: difference "
                    f"{stated - total}.", record.line, str(stated))  # fmt: skip
        )
    position = 2
    if parts is not None:
        if signed(record.at(2)) not in (None, parts):
            problems.append(Problem("control_count", f"The {what} says {record.at(2)} parts, there are {parts}.", record.line))
        position = 3
    if signed(record.at(position)) not in (None, count):
        problems.append(Problem("control_count", f"The {what} says {record.at(position)} records, there are {count}.", record.line, warning=True))


def _statement(
    group: _Group, account: _Account, options: BankOptions, file_problems: list[Problem], file_totals: dict[str, int]
) -> Statement:
    balances = {s.code: s.amount for s in account.summaries if s.amount is not None}
    if account.currency not in DIGITS:
        account.problems.append(Problem("currency_missing", f"The currency {account.currency[:10]!r} is not known.", account.record.line))
    totals = {"control": account.sum, "group_control": group.control, **file_totals}
    totals |= {name: balances[code] for name, code in (("credits", _CREDITS), ("debits", _DEBITS)) if code in balances}
    return checked(
        Statement(
            account=account.record.at(1) or options.account,
            currency=account.currency,
            number=account.number,
            opening=balances.get(_OPENING),
            closing=balances.get(_CLOSING),
            opening_on=account.as_of,
            closing_on=account.as_of,
            lines=tuple(account.lines),
            problems=(*account.problems, *_incomplete(account), *group.problems, *file_problems),
            kind=FINAL,
            balances=tuple(
                Balance(code, amount, account.currency, account.as_of) for code, amount in balances.items() if code < "100"
            ),
            totals=totals,
        )
    )


def _incomplete(account: _Account) -> Iterator[Problem]:
    """Where the bank says how many credits and debits there are, the details must agree."""
    for code, sign, word in ((_CREDITS, 1, "credits"), (_DEBITS, -1, "debits")):
        stated = next((s for s in account.summaries if s.code == code and s.amount is not None), None)
        amounts = [line.amount * sign for line in account.lines if line.amount and line.amount * sign > 0 and line.status == BOOKED]
        if stated is None or not stated.items or not amounts:
            continue
        if (len(amounts), sum(amounts)) != (stated.items, stated.amount):
            yield Problem(
                "details_incomplete",
                f"The bank tells {stated.items} {word} of {stated.amount}; the lines give {len(amounts)} of {sum(amounts)}.",
                account.record.line,
            )
