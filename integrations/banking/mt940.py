"""SWIFT MT940 statements and MT942 interim reports, as banks really send them: with or without envelope, wrapped, padded.

Own reader: the common library stops at lines banks do send. Every :61: becomes a line, readable or marked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from integrations.banking.mt940_details import describe
from integrations.banking.mt940_line import amount_minor, read_line, short_date
from integrations.banking.port import (
    FINAL,
    INTERIM,
    Balance,
    BankOptions,
    Problem,
    Statement,
    StatementLine,
    checked,
)
from integrations.errors import Unreadable
from integrations.files.decoding import UNKNOWN, whole_text
from integrations.files.media import Kind, admit
from integrations.tables.values import Unparsed, has_forbidden

_TAG = re.compile(r"(?:\{4:\s*)?:(\d{2}[A-Z]?):(.*)\Z", re.DOTALL)
_END = re.compile(r"\s*-(\}|[A-Z]{0,3}\s*\Z|\s*\Z)")
_BALANCE = re.compile(r"\s*([CD])\s*(\d{6})\s*([A-Z]{3})\s*([\d.,]+)\s*(?:-\})?\s*\Z")
_FLOOR = re.compile(r"\s*([A-Z]{3})")
_SUM = re.compile(r"\s*(\d{1,5})\s*([A-Z]{3})\s*([\d.,]+)")
_MT940 = re.compile(r"^(?:\{4:\s*)?:(?:60[FM]|62[FM]|61|34F|90[CD]):", re.MULTILINE)
_INTERIM_TAGS = ("34F", "13", "13D", "90C", "90D")


@dataclass(frozen=True, slots=True)
class _Field:
    tag: str
    body: str
    line: int
    interim: bool


@dataclass
class _Draft:
    """A statement while its fields come in."""

    options: BankOptions
    reference: str = ""
    account: str = ""
    number: str = ""
    currency: str = ""
    interim: bool = False
    opening: Balance | None = None
    closing: Balance | None = None
    balances: list[Balance] = field(default_factory=list)
    lines: list[StatementLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)

    def started(self) -> bool:
        return bool(self.opening or self.closing or self.lines or self.balances or self.sums)


class Adapter:
    """MT940 and MT942."""

    def recognises(self, raw: bytes) -> bool:
        head = raw[:65_536]
        if b":61:" not in head and b":60" not in head and b":62" not in head and b":34F:" not in head:
            return False
        return _MT940.search(head.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")) is not None

    def read(self, raw: bytes, *, name: str, options: BankOptions) -> list[Statement]:
        """Raises Unreadable: unsupported_media, no_rows, encoding_unknown."""
        admitted = admit(raw, name=name)
        if admitted.kind is not Kind.TEXT:
            raise Unreadable("unsupported_media", "The file is no SWIFT text.")
        text, decoding = whole_text(admitted.stream.read(), options.encoding)
        drafts = list(_drafts(_fields(text), options))
        if not drafts:
            raise Unreadable("no_rows", "The file holds no SWIFT statement.")
        found = [_statement(draft) for draft in drafts]
        if decoding.bad_offsets:
            bytes_wrong = Problem(
                "invalid_bytes", f"Byte {decoding.bad_offsets[0]} of the file is not valid text."
            )
            found[0] = replace(found[0], problems=(*found[0].problems, bytes_wrong))
        return found


def _fields(text: str) -> Iterator[_Field]:
    """Tagged fields with their continuation lines. What stands outside a message is passed over; a message ends with "-"."""
    tag, body, start, inside, interim = "", [""], 0, False, False
    for number, line in enumerate(text.split("\n"), start=1):
        if "{2:" in line:
            interim = re.search(r"\{2:[IO]942", line) is not None
        plain = line[line.rfind("{4:") + 3 :] if "{4:" in line else "" if "{2:" in line else line
        found = _TAG.match(plain)
        ends = inside and _END.match(plain) and not (tag == "86" and len(plain.strip()) > 4)
        if found or ends:
            if inside:
                yield _Field(tag, "\n".join(body), start, interim)
            inside = bool(found)
            if found:
                tag, body, start = found[1], [found[2]], number
        elif inside:
            body.append(plain)
    if inside:
        yield _Field(tag, "\n".join(body), start, interim)


def _drafts(fields: Iterator[_Field], options: BankOptions) -> Iterator[_Draft]:
    draft: _Draft | None = None
    previous = ""
    for item in fields:
        if draft is None or _starts_anew(draft, item):
            if draft and (draft.started() or draft.account):
                yield draft
            again = draft if draft and item.tag != "20" else None
            draft = _Draft(options, account=again.account if again else "", interim=item.interim)
        _take(draft, item, previous)
        previous = item.tag
    if draft and (draft.started() or draft.account):
        yield draft


def _starts_anew(draft: _Draft, item: _Field) -> bool:
    if item.tag == "20":
        return True
    if item.tag in ("25", "28", "28C") and draft.closing:
        return True
    return item.tag in ("60F", "60M") and bool(draft.opening)


def _take(draft: _Draft, item: _Field, previous: str) -> None:
    tag, body = item.tag, item.body.strip()
    if tag in _INTERIM_TAGS:
        draft.interim = True
    if tag == "20":
        draft.reference = body[:60]
    elif tag in ("25", "25P"):
        draft.account = draft.account if previous == "25" else body.split("\n")[0].strip()
    elif tag in ("28", "28C"):
        draft.number = body.split("\n")[0].strip()
    elif tag in ("60F", "60M", "62F", "62M", "64", "65"):
        _balance(draft, item)
    elif tag == "34F":
        found = _FLOOR.match(body)
        draft.currency = draft.currency or (found[1] if found else "")
    elif tag in ("90C", "90D"):
        _sum(draft, item)
    elif tag == "61":
        draft.lines.append(read_line(item.body, item.line, draft.currency or draft.options.currency))
    elif tag == "86" and previous in ("61", "86") and draft.lines and not draft.closing:
        draft.lines[-1] = describe(draft.lines[-1], item.body)


def _balance(draft: _Draft, item: _Field) -> None:
    found = _BALANCE.match(item.body.split("\n")[0])
    try:
        if not found:
            raise Unparsed("not_a_balance", "it is not mark, date, currency and amount")
        amount = amount_minor(found[4], found[3])
        on: date | None = short_date(found[2])
    except Unparsed as e:
        draft.problems.append(
            Problem(
                "balance_unread",
                f"The balance :{item.tag}: could not be read: {e.reason}",
                item.line,
                item.body[:40],
            )
        )
        return
    balance = Balance(item.tag, -amount if found[1] == "D" else amount, found[3], on)
    draft.balances.append(balance)
    if item.tag.startswith("60"):
        draft.opening, draft.currency = balance, balance.currency
    elif item.tag.startswith("62"):
        draft.closing = balance
        draft.currency = draft.currency or balance.currency


def _sum(draft: _Draft, item: _Field) -> None:
    found = _SUM.match(item.body)
    if not found:
        return
    try:
        draft.currency = draft.currency or found[2]
        draft.sums[item.tag] = (int(found[1]), amount_minor(found[3], found[2]))
    except Unparsed:
        draft.problems.append(
            Problem("sum_unread", f"The sum :{item.tag}: could not be read.", item.line, item.body[:40])
        )


def _statement(draft: _Draft) -> Statement:
    currency = draft.currency or draft.options.currency
    opening, closing = draft.opening, draft.closing
    problems = draft.problems
    if opening and closing and opening.currency != closing.currency:
        problems.append(
            Problem(
                "balances_mixed",
                f"Opening in {opening.currency}, closing in {closing.currency}: not added together.",
            )
        )
        closing = None
    if not currency:
        problems.append(Problem("currency_missing", "The file does not say which currency this is."))
    for tag, positive in (("90C", True), ("90D", False)):
        problems.extend(_sum_problems(draft, tag, positive))
    lines = [_marked(replace(line, currency=line.currency or currency)) for line in draft.lines]
    return checked(
        Statement(
            account=draft.account or draft.options.account,
            currency=currency,
            number=draft.number,
            opening=opening.amount if opening else None,
            closing=closing.amount if closing else None,
            opening_on=opening.on if opening else None,
            closing_on=closing.on if closing else None,
            lines=tuple(lines),
            problems=tuple(problems),
            kind=INTERIM if draft.interim else FINAL,
            reference=draft.reference,
            balances=tuple(draft.balances),
            totals={
                f"{tag}_{what}": n
                for tag, pair in draft.sums.items()
                for what, n in zip(("count", "sum"), pair, strict=True)
            },
        )
    )


def _sum_problems(draft: _Draft, tag: str, positive: bool) -> Iterator[Problem]:
    if tag in draft.sums:
        count, total = draft.sums[tag]
        amounts = [
            line.amount for line in draft.lines if line.amount is not None and (line.amount > 0) is positive
        ]
        if (len(amounts), abs(sum(amounts))) != (count, total):
            yield Problem(
                "sum_differs",
                f"The report's own sum :{tag}: says {count} entries and {total}; "
                f"the lines give {len(amounts)} and {abs(sum(amounts))}.",
            )


def _marked(line: StatementLine) -> StatementLine:
    """A line whose text holds broken letters is shown as broken."""
    shown = f"{line.text}{line.payer_name}{line.reference}"
    if (UNKNOWN in shown or has_forbidden(shown)) and not line.problem:
        return replace(
            line,
            problem="The text holds bytes that are not valid letters.",
            text=_clean(line.text),
            payer_name=_clean(line.payer_name),
            reference=_clean(line.reference),
        )
    return line


def _clean(text: str) -> str:
    return "".join(UNKNOWN if has_forbidden(c) else c for c in text)
