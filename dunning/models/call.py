"""A call (or visit) with its outcome: what was said, why they have not paid, and what follows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import Recorded, ScopedQuerySet


class Call(Recorded):
    """One conversation, or a try at one. It closes the call task it answers; "will pay" names the promise it made."""

    class Outcome(models.TextChoices):
        WILL_PAY = "will_pay", _("Will pay")
        PAID = "paid", _("Says it is paid")
        DISPUTES = "disputes", _("Disputes it")
        NO_ANSWER = "no_answer", _("No answer")
        CALL_BACK = "call_back", _("Call back later")
        WRONG_CONTACT = "wrong_contact", _("Wrong contact")
        REFUSES = "refuses", _("Refuses to pay")
        CANNOT_PAY = "cannot_pay", _("Cannot pay")
        OTHER = "other", _("Other")

    class Cause(models.TextChoices):
        NOT_RECEIVED = "not_received", _("Invoice not received")
        APPROVAL = "approval", _("Waiting for their approval")
        QUALITY = "quality", _("Goods or quality")
        PRICE = "price", _("Price")
        CASH = "cash", _("Short of cash")
        OTHER = "other", _("Other")

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="calls")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="calls")
    contact = models.ForeignKey(
        "receivables.Contact", on_delete=models.PROTECT, null=True, related_name="calls"
    )
    work_item = models.ForeignKey(
        "receivables.WorkItem", on_delete=models.PROTECT, null=True, related_name="calls"
    )
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    cause = models.CharField(max_length=16, choices=Cause.choices, blank=True)
    note = models.TextField(blank=True)
    promise = models.OneToOneField(
        "dunning.PromiseToPay", on_delete=models.PROTECT, null=True, related_name="call"
    )
    dispute = models.ForeignKey(
        "receivables.Dispute", on_delete=models.PROTECT, null=True, related_name="calls"
    )
    follow_up_on = models.DateField(null=True)
    called_at = models.DateTimeField()
    called_by = models.CharField(max_length=150)
    user = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="will_pay") | Q(promise__isnull=False),
                name="call_will_pay_has_its_promise",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-called_at"], name="call_by_customer")]

    def __str__(self) -> str:
        return f"call {self.pk}"
