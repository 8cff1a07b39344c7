"""BAI2 records: physical lines joined with their continuations (88), and the fields inside. It knows no totals and no dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from integrations.banking.port import Problem

_START = re.compile(r"\s*(01|02|03|16|49|88|98|99),")
_NUMBER = re.compile(r"\s*([+-]?)(\d{1,18})\s*\Z")


@dataclass(frozen=True, slots=True)
class Record:
    """A logical record: `chunks` are the fields of each physical line, `physical` counts these."""

    code: str
    line: int
    chunks: tuple[tuple[str, ...], ...]
    physical: int
    raw: str

    def fields(self) -> list[str]:
        return [f.strip() for chunk in self.chunks for f in chunk]

    def at(self, position: int) -> str:
        """Field by position, the record code being 0; "" beyond the end."""
        fields = self.fields()
        return fields[position] if position < len(fields) else ""


@dataclass(frozen=True, slots=True)
class Summary:
    code: str
    amount: int | None
    items: int


@dataclass(frozen=True, slots=True)
class Detail:
    code: str
    amount: int | None
    value_date: str
    bank_reference: str
    customer_reference: str
    text: str
    problem: str = ""


def records(text: str) -> Iterator[Record]:
    """Logical records in order. A physical line that begins like no record belongs to the one before it."""
    pending: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        plain = line.rstrip(" \t\x1a\x00")
        if not plain.strip():
            continue
        found = _START.match(plain)
        if found and found[1] != "88" and pending:
            yield _record(pending)
            pending = []
        pending.append((number, plain.strip() if found else f"88,{plain.strip()}"))
    if pending:
        yield _record(pending)


def _record(lines: list[tuple[int, str]]) -> Record:
    chunks = []
    for index, (_, line) in enumerate(lines):
        body = line.removesuffix("/")
        fields = body.split(",")
        chunks.append(tuple(fields if index == 0 else fields[1:]))
    return Record(
        chunks[0][0].strip(), lines[0][0], tuple(chunks), len(lines), " ".join(line for _, line in lines)
    )


def signed(text: str) -> int | None:
    """`+00834000` → 834000; None when it is no number."""
    found = _NUMBER.match(text)
    return None if found is None else int(found[1] + found[2])


def _joined(record: Record, start: int) -> list[str]:
    """Fields of all chunks as one row. A chunk that ends with an open field (`…,040/` then `88,-1500000`) simply goes on."""
    return record.fields()[start:]


def summaries(record: Record, problems: list[Problem]) -> Iterator[Summary]:
    """Type code, amount, item count, funds type, as often as they come on an account record."""
    rest = _joined(record, 3)
    position = 0
    while position < len(rest):
        code = rest[position]
        if not code:
            position += 1
            continue
        if not code.isdigit() or len(code) != 3:
            problems.append(
                Problem(
                    "summary_unread",
                    "The balances of the account could not be read to the end.",
                    record.line,
                    code,
                )
            )
            return
        amount_text = rest[position + 1] if position + 1 < len(rest) else ""
        items = rest[position + 2] if position + 2 < len(rest) else ""
        amount = signed(amount_text)
        if amount is None and amount_text:
            problems.append(
                Problem(
                    "summary_unread", f"The amount of {code} could not be read.", record.line, amount_text
                )
            )
        yield Summary(code, amount, signed(items) or 0)
        position = _after_funds(rest, position + 3)


def _after_funds(fields: list[str], position: int) -> int:
    """Position behind the funds type at `position` and what belongs to it (V: date, time; S: three amounts; D: n pairs)."""
    funds = fields[position].upper() if position < len(fields) else ""
    if funds == "V":
        return position + 3
    if funds == "S":
        return position + 4
    if funds == "D":
        pairs = signed(fields[position + 1]) if position + 1 < len(fields) else 0
        return position + 2 + 2 * min(pairs or 0, 100)
    return position + 1


def detail(record: Record) -> Detail:
    """A transaction record (16). Its text may hold commas and run over continuation records."""
    fields = record.fields()
    code = record.at(1)
    amount = signed(record.at(2))
    funds = record.at(3).upper()
    behind = _after_funds(fields, 3)
    problem = ""
    if amount is None:
        nothing = not record.at(2) and code == "890"
        amount, problem = (0, "") if nothing else (None, "The amount could not be read.")
    elif funds not in ("", "0", "1", "2", "Z", "V", "S", "D"):
        problem = f"The funds type {funds[:5]!r} is not known."
    return Detail(
        code=code,
        amount=amount,
        value_date=record.at(4) if funds == "V" else "",
        bank_reference=record.at(behind),
        customer_reference=record.at(behind + 1),
        text=_text(record, behind + 2),
        problem=problem,
    )


def _text(record: Record, start: int) -> str:
    parts: list[str] = []
    passed = 0
    for chunk in record.chunks:
        own = chunk[max(0, start - passed) :]
        passed += len(chunk)
        if own:
            parts.append(",".join(own))
    return " ".join(" ".join(parts).split())
