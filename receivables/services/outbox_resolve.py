"""The sweeper: leases that ran out become doubt, doubt looks for evidence, and what stays in doubt is put before a person.

It never sends and never plans again: a message in doubt is resolved by what is proven, or by somebody who decides (ADR 9).
"""

import logging
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from integrations.messaging.port import Evidence
from receivables import audit
from receivables.actor import Actor
from receivables.models import Attempt, Message
from receivables.questions import outbox_channels as channels
from receivables.rules import delivery
from receivables.services import outbox, outbox_send, outbox_settle

CHUNK = 100
ENGINE = Actor.system("engine")
log = logging.getLogger("duebook.messages")


def sweep(*, now: datetime, by: Actor = ENGINE) -> Counter[str]:
    """Everything whose time is up, one by one; one failure never stops the others. Doing it twice changes nothing."""
    came: Counter[str] = Counter()
    over = Attempt.objects.filter(state=Attempt.State.IN_FLIGHT, deadline_at__lt=now)
    for attempt in over.order_by("deadline_at", "pk")[:CHUNK]:
        try:
            outbox_settle.doubt(attempt=attempt, code="lease_over", detail="", now=now, by=by)
            came["lease_over"] += 1
        except Exception:
            log.exception("attempt %s, whose lease is over, could not be put in doubt", attempt.pk)
            came["failed"] += 1
    rows = Message.objects.filter(state=Message.State.UNCERTAIN).exclude(evidence_at__gt=now)
    for message in rows.order_by("evidence_at", "pk")[:CHUNK]:
        try:
            came[resolve(message=message, now=now, by=by)] += 1
        except Exception:
            log.exception("evidence of %s could not be looked for", message.key)
            came["failed"] += 1
    return came


def resolve(*, message: Message, now: datetime, by: Actor) -> str:
    """Looks for evidence about a message in doubt: `accepted`, `waiting` (asked again later) or `parked` when time is up."""
    attempt = message.attempts.filter(fence=message.fence, state=Attempt.State.UNCERTAIN).first()
    if attempt is None:
        return _wait(message, Evidence(False), now, by)
    found = look(attempt)
    if found is not None and found.found:
        outbox_settle.accept(
            attempt=attempt, provider_id=found.provider_id, evidence="search", now=now, by=by
        )
        return "accepted"
    return _wait(message, found, now, by)


def look(attempt: Attempt) -> Evidence | None:
    """What the provider's own records say about an attempt; None when they cannot be asked. Never inside a transaction."""
    message = attempt.message
    subject = message.subject if message.channel == "email" else message.reference
    try:
        return outbox_send.adapter_for(message.channel).search(
            token=attempt.token, recipient=message.recipient, subject=subject, since=attempt.started_at
        )
    except Exception:
        log.exception("the search for %s failed", message.key)
        return None


@transaction.atomic
def _wait(message: Message, found: Evidence | None, now: datetime, by: Actor) -> str:
    """Asks again later, or parks: absence proves nothing but helps the person who decides, so it is written down."""
    bounds = channels.limits()
    attempt = message.attempts.order_by("-fence").first()
    if attempt is not None:
        row, attempt = outbox_settle.locked(attempt)
    else:
        row = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
    if row.state != Message.State.UNCERTAIN:
        return "settled"
    since = now - (attempt.started_at if attempt else row.planned_at)
    if since < timedelta(seconds=bounds.settle):
        row.evidence_at = now + delivery.evidence_wait(since, bounds)
        row.save(update_fields=["evidence_at"])
        return "waiting"
    subject = f"message:{row.pk}"
    with audit.line(
        "message.parked", by=by, now=now, subject=subject, entity=row.entity, reason="in_doubt"
    ) as line:
        if attempt is not None and attempt.state == Attempt.State.UNCERTAIN:
            attempt.evidence = "absent" if found is not None and found.canary_seen else "none"
            attempt.save(update_fields=["evidence"])
        row.evidence_at = None
        outbox.move(line, row, Message.State.PARKED, reason="in_doubt")
    return "parked"
