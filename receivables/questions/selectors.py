"""Figures of an account as of a date, as known at a point of the audit sequence: balance, open items, unapplied credit.

Every figure is per customer, entity and currency, in minor units; nothing here adds currencies or rounds. `known_at` None
means: as known now.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from receivables.models import Allocation, Audit, Customer, Entry, LegalEntity
from receivables.rules.money import Money


@dataclass(frozen=True)
class Position:
    """One account in one currency: `owed` open debits, `unapplied` credit not yet settling anything, `net` their difference.

    `ledger` is the sum of all entries; `net` must equal it (the sum-proof).
    """

    currency: str
    owed: int
    unapplied: int
    ledger: int

    @property
    def net(self) -> int:
        return self.owed - self.unapplied

    @property
    def holds(self) -> bool:
        return self.net == self.ledger


def account(customer: Customer, entity: LegalEntity | None = None, currency: str = "") -> "QuerySet[Any]":
    """The entries of a customer, at one entity and in one currency where these are given."""
    rows = Entry.objects.filter(customer=customer)
    if entity is not None:
        rows = rows.filter(entity=entity)
    return rows.filter(currency=currency) if currency else rows


def balance(
    *, customer: Customer, entity: LegalEntity, currency: str, as_of: date, known_at: int | None
) -> Money:
    """Sum of the entries booked up to `as_of`: + the customer owes us, - we hold their money."""
    rows = Entry.objects.known(as_of, known_at).filter(customer=customer, entity=entity, currency=currency)
    return Money(rows.aggregate(total=Sum("amount"))["total"] or 0, currency)


def open_items(
    *,
    customer: Customer,
    as_of: date,
    known_at: int | None,
    entity: LegalEntity | None = None,
    currency: str = "",
) -> list[Entry]:
    """Debits and credits with something left as of a date, each with `open_amount` (signed); oldest due first, undated last."""
    rows = Entry.objects.with_open(as_of, known_at).filter(
        pk__in=account(customer, entity, currency).values("pk")
    )
    found = rows.exclude(open_amount=0).select_related("entity", "customer")
    return sorted(found, key=lambda e: (e.due_on is None, e.due_on or e.booked_on, e.pk))


def unapplied(
    *, customer: Customer, entity: LegalEntity, currency: str, as_of: date, known_at: int | None
) -> Money:
    """Credit (cash, credit notes, transfers) that settled nothing yet as of a date; never negative."""
    rows = (
        Entry.objects.credits()
        .with_open(as_of, known_at)
        .filter(customer=customer, entity=entity, currency=currency)
    )
    return Money(-(rows.aggregate(total=Sum("open_amount"))["total"] or 0), currency)


def positions(entries: "QuerySet[Any]", *, as_of: date, known_at: int | None) -> list[Position]:
    """Owed, unapplied and ledger per currency over any set of entries: the line under a table of the ledger."""
    rows = entries.order_by().filter(booked_on__lte=as_of)
    if known_at is not None:
        rows = rows.filter(audit_seq__lte=known_at)
    elif not Allocation.objects.filter(booked_on__gt=as_of).exists():
        return _by_counters(rows)
    debits, credits = _by_currency(rows.filter(amount__gt=0)), _by_currency(rows.filter(amount__lt=0))
    settled = Allocation.objects.known(as_of, known_at)
    of_debits = _by_currency(settled.filter(debit__in=rows.values("pk")), "debit__currency")
    of_credits = _by_currency(settled.filter(credit__in=rows.values("pk")), "credit__currency")
    return [
        Position(
            code,
            owed=debits.get(code, 0) - of_debits.get(code, 0),
            unapplied=-credits.get(code, 0) - of_credits.get(code, 0),
            ledger=debits.get(code, 0) + credits.get(code, 0),
        )
        for code in sorted(debits.keys() | credits.keys())
    ]


def _by_counters(rows: "QuerySet[Any]") -> list[Position]:
    """The same figures from the entries' own counters, in one scan: right when no allocation lies beyond the date."""
    owed = Sum(F("amount") - F("allocated"), filter=Q(amount__gt=0), default=0)
    credit = Sum(-F("amount") - F("allocated"), filter=Q(amount__lt=0), default=0)
    found = (
        rows.values_list("currency")
        .annotate(owed=owed, credit=credit, ledger=Sum("amount"))
        .order_by("currency")
    )
    return [Position(code, *figures) for code, *figures in found]


def paid_to_date(
    *, customer: Customer, entity: LegalEntity, currency: str, as_of: date, known_at: int | None
) -> Money:
    """Money that came and stayed: payments less refunds and reversals, up to a date."""
    kinds = (Entry.Kind.PAYMENT, Entry.Kind.REFUND, Entry.Kind.REVERSAL)
    rows = Entry.objects.known(as_of, known_at).filter(
        customer=customer, entity=entity, currency=currency, kind__in=kinds
    )
    return Money(-(rows.aggregate(total=Sum("amount"))["total"] or 0), currency)


def known_now() -> int:
    """The newest audit number: what "as known now" means until something else is written."""
    return Audit.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def _by_currency(rows: "QuerySet[Any]", currency: str = "currency") -> dict[str, int]:
    return dict(rows.order_by().values_list(currency).annotate(total=Sum("amount")))
