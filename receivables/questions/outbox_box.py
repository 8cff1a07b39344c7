"""The mailbox: messages by state and words, how many stand where, and everything that became of one. It changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from receivables.models import Attempt, Audit, Consent, Message, ProviderEvent
from receivables.questions import outbox_channels
from receivables.rules import delivery
from receivables.rules.delivery import Gate

STATES = tuple(Message.State.values)
LATE = timedelta(minutes=15)
"""A message that is due longer than this says that nothing is delivering."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How delivery stands: the longest due, whether that is too long, and channels that are not open."""

    oldest_due: datetime | None
    stale: bool
    gates: dict[str, Gate]
    given_back: int
    late_evidence: int


def standing(*, now: datetime) -> Standing:
    """For the banners of the mailbox page and for `status`. A channel that stands still explains what is late."""
    oldest = Message.objects.due(now).order_by("due_at").values_list("due_at", flat=True).first()
    gates = {
        channel: gate
        for channel, gate in outbox_channels.gates(now=now).items()
        if gate.state in ("wait", "trial", "held")
    }
    return Standing(
        oldest_due=oldest,
        stale=oldest is not None and oldest < now - LATE,
        gates=gates,
        given_back=Message.objects.filter(state=Message.State.PLANNED, stale_at__isnull=False).count(),
        late_evidence=Attempt.objects.filter(late=True).count(),
    )


def counts(rows: Any) -> dict[str, int]:
    """Messages per state, states without any included."""
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in STATES}


def search(rows: Any, text: str) -> Any:
    """Messages whose recipient, subject, key, reference, customer or invoice holds the text."""
    if not text:
        return rows
    return rows.filter(
        Q(recipient__icontains=text)
        | Q(subject__icontains=text)
        | Q(key__icontains=text)
        | Q(reference__iexact=text)
        | Q(customer__legal_name__icontains=text)
        | Q(customer__code__iexact=text)
        | Q(invoice__number__icontains=text)
    )


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that became of one message."""

    attempts: list[Attempt]
    events: list[ProviderEvent]
    audit: list[Audit]
    outcome: str
    doubtful: bool
    copies: int
    opted_out: bool


def story(message: Message) -> Story:
    """`copies`: how often a provider took it; more than one is shown, never hidden."""
    attempts = list(message.attempts.order_by("fence"))
    events = list(message.events.order_by("occurred_at", "pk"))
    said = Consent.objects.in_force(message.channel, message.recipient.strip().lower())
    return Story(
        attempts=attempts,
        events=events,
        audit=list(Audit.objects.filter(subject=f"message:{message.pk}").order_by("seq")[:100]),
        outcome=delivery.outcome(event.kind for event in events),
        doubtful=any(each.state == Attempt.State.UNCERTAIN for each in attempts),
        copies=sum(1 for each in attempts if each.state == Attempt.State.ACCEPTED),
        opted_out=said is not None and not said.given,
    )
