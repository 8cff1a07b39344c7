"""Policies as data: a ladder of stages in versions, and who each policy speaks about. What a stage may say: `rules/ladder.py`."""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import F, Q

from receivables.models.base import ScopedQuerySet


class PolicyQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""


class Policy(models.Model):
    """A named ladder. Of all policies of one `track` exactly one speaks about a customer; the arbiter merges the tracks."""

    class Track(models.TextChoices):
        CHASE = "chase"
        ALERT = "alert"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    track = models.CharField(max_length=10, choices=Track.choices, default=Track.CHASE)
    created_at = models.DateTimeField()

    objects = PolicyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """One version of a ladder. A draft is edited and rehearsed; a second person activates it; active versions never change.

    `ladder` is the JSON of `rules/ladder.Ladder`; `rehearsal` the summary of the rehearsal it was activated on.
    """

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    ladder = models.JSONField()
    content_hash = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=False)
    drafted_by = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    rehearsal = models.JSONField(default=dict)
    rehearsed_hash = models.CharField(max_length=64, blank=True)
    activated_by = models.ForeignKey(
        "receivables.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once"),
            models.UniqueConstraint(fields=["policy"], condition=Q(active=True), name="policy_one_active"),
            models.CheckConstraint(
                condition=Q(activated_by__isnull=True)
                | Q(drafted_by__isnull=True)
                | ~Q(activated_by=F("drafted_by")),
                name="policy_activated_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.code} v{self.number}"


class AssignmentQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""

    def for_user(self, user: Any) -> Self:
        scope, rows = user.scope, self
        if not scope.all_entities:
            rows = rows.filter(Q(entity__isnull=True) | Q(entity__in=scope.entity_ids))
        customers = apps.get_model("receivables", "Customer").objects.for_user(user)
        return rows.filter(Q(customer__isnull=True) | Q(customer__in=customers))


class Assignment(models.Model):
    """Whom a policy speaks about: everybody, an entity, a segment or class (there or everywhere), a customer. The narrowest wins.

    `policy` empty means: nobody of this track speaks (an exempt group), with `reason`.
    """

    track = models.CharField(max_length=10)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, null=True, related_name="assignments")
    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, null=True, related_name="+"
    )
    segment = models.CharField(max_length=40, blank=True)
    risk_class = models.CharField(max_length=1, blank=True)
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, null=True, related_name="dunning_assignments"
    )
    reason = models.CharField(max_length=200, blank=True)
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(policy__isnull=False) | ~Q(reason=""), name="assignment_exempt_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.track}: {self.policy_id}"
