"""An invoice from a rep's draft to the customer's payment. Overdue, partly paid or disputed are asked, never stored."""

from datetime import date, datetime
from typing import Any

import django_fsm as fsm
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import ScopedQuerySet, Tracked, currency_field


class InvoiceQuerySet(ScopedQuerySet):
    def issued(self) -> "InvoiceQuerySet":
        return self.filter(number__isnull=False)


class Invoice(fsm.ConcurrentTransitionMixin, Tracked):
    """A request until it is issued, a snapshot that cannot be edited from then on. Amounts in minor units, gross incl. tax."""

    class State(models.TextChoices):
        DRAFT = "DRAFT"
        REQUESTED = "REQUESTED"
        VERIFIED = "VERIFIED"
        APPROVED = "APPROVED"
        ISSUED = "ISSUED"
        SENT = "SENT"
        PAID = "PAID"
        CANCELLED = "CANCELLED"
        WRITTEN_OFF = "WRITTEN_OFF"

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", _("Ordinary")
        SPECIAL_VAT = "special_vat", _("Special VAT")
        PROFORMA = "proforma", _("Pro forma")

    IN_BOOKS = (State.ISSUED, State.SENT, State.PAID, State.CANCELLED, State.WRITTEN_OFF)

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="invoices")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="invoices")
    state = fsm.FSMField(max_length=12, choices=State.choices, default=State.DRAFT, protected=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.ORDINARY)
    currency = currency_field()
    net = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    gross = models.BigIntegerField(default=0)
    number = models.CharField(max_length=80, null=True)
    external = models.BooleanField(default=False)
    invoice_on = models.DateField(null=True)
    terms = models.JSONField(default=dict)
    po_number = models.CharField(max_length=60, blank=True)
    contract_ref = models.CharField(max_length=80, blank=True)
    order_ref = models.CharField(max_length=80, blank=True)
    description = models.CharField(max_length=500, blank=True)
    urgent_reason = models.CharField(max_length=200, blank=True)
    snapshot = models.JSONField(default=dict)
    flow = models.ForeignKey(
        "receivables.ApprovalFlow", on_delete=models.PROTECT, null=True, related_name="invoices"
    )
    round = models.PositiveSmallIntegerField(default=1)
    created_by = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")
    requested_by = models.ForeignKey(
        "receivables.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_by = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")
    approved_by_rule = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    requested_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_back_code = models.CharField(max_length=40, blank=True)
    sent_back_note = models.CharField(max_length=500, blank=True)
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="copies")
    version = models.PositiveIntegerField(default=1)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="invoice_number_once_per_entity"),
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "REQUESTED", "VERIFIED", "APPROVED"])
                | (Q(number__isnull=False) & Q(invoice_on__isnull=False)),
                name="invoice_issued_has_number_and_date",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(approved_by=models.F("requested_by")),
                name="invoice_requester_is_not_approver",
            ),
            models.CheckConstraint(
                condition=Q(gross=models.F("net") + models.F("tax")), name="invoice_gross_is_net_plus_tax"
            ),
            models.CheckConstraint(condition=Q(gross__gte=0), name="invoice_not_negative"),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="invoice_by_state"),
            models.Index(fields=["customer", "-invoice_on"], name="invoice_by_customer"),
        ]

    def __str__(self) -> str:
        return self.number or str(_("request %(number)s") % {"number": self.pk})

    @fsm.transition(field=state, source=State.DRAFT, target=State.REQUESTED)
    def submit(self, *, by: Any, at: datetime) -> None:
        self.requested_by, self.requested_at = by, at
        self.sent_back_code = self.sent_back_note = ""

    @fsm.transition(field=state, source=State.REQUESTED, target=State.VERIFIED)
    def verify(self) -> None:
        """The department manager found the business true."""

    @fsm.transition(field=state, source=State.VERIFIED, target=State.APPROVED)
    def approve(self, *, by: Any, rule: str) -> None:
        self.approved_by, self.approved_by_rule = by, rule

    @fsm.transition(field=state, source=[State.REQUESTED, State.VERIFIED], target=State.DRAFT)
    def send_back(self, *, code: str, note: str) -> None:
        self.sent_back_code, self.sent_back_note = code, note
        self.round += 1

    @fsm.transition(field=state, source=State.APPROVED, target=State.REQUESTED)
    def route_to_person(self) -> None:
        """What a rule had approved is looked at by people after all, in a new round."""
        self.approved_by, self.approved_by_rule = None, ""
        self.round += 1

    @fsm.transition(field=state, source=State.APPROVED, target=State.ISSUED)
    def issue(self, *, number: str, on: date, at: datetime, snapshot: dict[str, Any]) -> None:
        self.number, self.invoice_on, self.issued_at, self.snapshot = number, on, at, snapshot

    @fsm.transition(field=state, source=State.ISSUED, target=State.SENT)
    def send(self, *, at: datetime) -> None:
        self.sent_at = at

    @fsm.transition(field=state, source=[State.ISSUED, State.SENT], target=State.PAID)
    def pay(self) -> None:
        """The open amount reached zero."""

    @fsm.transition(field=state, source=State.PAID, target=State.SENT)
    def reopen(self) -> None:
        """Something that had settled it was undone."""

    @fsm.transition(field=state, source=State.PAID, target=State.ISSUED)
    def reopen_unsent(self) -> None:
        """Prepaid before it was sent, and the payment was undone."""

    @fsm.transition(field=state, source=[State.ISSUED, State.SENT], target=State.CANCELLED)
    def cancel(self) -> None:
        """A credit note over the whole amount exists."""

    @fsm.transition(field=state, source=[State.ISSUED, State.SENT], target=State.WRITTEN_OFF)
    def write_off(self) -> None:
        """What was left has been given up as loss, by two people."""

    @fsm.transition(field=state, source=State.WRITTEN_OFF, target=State.SENT)
    def revive(self) -> None:
        """The write-off was taken back."""

    @fsm.transition(field=state, source=State.WRITTEN_OFF, target=State.ISSUED)
    def revive_unsent(self) -> None:
        """Written off before it was sent, and the write-off was taken back."""


class InvoiceChildQuerySet(ScopedQuerySet):
    entity_path = "invoice__entity_id"
    customer_path = "invoice__customer_id"


class InvoiceLine(models.Model):
    """One line of what was sold. Quantity is decimal text; prices and amounts are minor units; tax rate in basis points."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=300)
    quantity = models.CharField(max_length=30, default="1")
    unit_price = models.BigIntegerField()
    net = models.BigIntegerField()
    tax_bp = models.PositiveIntegerField(default=0)
    tax = models.BigIntegerField(default=0)

    objects = InvoiceChildQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_once")
        ]

    def __str__(self) -> str:
        return self.description


class Instalment(models.Model):
    """One due date of an issued invoice, standing on its own ledger entry (none when the invoice is zero)."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="instalments")
    position = models.PositiveSmallIntegerField(default=1)
    due_on = models.DateField(null=True)
    amount = models.BigIntegerField()
    entry = models.OneToOneField(
        "receivables.Entry", on_delete=models.PROTECT, null=True, related_name="instalment"
    )
    discount_until = models.DateField(null=True)
    discount_amount = models.BigIntegerField(default=0)

    objects = InvoiceChildQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="instalment_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.invoice} / {self.position}"
