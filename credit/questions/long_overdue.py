"""Who has had something open and past due for long, set by set: the ground of the nightly rule by age.

Items in dispute do not count.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from credit.rules.classes import Overdue
from receivables.models import Dispute, Entry, LegalEntity

PRINCIPAL = ("invoice", "reschedule", "opening")
"""Kinds of entry that are debt itself: charges on top of it lower nobody's class."""


def items(entity: LegalEntity, *, on: date) -> "QuerySet[Entry]":
    """Open undisputed principal of an entity that is past due on a day."""
    disputed = Dispute.objects.filter(entry=OuterRef("pk"), state=Dispute.State.OPEN)
    rows = (
        Entry.objects.debits()
        .unsettled()
        .filter(entity=entity, kind__in=PRINCIPAL, due_on__lt=on, booked_on__lte=on)
    )
    found: QuerySet[Entry] = rows.filter(~Exists(disputed))
    return found


def customers_beyond(entity: LegalEntity, days: int, *, on: date) -> list[int]:
    """Ids of customers with such an item more than `days` overdue, in order."""
    rows = items(entity, on=on).filter(due_on__lt=on - timedelta(days=days))
    return list(rows.order_by("customer_id").values_list("customer_id", flat=True).distinct())


def by_customer(entity: LegalEntity, customer_ids: Iterable[int], *, on: date) -> dict[int, list[Overdue]]:
    """Their overdue items; a customer without any is absent."""
    rows = items(entity, on=on).filter(customer_id__in=list(customer_ids))
    found: dict[int, list[Overdue]] = {}
    for customer, currency, due_on, left in rows.annotate(left=F("amount") - F("allocated")).values_list(
        "customer_id", "currency", "due_on", "left"
    ):
        found.setdefault(customer, []).append(Overdue(currency, (on - (due_on or on)).days, left))
    return found
