"""A numbered note of late interest and fixed sums, with its full derivation. The amounts stand on the ledger as charges."""

from django.db import models
from django.db.models import Q

from receivables.models.base import Recorded, ScopedQuerySet, currency_field


class InterestNote(Recorded):
    """What was claimed of a customer in one currency up to a day, line by line, under which law."""

    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="interest_notes"
    )
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, related_name="interest_notes"
    )
    currency = currency_field()
    number = models.CharField(max_length=80)
    pack = models.CharField(max_length=30)
    issued_on = models.DateField()
    up_to = models.DateField()
    total = models.BigIntegerField()
    derivation = models.JSONField()
    issued_by = models.CharField(max_length=150)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="interest_note_number_once_per_entity"),
            models.CheckConstraint(condition=Q(total__gt=0), name="interest_note_positive"),
        ]

    def __str__(self) -> str:
        return self.number
