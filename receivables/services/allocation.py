"""Which credit settles which debit: applying, oldest first, and taking back. Nothing here creates or removes money."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Allocation, Entry, Invoice
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import status

_K = Entry.Kind
BOUND_CREDITS = {_K.REVERSAL, _K.WRITE_OFF, _K.DISCOUNT, _K.RESCHEDULE}
BOUND_DEBITS = {_K.REFUND, _K.REVERSAL, _K.RECOVERY, _K.TRANSFER, _K.CREDIT_NOTE, _K.WRITE_OFF, _K.DISCOUNT}
"""Kinds of entries that a document has tied to their other side for good."""


@transaction.atomic
def apply(
    *, credit: Entry, to: Sequence[tuple[Entry, int]], now: datetime, by: Actor, reason: str = ""
) -> list[Allocation]:
    """Settles open items with a credit (payment, credit note, transfer): pairs of debit entry and minor units.

    All or nothing. Refuses over_allocated, wrong_side, crosses; the day is the later of each pair's entries.
    """
    if not to:
        raise Refused("nothing_to_apply", _("Choose at least one open item."))
    (customer,) = posting.lock(credit.customer_id)
    subject = f"entry:{credit.pk}"
    with audit.line(
        "allocation.applied", by=by, now=now, subject=subject, entity=credit.entity, reason=reason
    ) as line:
        rows = [
            posting.allocate(line, debit=debit, credit=credit, amount=amount, reason=reason)
            for debit, amount in to
        ]
        status.paid(line, posting.settle(line, [debit for debit, _amount in to]), by=by)
        posting.stop([customer])
    return rows


def oldest_first(*, credit: Entry, now: datetime, by: Actor) -> list[Allocation]:
    """Fills the customer's open items of the same entity and currency, oldest due date first, undated last."""
    return apply(credit=credit, to=plan_oldest_first(credit), now=now, by=by, reason="oldest_first")


def plan_oldest_first(credit: Entry) -> list[tuple[Entry, int]]:
    """Pairs of open debit and amount that a credit would settle, oldest due first (minor units)."""
    items = (
        Entry.objects.debits()
        .unsettled()
        .filter(entity_id=credit.entity_id, customer_id=credit.customer_id, currency=credit.currency)
    )
    left = posting.left_of(credit)
    plan = []
    for item in sorted(items, key=lambda e: (e.due_on is None, e.due_on or date.max, e.pk)):
        amount = min(left, item.amount - item.allocated)
        if amount <= 0:
            break
        plan.append((item, amount))
        left -= amount
    return plan


@transaction.atomic
def unapply(
    *, allocations: Sequence[Allocation], on: date, now: datetime, by: Actor, reason: str
) -> list[Allocation]:
    """Takes allocations back by their opposite rows, effective `on`. Both sides are as before, to the cent.

    Refuses already_undone, period_closed, and bound where the allocation belongs to a document of its own
    (refund, reversal, transfer, write-off, rescheduling): that one is undone by its own verb.
    """
    if not allocations:
        raise Refused("nothing_to_undo", _("There is nothing to take back."))
    customers = posting.lock(*{each.debit.customer_id for each in allocations})
    for each in allocations:
        refuse_bound(each)
    entity = allocations[0].debit.entity
    posting.refuse_closed(entity, max(on, *(each.booked_on for each in allocations)))
    subject = f"entry:{allocations[0].credit_id}"
    with audit.line(
        "allocation.undone", by=by, now=now, subject=subject, entity=entity, reason=reason
    ) as line:
        rows = posting.undo_all(line, allocations, on=on, reason=reason)
        posting.settle(line, [each.debit for each in allocations])
        posting.stop(customers)
    return rows


def refuse_bound(allocation: Allocation) -> None:
    """Refuses to free what a document has tied: a refund whose credit were free again would be paid out twice (bound)."""
    if allocation.debit.kind in BOUND_DEBITS or allocation.credit.kind in BOUND_CREDITS:
        raise Refused(
            "bound", _("This belongs to a refund, reversal, transfer or write-off. Undo that instead.")
        )
    if _cancelled(allocation.debit):
        raise Refused("state", _("A cancelled invoice stays cancelled. Issue a new one instead."))


def _cancelled(debit: Entry) -> bool:
    return bool(Invoice.objects.filter(instalments__entry=debit, state=Invoice.State.CANCELLED).exists())


def total(pairs: Sequence[tuple[Entry, int]], currency: str) -> Money:
    """Sum of the planned amounts."""
    return Money(sum(amount for _entry, amount in pairs), currency)
