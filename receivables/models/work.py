"""Who has to do what by when: approval flows as versioned data, work items, delegations, and two-person changes."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from receivables.models.base import ScopedQuerySet, Tracked
from receivables.models.customer import Customer


class FlowQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""


class ApprovalFlow(models.Model):
    """One version of the steps between a request and its approval. Changing the flow is a new version: old cases keep theirs."""

    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    steps = models.JSONField()
    active = models.BooleanField(default=False)
    drafted_by = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")
    activated_by = models.ForeignKey(
        "receivables.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    activated_at = models.DateTimeField(null=True)

    objects = FlowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="flow_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(active=True), name="flow_one_active"),
            models.CheckConstraint(
                condition=Q(activated_by__isnull=True)
                | Q(drafted_by__isnull=True)
                | ~Q(activated_by=models.F("drafted_by")),
                name="flow_activated_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class WorkItemQuerySet(ScopedQuerySet):
    def open(self) -> "WorkItemQuerySet":
        return self.filter(state=WorkItem.State.OPEN)


class WorkItem(Tracked):
    """A to-do with an owner role and a deadline. Breach is asked (`due_at` < now), escalation is recorded."""

    class State(models.TextChoices):
        OPEN = "OPEN"
        DONE = "DONE"
        CANCELLED = "CANCELLED"

    kind = models.CharField(max_length=30)
    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="work_items")
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, null=True, related_name="work_items"
    )
    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, null=True, related_name="work_items"
    )
    step = models.CharField(max_length=40, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    owner_role = models.CharField(max_length=40)
    assignee = models.ForeignKey(
        "receivables.User", on_delete=models.PROTECT, null=True, related_name="work_items"
    )
    checks = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    escalated_to = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "kind", "step", "round"], name="work_item_once_per_step_and_round"
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", closed_at__isnull=True)
                | (~Q(state="OPEN") & Q(closed_at__isnull=False)),
                name="work_item_closed_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "owner_role", "due_at"], name="work_item_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.step}"


class DelegationQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""

    def in_force(self, on: date) -> "DelegationQuerySet":
        return self.filter(starts_on__lte=on, ends_on__gte=on, revoked_at__isnull=True)


class Delegation(models.Model):
    """From one day to another, somebody's approvals go to somebody else."""

    from_user = models.ForeignKey("receivables.User", on_delete=models.PROTECT, related_name="delegations")
    to_user = models.ForeignKey("receivables.User", on_delete=models.PROTECT, related_name="delegated_to_me")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="delegation_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(from_user=models.F("to_user")), name="delegation_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.from_user} to {self.to_user}"


class ChangeQuerySet(ScopedQuerySet):
    def for_user(self, user: Any) -> "ChangeQuerySet":
        """Changes are seen with their customer, and those of a legal entity inside the user's entities only."""
        rows = self.filter(Q(customer__isnull=True) | Q(customer__in=Customer.objects.for_user(user)))
        scope = user.scope
        return (
            rows
            if scope.all_entities
            else rows.filter(Q(entity__isnull=True) | Q(entity__in=scope.entity_ids))
        )

    def open(self) -> "ChangeQuerySet":
        return self.filter(decision="")


class Change(Tracked):
    """Something one person proposes and another decides: sensitive customer fields, write-offs, refunds, profile terms.

    The decision is bound to `content_hash`, the SHA-256 of subject and proposal as shown to the second person.
    """

    class Decision(models.TextChoices):
        OPEN = ""
        APPROVED = "APPROVED"
        REJECTED = "REJECTED"
        WITHDRAWN = "WITHDRAWN"

    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=80)
    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, null=True, related_name="+"
    )
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, null=True, related_name="changes"
    )
    before = models.JSONField(default=dict)
    proposal = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    content_hash = models.CharField(max_length=64)
    requested_by = models.ForeignKey("receivables.User", on_delete=models.PROTECT, related_name="+")
    requested_person = models.CharField(max_length=150)
    requested_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    decided_by = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_person = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_note = models.CharField(max_length=300, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(decision=""), name="change_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(decision="APPROVED")
                | (
                    Q(decided_by__isnull=False)
                    & ~Q(decided_person=models.F("requested_person"))
                    & ~Q(decided_by=models.F("requested_by"))
                ),
                name="change_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"
