"""Dunning fees, late interest and statutory fixed sums: documents of their own beside the invoice, and waivers of them.

A charge never alters the invoice it speaks of; it ages on its own, and no interest runs on it (DECISIONS 21).
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import Recorded, ScopedQuerySet, currency_field


class Charge(Recorded):
    """One amount claimed on top of an open item. `key` states the fact (item, stage, round; or item and first day)."""

    class Kind(models.TextChoices):
        FEE = "fee", _("Reminder fee")
        INTEREST = "interest", _("Late interest")
        COMPENSATION = "compensation", _("Fixed compensation")

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="charges")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="charges")
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=80)
    currency = currency_field()
    amount = models.BigIntegerField()
    of_entry = models.ForeignKey("receivables.Entry", on_delete=models.PROTECT, related_name="charges")
    message = models.ForeignKey(
        "receivables.Message", on_delete=models.PROTECT, null=True, related_name="charged"
    )
    charged_on = models.DateField()
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    derivation = models.JSONField(default=dict)
    entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="charge")
    charged_by = models.CharField(max_length=150)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="charge_positive"),
            models.CheckConstraint(
                condition=~Q(kind="interest") | Q(from_on__isnull=False, to_on__gte=models.F("from_on")),
                name="charge_interest_has_its_days",
            ),
            models.UniqueConstraint(
                fields=["of_entry", "from_on"],
                condition=Q(kind="interest"),
                name="charge_interest_once_per_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class ChargeWaiverQuerySet(ScopedQuerySet):
    entity_path = "charge__entity_id"
    customer_path = "charge__customer_id"


class ChargeWaiver(Recorded):
    """What was open of a charge, given up by somebody for a reason; it survives whatever happens to payments afterwards."""

    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="waiver")
    amount = models.BigIntegerField()
    waived_on = models.DateField()
    reason = models.CharField(max_length=300)
    entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="charge_waiver")
    waived_by = models.CharField(max_length=150)

    objects = ChargeWaiverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="charge_waiver_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="charge_waiver_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"waiver of {self.charge}"
