"""Promises to pay over many items, with tolerance and grace, and plans made of them. Kept or broken is decided by the ledger."""

import django_fsm as fsm
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import ScopedQuerySet, Tracked, currency_field


class PaymentPlan(Tracked):
    """Several promises agreed together; it stands while none of them is broken."""

    class State(models.TextChoices):
        ACTIVE = "ACTIVE"
        KEPT = "KEPT"
        BROKEN = "BROKEN"
        CANCELLED = "CANCELLED"

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="plans")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="plans")
    currency = currency_field()
    total = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    agreed_on = models.DateField()
    agreed_by = models.CharField(max_length=150)
    note = models.CharField(max_length=300, blank=True)
    closed_on = models.DateField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(total__gt=0), name="plan_positive")]

    def __str__(self) -> str:
        return f"plan {self.pk}"


class PromiseQuerySet(ScopedQuerySet):
    def open(self) -> "PromiseQuerySet":
        return self.filter(state=PromiseToPay.State.OPEN)


class PromiseToPay(fsm.ConcurrentTransitionMixin, Tracked):
    """`amount` of these items will be paid by `due_on`; late money counts until `grace_until` (bank days), less `tolerance`."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        KEPT = "KEPT"
        PARTLY_KEPT = "PARTLY_KEPT"
        BROKEN = "BROKEN"
        REPLACED = "REPLACED"

    class Source(models.TextChoices):
        CALL = "call", _("Call")
        MAIL = "mail", _("Mail")
        PORTAL = "portal", _("Portal")
        MEETING = "meeting", _("Meeting")

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="promises")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="promises")
    contact = models.ForeignKey(
        "receivables.Contact", on_delete=models.PROTECT, null=True, related_name="promises"
    )
    plan = models.ForeignKey(PaymentPlan, on_delete=models.PROTECT, null=True, related_name="promises")
    currency = currency_field()
    amount = models.BigIntegerField()
    tolerance = models.BigIntegerField(default=0)
    due_on = models.DateField()
    grace_until = models.DateField()
    state = fsm.FSMField(max_length=12, choices=State.choices, default=State.OPEN, protected=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.CALL)
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_seq = models.BigIntegerField()
    """The audit number it was made at: money known later counts towards it."""
    made_by = models.CharField(max_length=150)
    note = models.CharField(max_length=300, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    paid = models.BigIntegerField(default=0)
    closed_on = models.DateField(null=True)
    closed_by = models.CharField(max_length=150, blank=True)
    close_reason = models.CharField(max_length=300, blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_positive"),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0) & Q(tolerance__lt=F("amount")),
                name="promise_tolerance_below_amount",
            ),
            models.CheckConstraint(condition=Q(grace_until__gte=F("due_on")), name="promise_grace_after_due"),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_on__isnull=True)
                | (~Q(state="OPEN") & Q(closed_on__isnull=False)),
                name="promise_closed_has_a_day",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="promise_queue")]

    def __str__(self) -> str:
        return f"promise {self.pk}"

    @fsm.transition(field=state, source=[State.OPEN, State.PARTLY_KEPT, State.BROKEN], target=State.KEPT)
    def keep(self) -> None:
        """Enough came in time."""

    @fsm.transition(field=state, source=[State.OPEN, State.KEPT, State.BROKEN], target=State.PARTLY_KEPT)
    def keep_partly(self) -> None:
        """Some came in time, not enough."""

    @fsm.transition(field=state, source=[State.OPEN, State.KEPT, State.PARTLY_KEPT], target=State.BROKEN)
    def break_(self) -> None:
        """Nothing that counts came in time, or it was taken back."""

    @fsm.transition(field=state, source=[State.KEPT, State.PARTLY_KEPT, State.BROKEN], target=State.OPEN)
    def reopen(self) -> None:
        """Kept early, and the money was taken back before the day; or a person's verdict was lifted."""

    @fsm.transition(field=state, source=State.OPEN, target=State.REPLACED)
    def replace(self) -> None:
        """Renegotiated, withdrawn, or nothing of it is owed any more: it counts neither way."""


class PromiseItemQuerySet(ScopedQuerySet):
    entity_path = "promise__entity_id"
    customer_path = "promise__customer_id"


class PromiseItem(models.Model):
    """One open item of a promise and how much of it is promised. An item stands in one open promise of its plan at a time."""

    promise = models.ForeignKey(PromiseToPay, on_delete=models.PROTECT, related_name="items")
    entry = models.ForeignKey("receivables.Entry", on_delete=models.PROTECT, related_name="promise_items")
    amount = models.BigIntegerField()

    objects = PromiseItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "entry"], name="promise_item_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_item_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.promise_id}"
