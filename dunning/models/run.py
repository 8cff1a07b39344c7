"""One night's pass over an entity's customers, in chunks that may be done by anybody in any order, and the reason on record for
every customer looked at."""

from django.db import models
from django.db.models import Q

from receivables.models.base import ScopedQuerySet


class RunQuerySet(ScopedQuerySet):
    customer_path = ""


class Run(models.Model):
    """One date's pass at one entity, unique: two schedulers start one run; a second pass only adds what changed."""

    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="dunning_runs"
    )
    on = models.DateField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=150)
    finished_at = models.DateTimeField(null=True)
    passes = models.PositiveSmallIntegerField(default=1)
    chunk_size = models.PositiveIntegerField(default=2000)
    looked_at = models.PositiveIntegerField(default=0)
    notices = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    """Reason code → how many customers, over all chunks."""
    audit_seq = models.BigIntegerField(default=0)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "on"], name="run_once_per_entity_and_date")]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.on}"


class RunChunkQuerySet(ScopedQuerySet):
    entity_path = "run__entity_id"
    customer_path = ""


class RunChunk(models.Model):
    """Customers with ids from `first` to `last`, looked at in one transaction. Done or not done; there is nothing between."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    done_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    figures = models.JSONField(default=dict)

    objects = RunChunkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="run_chunk_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class RunOutcome(models.Model):
    """Why a customer was or was not written to by an entity, from a date until another reason came: a row per change."""

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, related_name="dunning_outcomes"
    )
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    code = models.CharField(max_length=30)
    digest = models.CharField(max_length=32)
    """Of code and item reasons, so that a night compares without reading JSON."""
    items = models.JSONField(default=list)
    """[[entry id, reason code, figures…]]: the reason of each item looked at."""
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="outcomes")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "entity"], condition=Q(to_on__isnull=True), name="outcome_one_current"
            ),
        ]
        indexes = [models.Index(fields=["customer", "-from_on"], name="outcome_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.code}"
