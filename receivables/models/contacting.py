"""What decides whether and how somebody may be written to: consent per address, message templates, notices for our own people."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from receivables.models.base import Recorded, ScopedQuerySet


class ConsentQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""

    def in_force(self, channel: str, address: str) -> "Consent | None":
        """The last word about an address on a channel; None when nobody ever said anything."""
        return self.filter(channel=channel, address=address).order_by("-audit_seq", "-id").first()


class Consent(Recorded):
    """Somebody agreed to be written to at an address, or asked us to stop. The latest row for channel and address is in force.

    It belongs to the address (E.164 number, lower-case e-mail), so it covers every contact that uses it.
    """

    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=320)
    given = models.BooleanField()
    source = models.CharField(max_length=30)
    note = models.CharField(max_length=300, blank=True)
    said_by = models.CharField(max_length=150)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["channel", "address", "-audit_seq"], name="consent_by_address")]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}: {'yes' if self.given else 'stop'}"


class TemplateQuerySet(ScopedQuerySet):
    customer_path = ""

    def for_user(self, user: Any) -> Self:
        scope = user.scope
        return (
            self
            if scope.all_entities
            else self.filter(Q(entity__isnull=True) | Q(entity__in=scope.entity_ids))
        )


class MessageTemplate(models.Model):
    """One version of a text, for a stage (`code`), channel and language; narrower scopes (entity, segment) win over wider ones.

    Active versions are never edited: a change is a new draft that a second person activates. Sent messages keep their own text.
    """

    code = models.CharField(max_length=40)
    channel = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    segment = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    active = models.BooleanField(default=False)
    content_hash = models.CharField(max_length=64)
    drafted_by = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    activated_by = models.ForeignKey(
        "receivables.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    activated_at = models.DateTimeField(null=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "channel", "language", "entity", "segment", "version"],
                condition=Q(entity__isnull=False),
                name="template_version_once_at_entity",
            ),
            models.UniqueConstraint(
                fields=["code", "channel", "language", "segment", "version"],
                condition=Q(entity__isnull=True),
                name="template_version_once",
            ),
            models.UniqueConstraint(
                fields=["code", "channel", "language", "entity", "segment"],
                condition=Q(entity__isnull=False, active=True),
                name="template_one_active_at_entity",
            ),
            models.UniqueConstraint(
                fields=["code", "channel", "language", "segment"],
                condition=Q(entity__isnull=True, active=True),
                name="template_one_active",
            ),
            models.CheckConstraint(
                condition=Q(activated_by__isnull=True)
                | Q(drafted_by__isnull=True)
                | ~Q(activated_by=F("drafted_by")),
                name="template_activated_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.channel} {self.language} v{self.version}"


class NotificationQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""

    def for_user(self, user: Any) -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    """One line for one of our people, in the app. `key` states the fact, so nobody is told the same thing twice."""

    user = models.ForeignKey("receivables.User", on_delete=models.PROTECT, related_name="notifications")
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=40)
    figures = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["user", "-at"], name="notification_by_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.key}"
