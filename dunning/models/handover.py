"""Items given to legal or an agency, with the pack that went along. While it stands no automatic message speaks about them."""

from django.db import models
from django.db.models import Q

from receivables.models.base import ScopedQuerySet, Tracked, currency_field


class HandOver(Tracked):
    """One hand-over of a customer's items at one entity; it ends when they come back or are settled."""

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="hand_overs")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="hand_overs")
    to = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, default="legal")
    currency = currency_field()
    amount = models.BigIntegerField()
    number = models.CharField(max_length=80)
    reason = models.CharField(max_length=300)
    handed_on = models.DateField()
    handed_at = models.DateTimeField()
    handed_by = models.CharField(max_length=150)
    pack_name = models.CharField(max_length=120, blank=True)
    pack_stored_as = models.CharField(max_length=200, blank=True)
    pack_sha256 = models.CharField(max_length=64, blank=True)
    ended_on = models.DateField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="hand_over_number_once_per_entity"),
            models.CheckConstraint(condition=~Q(reason=""), name="hand_over_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.number


class HandOverItemQuerySet(ScopedQuerySet):
    entity_path = "hand_over__entity_id"
    customer_path = "hand_over__customer_id"


class HandOverItem(models.Model):
    """One item of a hand-over; it is in one standing hand-over at a time."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="items")
    entry = models.ForeignKey("receivables.Entry", on_delete=models.PROTECT, related_name="hand_over_items")
    amount = models.BigIntegerField()
    ended = models.BooleanField(default=False)

    objects = HandOverItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(ended=False), name="hand_over_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.hand_over_id}"
