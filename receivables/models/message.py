"""What is to be said to somebody outside: one row is one message, and the row is the queue. Handing it over comes later."""

from django.db import models

from receivables.models.base import ScopedQuerySet, Tracked


class Message(Tracked):
    """A rendered message waiting for delivery. `key` states the business fact it speaks of, so it is planned at most once."""

    class State(models.TextChoices):
        PLANNED = "PLANNED"
        CANCELLED = "CANCELLED"

    key = models.CharField(max_length=200, unique=True)
    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="messages")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="messages")
    contact = models.ForeignKey("receivables.Contact", on_delete=models.PROTECT, null=True, related_name="+")
    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, null=True, related_name="messages"
    )
    channel = models.CharField(max_length=10)
    recipient = models.CharField(max_length=320)
    language = models.CharField(max_length=10, default="en")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    stop_version = models.BigIntegerField(default=0)
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="message_queue")]

    def __str__(self) -> str:
        return self.key
