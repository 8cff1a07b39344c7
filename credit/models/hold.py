"""A hold: no new orders on credit for a customer of one entity until a person releases it or its reason is gone."""

import django_fsm as fsm
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import ScopedQuerySet, Tracked


class CreditHoldQuerySet(ScopedQuerySet):
    def active(self) -> "CreditHoldQuerySet":
        return self.filter(state=CreditHold.State.ACTIVE)


class CreditHold(fsm.ConcurrentTransitionMixin, Tracked):
    """One active hold per customer and entity. A person's release has a reason and an end: until then no rule holds."""

    class State(models.TextChoices):
        ACTIVE = "ACTIVE"
        RELEASED = "RELEASED"

    class Reason(models.TextChoices):
        OVERDUE = "overdue", _("Long overdue")
        LIMIT = "limit", _("Limit exceeded")
        BROKEN_PROMISE = "broken_promise", _("Broken promise")
        LEGAL = "legal", _("Handed over")
        OTHER = "other", _("Other")

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, related_name="credit_holds"
    )
    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="credit_holds"
    )
    reason = models.CharField(max_length=20, choices=Reason.choices)
    note = models.CharField(max_length=300, blank=True)
    state = fsm.FSMField(max_length=10, choices=State.choices, default=State.ACTIVE, protected=True)
    placed_on = models.DateField()
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=150)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, blank=True)
    release_reason = models.CharField(max_length=300, blank=True)
    release_until = models.DateField(null=True)

    objects = CreditHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "entity"], condition=Q(state="ACTIVE"), name="hold_one_active"
            ),
            models.CheckConstraint(
                condition=Q(state="ACTIVE", released_at__isnull=True)
                | (Q(state="RELEASED", released_at__isnull=False) & ~Q(release_reason="")),
                name="hold_released_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"

    @fsm.transition(field=state, source=State.ACTIVE, target=State.RELEASED)
    def release(self) -> None:
        """Orders pass again."""
