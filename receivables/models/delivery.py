"""How an invoice reached its customer, and the papers attached to it: dispatches, receipts, attachments."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from receivables.models.base import ScopedQuerySet, Tracked


class DispatchQuerySet(ScopedQuerySet):
    entity_path = "invoice__entity_id"
    customer_path = "invoice__customer_id"


class Dispatch(Tracked):
    """One sending of an invoice. Posted ones need a courier number within one working hour (`tracking_due_at`).

    `receipt_hash` is the SHA-256 of the link's token with which the customer confirms receipt without an account.
    """

    class Channel(models.TextChoices):
        COURIER = "courier", _("Courier")
        EMAIL = "email", _("E-mail")
        PORTAL = "portal", _("Link to the customer")
        HAND = "hand", pgettext_lazy("delivery", "Handed over")

    invoice = models.ForeignKey("receivables.Invoice", on_delete=models.PROTECT, related_name="dispatches")
    contact = models.ForeignKey("receivables.Contact", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    recipient = models.CharField(max_length=320, blank=True)
    posted_at = models.DateTimeField()
    posted_by = models.CharField(max_length=150)
    courier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True)
    tracking_due_at = models.DateTimeField(null=True)
    tracking_entered_at = models.DateTimeField(null=True)
    receipt_hash = models.CharField(max_length=64, blank=True)
    receipt_expires_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.CharField(max_length=120, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receipt_hash"], condition=~Q(receipt_hash=""), name="dispatch_receipt_link_once"
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | ~Q(received_by=""),
                name="dispatch_received_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} by {self.channel}"


class AttachmentQuerySet(ScopedQuerySet):
    entity_path = "invoice__entity_id"
    customer_path = "invoice__customer_id"


class Attachment(models.Model):
    """A file of a request or invoice. `name` is for display only; the storage key is made by us."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Contract")
        ORDER = "order", _("Order")
        DELIVERY = "delivery", _("Proof of delivery")
        RED_LETTER = "red_letter", _("Red-letter notice")
        OTHER = "other", _("Other paper")

    invoice = models.ForeignKey("receivables.Invoice", on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.OTHER)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=200)
    added_by = models.CharField(max_length=150)
    added_at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
