"""Amounts given up: credit notes (by document, with links both ways), write-offs (as loss, by two people) and recoveries."""

from django.db import models
from django.db.models import Q

from receivables.models.base import Recorded, ScopedQuerySet, currency_field


class CreditNote(Recorded):
    """A document that gives up an amount of one invoice (红冲), in part or whole, or stands alone on the customer."""

    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="credit_notes"
    )
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, related_name="credit_notes"
    )
    invoice = models.ForeignKey(
        "receivables.Invoice", on_delete=models.PROTECT, null=True, related_name="credit_notes"
    )
    number = models.CharField(max_length=80)
    currency = currency_field()
    net = models.BigIntegerField()
    tax = models.BigIntegerField(default=0)
    gross = models.BigIntegerField()
    issued_on = models.DateField()
    reason_code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300, blank=True)
    entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="credit_note")
    issued_by = models.CharField(max_length=150)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="credit_note_number_once_per_entity"),
            models.CheckConstraint(condition=Q(gross__gt=0), name="credit_note_positive"),
            models.CheckConstraint(
                condition=Q(gross=models.F("net") + models.F("tax")), name="credit_note_gross_is_net_plus_tax"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CreditNoteVoidQuerySet(ScopedQuerySet):
    entity_path = "credit_note__entity_id"
    customer_path = "credit_note__customer_id"


class CreditNoteVoid(Recorded):
    """A credit note that was wrong, taken back by the opposite entry. Both documents stay and name each other."""

    credit_note = models.OneToOneField(CreditNote, on_delete=models.PROTECT, related_name="void")
    voided_on = models.DateField()
    reason = models.CharField(max_length=300)
    entry = models.OneToOneField(
        "receivables.Entry", on_delete=models.PROTECT, related_name="credit_note_void"
    )

    objects = CreditNoteVoidQuerySet.as_manager()

    def __str__(self) -> str:
        return f"void of {self.credit_note}"


class WriteOffQuerySet(ScopedQuerySet):
    entity_path = "entry__entity_id"
    customer_path = "entry__customer_id"


class WriteOff(Recorded):
    """What is left of an invoice, or a small difference, given up as loss. Above the tolerance it carries two names.

    `tax` is the part of `amount` that lowers the tax owed (early-payment discount), in minor units.
    """

    invoice = models.ForeignKey("receivables.Invoice", on_delete=models.PROTECT, related_name="write_offs")
    amount = models.BigIntegerField()
    tax = models.BigIntegerField(default=0)
    written_off_on = models.DateField()
    reason_code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300, blank=True)
    entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="write_off")
    change = models.ForeignKey("receivables.Change", on_delete=models.PROTECT, null=True, related_name="+")

    objects = WriteOffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_positive"),
            models.CheckConstraint(
                condition=Q(tax__gte=0) & Q(tax__lte=models.F("amount")), name="write_off_tax_within_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"write-off of {self.invoice}"


class WriteOffUndone(Recorded):
    """A write-off taken back: the opposite entry of the write-off's, and the invoice lives again. Losses carry two names."""

    write_off = models.OneToOneField(WriteOff, on_delete=models.PROTECT, related_name="undone")
    undone_on = models.DateField()
    reason = models.CharField(max_length=300)
    entry = models.OneToOneField(
        "receivables.Entry", on_delete=models.PROTECT, related_name="write_off_undone"
    )
    change = models.ForeignKey("receivables.Change", on_delete=models.PROTECT, null=True, related_name="+")

    objects = WriteOffQuerySet.as_manager()

    def __str__(self) -> str:
        return f"undone {self.write_off}"


class Recovery(Recorded):
    """Money that came for something written off: a debit entry that takes the write-off's loss back in part or whole."""

    write_off = models.ForeignKey(WriteOff, on_delete=models.PROTECT, related_name="recoveries")
    amount = models.BigIntegerField()
    recovered_on = models.DateField()
    entry = models.OneToOneField("receivables.Entry", on_delete=models.PROTECT, related_name="recovery")

    class RecoveryQuerySet(ScopedQuerySet):
        entity_path = "entry__entity_id"
        customer_path = "entry__customer_id"

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_positive")]

    def __str__(self) -> str:
        return f"recovery of {self.write_off}"
