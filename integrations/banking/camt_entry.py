"""One camt entry made into lines: the amount with its sign, the other side, every reference. Not an adapter of its own."""

from dataclasses import replace
from datetime import date

from integrations.banking.port import BOOKED, INFO, PENDING, Detail, StatementLine
from integrations.files.safe_xml import Element, text
from integrations.tables.dates import parse_date
from integrations.tables.values import NumberText, Unparsed, parse_amount

_STATUS = {"BOOK": BOOKED, "PDNG": PENDING, "INFO": INFO, "FUTR": PENDING}
_NONE = ("NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOREF")


def amount_of(element: Element | None, direction: str) -> int:
    """Signed minor units: the indicator gives the true direction, for reversals too (a CRDT reversal undoes a debit)."""
    if element is None:
        raise Unparsed("empty", "There is no amount.")
    value = parse_amount(
        NumberText("".join((element.text or "").split())), currency=element.get("Ccy", ""), exact_zeros=True
    )
    if direction not in ("CRDT", "DBIT"):
        raise Unparsed("no_direction", "Neither credit nor debit is said.")
    return -value if direction == "DBIT" else value


def day_of(element: Element | None) -> date | None:
    """A date or the date of a moment as written, in the bank's own zone."""
    if element is None:
        return None
    moment = text(element, "Dt") or text(element, "DtTm")
    return parse_date(moment[:10]) if moment else None


def entry_lines(entry: Element, currency: str) -> list[StatementLine]:
    """One line, or one for each transaction of a batch when they add up to the entry. Never none."""
    transactions = entry.findall("NtryDtls/TxDtls") or entry.findall("TxDtls")
    whole = _line(entry, transactions[0] if len(transactions) == 1 else None, currency)
    if len(transactions) < 2 or whole.problem:
        return [whole]
    details = [_detail(transaction, whole) for transaction in transactions]
    split = [d.amount for d in details if d.amount is not None and d.currency == whole.currency]
    if len(split) == len(details) and sum(split) == whole.amount:
        return [
            _part(whole, d, t, n) for n, (d, t) in enumerate(zip(details, transactions, strict=True), start=1)
        ]
    joined = " ".join(dict.fromkeys(d.reference for d in details if d.reference))
    return [replace(whole, details=tuple(details), reference=joined[:200])]


def _line(entry: Element, transaction: Element | None, currency: str) -> StatementLine:
    direction, problems = text(entry, "CdtDbtInd"), []
    amount, booked, value = None, None, None
    try:
        amount = amount_of(entry.find("Amt"), direction)
    except Unparsed as e:
        problems.append(f"Amount: {e.reason}")
    try:
        value = day_of(entry.find("ValDt"))
        booked = day_of(entry.find("BookgDt")) or value
    except Unparsed as e:
        problems.append(f"Date: {e.reason}")
    if booked is None and not problems:
        problems.append("The entry has no date.")
    own = entry.find("Amt").get("Ccy", "") if entry.find("Amt") is not None else currency
    status = text(entry, "Sts/Cd") or text(entry, "Sts/Prtry") or text(entry, "Sts")
    if status not in ("", *_STATUS):
        problems.append(f"The status {status[:20]} is not known.")
    name, account = _other_side(transaction, direction)
    return StatementLine(
        source_line=entry.sourceline or 0,
        booked_on=booked,
        value_on=value,
        amount=amount,
        currency=own or currency,
        reference=_reference(transaction),
        end_to_end_id=_given(text(transaction, "Refs/EndToEndId")),
        payer_name=name,
        payer_account=account,
        text=_joined(_remittance(transaction), text(entry, "AddtlNtryInf")),
        bank_id=text(entry, "AcctSvcrRef") or text(transaction, "Refs/AcctSvcrRef") or text(entry, "NtryRef"),
        is_reversal=text(entry, "RvslInd") in ("true", "1"),
        status=_STATUS.get(status, BOOKED),
        code=_code(entry),
        problem=" ".join(problems),
        original=" ".join(" ".join(entry.itertext()).split())[:500] if problems else "",
    )


def _detail(transaction: Element, whole: StatementLine) -> Detail:
    direction = text(transaction, "CdtDbtInd") or ("DBIT" if (whole.amount or 0) < 0 else "CRDT")
    amount, currency = None, whole.currency
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = transaction.find(path)
        if found is not None:
            currency = found.get("Ccy", "")
            try:
                amount = amount_of(found, direction)
            except Unparsed:
                amount = None
            break
    name, account = _other_side(transaction, direction)
    return Detail(
        amount=amount,
        currency=currency,
        reference=_reference(transaction),
        end_to_end_id=_given(text(transaction, "Refs/EndToEndId")),
        payer_name=name,
        payer_account=account,
        text=_remittance(transaction),
    )


def _part(whole: StatementLine, detail: Detail, transaction: Element, number: int) -> StatementLine:
    own = text(transaction, "Refs/AcctSvcrRef") or text(transaction, "Refs/TxId")
    return replace(
        whole,
        source_line=transaction.sourceline or whole.source_line,
        amount=detail.amount,
        reference=detail.reference,
        end_to_end_id=detail.end_to_end_id,
        payer_name=detail.payer_name,
        payer_account=detail.payer_account,
        text=_joined(detail.text, whole.text),
        bank_id=own or (f"{whole.bank_id}/{number}" if whole.bank_id else ""),
    )


def _other_side(transaction: Element | None, direction: str) -> tuple[str, str]:
    """Who paid us (credit) or whom we paid (debit). Since version 8 a party may be wrapped in `Pty`."""
    if transaction is None:
        return "", ""
    roles = ("Cdtr", "UltmtCdtr") if direction == "DBIT" else ("Dbtr", "UltmtDbtr")
    name = account = ""
    for role in roles:
        party = f"RltdPties/{role}"
        name = name or text(transaction, f"{party}/Nm") or text(transaction, f"{party}/Pty/Nm")
        account = (
            account
            or text(transaction, f"{party}Acct/Id/IBAN")
            or text(transaction, f"{party}Acct/Id/Othr/Id")
        )
    return name, account


def _reference(transaction: Element | None) -> str:
    """Structured references (SCOR, QRR, ISR, BBA) and the numbers of the documents paid."""
    if transaction is None:
        return ""
    found = [text(r) for r in transaction.findall("RmtInf/Strd/CdtrRefInf/Ref")]
    found += [text(r) for r in transaction.findall("RmtInf/Strd/CdtrRefInf/CdtrRef")]
    found += [text(r) for r in transaction.findall("RmtInf/Strd/RfrdDocInf/Nb")]
    return " ".join(dict.fromkeys(r for r in found if r))[:200]


def _remittance(transaction: Element | None) -> str:
    if transaction is None:
        return ""
    parts = [text(u) for u in transaction.findall("RmtInf/Ustrd")]
    parts += [text(u) for u in transaction.findall("RmtInf/Strd/AddtlRmtInf")]
    parts.append(text(transaction, "RtrInf/AddtlInf"))
    parts.append(text(transaction, "AddtlTxInf"))
    return _joined(*parts)


def _code(entry: Element) -> str:
    codes = [text(entry, f"BkTxCd/Domn/{p}") for p in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "-".join(c for c in codes if c) or text(entry, "BkTxCd/Prtry/Cd")


def _given(reference: str) -> str:
    return "" if reference.upper() in _NONE else reference


def _joined(*parts: str) -> str:
    return " ".join(dict.fromkeys(p for p in parts if p))
