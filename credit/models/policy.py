"""What age does to trust at one entity: from how many days overdue the class falls and new orders are held."""

from django.db import models

from receivables.models.base import ScopedQuerySet


class CreditPolicyQuerySet(ScopedQuerySet):
    customer_path = ""


class CreditPolicy(models.Model):
    """One row per entity; without a row the defaults below hold. Days are exceeded, not reached: 30 means from day 31 on."""

    entity = models.OneToOneField(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="credit_policy"
    )
    lower_after_days = models.PositiveSmallIntegerField(default=30)
    hold_after_days = models.PositiveSmallIntegerField(null=True, default=30)
    """Empty: nobody is held by rule."""
    minimum = models.JSONField(default=dict, blank=True)
    """Currency → minor units: less than this overdue so long neither lowers nor holds."""
    version = models.PositiveIntegerField(default=1)

    objects = CreditPolicyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"credit policy of {self.entity_id}"
