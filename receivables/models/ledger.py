"""The books: two tables that only grow. An Entry moves a customer's balance, an Allocation settles one entry with another.

Documents stand on entries; entries know no documents. Only `Entry.allocated` ever changes, and only between 0 and |amount|.
"""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, F, Q, Sum, Value, When
from django.db.models.functions import Abs, Coalesce
from django.utils.translation import gettext_lazy as _

from receivables.models.base import Recorded, ScopedQuerySet, currency_field

LARGEST = 10**15
"""No entry is larger, in minor units: sums over thousands of the largest still fit a BIGINT, on SQLite too."""


class EntryQuerySet(ScopedQuerySet):
    def debits(self) -> Self:
        return self.filter(amount__gt=0)

    def credits(self) -> Self:
        return self.filter(amount__lt=0)

    def unsettled(self) -> Self:
        """Entries with something left, as known now and regardless of booking date."""
        return self.exclude(allocated=Abs(F("amount")))

    def with_open_now(self) -> Self:
        """Adds `open_now`: what is left, signed like the amount (minor units)."""
        left = Case(
            When(amount__gt=0, then=F("amount") - F("allocated")), default=F("amount") + F("allocated")
        )
        return self.annotate(open_now=left)

    def known(self, as_of: date, known_at: int | None) -> Self:
        """Entries booked up to `as_of` and, when an audit sequence is given, recorded up to it."""
        rows = self.filter(booked_on__lte=as_of)
        return rows if known_at is None else rows.filter(audit_seq__lte=known_at)

    def with_open(self, as_of: date, known_at: int | None) -> Self:
        """Adds `open_amount`, signed like the amount: what was left of each entry as of a date, as known then."""
        settled = Allocation.objects.known(as_of, known_at)
        as_debit = (
            settled.filter(debit=models.OuterRef("pk"))
            .order_by()
            .values("debit")
            .annotate(s=Sum("amount"))
            .values("s")
        )
        as_credit = (
            settled.filter(credit=models.OuterRef("pk"))
            .order_by()
            .values("credit")
            .annotate(s=Sum("amount"))
            .values("s")
        )
        zero = Value(0, output_field=models.BigIntegerField())
        return self.known(as_of, known_at).annotate(
            open_amount=Case(
                When(amount__gt=0, then=F("amount") - Coalesce(models.Subquery(as_debit), zero)),
                default=F("amount") + Coalesce(models.Subquery(as_credit), zero),
                output_field=models.BigIntegerField(),
            )
        )

    def overdue(self, as_of: date, known_at: int | None = None) -> Self:
        """Open debits whose due date lies before `as_of`. Due today is not overdue."""
        return self.debits().with_open(as_of, known_at).filter(due_on__lt=as_of, open_amount__gt=0)


class Entry(Recorded):
    """One signed movement of a customer's balance at one entity, in minor units: + owed to us, - credited."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        PAYMENT = "payment", _("Payment")
        CREDIT_NOTE = "credit_note", _("Credit note")
        REFUND = "refund", _("Refund")
        REVERSAL = "reversal", _("Reversal")
        WRITE_OFF = "write_off", _("Write-off")
        RECOVERY = "recovery", _("Recovery")
        TRANSFER = "transfer", _("Transfer")
        DISCOUNT = "discount", _("Discount")
        RESCHEDULE = "reschedule", _("New due date")
        OPENING = "opening", _("Opening balance")
        CHARGE = "charge", _("Fee or interest")
        WAIVER = "waiver", _("Waiver")

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="entries")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    currency = currency_field()
    amount = models.BigIntegerField()
    allocated = models.BigIntegerField(default=0)
    document_on = models.DateField()
    due_on = models.DateField(null=True)
    booked_on = models.DateField()
    reference = models.CharField(max_length=80)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="entry_amount_not_zero"),
            models.CheckConstraint(
                condition=Q(amount__range=(-LARGEST, LARGEST)), name="entry_amount_in_range"
            ),
            models.CheckConstraint(
                condition=Q(allocated__gte=0) & Q(allocated__lte=Abs("amount")),
                name="entry_never_over_allocated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer", "currency"],
                include=["entity", "due_on", "amount", "allocated", "booked_on"],
                condition=~Q(allocated=Abs("amount")),
                name="entry_unsettled",
            ),
            models.Index(fields=["customer", "booked_on"], name="entry_by_customer"),
            models.Index(fields=["reference"], name="entry_by_reference"),
            models.Index(fields=["booked_on", "id"], name="entry_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class AllocationQuerySet(ScopedQuerySet):
    entity_path = "debit__entity_id"
    customer_path = "debit__customer_id"

    def known(self, as_of: date, known_at: int | None) -> Self:
        rows = self.filter(booked_on__lte=as_of)
        return rows if known_at is None else rows.filter(audit_seq__lte=known_at)

    def in_force(self) -> Self:
        """Allocations that have not been undone, as known now."""
        return self.filter(reverses__isnull=True, undone_by__isnull=True)


class Allocation(Recorded):
    """How much of a credit settles how much of a debit. A mistake is undone by the opposite row (negative, `reverses`)."""

    debit = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="settled_by")
    credit = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="settles")
    amount = models.BigIntegerField()
    booked_on = models.DateField()
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    reason = models.CharField(max_length=60, blank=True)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True) | Q(amount__lt=0, reverses__isnull=False),
                name="allocation_positive_unless_it_undoes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credit_id} settles {self.amount} of {self.debit_id}"
