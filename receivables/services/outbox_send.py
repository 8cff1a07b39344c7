"""The way out: takes messages one by one, hands each to its provider outside any transaction, and writes down what it came to.

At most once: the attempt is committed before the call, a call is made only in the first half of its lease, and whatever does
not prove itself is left in doubt. What may go is decided in `outbox_claim`.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connection

from integrations import registry
from integrations.errors import Rejected, Unavailable, Uncertain
from integrations.messaging.port import Adapter, Attachment, Outgoing
from receivables.actor import Actor
from receivables.services import outbox_claim, outbox_settle
from receivables.services.outbox_claim import Claim, Poisoned, Turn

ENGINE = Actor.system("engine")
CALLBACK = "hooks/twilio/status/"
SHORT_PAUSE = 0.05
log = logging.getLogger("duebook.messages")


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a door lends: the time of day, the steady clock, a way to wait, and whether it was told to end."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    pause: Callable[[float], None]
    stopped: Callable[[], bool] = bool


def adapter_for(channel: str) -> Adapter:
    """The way out of a channel, as the settings choose it."""
    name = settings.ADAPTERS[channel]
    found: Adapter = registry.adapter("messaging", name, **settings.ADAPTER_WIRING.get(name, {}))
    return found


def deliver(
    clocks: Clocks, *, seconds: float, most: int, patient: bool = False, by: Actor = ENGINE
) -> Counter[str]:
    """One pass: hands over what is due until nothing is, `most` are through, `seconds` have passed, or its door was told to end.
    Answers what came of it.

    One recipient's failure never stops the others. `patient`: waits out the rate limit instead of leaving the rest to the
    next pass.
    """
    came: Counter[str] = Counter()
    shut: set[str] = set()
    probed: set[str] = set()
    begun = clocks.monotonic()
    while came.total() < most and clocks.monotonic() - begun < seconds and not clocks.stopped():
        try:
            turn = outbox_claim.claim_next(
                now=clocks.now(), monotonic=clocks.monotonic(), by=by, provider_of=dict(settings.ADAPTERS),
                shut=frozenset(shut), probed=frozenset(probed),
            )  # fmt: skip
        except Poisoned as poison:
            log.exception("%s cannot be claimed", poison.message.key)
            outbox_claim.poisoned(message=poison.message, now=clocks.now(), by=by)
            came["poisoned"] += 1
            continue
        if turn.claim is not None:
            came[hand_over(turn.claim, clocks, by=by)] += 1
            probed.discard(turn.channel)
        elif turn.what == "idle":
            break
        else:
            _wait_or_shut(turn, clocks, shut, probed, patient)
            came["moved"] += turn.what == "moved"
    return came


def hand_over(claim: Claim, clocks: Clocks, *, by: Actor) -> str:
    """One call to a provider and its outcome. A worker that stood still for half its lease gives up before the call."""
    attempt = claim.attempt
    try:
        adapter, outgoing = adapter_for(attempt.channel), outgoing_of(claim)
    except Exception:
        log.exception("%s cannot be handed over", claim.message.key)
        outbox_settle.not_done(
            attempt=attempt, code="broken", detail="", retry_after=None, now=clocks.now(), by=by
        )
        return "poisoned"
    _outside_any_transaction()
    if clocks.monotonic() - claim.taken_at > claim.good_for:
        outbox_settle.not_done(
            attempt=attempt, code="gave_up", detail="", retry_after=None, now=clocks.now(), by=by
        )
        return "gave_up"
    try:
        accepted = adapter.send(outgoing)
    except Rejected as no:
        outbox_settle.reject(attempt=attempt, code=no.code, detail=no.detail, now=clocks.now(), by=by)
        return "rejected"
    except Unavailable as later:
        outbox_settle.not_done(
            attempt=attempt, code=later.code, detail=later.detail, retry_after=later.retry_after,
            now=clocks.now(), by=by,
        )  # fmt: skip
        return "not_done"
    except Uncertain as perhaps:
        outbox_settle.doubt(
            attempt=attempt, code=perhaps.code, detail=perhaps.detail, now=clocks.now(), by=by
        )
        return "in_doubt"
    except Exception:
        log.exception("the adapter of %s failed on %s", attempt.channel, claim.message.key)
        outbox_settle.doubt(attempt=attempt, code="bug", detail="", now=clocks.now(), by=by)
        return "in_doubt"
    outbox_settle.accept(attempt=attempt, provider_id=accepted.provider_id, now=clocks.now(), by=by)
    return "accepted"


def outgoing_of(claim: Claim) -> Outgoing:
    """What the port is handed."""
    message, token = claim.message, claim.attempt.token
    base = settings.PUBLIC_URL.rstrip("/")
    return Outgoing(
        token=token,
        channel=message.channel,
        sender=(message.entity.mail_from or settings.MAIL_FROM) if message.channel == "email" else "",
        sender_name=message.entity.name,
        recipient=message.recipient,
        recipient_name=message.recipient_name,
        subject=message.subject,
        text=message.body,
        html=message.html,
        attachments=tuple(Attachment(f.name, f.content_type, f.content) for f in claim.files),
        reference=message.reference,
        callback_url=f"{base}/{CALLBACK}{token}/" if message.channel == "sms" else "",
        language=message.language,
    )


def _wait_or_shut(turn: Turn, clocks: Clocks, shut: set[str], probed: set[str], patient: bool) -> None:
    """A closed channel is left alone for this pass; one that wants a probe is asked a harmless question first."""
    if turn.what == "probe":
        (probed if _answers(turn.channel) else shut).add(turn.channel)
    elif turn.what == "full" and patient:
        clocks.pause(SHORT_PAUSE)
    elif turn.what in ("shut", "full"):
        shut.add(turn.channel)


def _answers(channel: str) -> bool:
    _outside_any_transaction()
    try:
        return adapter_for(channel).probe()
    except Exception:
        log.exception("the probe of %s failed", channel)
        return False


def _outside_any_transaction() -> None:
    """A provider is never called while a transaction is open (those of a test case do not count)."""
    blocks = getattr(connection, "atomic_blocks", ())
    if any(not getattr(block, "_from_testcase", False) for block in blocks):
        raise DatabaseError("a provider would be called inside a transaction")
