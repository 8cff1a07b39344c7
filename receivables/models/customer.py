"""Who owes us: the customer, what each of our entities agreed with them (dated), and the people we write to."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import ScopedQuerySet


class CustomerQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = "id"

    def for_user(self, user: Any) -> Self:
        """Own customers for sales reps; otherwise those with a profile in the user's entities, or with none at all yet."""
        rows = super().for_user(user)
        scope = user.scope
        if scope.all_entities:
            return rows
        here = CustomerProfile.objects.filter(entity_id__in=scope.entity_ids).values("customer_id")
        anywhere = CustomerProfile.objects.values("customer_id")
        return rows.filter(Q(id__in=here) | ~Q(id__in=anywhere))


class Customer(models.Model):
    """One legal person that owes, global to all our entities. INCOMPLETE may owe but may not be invoiced on request."""

    class State(models.TextChoices):
        INCOMPLETE = "INCOMPLETE"
        ACTIVE = "ACTIVE"
        CLOSED = "CLOSED"

    code = models.CharField(max_length=40, unique=True)
    legal_name = models.CharField(max_length=300)
    country = models.CharField(max_length=2, blank=True)
    tax_id = models.CharField(max_length=40, blank=True)
    tax_id_note = models.CharField(max_length=200, blank=True)
    registration_id = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.INCOMPLETE)
    language = models.CharField(max_length=10, default="en")
    address = models.JSONField(default=dict, blank=True)
    bank_account = models.CharField(max_length=60, blank=True)
    po_required = models.BooleanField(default=False)
    contract_required = models.BooleanField(default=False)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    stop_version = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    notes = models.TextField(blank=True)
    traits = models.JSONField(default=list, blank=True)
    """What the law wants to know of a debtor: "consumer", "public_body", "large_enterprise"."""

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["legal_name"], name="customer_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "tax_id"], condition=~Q(tax_id=""), name="customer_once_per_tax_id"
            ),
            models.CheckConstraint(
                condition=~Q(state="ACTIVE") | (~Q(legal_name="") & ~Q(tax_id="") & ~Q(country="")),
                name="customer_active_needs_name_and_tax_id",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")), name="customer_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name


class ProfileQuerySet(ScopedQuerySet):
    def current(self, on: Any) -> Self:
        """The row in force on a day, per customer and entity."""
        return self.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))


class CustomerProfile(models.Model):
    """What one entity agreed with a customer from `valid_from` until before `valid_to`. The newest row has no end."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="profiles")
    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="profiles")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    terms = models.JSONField(default=dict)
    segment = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=60, blank=True)
    rep = models.ForeignKey(
        "receivables.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    collector = models.ForeignKey(
        "receivables.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    importance = models.PositiveSmallIntegerField(default=2)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "entity", "valid_from"], name="profile_once_per_day"),
            models.UniqueConstraint(
                fields=["customer", "entity"], condition=Q(valid_to__isnull=True), name="profile_one_newest"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
                name="profile_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(importance__range=(1, 3)), name="profile_importance_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.customer.code} at {self.entity.code}"


class ContactQuerySet(ScopedQuerySet):
    entity_path = ""

    def for_user(self, user: Any) -> Self:
        return self.filter(customer__in=Customer.objects.for_user(user))


class Contact(models.Model):
    """A person or mailbox of the customer: role, channel, language, time zone; flagged when mail to it bounced."""

    class Role(models.TextChoices):
        BILLING = "billing", _("Billing")
        DISPUTES = "disputes", _("Disputes")
        MANAGEMENT = "management", _("Management")
        LEGAL = "legal", _("Legal")
        OTHER = "other", _("Other")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")
        LETTER = "letter", _("Letter")
        PHONE = "phone", _("Telephone")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.BILLING)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    address = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    undeliverable_since = models.DateField(null=True, blank=True)
    undeliverable_reason = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    contact_hours = models.CharField(max_length=20, blank=True)
    max_per_week = models.PositiveSmallIntegerField(default=3)
    version = models.PositiveIntegerField(default=1)

    objects = ContactQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"
