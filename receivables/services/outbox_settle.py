"""What an attempt came to is written down, once, under its fence; a worker that lost its message changes nothing.

Acceptance is the exception: it is a truth about the past, so it counts whenever and from whomever it is heard, and never goes
away again. When somebody had decided otherwise meanwhile, it is marked late and shown: a second copy may exist.
"""

import logging
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db import transaction

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Attempt, Message
from receivables.questions import outbox_channels as channels
from receivables.rules import delivery
from receivables.services import charges, consents, outbox

PENDING = (Attempt.State.IN_FLIGHT, Attempt.State.UNCERTAIN)
log = logging.getLogger("duebook.messages")


@transaction.atomic
def accept(*, attempt: Attempt, provider_id: str, now: datetime, by: Actor, evidence: str = "") -> Message:
    """The provider has it: by its answer, or (`evidence` says which) by what was found or told afterwards."""
    message, attempt = locked(attempt)
    if attempt.state == Attempt.State.ACCEPTED:
        return message
    with _line("message.accepted", message, now, by, evidence) as line:
        prove(line, message, attempt, provider_id=provider_id, evidence=evidence, now=now)
    return message


@transaction.atomic
def not_done(
    *, attempt: Attempt, code: str, detail: str, retry_after: int | None, now: datetime, by: Actor
) -> Message:
    """Surely not taken: it waits and goes again, by a new attempt; after many tries a person is asked."""
    message, attempt = locked(attempt)
    if not _ours(message, attempt):
        return message
    bounds = channels.limits()
    with _line("message.not_done", message, now, by, code) as line:
        _close(line, attempt, Attempt.State.NOT_DONE, code, detail, now)
        message.lease_until = message.evidence_at = None
        if code == "gave_up":
            message.due_at = now
            outbox.move(line, message, Message.State.PLANNED, reason=code)
            return message
        message.tries += 1
        message.due_at = now + delivery.backoff(message.tries, bounds, asked=retry_after)
        most = bounds.poison_tries if code == "broken" else bounds.tries
        parked = message.tries >= most
        state = Message.State.PARKED if parked else Message.State.PLANNED
        _unless_taken(line, message, attempt, state, f"unavailable:{code}" if parked else code, now)
    return message


@transaction.atomic
def reject(*, attempt: Attempt, code: str, detail: str, now: datetime, by: Actor) -> Message:
    """The provider understood and said no. Its word that the recipient opted out is consent withdrawn."""
    message, attempt = locked(attempt, and_address=code == "opted_out")
    if not _ours(message, attempt):
        return message
    state, reason = delivery.after_rejection(code)
    with _line("message.rejected", message, now, by, reason) as line:
        _close(line, attempt, Attempt.State.REJECTED, code, detail, now)
        message.lease_until = message.evidence_at = None
        _unless_taken(line, message, attempt, Message.State(state), reason, now)
        if code == "opted_out":
            consents.note(
                line,
                message.channel,
                message.recipient,
                given=False,
                source="provider",
                note=detail,
                by=by,
                now=now,
            )
    return message


@transaction.atomic
def doubt(*, attempt: Attempt, code: str, detail: str, now: datetime, by: Actor) -> Message:
    """Perhaps taken: nobody tries again. Evidence is looked for, and if there is none a person is asked."""
    message, attempt = locked(attempt)
    if not _ours(message, attempt) or attempt.state == Attempt.State.UNCERTAIN:
        return message
    with _line("message.in_doubt", message, now, by, code) as line:
        _close(line, attempt, Attempt.State.UNCERTAIN, code, detail, now)
        message.lease_until = None
        message.evidence_at = now + timedelta(seconds=channels.limits().evidence)
        _unless_taken(line, message, attempt, Message.State.UNCERTAIN, code, now)
    return message


def prove(
    line: Line, message: Message, attempt: Attempt, *, provider_id: str, evidence: str, now: datetime
) -> None:
    """Writes an acceptance of a locked attempt under the open line. By evidence it dates from the attempt, whenever heard."""
    pending = attempt.state in PENDING
    current = attempt.fence == message.fence
    others = Attempt.objects.filter(message=message, state__in=Attempt.LIVE, late=False).exclude(
        pk=attempt.pk
    )
    decided = message.state in (Message.State.CANCELLED, Message.State.SUPPRESSED)
    other_words = attempt.rendered_hash != message.rendered_hash  # written anew before it turned out
    attempt.late = decided or other_words or others.exists()
    attempt.provider_id = (provider_id or attempt.provider_id)[:120]
    attempt.evidence = evidence[:200]
    _close(line, attempt, Attempt.State.ACCEPTED, attempt.error if evidence else "", "", now)
    if other_words and message.state == Message.State.PLANNED:
        outbox.move(line, message, Message.State.CANCELLED, reason="sent_before")
        return
    stands = (pending and current) or message.state in (Message.State.PLANNED, Message.State.PARKED)
    if not stands or decided or message.state == Message.State.ACCEPTED:
        outbox.told(message, "late_evidence", token=attempt.token[:8])
        return
    _taken(line, message, at=attempt.started_at if evidence else now, now=now)


def locked(attempt: Attempt, *, and_address: bool = False) -> tuple[Message, Attempt]:
    """Both rows locked, the customer before them; with him everybody who uses the address, where consent will be written."""
    seen = Message.objects.get(pk=attempt.message_id)
    ids = {seen.customer_id} if seen.customer_id else set()
    if and_address:
        ids |= {each.pk for each in consents.customers_of(seen.channel, seen.recipient)}
    if ids:
        posting.lock(*ids)
    rows = Message.objects.select_for_update(no_key=True, of=("self",)).select_related("entity", "contact")
    message = rows.get(pk=attempt.message_id)
    return message, Attempt.objects.select_for_update(no_key=True).get(pk=attempt.pk)


def _ours(message: Message, attempt: Attempt) -> bool:
    """Whether the attempt still has the message: the fence is its own, and nobody settled it."""
    return (
        attempt.fence == message.fence
        and attempt.state in PENDING
        and message.state in (Message.State.IN_FLIGHT, Message.State.UNCERTAIN)
    )


def _close(line: Line, attempt: Attempt, state: str, code: str, detail: str, now: datetime) -> None:
    attempt.state, attempt.ended_at = state, now
    attempt.error = f"{code} {detail}".strip()[:200]
    line.stamp(attempt)
    attempt.save()


def _unless_taken(
    line: Line, message: Message, attempt: Attempt, state: str, reason: str, now: datetime
) -> None:
    """Moves the message on, unless an earlier attempt of it has turned out to be accepted meanwhile: then it is through, by
    that one, and what this attempt may have brought is a second copy."""
    accepted = message.attempts.filter(state=Attempt.State.ACCEPTED, rendered_hash=message.rendered_hash)
    earlier = accepted.select_for_update(no_key=True).first()
    if earlier is None:
        outbox.move(line, message, state, reason=reason)
        return
    if attempt.state == Attempt.State.UNCERTAIN:
        attempt.late = True
        attempt.save(update_fields=["late"])
    earlier.late = False
    earlier.save(update_fields=["late"])
    line.touch("attempt", earlier.pk, "counts")
    _taken(line, message, at=earlier.started_at, now=now)


def _taken(line: Line, message: Message, *, at: datetime, now: datetime) -> None:
    message.accepted_at, message.lease_until, message.evidence_at, message.stale_at = at, None, None, None
    outbox.move(line, message, Message.State.ACCEPTED, reason=_levied(line, message, now))


def _levied(line: Line, message: Message, now: datetime) -> str:
    """Books the charges that the message announces. It is through whatever happens to them: a failure is shown, not raised."""
    if not message.charges:
        return ""
    try:
        with transaction.atomic():
            charges.levy(line, message=message, now=now)
    except Exception:
        log.exception("charges of %s could not be booked", message.key)
        return "charges_failed"
    return ""


def _line(
    action: str, message: Message, now: datetime, by: Actor, reason: str
) -> AbstractContextManager[Line]:
    return audit.line(
        action, by=by, now=now, subject=f"message:{message.pk}", entity=message.entity, reason=reason[:300]
    )
