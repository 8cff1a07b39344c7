"""ISO 20022 camt.052, camt.053 and camt.054, any version: read by local names, so the version in the namespace does not matter.

Batches are split into their transactions only when these add up to the entry; else the entry stays one line with details.
"""

import re
from collections.abc import Iterable
from datetime import date

from integrations.banking.camt_entry import amount_of, day_of, entry_lines
from integrations.banking.port import (
    FINAL,
    INTERIM,
    NOTIFICATION,
    Balance,
    BankOptions,
    Problem,
    Statement,
    StatementLine,
    checked,
)
from integrations.errors import Unreadable
from integrations.files import safe_xml
from integrations.files.media import Kind, admit
from integrations.files.safe_xml import Element, text
from integrations.tables.values import Unparsed

_KINDS = {"Stmt": FINAL, "Rpt": INTERIM, "Ntfctn": NOTIFICATION}
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_LAST_TAG = re.compile(rb"</(?:[\w.-]+:)?(?:Document|BizMsgEnvlp|\w*Envelope)\s*>")
_CAMT = re.compile(rb"camt\.05[234]\.|<(?:[\w.-]+:)?BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn)\b")


class Adapter:
    """camt.052, .053, .054."""

    def recognises(self, raw: bytes) -> bool:
        head = raw[:8192]
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            head = head.decode("utf-16", errors="ignore").encode()
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _CAMT.search(head) is not None

    def read(self, raw: bytes, *, name: str, options: BankOptions) -> list[Statement]:
        """Raises Unreadable: unsupported_media, xml_refused, not_xml, no_rows."""
        admitted = admit(raw.lstrip(b" \t\r\n\x00"), name=name)
        if admitted.kind is not Kind.XML:
            raise Unreadable("unsupported_media", "The file is not XML, so it is no camt statement.")
        root = safe_xml.parse(_without_garbage(admitted.stream.read()))
        found = [_statement(element, options) for element in root.iter(*_KINDS)]
        if not found:
            raise Unreadable("no_rows", "The XML holds no statement, report or notification.")
        return found


def _without_garbage(raw: bytes) -> bytes:
    """Banks' portals append blanks, NULs or a ^Z behind the last tag."""
    ends = [m.end() for m in _LAST_TAG.finditer(raw)]
    return raw[: ends[-1]] if ends else raw


def _statement(element: Element, options: BankOptions) -> Statement:
    problems: list[Problem] = []
    balances = list(_balances(element, problems))
    currency = text(element, "Acct/Ccy") or _currency(element, balances) or options.currency
    opening = _pick(balances, _OPENING, currency, first=True)
    closing = _pick(balances, _CLOSING, currency, first=False)
    lines: list[StatementLine] = []
    for entry in element.findall("Ntry"):
        lines.extend(entry_lines(entry, currency))
    told = sorted({b.currency for b in balances})
    if len(told) > 1:
        problems.append(
            Problem(
                "balances_mixed",
                f"The balances are in {', '.join(told)}; they are not added together, only {currency} counts.",
            )
        )
    problems.extend(_summary(element, len(element.findall("Ntry"))))
    kind = _KINDS[element.tag]
    return checked(
        Statement(
            account=_account(element) or options.account,
            currency=currency,
            number=text(element, "LglSeqNb") or text(element, "ElctrncSeqNb"),
            opening=opening.amount if opening else None,
            closing=closing.amount if closing else None,
            opening_on=opening.on if opening else _period(element, "Fr"),
            closing_on=closing.on if closing else _period(element, "To"),
            lines=tuple(lines),
            problems=tuple(problems),
            kind=kind,
            reference=text(element, "Id"),
            balances=tuple(balances),
            totals={"entries": len(element.findall("Ntry"))},
        )
    )


def _balances(element: Element, problems: list[Problem]) -> Iterable[Balance]:
    for found in element.findall("Bal"):
        code = text(found, "Tp/CdOrPrtry/Cd") or text(found, "Tp/CdOrPrtry/Prtry") or text(found, "Tp/Cd")
        currency = (found.find("Amt").get("Ccy") or "") if found.find("Amt") is not None else ""
        try:
            amount = amount_of(found.find("Amt"), text(found, "CdtDbtInd"))
        except Unparsed as e:
            problems.append(
                Problem(
                    "balance_unread", f"The balance {code} could not be read: {e.reason}", found.sourceline
                )
            )
            continue
        try:
            on = day_of(found.find("Dt"))
        except Unparsed:
            on = None
        if text(found, "Tp/SubTp/Cd") == "INTM":
            code += "/INTM"
        yield Balance(code, amount, currency, on)


def _pick(balances: list[Balance], codes: tuple[str, ...], currency: str, *, first: bool) -> Balance | None:
    """The booked balance in the statement's own currency; intermediate ones of a paged statement only when alone."""
    for code in (*codes, *(f"{c}/INTM" for c in codes)):
        found = [b for b in balances if b.code == code and b.currency == currency]
        if found:
            return found[0] if first else found[-1]
    return None


def _currency(element: Element, balances: list[Balance]) -> str:
    for code in (*_OPENING, *_CLOSING):
        for balance in balances:
            if balance.code == code:
                return balance.currency
    if balances:
        return balances[0].currency
    entry = element.find("Ntry/Amt")
    return "" if entry is None else entry.get("Ccy", "")


def _account(element: Element) -> str:
    return (
        text(element, "Acct/Id/IBAN")
        or text(element, "Acct/Id/Othr/Id")
        or text(element, "Acct/Id/PrtryAcct/Id")
        or text(element, "Acct/Id/BBAN")
    )


def _period(element: Element, end: str) -> date | None:
    try:
        moment = text(element, f"FrToDt/{end}DtTm") or text(element, f"FrToDt/{end}Dt")
        return date.fromisoformat(moment[:10]) if moment else None
    except ValueError:
        return None


def _summary(element: Element, entries: int) -> Iterable[Problem]:
    """The bank's own count of its entries, where it gives one."""
    stated = text(element, "TxsSummry/TtlNtries/NbOfNtries")
    if stated.isdigit() and int(stated) != entries:
        yield Problem(
            "entries_missing",
            f"The summary counts {stated} entries, the statement holds {entries}.",
            value=stated,
        )
