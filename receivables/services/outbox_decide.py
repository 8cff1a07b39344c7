"""A person decides about a parked message: send it again, it was sent, or drop it; named, with a reason, on the audit trail.

"Send again" is the only way to a second copy, so it looks for evidence first and refuses when the provider has the message.
"""

from contextlib import AbstractContextManager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Attempt, Consent, Message
from receivables.questions import outbox_channels as channels
from receivables.rules import delivery
from receivables.rules.refusals import Refused
from receivables.services import outbox, outbox_claim, outbox_resolve, outbox_settle

REASON_LEAST = 3


def send_again(*, message: Message, reason: str, now: datetime, by: Actor) -> Message:
    """A new copy, by a new attempt, although it cannot be excluded that the first one arrived.

    The provider is asked once more, outside the transaction. Refuses it_was_sent (evidence was found; the message is through
    now), opted_out, state, and a missing reason.
    """
    _reasoned(reason)
    _parked(Message.objects.get(pk=message.pk))
    for attempt in message.attempts.filter(state=Attempt.State.UNCERTAIN):
        found = outbox_resolve.look(attempt)
        if found is not None and found.found:
            outbox_settle.accept(
                attempt=attempt, provider_id=found.provider_id, evidence="search", now=now, by=by
            )
            raise Refused(
                "it_was_sent",
                _("The provider has this message: it was sent after all. Nothing is sent again."),
            )
    return _again(message, reason, now, by)


@transaction.atomic
def _again(message: Message, reason: str, now: datetime, by: Actor) -> Message:
    row, attempts = _locked(message)
    said = Consent.objects.in_force(row.channel, outbox_claim.address_of(row.recipient))
    if said is not None and not said.given and row.kind not in outbox_claim.EXEMPT:
        raise Refused("opted_out", _("The recipient asked not to be written to at this address."))
    with _line("message.send_again", row, reason, now, by) as line:
        for attempt in attempts:
            attempt.state, attempt.ended_at, attempt.error = Attempt.State.NOT_DONE, now, "set_aside"
            line.stamp(attempt)
            attempt.save()
        row.tries, row.due_at, row.evidence_at, row.lease_until = 0, now, None, None
        outbox.move(line, row, Message.State.PLANNED, reason="send_again")
    return row


@transaction.atomic
def it_was_sent(*, message: Message, reason: str, now: datetime, by: Actor) -> Message:
    """Somebody knows that it arrived (the recipient answered, the provider's own pages show it)."""
    _reasoned(reason)
    row, attempts = _locked(message)
    if not attempts:
        raise Refused("never_tried", _("No provider has this message for sure. Send it again, or drop it."))
    with _line("message.it_was_sent", row, reason, now, by) as line:
        outbox_settle.prove(line, row, attempts[-1], provider_id="", evidence=f"said by {by.name}", now=now)
    return row


@transaction.atomic
def drop(*, message: Message, reason: str, now: datetime, by: Actor) -> Message:
    """It is not sent, or not again. Its owner goes on as if it had never been."""
    _reasoned(reason)
    row, _attempts = _locked(message)
    with _line("message.dropped", row, reason, now, by) as line:
        row.evidence_at = None
        outbox.move(line, row, Message.State.CANCELLED, reason="dropped")
    return row


@transaction.atomic
def resume(*, channel: str, reason: str, now: datetime, by: Actor) -> None:
    """A channel that stands still after too many messages in doubt tries one more. Refuses state when it does not stand still."""
    _reasoned(reason)
    if channel not in delivery.CHANNELS or channels.gate(channel, now=now).state not in ("held", "wait"):
        raise Refused("state", _("This channel does not stand still."))
    with audit.line(
        channels.RESUMED, by=by, now=now, subject=f"channel:{channel}", reason=reason.strip()[:300]
    ) as line:
        line.touch("channel", channel, "resumed")


def _locked(message: Message) -> tuple[Message, list[Attempt]]:
    """The parked message and its doubtful attempts, oldest first, locked. Refuses state."""
    newest = message.attempts.order_by("-fence").first()
    if newest is not None:
        row, _attempt = outbox_settle.locked(newest)
    else:
        if message.customer_id:
            posting.lock(message.customer_id)
        rows = Message.objects.select_for_update(no_key=True, of=("self",)).select_related("entity")
        row = rows.get(pk=message.pk)
    _parked(row)
    doubtful = row.attempts.select_for_update(no_key=True).filter(state=Attempt.State.UNCERTAIN)
    return row, list(doubtful.order_by("fence"))


def _parked(message: Message) -> None:
    if message.state != Message.State.PARKED:
        raise Refused(
            "state", _("Somebody else decided, or it has turned out what became of it. Look again.")
        )


def _reasoned(reason: str) -> None:
    if len(reason.strip()) < REASON_LEAST:
        raise Refused("required", _("Say why, in a few words."), field="reason")


def _line(
    action: str, message: Message, reason: str, now: datetime, by: Actor
) -> AbstractContextManager[Line]:
    return audit.line(
        action,
        by=by,
        now=now,
        subject=f"message:{message.pk}",
        entity=message.entity,
        reason=reason.strip()[:300],
    )
