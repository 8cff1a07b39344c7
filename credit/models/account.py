"""How far one of our entities trusts a customer: class and limit, dated.

The rating that proposes them comes with the credit release.
"""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import Recorded, ScopedQuerySet


class CreditAccountQuerySet(ScopedQuerySet):
    def current(self, on: Any) -> Self:
        """The row in force on a day, per customer and entity."""
        return self.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))


class CreditAccount(Recorded):
    """Class and limit from `valid_from` until before `valid_to`; the newest row has no end.

    An empty limit is none at all; 0 means nothing on credit."""

    class Class(models.TextChoices):
        A = "A", _("A – trusted")
        B = "B", _("B – normal")
        C = "C", _("C – at risk")
        NEW = "N", _("N – new")

    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, related_name="credit_accounts"
    )
    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="credit_accounts"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    risk_class = models.CharField(max_length=1, choices=Class.choices, default=Class.NEW)
    limit_amount = models.BigIntegerField(null=True)
    limit_currency = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    set_by = models.CharField(max_length=150)

    objects = CreditAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "entity", "valid_from"], name="credit_account_once_per_day"
            ),
            models.UniqueConstraint(
                fields=["customer", "entity"],
                condition=Q(valid_to__isnull=True),
                name="credit_account_one_newest",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="credit_account_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(limit_amount__isnull=True) | (Q(limit_amount__gte=0) & ~Q(limit_currency="")),
                name="credit_limit_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} at {self.entity_id}: {self.risk_class}"
