"""What speaks for or against a customer, as facts; and the episode: as long as an item is more than 30 days overdue."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import Recorded, ScopedQuerySet, Tracked


class RiskEvent(Recorded):
    """One thing that happened, once: `key` states it (promise 17 broken; episode 3 lowered the class)."""

    class Kind(models.TextChoices):
        BROKEN_PROMISE = "broken_promise", _("Broken promise")
        CLASS_LOWERED = "class_lowered", _("Class lowered")
        CLASS_SET = "class_set", _("Class set")
        HOLD_PLACED = "hold_placed", _("Orders held")
        HOLD_RELEASED = "hold_released", _("Orders released")
        OVERDUE_30 = "overdue_30", _("More than 30 days overdue")
        HANDED_OVER = "handed_over", _("Handed over")
        BOUNCE = "bounce", _("Payment bounced")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="risk_events")
    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="risk_events"
    )
    on = models.DateField()
    figures = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["customer", "entity", "-on"], name="risk_event_by_customer")]

    def __str__(self) -> str:
        return self.key


class Episode(Tracked):
    """A stretch in which the customer has an item more than 30 days overdue at an entity. The class is lowered once in it."""

    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="episodes")
    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="episodes")
    started_on = models.DateField()
    ended_on = models.DateField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "entity"], condition=Q(ended_on__isnull=True), name="episode_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("started_on")),
                name="episode_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"episode {self.pk}"
