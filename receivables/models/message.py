"""What is said to somebody outside: one row is one message, and the row is the queue. Attempts are tries to hand it over, events
what the provider told us afterwards.

A message is handed to a provider at most once: an attempt is committed before the call, and one live attempt may exist.
"""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q

from receivables.models.base import Recorded, ScopedQuerySet, Tracked


class MessageQuerySet(ScopedQuerySet):
    def due(self, now: datetime) -> "MessageQuerySet":
        """Planned messages whose time has come and that nobody has to look at again first."""
        return self.filter(state=Message.State.PLANNED, due_at__lte=now, stale_at__isnull=True)

    def stale(self, kind: str) -> "MessageQuerySet":
        """Planned messages of a kind that the claim gave back to their owner for a fresh look."""
        return self.filter(state=Message.State.PLANNED, kind=kind, stale_at__isnull=False)

    def parked(self) -> "MessageQuerySet":
        return self.filter(state=Message.State.PARKED)


class Message(Tracked):
    """A rendered message. `key` states the business fact it speaks of, so it is planned at most once.

    `stop_version` is the customer's version its owner saw (empty: nothing that happens to the customer stops it); `not_after`
    is when its text is out of date. Whichever no longer holds at the claim sets `stale_at`: the owner (`kind`) looks again.
    """

    class State(models.TextChoices):
        PLANNED = "PLANNED"
        IN_FLIGHT = "IN_FLIGHT"
        UNCERTAIN = "UNCERTAIN"
        ACCEPTED = "ACCEPTED"
        PARKED = "PARKED"
        SUPPRESSED = "SUPPRESSED"
        CANCELLED = "CANCELLED"

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20, default="dispatch")
    about = models.CharField(max_length=80, blank=True)
    step = models.CharField(max_length=40, blank=True)
    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="messages")
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, null=True, related_name="messages"
    )
    contact = models.ForeignKey("receivables.Contact", on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")
    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, null=True, related_name="messages"
    )
    channel = models.CharField(max_length=10)
    recipient = models.CharField(max_length=320)
    recipient_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="en")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    html = models.TextField(blank=True)
    files = models.JSONField(default=list)
    """[{name, media_type, sha256, stored_as}]: bytes in storage, named by us."""
    charges = models.JSONField(default=list)
    """Charges announced here and written to the ledger when the message is accepted: [{key, kind, of_entry, amount, …}]."""
    reference = models.CharField(max_length=12, blank=True)
    rendered_hash = models.CharField(max_length=64, blank=True)
    hours = models.CharField(max_length=20, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=200, blank=True)
    stop_version = models.BigIntegerField(null=True)
    stale_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_after = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    evidence_at = models.DateTimeField(null=True)
    """When evidence about a doubtful attempt is looked for next."""

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at"], name="message_queue"),
            models.Index(fields=["customer", "-planned_at"], name="message_by_customer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ACCEPTED") | Q(accepted_at__isnull=False),
                name="message_accepted_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="IN_FLIGHT") | Q(lease_until__isnull=False),
                name="message_in_flight_has_a_lease",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class AttemptQuerySet(ScopedQuerySet):
    customer_path = "message__customer_id"

    def live(self) -> "AttemptQuerySet":
        return self.filter(state__in=Attempt.LIVE)


class Attempt(Tracked):
    """One try to hand a message over, committed before the call. `token` goes with it and comes back in every event."""

    class State(models.TextChoices):
        IN_FLIGHT = "IN_FLIGHT"
        UNCERTAIN = "UNCERTAIN"
        ACCEPTED = "ACCEPTED"
        NOT_DONE = "NOT_DONE"
        REJECTED = "REJECTED"

    LIVE = ("IN_FLIGHT", "UNCERTAIN", "ACCEPTED")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempts")
    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10)
    fence = models.PositiveIntegerField()
    token = models.CharField(max_length=40, unique=True)
    provider = models.CharField(max_length=30)
    provider_id = models.CharField(max_length=120, blank=True)
    rendered_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.IN_FLIGHT)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    evidence = models.CharField(max_length=200, blank=True)
    late = models.BooleanField(default=False)
    """Evidence came after somebody had decided otherwise: a second copy may exist, and it is shown."""

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "fence"], name="attempt_once_per_fence"),
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(state__in=["IN_FLIGHT", "UNCERTAIN", "ACCEPTED"], late=False),
                name="attempt_one_live_per_message",
            ),
        ]
        indexes = [models.Index(fields=["channel", "started_at"], name="attempt_by_channel_and_time")]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.fence}"


class ProviderEventQuerySet(ScopedQuerySet):
    entity_path = "message__entity_id"
    customer_path = "message__customer_id"


class ProviderEvent(Recorded):
    """What a provider told us about a message, once per meaning: `fingerprint` never holds the provider's event id."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="events")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, null=True, related_name="events")
    provider = models.CharField(max_length=30)
    kind = models.CharField(max_length=20)
    occurred_at = models.DateTimeField(null=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=300, blank=True)
    raw = models.JSONField(default=dict)

    objects = ProviderEventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["message", "kind"], name="event_by_message")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.message_id}"


class TallyQuerySet(models.QuerySet["Tally"]):
    def add(self, name: str, *, on: date) -> None:
        """One more of its kind that day."""
        row, _made = self.get_or_create(name=name, on=on)
        self.filter(pk=row.pk).update(count=F("count") + 1)


class Tally(models.Model):
    """How often something of no further interest happened on a day: forged webhooks, events about nothing of ours."""

    name = models.CharField(max_length=60)
    on = models.DateField()
    count = models.PositiveIntegerField(default=0)

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "on"], name="tally_once_per_day")]

    def __str__(self) -> str:
        return f"{self.name} {self.on}: {self.count}"
