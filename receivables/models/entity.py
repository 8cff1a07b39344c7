"""Us: the legal entities that are owed money, their number series, closed periods and exchange rates."""

from datetime import time
from typing import Any

from django.db import models

from receivables.models.base import Recorded, ScopedQuerySet, currency_field


class EntityQuerySet(ScopedQuerySet):
    entity_path = "id"
    customer_path = ""


class LegalEntity(models.Model):
    """One company of the group. `time_zone` decides what day it is; `country` its holidays."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    subdivision = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64)
    currency = currency_field()
    tax_id = models.CharField(max_length=40, blank=True)
    address = models.JSONField(default=dict, blank=True)
    work_starts = models.TimeField()
    work_ends = models.TimeField()
    aging_buckets = models.CharField(max_length=60, default="30,60,90")
    contact_hours = models.CharField(max_length=20, default="b2b")
    messages_per_day = models.PositiveIntegerField(default=5000)
    """Hard stop: no more messages leave for this entity on one of its days."""
    dunning_at = models.TimeField(default=time(6))
    """From this local time on the night's run of the day may start."""
    mail_from = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    bank_details = models.CharField(max_length=300, blank=True)
    interest_pack = models.CharField(max_length=30, blank=True)
    traits = models.JSONField(default=list, blank=True)

    objects = EntityQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class NumberSeriesQuerySet(ScopedQuerySet):
    customer_path = ""


class NumberSeries(models.Model):
    """Gap-free document numbers of one entity and kind; taken under the row's lock in the issuing transaction."""

    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="series")
    code = models.CharField(max_length=20)
    prefix = models.CharField(max_length=20, blank=True)
    width = models.PositiveSmallIntegerField(default=6)
    last_number = models.BigIntegerField(default=0)

    objects = NumberSeriesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "code"], name="series_once_per_entity_and_code")
        ]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.code}"


class PeriodLock(Recorded):
    """Books of an entity are closed up to and including `until`. The latest row is in force; reopening is a new row."""

    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="period_locks")
    until = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    locked_by = models.CharField(max_length=150)

    objects = NumberSeriesQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.entity.code} closed until {self.until}"


class RateQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""

    def on_or_before(self, base: str, quote: str, on: Any) -> "RateQuerySet":
        return self.filter(base=base, quote=quote, on__lte=on).order_by("-on", "-id")


class ExchangeRate(Recorded):
    """One unit of `base` is `rate` units of `quote` on a day. The rate is kept as decimal text: exact on every database."""

    on = models.DateField()
    base = currency_field()
    quote = currency_field()
    rate = models.CharField(max_length=40)
    source = models.CharField(max_length=60)

    objects = RateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["on", "base", "quote", "source"], name="rate_once_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.rate} ({self.on})"
