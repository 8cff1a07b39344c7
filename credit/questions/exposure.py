"""What we would lose today: open items less money we hold, per customer, entity and currency. No sum across currencies."""

from datetime import date

from django.db.models import F, Sum

from credit.rules.order_check import Item
from receivables.models import Customer, Entry, LegalEntity

MOST = 200


def of(customer: Customer, entity: LegalEntity, currency: str) -> int:
    """Minor units; below zero: we hold their money."""
    return by_currency(customer, entity).get(currency, 0)


def by_currency(customer: Customer, entity: LegalEntity) -> dict[str, int]:
    """Every currency in which something is open or on account."""
    rows = Entry.objects.unsettled().filter(customer=customer, entity=entity).with_open_now().order_by()
    found = rows.values("currency").annotate(total=Sum("open_now")).values_list("currency", "total")
    return {currency: total for currency, total in sorted(found) if total}


def items(customer: Customer, entity: LegalEntity, *, on: date) -> list[Item]:
    """Open debits, oldest due date first, at most MOST."""
    rows = Entry.objects.debits().unsettled().filter(customer=customer, entity=entity)
    rows = rows.annotate(left=F("amount") - F("allocated")).order_by(F("due_on").asc(nulls_last=True), "pk")
    return [
        Item(reference, currency, due_on, (on - due_on).days if due_on else 0, left)
        for reference, currency, due_on, left in rows.values_list("reference", "currency", "due_on", "left")[
            :MOST
        ]
    ]
