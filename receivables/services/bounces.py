"""Money the bank takes back finds the payment it belongs to: by reference and amount without a person, else a person chooses.

Other outgoing lines are none of ours and are set aside; they can be taken up again.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import BankAccount, Payment, Reversal, StatementLine
from receivables.rules.refusals import Refused
from receivables.services import cash
from receivables.services.matching_stage import AUTO
from receivables.services.statement_checks import account_form

DAYS_BACK = 400
CHUNK = 1_000
State = StatementLine.State


def match(*, account: BankAccount, now: datetime, by: Actor) -> tuple[int, int]:
    """Settles an account's new outgoing lines; returns (payments reversed, lines set aside as not ours)."""
    reversed_, aside, after = 0, [], 0
    while True:
        rows = account.lines.filter(state=State.NEW, amount__lt=0, pk__gt=after).order_by("pk")
        lines = list(rows[:CHUNK])
        if not lines:
            break
        after = lines[-1].pk
        found = candidates(lines, account)
        for each in lines:
            likely = found[each.pk]
            if each.is_reversal and len(likely) == 1:
                reversal = _try(each, likely[0], now, by)
                reversed_ += reversal is not None
            elif not each.is_reversal and not likely:
                aside.append(each.pk)
    if aside:
        _set_aside(account, aside, now, by)
    return reversed_, len(aside)


def candidates(lines: Sequence[StatementLine], account: BankAccount) -> dict[int, list[Payment]]:
    """For each line the payments of its amount, still standing, that it quotes or that came from the same account."""
    days = [line.booked_on for line in lines if line.booked_on]
    if not days:
        return {line.pk: [] for line in lines}
    rows = Payment.objects.filter(
        entity_id=account.entity_id,
        amount__in={-(line.amount or 0) for line in lines},
        value_on__range=(min(days) - timedelta(days=DAYS_BACK), max(days)),
    ).exclude(reversals__undone__isnull=True, reversals__isnull=False)
    by_amount: dict[tuple[str, int], list[Payment]] = defaultdict(list)
    for payment in rows.select_related("bank_line", "customer", "entry", "entity").order_by(
        "-value_on", "-pk"
    ):
        by_amount[(payment.currency, payment.amount)].append(payment)
    return {
        line.pk: [p for p in by_amount[(line.currency, -(line.amount or 0))] if _speaks_for(line, p)]
        for line in lines
    }


def _speaks_for(line: StatementLine, payment: Payment) -> bool:
    if line.booked_on is None or payment.value_on > line.booked_on:
        return False
    source = payment.bank_line
    if source is None:
        return bool(payment.reference) and payment.reference in f"{line.reference} {line.text}"
    same_id = bool(line.end_to_end_id) and line.end_to_end_id == source.end_to_end_id
    same_payer = bool(line.payer_account) and account_form(line.payer_account) == account_form(
        source.payer_account
    )
    return same_id or same_payer or bool(set(line.tokens) & set(source.tokens))


def _try(line: StatementLine, payment: Payment, now: datetime, by: Actor) -> Reversal | None:
    try:
        return accept(
            line=line, payment=payment, reason=Reversal.Reason.BOUNCE, now=now, by=by, chosen_by=AUTO
        )
    except Refused:
        return None  # refunded, reversed or changed meanwhile: a person looks


@transaction.atomic
def accept(
    *, line: StatementLine, payment: Payment, reason: str, now: datetime, by: Actor, chosen_by: str = ""
) -> Reversal:
    """The line takes this payment back; what it had settled is open again. Refuses state, amount_differs, already_reversed,
    refunded."""
    posting.lock(payment.customer_id)
    row = StatementLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    if row.state != State.NEW:
        raise Refused("state", _("This line has been dealt with before."), state=row.state)
    if row.amount != -payment.amount or row.currency != payment.currency:
        raise Refused("amount_differs", _("Line and payment are not of the same amount."), field="payment")
    cash.refuse_unless_reversible(payment)
    on = posting.first_open_day(payment.entity, max(_day(row), payment.booked_on))
    subject = f"bank_line:{row.pk}"
    with audit.line(
        "payment.reversed", by=by, now=now, subject=subject, entity=payment.entity, reason=reason
    ) as opened:
        reversal = cash.write_reversal(
            opened, payment=payment, reason=reason, on=on, note=row.text[:200], bank_line=row
        )
        row.state, row.matched_by = State.APPLIED, chosen_by or by.name
        row.match_reasons = [["payment_taken_back", {"payment": str(payment.pk)}]]
        opened.stamp(row)
        row.save(update_fields=["state", "matched_by", "match_reasons", "audit_seq"])
    return reversal


@transaction.atomic
def _set_aside(account: BankAccount, ids: Sequence[int], now: datetime, by: Actor) -> None:
    rows = list(
        StatementLine.objects.select_for_update(no_key=True)
        .filter(pk__in=ids, state=State.NEW)
        .order_by("pk")
    )
    subject = f"bank_account:{account.pk}"
    with audit.line(
        "bank.outgoing_set_aside", by=by, now=now, subject=subject, entity=account.entity
    ) as opened:
        mark(opened, rows, State.IGNORED, "outgoing")


def mark(opened: Line, rows: Sequence[StatementLine], state: str, reason: str) -> None:
    """Puts lines into a state under an open audit line."""
    for row in rows:
        row.state, row.state_reason = state, reason[:200]
        opened.stamp(row)
    StatementLine.objects.bulk_update(rows, ["state", "state_reason", "audit_seq"], batch_size=500)


def _day(row: StatementLine) -> date:
    assert row.booked_on is not None
    return row.booked_on
