"""Late interest: numbered notes with their derivation, which law holds for whom, and reference rates that people entered.

The amounts of a note stand on the ledger as charges; nothing here computes.
"""

from typing import Any

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


class InterestTermsQuerySet(ScopedQuerySet):
    def in_force(self, on: Any) -> "InterestTermsQuerySet":
        """Newest first: the first row of a customer and entity holds on that day."""
        return self.filter(valid_from__lte=on).order_by("-valid_from", "-audit_seq")


class InterestTerms(Recorded):
    """Which law or agreement holds for a customer at an entity from a day on, with the answers to its questions.

    An empty `pack` says that nothing is claimed of them. Without a row the entity's `interest_pack` holds, unanswered.
    """

    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, related_name="interest_terms"
    )
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, related_name="interest_terms"
    )
    valid_from = models.DateField()
    pack = models.CharField(max_length=30, blank=True)
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    set_by = models.CharField(max_length=150)

    objects = InterestTermsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="interest_terms_have_a_reason"),
        ]
        indexes = [models.Index(fields=["customer", "entity", "-valid_from"], name="interest_terms_newest")]

    def __str__(self) -> str:
        return f"{self.pack or 'none'} from {self.valid_from}"


class RateEntryQuerySet(ScopedQuerySet):
    entity_path = ""
    customer_path = ""


class RateEntry(Recorded):
    """A reference rate somebody entered: percent as decimal text, for days from and to, with where it was published.

    Where rows overlap the one entered last is right, as it is over the shipped table.
    """

    series = models.CharField(max_length=30)
    from_on = models.DateField()
    to_on = models.DateField()
    rate = models.CharField(max_length=20)
    source = models.CharField(max_length=200)
    entered_by = models.CharField(max_length=150)

    objects = RateEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=models.F("from_on")), name="rate_entry_has_its_days"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="rate_entry_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.rate} from {self.from_on}"
