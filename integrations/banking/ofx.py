"""OFX and QFX statements, 1.x (SGML without end tags) and 2.x (XML), bank and credit card.

Own reader: exports of real banks break the published grammar in small ways, and a strict parser loses the whole file for it.
"""

import re
from collections.abc import Iterator
from datetime import date

from integrations.banking.ofx_tree import Node, tree
from integrations.banking.port import (
    BOOKED,
    FINAL,
    PENDING,
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
from integrations.tables.dates import parse_date
from integrations.tables.values import Unparsed, has_forbidden, parse_amount

_OFX = re.compile(rb"OFXHEADER\s*[:=]|<OFX[\s>]", re.IGNORECASE)
_CHARSET = re.compile(rb"(?:CHARSET|ENCODING)\s*[:=]\s*\"?([\w-]+)", re.IGNORECASE)
_ENCODINGS = {
    b"1252": "cp1252",
    b"ISO-8859-1": "cp1252",
    b"8859-1": "cp1252",
    b"936": "gb18030",
    b"1251": "cp1251",
    b"1250": "cp1250",
}


class Adapter:
    """OFX 1.x and 2.x."""

    def recognises(self, raw: bytes) -> bool:
        return _OFX.search(raw[:4096]) is not None

    def read(self, raw: bytes, *, name: str, options: BankOptions) -> list[Statement]:
        """One statement for each account; none when the file holds no account. Raises Unreadable: unsupported_media,
        xml_refused, not_ofx."""
        admitted = admit(raw, name=name)
        if admitted.kind is Kind.XLSX:
            raise Unreadable("unsupported_media", "The file is no OFX text.")
        content = admitted.stream.read()
        text, decoding = whole_text(content, options.encoding or _declared(content))
        if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
            raise Unreadable(
                "xml_refused",
                "The file declares a document type; such files are refused because they can hide entities.",
            )
        root = tree(text)
        if root is None:
            raise Unreadable("not_ofx", "The file holds no OFX element.")
        found = [_statement(n, options) for n in root.every("STMTRS", "CCSTMTRS")]
        if not found and (failed := _failure(root)):
            raise Unreadable("bank_refused", f"The bank answered with an error: {failed[:200]}")
        if decoding.bad_offsets and not found:
            raise Unreadable("not_ofx", "The file is not valid text.")
        return found


def _declared(raw: bytes) -> str:
    """The header's character set, unless the bytes are plainly UTF-8: many banks declare 1252 and write UTF-8."""
    try:
        raw.decode("utf-8")
        return ""
    except UnicodeDecodeError:
        for found in reversed(_CHARSET.findall(raw[:2048])):
            if found.upper() in _ENCODINGS:
                return _ENCODINGS[found.upper()]
    return ""


def _failure(root: Node) -> str:
    for status in root.every("STATUS"):
        if status.value("SEVERITY").upper() == "ERROR":
            return status.value("MESSAGE") or status.value("CODE")
    return ""


def _statement(node: Node, options: BankOptions) -> Statement:
    currency = node.value("CURDEF").upper() or options.currency
    problems: list[Problem] = []
    ledger = _balance(node, "LEDGERBAL", currency, problems)
    available = _balance(node, "AVAILBAL", currency, problems)
    if currency not in DIGITS:
        problems.append(
            Problem("currency_missing", f"The currency {currency[:10]!r} is not known.", node.line)
        )
    holder = node.first("BANKACCTFROM") or node.first("CCACCTFROM")
    lines = tuple(_lines(node, currency))
    problems.extend(_doubled(lines))
    return checked(
        Statement(
            account=(holder.value("ACCTID") if holder else "") or options.account,
            currency=currency,
            number=_period(node),
            opening=None,
            closing=ledger.amount if ledger else None,
            opening_on=_day_or_none(node.value("DTSTART")),
            closing_on=ledger.on if ledger else _day_or_none(node.value("DTEND")),
            lines=lines,
            problems=tuple(problems),
            kind=FINAL,
            balances=tuple(b for b in (ledger, available) if b),
        )
    )


def _period(node: Node) -> str:
    """OFX has no statement number; the period tells one export from the next."""
    start, end = node.value("DTSTART")[:8], node.value("DTEND")[:8]
    return f"{start}-{end}" if start or end else ""


def _doubled(lines: tuple[StatementLine, ...]) -> Iterator[Problem]:
    seen: set[str] = set()
    for line in lines:
        if line.bank_id and line.bank_id in seen:
            yield Problem(
                "id_twice",
                "The bank used one transaction id twice.",
                line.source_line,
                line.bank_id[:40],
                warning=True,
            )
        seen.add(line.bank_id)


def _balance(node: Node, tag: str, currency: str, problems: list[Problem]) -> Balance | None:
    found = node.first(tag)
    if found is None:
        return None
    try:
        amount = _amount(found.value("BALAMT"), currency)
        return Balance(tag, amount, currency, _day_or_none(found.value("DTASOF")))
    except Unparsed as e:
        problems.append(
            Problem(
                "balance_unread",
                f"The balance {tag} could not be read: {e.reason}",
                found.line,
                found.value("BALAMT")[:40],
            )
        )
        return None


def _lines(node: Node, currency: str) -> Iterator[StatementLine]:
    for found in node.every("STMTTRN", "STMTTRNP"):
        yield _line(found, currency, PENDING if found.tag == "STMTTRNP" else BOOKED)


def _line(node: Node, currency: str, status: str) -> StatementLine:
    problems: list[str] = []
    amount, booked_on = None, None
    other = node.first("CURRENCY")
    own = (other.value("CURSYM").upper() if other else "") or currency
    try:
        amount = _amount(node.value("TRNAMT"), own)
    except Unparsed as e:
        problems.append(f"Amount: {e.reason}")
    try:
        booked_on = ofx_day(node.value("DTPOSTED") or node.value("DTTRAN") or node.value("DTUSER"))
    except Unparsed as e:
        problems.append(f"Date: {e.reason}")
    name, memo = node.value("NAME"), node.value("MEMO")
    number = node.value("CHECKNUM").strip("0") and node.value("CHECKNUM")
    if has_forbidden(name + memo):
        problems.append("The text holds a control character.")
        name, memo = ("".join(c for c in t if not has_forbidden(c)) for t in (name, memo))
    payee = node.first("BANKACCTTO") or node.first("CCACCTTO")
    return StatementLine(
        source_line=node.line,
        booked_on=booked_on,
        value_on=_day_or_none(node.value("DTAVAIL")) or booked_on,
        amount=amount,
        currency=own,
        reference=number or node.value("REFNUM"),
        payer_name=name,
        payer_account=payee.value("ACCTID") if payee else "",
        text=memo or name,
        bank_id=node.value("FITID") or node.value("SRVRTID"),
        is_reversal=bool(node.value("CORRECTFITID")),
        status=status,
        code=node.value("TRNTYPE"),
        problem=" ".join(problems),
        original=node.flat()[:500] if problems else "",
    )


def _amount(text: str, currency: str) -> int:
    """OFX writes a point or a comma as decimal mark and never groups."""
    plain = text.strip()
    if currency not in DIGITS:
        raise Unparsed("currency_unknown", "the currency is not known")
    mark = "," if "," in plain and "." not in plain else "."
    if plain.lstrip("+-").startswith(mark):
        plain = plain.replace(mark, f"0{mark}", 1)
    if re.fullmatch(r"-0+([.,]0*)?", plain):
        return 0
    return parse_amount(
        plain.removesuffix(mark),
        currency=currency,
        decimal_mark="," if mark == "," else ".",
        exact_zeros=True,
    )


def ofx_day(text: str) -> date:
    """YYYYMMDD with an optional time and zone behind it: the bank's own day. Raises Unparsed."""
    plain = text.strip()
    if re.match(r"\d{4}-\d{2}-\d{2}", plain):
        return parse_date(plain[:10])
    return parse_date(plain[:8])


def _day_or_none(text: str) -> date | None:
    try:
        return ofx_day(text) if text else None
    except Unparsed:
        return None
