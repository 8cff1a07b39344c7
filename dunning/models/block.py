"""Not to ask, for a reason and until a day: blocks; and moves of an item on its ladder by hand."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import Recorded, ScopedQuerySet, Tracked


class BlockQuerySet(ScopedQuerySet):
    def standing(self, on: object) -> "BlockQuerySet":
        """Blocks in force on a day; the last day is inclusive, and after it dunning goes on by itself."""
        rows = self.filter(from_on__lte=on).filter(Q(until_on__isnull=True) | Q(until_on__gte=on))
        return rows.filter(Q(released_on__isnull=True) | Q(released_on__gt=on))


class DunningBlock(Tracked):
    """Of a customer at one entity (or all), one item, or one contact. Reason and author always; an end where there is one."""

    class Reason(models.TextChoices):
        CLARIFYING = "clarifying", _("Being clarified")
        KEY_ACCOUNT = "key_account", _("Key account: by hand only")
        INSOLVENCY = "insolvency", _("Insolvency")
        LEGAL = "legal", _("Legal hold")
        DO_NOT_CONTACT = "do_not_contact", _("Do not contact")
        REP_HANDLES = "rep_handles", _("Sales handles it")
        PENDING_PAYMENT = "pending_payment", _("Payment in flight")
        OTHER = "other", _("Other")

    entity = models.ForeignKey(
        "receivables.LegalEntity", on_delete=models.PROTECT, null=True, related_name="+"
    )
    customer = models.ForeignKey(
        "receivables.Customer", on_delete=models.PROTECT, related_name="dunning_blocks"
    )
    entry = models.ForeignKey(
        "receivables.Entry", on_delete=models.PROTECT, null=True, related_name="dunning_blocks"
    )
    contact = models.ForeignKey("receivables.Contact", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    note = models.CharField(max_length=300, blank=True)
    amount = models.BigIntegerField(null=True)
    """Pending payment only: how much is on its way (minor units of the item's currency)."""
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=150)
    released_on = models.DateField(null=True)
    released_by = models.CharField(max_length=150, blank=True)
    release_reason = models.CharField(max_length=300, blank=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="block_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["customer", "from_on"], name="block_by_customer")]

    def __str__(self) -> str:
        return f"block {self.pk}"


class LadderMoveQuerySet(ScopedQuerySet):
    entity_path = "entry__entity_id"
    customer_path = "entry__customer_id"


class LadderMove(Recorded):
    """Somebody moved an item to a rung, or made its ladder start anew (`round`). The rules go on from there; history stays."""

    entry = models.ForeignKey("receivables.Entry", on_delete=models.PROTECT, related_name="ladder_moves")
    track = models.CharField(max_length=10)
    rank = models.SmallIntegerField()
    """The rung that counts as reached from `moved_on`; -32768 stands for none."""
    round = models.PositiveSmallIntegerField(default=1)
    moved_on = models.DateField()
    reason = models.CharField(max_length=300)
    moved_by = models.CharField(max_length=150)

    objects = LadderMoveQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="ladder_move_has_a_reason")]
        indexes = [models.Index(fields=["entry", "-audit_seq"], name="ladder_move_by_entry")]

    def __str__(self) -> str:
        return f"{self.entry_id} to {self.rank}"
