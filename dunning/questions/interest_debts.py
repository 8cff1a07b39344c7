"""What each debt of a customer was, from the ledger: due date, payments with their days, days in a dispute found valid,
what was charged before. It computes no interest and judges no law.

Credit notes, discounts and new due dates lower the debt from its beginning: what was never owed bears nothing. A payment that
the bank took back never came. A payment counts on its value date where the books took it in later because a period was closed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from dunning.rules.interest import Debt
from receivables.models import Allocation, Charge, Customer, Dispute, Entry, LegalEntity, Message, Reversal

PRINCIPAL = ("invoice", "reschedule", "opening")
NEVER_OWED = ("credit_note", "reschedule", "discount", "waiver")
STANDING = ("PLANNED", "IN_FLIGHT", "UNCERTAIN", "PARKED")
"""Messages that may still announce charges: what they claim is taken as claimed."""
MOST = 500


@dataclass(frozen=True)
class Owed:
    """One item and its debt; `in_dispute`: somebody questions it now, so nothing is claimed for it yet."""

    entry: Entry
    debt: Debt
    in_dispute: bool


def owed(
    customer: Customer, entity: LegalEntity, currency: str, *, up_to: date, ignoring: int = 0
) -> list[Owed]:
    """Debts past due before a day that are open, or were paid after they were due; oldest first, at most MOST. What the message
    `ignoring` announces is not taken as claimed."""
    rows = list(candidates(customer, entity, currency, up_to=up_to)[:MOST])
    ids = [row.pk for row in rows]
    settled, charged = _settled(ids), _charged(customer, ids, ignoring)
    compensated = _compensated(customer, ids, rows, ignoring)
    disputes: defaultdict[int, list[Any]] = defaultdict(list)
    for dispute in Dispute.objects.filter(entry__in=ids).select_related("credit_note"):
        disputes[dispute.entry_id].append(dispute)
    found = []
    for row in rows:
        lowered, payments = settled[row.pk]
        debt = Debt(
            principal=row.amount - lowered,
            currency=row.currency,
            due_on=row.due_on or up_to,
            payments=tuple(sorted(payments)),
            disputed=tuple(days for each in disputes[row.pk] if (days := _left_out(each)) is not None),
            charged_through=charged.get(row.pk),
            compensated=row.pk in compensated,
        )
        found.append(Owed(row, debt, any(each.state == Dispute.State.OPEN for each in disputes[row.pk])))
    return found


def candidates(customer: Customer, entity: LegalEntity, currency: str, *, up_to: date) -> "QuerySet[Entry]":
    """Principal past due before a day that is open now or was settled after its due date."""
    late = Allocation.objects.filter(debit=OuterRef("pk"), booked_on__gt=OuterRef("due_on"))
    rows = Entry.objects.debits().filter(
        customer=customer, entity=entity, currency=currency, kind__in=PRINCIPAL, due_on__lt=up_to
    )
    rows = rows.filter(booked_on__lte=up_to).filter(Q(Exists(late)) | Q(allocated__lt=F("amount")))
    found: QuerySet[Entry] = rows.select_related("instalment__invoice").order_by("due_on", "pk")
    return found


def _settled(ids: list[int]) -> dict[int, tuple[int, list[tuple[date, int]]]]:
    """Per debit: what was never owed, and (day, amount) of payments."""
    gone = Reversal.objects.filter(payment__entry=OuterRef("credit"), undone__isnull=True)
    rows = Allocation.objects.filter(debit__in=ids).filter(~Exists(gone))
    lowered: defaultdict[int, int] = defaultdict(int)
    payments: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    names = (
        "debit_id", "amount", "booked_on", "credit__kind", "credit__booked_on", "credit__payment__value_on",
    )  # fmt: skip
    for debit, amount, booked_on, kind, credited_on, value_on in rows.values_list(*names):
        if kind in NEVER_OWED:
            lowered[debit] += amount
            continue
        at_once = amount > 0 and value_on is not None and booked_on == credited_on
        payments[debit].append((min(booked_on, value_on) if at_once else booked_on, amount))
    return {pk: (lowered[pk], payments[pk]) for pk in ids}


def _left_out(dispute: Any) -> tuple[date, date] | None:
    """Days that do not count: of a dispute found valid whose credit note does not already take the amount away."""
    if dispute.state != Dispute.State.ACCEPTED:
        return None
    if dispute.credit_note is not None and dispute.credit_note.gross >= dispute.amount:
        return None
    return dispute.opened_on, dispute.closed_on


def _charged(customer: Customer, ids: list[int], ignoring: int) -> dict[int, date]:
    rows = Charge.objects.filter(of_entry__in=ids, kind=Charge.Kind.INTEREST).order_by()
    found = dict(rows.values("of_entry").annotate(last=Max("to_on")).values_list("of_entry", "last"))
    for said in _announced(customer, ignoring):
        if said["kind"] == Charge.Kind.INTEREST and said["of_entry"] in ids:
            last = date.fromisoformat(said["to_on"])
            found[said["of_entry"]] = max(last, found.get(said["of_entry"], last))
    return found


def _compensated(customer: Customer, ids: list[int], rows: list[Entry], ignoring: int) -> set[int]:
    """Items whose fixed sum was claimed; new due dates of an invoice do not make it a new debt."""
    charged = Charge.objects.filter(customer=customer, kind=Charge.Kind.COMPENSATION)
    done = set(charged.filter(of_entry__in=ids).values_list("of_entry", flat=True))
    done |= {
        said["of_entry"]
        for said in _announced(customer, ignoring)
        if said["kind"] == Charge.Kind.COMPENSATION
    }
    invoices = set(charged.values_list("of_entry__instalment__invoice", flat=True)) - {None}
    moved = [row for row in rows if row.kind == Entry.Kind.RESCHEDULE and hasattr(row, "instalment")]
    return done | {row.pk for row in moved if row.instalment.invoice_id in invoices}


def _announced(customer: Customer, ignoring: int) -> Iterable[dict[str, Any]]:
    rows = (
        Message.objects.filter(customer=customer, state__in=STANDING).exclude(charges=[]).exclude(pk=ignoring)
    )
    return [said for charges in rows.values_list("charges", flat=True) for said in charges]
