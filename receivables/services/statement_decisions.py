"""A person decides about a statement: releases one that was flagged, discards it, or cancels one that was taken in.

Nothing of a flagged statement is posted before; cancelling takes back everything its lines posted, in one verb.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import ImportFile, Payment, Reversal, Statement, StatementLine
from receivables.rules.bank_lines import Seen, number_new
from receivables.rules.refusals import Refused
from receivables.services import cash, line_choices
from receivables.services.bounces import mark

State = StatementLine.State


@transaction.atomic
def release(*, statement: Statement, reason: str, now: datetime, by: Actor) -> Statement:
    """FLAGGED → TAKEN_IN by a person with a reason: its lines may be matched. Those known meanwhile from another statement are
    set aside. Refuses state and reason_missing."""
    row = _fresh(statement, Statement.State.FLAGGED, reason)
    with audit.line(
        "statement.released",
        by=by,
        now=now,
        subject=f"statement:{row.pk}",
        entity=row.account.entity,
        reason=reason[:300],
    ) as opened:
        _decide(opened, row, Statement.State.TAKEN_IN, reason, by)
        held = list(row.lines.filter(state=State.HELD).order_by("pk"))
        known = _known_elsewhere(row, held)
        mark(opened, [each for each in held if each.pk in known], State.IGNORED, "repeated")
        rest = [each for each in held if each.pk not in known]
        mark(opened, [each for each in rest if each.amount], State.NEW, "")
        mark(opened, [each for each in rest if not each.amount], State.IGNORED, "zero")
    return row


@transaction.atomic
def discard(*, statement: Statement, reason: str, now: datetime, by: Actor) -> Statement:
    """FLAGGED → DISCARDED: the statement stays to be seen, its lines are never posted, and a corrected file may bring them anew.

    Refuses state, reason_missing, and repeated_elsewhere when a later statement relies on its lines.
    """
    row = _fresh(statement, Statement.State.FLAGGED, reason)
    _refuse_if_relied_on(row)
    with audit.line(
        "statement.discarded",
        by=by,
        now=now,
        subject=f"statement:{row.pk}",
        entity=row.account.entity,
        reason=reason[:300],
    ) as opened:
        _decide(opened, row, Statement.State.DISCARDED, reason, by)
        mark(opened, list(row.lines.filter(state=State.HELD).order_by("pk")), State.IGNORED, "discarded")
        file = row.import_file
        if not file.statements.exclude(state=Statement.State.DISCARDED).exists():
            file.state = ImportFile.State.REFUSED
            opened.stamp(file)
            file.save(update_fields=["state", "audit_seq"])
    return row


@transaction.atomic
def cancel(*, statement: Statement, reason: str, now: datetime, by: Actor) -> Statement:
    """TAKEN_IN → FLAGGED: everything its lines posted is reversed as a mistake, and they wait for a new decision.

    Refuses state, reason_missing, and what a reversal refuses (refunded, already_reversed by the bank): then nothing is undone.
    """
    _lock_touched(statement)
    row = _fresh(statement, Statement.State.TAKEN_IN, reason)
    payments = _payments(statement)
    for payment in payments:
        cash.refuse_unless_reversible(payment)
    taken_back = Reversal.objects.filter(bank_line__statement=row, undone__isnull=True).select_related(
        "payment__entity"
    )
    for reversal in taken_back:
        on = posting.first_open_day(row.account.entity, reversal.reversed_on)
        cash.undo_reversal(reversal=reversal, on=on, now=now, by=by)
    with audit.line(
        "statement.cancelled",
        by=by,
        now=now,
        subject=f"statement:{row.pk}",
        entity=row.account.entity,
        reason=reason[:300],
    ) as opened:
        for payment in payments:
            line_choices.take_back(opened, payment)
        touched = [State.NEW, State.APPLIED, State.ON_ACCOUNT, State.IGNORED]
        for line in row.lines.filter(state__in=touched).order_by("pk"):
            line_choices.free(opened, line, State.HELD, "")
        cancelled = _("Cancelled: %(reason)s") % {"reason": reason.strip()[:200]}
        row.problems = [
            *row.problems,
            {"code": "cancelled", "message": cancelled, "value": "", "stops": True},
        ]
        _decide(opened, row, Statement.State.FLAGGED, reason, by)
        row.save(update_fields=["problems"])
        opened.after = {"payments": len(payments)}
    return row


def _lock_touched(statement: Statement) -> None:
    """Every customer whose money moves, then every line: all before the first audit line opens. Asked again once the lines
    are held, as a line may have been applied to somebody else meanwhile."""
    reversals = Reversal.objects.filter(bank_line__statement=statement, undone__isnull=True)
    ids = {payment.customer_id for payment in _payments(statement)}
    ids |= set(reversals.values_list("payment__customer_id", flat=True))
    posting.lock(*ids)
    list(statement.lines.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    now = {payment.customer_id for payment in _payments(statement)}
    if not now <= ids:
        raise Refused("state", _("Lines of this statement were applied at this moment. Please try again."))


def _payments(statement: Statement) -> list[Payment]:
    """The payments of its lines that stand now."""
    mistaken = Reversal.objects.filter(reason=Reversal.Reason.MISTAKE, undone__isnull=True).values("payment")
    rows = Payment.objects.filter(bank_line__statement=statement).exclude(pk__in=mistaken)
    return list(rows.select_related("entity", "customer", "entry").order_by("pk"))


def _fresh(statement: Statement, state: str, reason: str) -> Statement:
    if not reason.strip():
        raise Refused("reason_missing", _("Say why: the auditor will ask."), field="reason")
    rows = Statement.objects.select_for_update(of=("self",), no_key=True).select_related(
        "account__entity", "import_file"
    )
    row: Statement = rows.get(pk=statement.pk)
    if row.state != state:
        raise Refused("state", _("This statement has been decided meanwhile."), state=row.state)
    return row


def _decide(opened: Line, row: Statement, state: str, reason: str, by: Actor) -> None:
    opened.before, opened.after = {"state": row.state}, {"state": state}
    row.state, row.decided_by, row.decided_reason = state, by.name, reason.strip()[:300]
    opened.stamp(row)
    row.save(update_fields=["state", "decided_by", "decided_reason", "audit_seq"])


def _known_elsewhere(statement: Statement, held: Sequence[StatementLine]) -> set[int]:
    """Ids of held lines that another statement brought meanwhile."""
    days = [line.booked_on for line in held if line.booked_on]
    if not days:
        return set()
    others = StatementLine.objects.filter(
        account=statement.account_id, booked_on__range=(min(days), max(days))
    )
    others = others.filter(statement__state=Statement.State.TAKEN_IN).exclude(statement=statement)
    known = [
        Seen(*row) for row in others.values_list("booked_on", "amount", "text_hash", "balance_after", "k")
    ]
    mine = [Seen(each.booked_on, each.amount, each.text_hash, each.balance_after, each.k) for each in held]
    numbers = number_new(mine, known)
    return {each.pk for each, number in zip(held, numbers, strict=True) if number is None}


def _refuse_if_relied_on(statement: Statement) -> None:
    mine = set(statement.lines.values_list("pk", flat=True))
    later = Statement.objects.filter(
        account=statement.account_id, state=Statement.State.TAKEN_IN, pk__gt=statement.pk
    )
    for pk, number, repeats in later.exclude(repeats=[]).values_list("pk", "number", "repeats"):
        if mine & set(repeats):
            raise Refused(
                "repeated_elsewhere",
                _(
                    "Statement %(number)s repeats lines of this one and relies on them. "
                    "Release it and set single lines aside instead."
                )
                % {"number": number or pk},
            )
