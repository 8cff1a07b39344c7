"""The audit sequence: one row per verb call, numbered without gaps in commit order, each hash covering the one before.

It is also the knowledge clock: "as known at K" means facts whose audit_seq is at most K.
"""

from datetime import datetime
from typing import Any

from django.db import models

from receivables.models.base import ScopedQuerySet


class AuditQuerySet(ScopedQuerySet):
    customer_path = ""

    def for_user(self, user: Any) -> "AuditQuerySet":
        scope = user.scope
        if scope.all_entities and not scope.own_customers_only:
            return self
        return self.none() if scope.own_customers_only else self.filter(entity_id__in=scope.entity_ids)

    def search(self, text: str) -> "AuditQuerySet":
        """Rows whose subject, action or reason hold the text, literally."""
        if not text:
            return self
        q = models.Q
        return self.filter(q(subject__icontains=text) | q(action__icontains=text) | q(reason__icontains=text))

    def seq_at(self, at: datetime) -> int:
        """The last sequence number recorded up to a moment; 0 when there was none."""
        return self.filter(at__lte=at).aggregate(last=models.Max("seq"))["last"] or 0


class Audit(models.Model):
    """Who did what, by which way, why, and a digest of the rows it touched. Appended only."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor = models.CharField(max_length=150)
    via = models.CharField(max_length=20)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    touched = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "seq"], name="audit_by_subject"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class ChainHead(models.Model):
    """The one row whose lock orders all writers: the last sequence number and its hash."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="chain_head_is_one_row")]

    def __str__(self) -> str:
        return str(self.seq)


class RequestKey(models.Model):
    """An outside caller's Idempotency-Key with the answer it got. Same key and body: same answer. Other body: refused."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="request_key_once")]

    def __str__(self) -> str:
        return self.key
