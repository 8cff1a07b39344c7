"""A notice: what a run (or a person) decided to say to somebody about a customer's items in one currency, by one channel.

PROPOSED waits for a person, RELEASED for its time, HANDED_OVER is with the outbox (or is a to-do); a stage counts as reached when
the provider accepted the message (`NoticeItem.reached_on`), not before.
"""

import django_fsm as fsm
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from receivables.models.base import ScopedQuerySet, Tracked, currency_field


class NoticeQuerySet(ScopedQuerySet):
    def waiting(self) -> "NoticeQuerySet":
        return self.filter(state=Notice.State.PROPOSED)

    def standing(self) -> "NoticeQuerySet":
        return self.exclude(state=Notice.State.WITHDRAWN)


class Notice(fsm.ConcurrentTransitionMixin, Tracked):
    """One voice: a recipient, a channel, a currency, a date. Its stage is the highest of its items'."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED"
        RELEASED = "RELEASED"
        HANDED_OVER = "HANDED_OVER"
        WITHDRAWN = "WITHDRAWN"

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")
        LETTER = "letter", _("Letter")
        CALL = "call", _("Call task")
        WORK = "work", _("To-do")
        APP = "app", _("Notification")

    entity = models.ForeignKey("receivables.LegalEntity", on_delete=models.PROTECT, related_name="notices")
    customer = models.ForeignKey("receivables.Customer", on_delete=models.PROTECT, related_name="notices")
    currency = currency_field()
    on = models.DateField()
    track = models.CharField(max_length=10)
    stage = models.CharField(max_length=40)
    rank = models.SmallIntegerField()
    audience = models.CharField(max_length=20)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    recipient = models.CharField(max_length=320)
    contact = models.ForeignKey("receivables.Contact", on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey("receivables.User", on_delete=models.PROTECT, null=True, related_name="+")
    template = models.CharField(max_length=40, blank=True)
    policy_version = models.ForeignKey(
        "dunning.PolicyVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    run = models.ForeignKey("dunning.Run", on_delete=models.PROTECT, null=True, related_name="+")
    total = models.BigIntegerField()
    """Asked amount in minor units: open items less unapplied credit, when it was decided."""
    state = fsm.FSMField(max_length=12, choices=State.choices, default=State.PROPOSED, protected=True)
    due_at = models.DateTimeField()
    number = models.CharField(max_length=80, blank=True)
    message = models.OneToOneField(
        "receivables.Message", on_delete=models.PROTECT, null=True, related_name="notice"
    )
    digest = models.ForeignKey(
        "receivables.Message", on_delete=models.PROTECT, null=True, related_name="digested"
    )
    """The one mail that tells one of our own people of many customers; instead of a message of its own."""
    work_item = models.ForeignKey(
        "receivables.WorkItem", on_delete=models.PROTECT, null=True, related_name="notices"
    )
    """The to-do it became; a call that is still to be made takes in what falls due meanwhile."""
    why = models.CharField(max_length=60, blank=True)
    """Why a person must release it first, or why it was withdrawn (a code)."""
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    text = models.ForeignKey(
        "receivables.MessageTemplate", on_delete=models.PROTECT, null=True, related_name="+"
    )
    """The version of the text it was approved with; empty: the text Duebook comes with, or not approved by a person."""
    written_on = models.DateField(null=True)
    """The day its text speaks of, once it was approved or handed over."""
    looked_at = models.DateTimeField(null=True)
    """When a notice that waits was last found to be right."""
    reached_on = models.DateField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "customer", "currency", "recipient", "channel", "on"],
                condition=~Q(state="WITHDRAWN"),
                name="notice_one_voice",
            ),
            models.UniqueConstraint(
                fields=["entity", "number"], condition=~Q(number=""), name="notice_number_once_per_entity"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="notice_queue"),
            models.Index(fields=["customer", "-on"], name="notice_by_customer"),
            models.Index(
                fields=["due_at"],
                condition=Q(state="HANDED_OVER", reached_on__isnull=True),
                name="notice_on_its_way",
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    @fsm.transition(field=state, source=State.PROPOSED, target=State.RELEASED)
    def release(self) -> None:
        """A person, or the policy, lets it go."""

    @fsm.transition(field=state, source=State.RELEASED, target=State.HANDED_OVER)
    def hand_over(self) -> None:
        """The outbox or a to-do has it now."""

    @fsm.transition(field=state, source=[State.RELEASED, State.HANDED_OVER], target=State.PROPOSED)
    def put_back(self) -> None:
        """What a person approved is no longer what would be sent: they look again."""

    @fsm.transition(
        field=state, source=[State.PROPOSED, State.RELEASED, State.HANDED_OVER], target=State.WITHDRAWN
    )
    def withdraw(self) -> None:
        """It stopped being right, or never reached anybody; its items may be asked for again."""


class NoticeItemQuerySet(ScopedQuerySet):
    entity_path = "notice__entity_id"
    customer_path = "notice__customer_id"


class NoticeItem(models.Model):
    """One open item on a notice. Unique per item, stage and round while it stands: nobody is asked the same thing twice."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="items")
    entry = models.ForeignKey("receivables.Entry", on_delete=models.PROTECT, related_name="notice_items")
    stage = models.CharField(max_length=40)
    rank = models.SmallIntegerField()
    track = models.CharField(max_length=10)
    round = models.PositiveSmallIntegerField(default=1)
    open_amount = models.BigIntegerField()
    days_past_due = models.IntegerField()
    withdrawn = models.BooleanField(default=False)
    reached_on = models.DateField(null=True)

    objects = NoticeItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "stage", "round"],
                condition=Q(withdrawn=False),
                name="notice_item_once_per_stage_and_round",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=False) | Q(reached_on__isnull=True),
                name="notice_item_withdrawn_not_reached",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} at {self.stage}"
