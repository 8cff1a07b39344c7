"""Stores the lines of one statement, each once (DECISIONS 15). A line nobody can read is kept, marked and shown."""

from collections.abc import Sequence

from integrations.banking import port
from receivables.audit import Line
from receivables.models import Statement, StatementLine
from receivables.rules.bank_lines import Seen, number_new, strong_tokens, text_hash
from receivables.services.statement_checks import account_form

State = StatementLine.State
BATCH = 2_000


def store(line: Line, statement: Statement, read: port.Statement, *, trusted: bool) -> tuple[int, list[int]]:
    """Stores what is new; returns how many lines, and the ids of those that were known already.

    `trusted`: the statement adds up, so running balances tell equal lines apart.
    """
    seen = _seen(statement, read, trusted)
    days = [s.booked_on for s in seen if s.booked_on is not None]
    rows = StatementLine.objects.filter(account=statement.account_id)
    rows = rows.filter(booked_on__range=(min(days), max(days))) if days else rows.none()
    stored = list(
        rows.values_list("pk", "booked_on", "amount", "text_hash", "balance_after", "k", "statement__state")
    )
    # Lines without a day are compared by their text; the database's own key does not reach them.
    loose = StatementLine.objects.filter(account=statement.account_id, booked_on__isnull=True)
    stored += loose.values_list(
        "pk", "booked_on", "amount", "text_hash", "balance_after", "k", "statement__state"
    )
    flagged = statement.state == Statement.State.FLAGGED
    known = [
        Seen(day, amount, digest, after, k, state == Statement.State.TAKEN_IN)
        for _pk, day, amount, digest, after, k, state in stored
    ]
    numbers = number_new(seen, known)
    fresh = [
        _row(statement, each, mark, k, held=flagged, seq=line.seq)
        for each, mark, k in zip(read.lines, seen, numbers, strict=True)
        if k is not None
    ]
    for row in StatementLine.objects.bulk_create(fresh, batch_size=BATCH):
        line.touch("bank_line", row.pk, row.booked_on, row.amount, row.currency, row.text_hash, row.k)
    return len(fresh), _ids_of_known(seen, numbers, stored)


def _seen(statement: Statement, read: port.Statement, trusted: bool) -> list[Seen]:
    """Pictures for comparing, with running balances where the statement adds up and says where it begins."""
    balance = read.opening if trusted and read.kind == port.FINAL else None
    own, told = account_form(statement.account.iban), account_form(read.account)
    foreign = told if told and own and told != own else ""
    out = []
    for each in read.lines:
        counted = each.status == port.BOOKED and each.amount is not None and not each.problem
        if balance is not None and counted:
            balance += each.amount or 0
        kind = "" if read.kind == port.FINAL and each.status == port.BOOKED else f"{read.kind} {each.status}"
        digest = text_hash(
            each.currency, each.reference, each.end_to_end_id, each.payer_name, each.payer_account, each.text,
            each.bank_id, each.original, kind, foreign,
        )  # fmt: skip
        out.append(Seen(each.booked_on, each.amount, digest, balance if counted else None))
    return out


def _ids_of_known(
    seen: Sequence[Seen], numbers: Sequence[int | None], stored: Sequence[tuple[object, ...]]
) -> list[int]:
    ids: dict[tuple[object, ...], list[int]] = {}
    for pk, day, amount, digest, _after, _k, state in stored:
        if state == Statement.State.TAKEN_IN:
            ids.setdefault((day, amount, digest), []).append(pk)  # type: ignore[arg-type]
    found = []
    for mark, number in zip(seen, numbers, strict=True):
        if number is None and ids.get(mark.key):
            found.append(ids[mark.key].pop(0))
    return found


def _row(
    statement: Statement, read: port.StatementLine, mark: Seen, k: int, *, held: bool, seq: int
) -> StatementLine:
    unreadable = bool(read.problem) or read.amount is None or read.booked_on is None
    return StatementLine(
        account_id=statement.account_id,
        statement=statement,
        booked_on=read.booked_on,
        value_on=read.value_on or read.booked_on,
        currency=read.currency or statement.currency,
        amount=read.amount,
        text_hash=mark.text_hash,
        k=k,
        balance_after=mark.balance_after,
        tokens=[]
        if unreadable
        else strong_tokens(read.reference, read.text, read.payer_name, read.end_to_end_id),
        reference=_clean(read.reference, 200),
        end_to_end_id=_clean(read.end_to_end_id, 80),
        payer_name=_clean(read.payer_name, 200),
        payer_account=_clean(read.payer_account, 60),
        text=_clean(_text(read), 4_000),
        source_line=read.source_line,
        is_reversal=read.is_reversal,
        problem=_clean(read.problem, 300),
        state=State.UNREADABLE if unreadable else _state(statement, read, held),
        state_reason=_reason(statement, read),
        audit_seq=seq,
    )


def _state(statement: Statement, read: port.StatementLine, held: bool) -> str:
    if statement.kind != port.FINAL or read.status != port.BOOKED:
        return State.INFO
    if held:
        return State.HELD
    return State.IGNORED if read.amount == 0 else State.NEW


def _reason(statement: Statement, read: port.StatementLine) -> str:
    if statement.kind != port.FINAL:
        return str(statement.kind)
    if read.status != port.BOOKED:
        return read.status
    return "zero" if read.amount == 0 else ""


def _text(read: port.StatementLine) -> str:
    if read.problem and read.original:
        return read.original
    parts = [f"{d.payer_name} {d.reference} {d.text}".strip() for d in read.details]
    return " / ".join(part for part in (read.text, *parts) if part)


def _clean(text: str, length: int) -> str:
    return text.replace("\x00", "")[:length]
