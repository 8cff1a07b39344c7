"""An amount the customer questions: with a reason, an owner and a deadline. It pauses nothing by itself; others look at it."""

from datetime import date

import django_fsm as fsm
from django.db import models
from django.db.models import Exists, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from receivables.models.audit import Audit
from receivables.models.base import ScopedQuerySet, Tracked, currency_field


class DisputeQuerySet(ScopedQuerySet):
    def open_on(self, as_of: date, known_at: int | None = None) -> "DisputeQuerySet":
        """Disputes that stood open at the end of a day, as known at an audit number: closed later, they were open then."""
        still_open = Q(closed_on__isnull=True) | Q(closed_on__gt=as_of)
        if known_at is None:
            return self.filter(still_open, opened_on__lte=as_of)
        opening = Audit.objects.filter(
            action="dispute.opened",
            subject=Concat(Value("dispute:"), Cast(OuterRef("pk"), TextField())),
            seq__lte=known_at,
        )
        return self.filter(Exists(opening), still_open | Q(audit_seq__gt=known_at), opened_on__lte=as_of)


class Dispute(fsm.ConcurrentTransitionMixin, Tracked):
    """Part or all of one open item in question."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        ACCEPTED = "ACCEPTED"
        REJECTED = "REJECTED"
        WITHDRAWN = "WITHDRAWN"

    class Reason(models.TextChoices):
        NOT_RECEIVED = "not_received", _("Not received")
        QUALITY = "quality", _("Quality")
        PRICE = "price", _("Price")
        QUANTITY = "quantity", _("Quantity")
        WRONG_INVOICE = "wrong_invoice", _("Wrong invoice")
        ALREADY_PAID = "already_paid", _("Already paid")
        DEDUCTION = "deduction", _("Deduction")
        OTHER = "other", _("Other")

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="disputes")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="disputes")
    entry = models.ForeignKey("receivables.Entry", on_delete=models.PROTECT, related_name="disputes")
    currency = currency_field()
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=20, choices=Reason.choices)
    note = models.TextField(blank=True)
    state = fsm.FSMField(max_length=10, choices=State.choices, default=State.OPEN, protected=True)
    owner = models.ForeignKey(
        "receivables.User", on_delete=models.PROTECT, null=True, related_name="disputes"
    )
    department = models.CharField(max_length=60, blank=True)
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=150)
    due_at = models.DateTimeField()
    closed_on = models.DateField(null=True)
    resolution = models.TextField(blank=True)
    credit_note = models.ForeignKey(
        "receivables.CreditNote", on_delete=models.PROTECT, null=True, related_name="disputes"
    )

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_positive"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state="OPEN"), name="dispute_one_open_per_item"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_on__isnull=True)
                | (~Q(state="OPEN") & Q(closed_on__isnull=False)),
                name="dispute_closed_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"

    @fsm.transition(field=state, source=State.OPEN, target=State.ACCEPTED)
    def accept(self, *, on: date, resolution: str) -> None:
        self.closed_on, self.resolution = on, resolution

    @fsm.transition(field=state, source=State.OPEN, target=State.REJECTED)
    def reject(self, *, on: date, resolution: str) -> None:
        self.closed_on, self.resolution = on, resolution

    @fsm.transition(field=state, source=State.OPEN, target=State.WITHDRAWN)
    def withdraw(self, *, on: date, resolution: str) -> None:
        self.closed_on, self.resolution = on, resolution
