"""Money received and what became of it: payments, refunds, reversals (bounce, chargeback), parent-to-child transfers."""

from django.db import models
from django.db.models import Q

from receivables.models.base import Recorded, ScopedQuerySet, currency_field


class PaymentChildQuerySet(ScopedQuerySet):
    entity_path = "payment__entity_id"
    customer_path = "payment__customer_id"


class Payment(Recorded):
    """Money received from a customer, once per bank line. `value_on` is the bank's value date, `booked_on` ours.

    `line_round` counts how often its bank line was applied: a payment reversed as a mistake frees the line for the next round.
    """

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="payments")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="payments")
    currency = currency_field()
    amount = models.BigIntegerField()
    value_on = models.DateField()
    booked_on = models.DateField()
    method = models.CharField(max_length=20, default="bank")
    reference = models.CharField(max_length=140, blank=True)
    bank_line = models.ForeignKey(
        "receivables.StatementLine", on_delete=models.PROTECT, null=True, related_name="payments"
    )
    line_round = models.PositiveSmallIntegerField(default=1)
    entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="payment")
    received_by = models.CharField(max_length=150)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
            models.UniqueConstraint(fields=["bank_line", "line_round"], name="payment_once_per_bank_line"),
        ]
        indexes = [models.Index(fields=["customer", "-booked_on"], name="payment_by_customer")]

    def __str__(self) -> str:
        return f"payment {self.pk}"


class Refund(Recorded):
    """Unapplied cash given back to the customer: a debit entry that settles the payment's credit. Four eyes."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    refunded_on = models.DateField()
    reason = models.CharField(max_length=200)
    entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="refund")
    change = models.ForeignKey("receivables.Change", on_delete=models.PROTECT, null=True, related_name="+")

    objects = PaymentChildQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive")]

    def __str__(self) -> str:
        return f"refund of {self.payment}"


class Reversal(Recorded):
    """The bank took a payment back. What it had settled is open again; `undone` names the entry if the bank relented."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce"
        CHARGEBACK = "chargeback"
        RECALL = "recall"
        MISTAKE = "mistake"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="reversals")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = models.CharField(max_length=200, blank=True)
    reversed_on = models.DateField()
    bank_line = models.ForeignKey(
        "receivables.StatementLine", on_delete=models.PROTECT, null=True, related_name="reversals"
    )
    line_round = models.PositiveSmallIntegerField(default=1)
    entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="reversal")

    objects = PaymentChildQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank_line", "line_round"], name="reversal_once_per_bank_line")
        ]

    def __str__(self) -> str:
        return f"{self.reason} of {self.payment}"


class ReversalUndone(Recorded):
    """A chargeback that was won: the money is back. The opposite entry of the reversal's."""

    reversal = models.OneToOneField(Reversal, on_delete=models.PROTECT, related_name="undone")
    undone_on = models.DateField()
    entry = models.OneToOneField(
        "receivables.Entry", on_delete=models.PROTECT, related_name="reversal_undone"
    )

    class ReversalUndoneQuerySet(ScopedQuerySet):
        entity_path = "reversal__payment__entity_id"
        customer_path = "reversal__payment__customer_id"

    objects = ReversalUndoneQuerySet.as_manager()

    def __str__(self) -> str:
        return f"undone {self.reversal}"


class TransferQuerySet(ScopedQuerySet):
    entity_path = "out_entry__entity_id"
    customer_path = "out_entry__customer_id"


class Transfer(Recorded):
    """Credit moved between a parent and a child: a pair of entries of opposite sign, because no allocation crosses customers."""

    out_entry = models.OneToOneField(
        "receivables.Entry", on_delete=models.PROTECT, related_name="transfer_out"
    )
    in_entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="transfer_in")
    amount = models.BigIntegerField()
    transferred_on = models.DateField()
    reason = models.CharField(max_length=200)

    objects = TransferQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_positive")]

    def __str__(self) -> str:
        return f"transfer {self.pk}"
