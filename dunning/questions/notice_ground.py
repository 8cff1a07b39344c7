"""What the texts of a few notices need beside their pictures: documents, unapplied credit, charges, people, our bank account.

Read in a handful of queries for all of them; it words nothing and decides nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F

from receivables.models import BankAccount, Charge, Entry, LegalEntity, User

Account = tuple[int, str]
"""Customer and currency."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The document an item stands on."""

    document_on: date
    contract_ref: str


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a credit or a charge: its reference, kind, day and amount (positive, minor units)."""

    reference: str
    kind: str
    on: date
    left: int
    original: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The answers, by entry, account, charge key and person."""

    entity: LegalEntity
    papers: dict[int, Paper]
    credits: dict[Account, tuple[Rest, ...]]
    charges: dict[Account, tuple[Rest, ...]]
    charged: frozenset[str]
    """Keys of charges that stand on the ledger already."""
    people: dict[int, User]
    banks: dict[str, BankAccount]

    def bank(self, currency: str) -> BankAccount | None:
        """The account to pay into: one of the currency, else one of our own currency."""
        return self.banks.get(currency) or self.banks.get(self.entity.currency)


def load(
    entity: LegalEntity, *, customers: Iterable[int], entries: Iterable[int], people: Iterable[int | None], on: date
) -> Ground:  # fmt: skip
    """The ground of notices of one entity."""
    items = set(entries)
    credits, charges = _rests(entity, set(customers), on)
    rows = Charge.objects.filter(of_entry__in=items).values_list("key", flat=True)
    users = User.objects.filter(pk__in={pk for pk in people if pk})
    banks: dict[str, BankAccount] = {}
    for account in BankAccount.objects.filter(entity=entity).exclude(iban="").order_by("pk"):
        banks.setdefault(account.currency, account)
    return Ground(
        entity,
        _papers(items),
        credits,
        charges,
        frozenset(rows),
        {user.pk: user for user in users},
        banks,
    )


def _papers(items: set[int]) -> dict[int, Paper]:
    rows = Entry.objects.filter(pk__in=items).values_list(
        "pk", "document_on", "instalment__invoice__contract_ref"
    )
    return {pk: Paper(on, ref or "") for pk, on, ref in rows}


def _rests(
    entity: LegalEntity, customers: set[int], on: date
) -> tuple[dict[Account, tuple[Rest, ...]], dict[Account, tuple[Rest, ...]]]:
    """Unapplied credits, and open fees and interest, oldest first."""
    credits: dict[Account, tuple[Rest, ...]] = {}
    charges: dict[Account, tuple[Rest, ...]] = {}
    rows = Entry.objects.filter(entity=entity, customer__in=customers, booked_on__lte=on)
    owed = rows.filter(amount__gt=0, kind=Entry.Kind.CHARGE).exclude(allocated=F("amount"))
    free = rows.filter(amount__lt=0).exclude(allocated=-F("amount"))
    columns = (
        "customer_id",
        "currency",
        "reference",
        "kind",
        "booked_on",
        "amount",
        "allocated",
        "charge__kind",
    )
    for entries, into in ((free, credits), (owed, charges)):
        for customer, currency, reference, kind, day, amount, settled, charge in entries.order_by(
            "booked_on", "pk"
        ).values_list(*columns):
            left = abs(amount) - settled
            rest = Rest(reference, charge or kind, day, left, abs(amount))
            into[customer, currency] = (*into.get((customer, currency), ()), rest)
    return credits, charges
