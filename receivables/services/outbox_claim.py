"""One message is taken for sending, or told why not: whatever may stop it is asked in the transaction that commits the attempt.

A stopping fact raises the customer's stop version under the customer's row lock, and so does the claim: whichever commits
first, no message leaves for a reason that had gone before its attempt (ADR 9). Nothing is sent from here.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import DatabaseError, InterfaceError, connection, transaction

from receivables import audit, posting, rendering, storage
from receivables.actor import Actor
from receivables.models import Attempt, Consent, Customer, Message
from receivables.questions import outbox_channels as channels
from receivables.rendering import Attachment
from receivables.rules import contact_hours, delivery
from receivables.rules.refusals import Refused
from receivables.services import outbox

LOOKED_AT = 20
EXEMPT = frozenset({"opt_out"})
"""Kinds that answer the recipient's own word: consent does not stop them."""
TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class Claim:
    """A message in the air. `taken_at` is the monotonic clock's; after `good_for` seconds it must not be handed over any more."""

    message: Message
    attempt: Attempt
    files: tuple[Attachment, ...]
    taken_at: float
    good_for: int


What = Literal["claimed", "moved", "idle", "shut", "probe", "full"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one look at the queue came to: `claimed`; `moved` (one message went elsewhere, look again); `idle` (nothing is due);
    `shut`, `probe`, `full` (its channel is closed, wants a probe first, or has had its second's worth)."""

    what: What
    channel: str = ""
    claim: Claim | None = None


class Poisoned(Exception):
    """This one message breaks the claim; the others must go on."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.key)
        self.message = message


class _NotNow(Exception):
    """Rolls the claim back: the channel has no room, as only the lock could tell."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(turn.what)
        self.turn = turn


def claim_next(
    *,
    now: datetime,
    monotonic: float,
    by: Actor,
    provider_of: dict[str, str],
    shut: frozenset[str] = frozenset(),
    probed: frozenset[str] = frozenset(),
) -> Turn:
    """Looks at the queue once. `shut` are channels to leave alone, `probed` those whose provider just answered a question.

    When the connection fails while this commits, nobody knows whether the attempt stands: the error goes up, nothing is
    sent, and the lease runs out.
    """
    try:
        return _look(now, monotonic, by, provider_of, shut, probed)
    except _NotNow as not_now:
        return not_now.turn


@transaction.atomic(durable=True)
def _look(
    now: datetime,
    monotonic: float,
    by: Actor,
    provider_of: dict[str, str],
    shut: frozenset[str],
    probed: frozenset[str],
) -> Turn:
    customer, message = _lock_one(now, shut)
    if message is None:
        return Turn("idle")
    message.customer = customer
    try:
        if _set_aside(message, customer, now, by) or _moved(message, now, by):
            return Turn("moved", message.channel)
        files = _whole(message, now, by)
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        raise Poisoned(message) from error
    if files is None:
        return Turn("moved", message.channel)
    _room(message, now, probed)
    with audit.line(
        "message.claimed", by=by, now=now, subject=f"message:{message.pk}", entity=message.entity
    ) as line:
        _room(message, now, probed)  # again: now nobody else can claim
        if channels.quota_ends(message.entity, now=now):
            raise _NotNow(Turn("moved", message.channel))
        bounds = channels.limits()
        message.fence += 1
        message.lease_until = now + timedelta(seconds=bounds.lease)
        attempt = Attempt(
            message=message, entity=message.entity, channel=message.channel, fence=message.fence,
            token=secrets.token_hex(TOKEN_BYTES), provider=provider_of[message.channel],
            rendered_hash=message.rendered_hash, started_at=now, deadline_at=message.lease_until, audit_seq=line.seq,
        )  # fmt: skip
        attempt.save(force_insert=True)
        line.touch("attempt", attempt.pk, message.key, message.fence)
        outbox.move(line, message, Message.State.IN_FLIGHT)
    claim = Claim(message, attempt, files, monotonic, bounds.lease // 2 or 1)
    return Turn("claimed", message.channel, claim)


def _lock_one(now: datetime, shut: frozenset[str]) -> tuple[Customer | None, Message | None]:
    """The first due message that nobody else is at, with its customer locked before it. Waits only when all are taken."""
    due = Message.objects.due(now).exclude(channel__in=shut).order_by("due_at", "pk")
    pairs = list(due.values_list("pk", "customer_id")[:LOOKED_AT])
    for patient in (False, True):
        for pk, customer_id in pairs if not patient else pairs[:1]:
            customer = _lock_customer(customer_id, patient) if customer_id else None
            if customer_id and customer is None:
                continue
            rows = Message.objects.due(now).filter(pk=pk)
            rows = rows.select_for_update(no_key=True, skip_locked=not patient, of=("self",))
            message = rows.select_related("entity", "contact").first()
            if message is not None:
                return customer, message
        if not connection.features.has_select_for_update:
            break
    return None, None


def _lock_customer(pk: int, patient: bool) -> Customer | None:
    if patient:
        return next(iter(posting.lock(pk)), None)
    found: Customer | None = (
        Customer.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
    )
    return found


def _set_aside(message: Message, customer: Customer | None, now: datetime, by: Actor) -> bool:
    """Gives it back to its owner when the world moved on; gives it up when its recipient may not or cannot be reached."""
    moved_on = message.stop_version is not None and (
        customer is None or customer.stop_version != message.stop_version
    )
    if moved_on or (message.not_after and message.not_after < now):
        message.stale_at = now
        message.save(update_fields=["stale_at"])
        outbox.told(message, "stale")
        return True
    why = _closed(message)
    if why:
        _end(message, Message.State.SUPPRESSED, why, now, by)
    return bool(why)


def _closed(message: Message) -> str:
    """Why this recipient gets nothing on this channel; "" when nothing stands against it."""
    if not message.rendered_hash:
        return "before_delivery"  # planned when nothing left the house yet, and long out of date
    if message.kind not in EXEMPT:
        said = Consent.objects.in_force(message.channel, address_of(message.recipient))
        if said is not None and not said.given:
            return "opted_out"
    contact = message.contact
    if contact is None:
        return ""
    if not contact.active:
        return "contact_retired"
    if contact.undeliverable_since and message.channel in delivery.undeliverable(
        contact.undeliverable_reason, contact.channel
    ):
        return "undeliverable"
    return ""


def address_of(recipient: str) -> str:
    """An address as consents name it."""
    return recipient.strip().lower()


def _moved(message: Message, now: datetime, by: Actor) -> bool:
    """Moves it to when it may go, if that is later: contact hours at the recipient, the entity's daily quota."""
    until, why = channels.quota_ends(message.entity, now=now), "quota_reached"
    if until is None and message.hours:
        until, why = _opens(message, now), "outside_hours"
        if until is None:
            _end(message, Message.State.PARKED, "no_common_hour", now, by)
            return True
    if until is None or until <= now:
        return False
    message.due_at, message.reason = until, why
    message.save(update_fields=["due_at", "reason"])
    outbox.told(message, "moved", until=until.isoformat())
    return True


def _opens(message: Message, now: datetime) -> datetime | None:
    """The first moment at which the recipient may be written to; None when there is none."""
    entity = message.entity
    country = message.customer.country if message.customer else entity.country
    zones = contact_hours.zones_of(message.zone, country, entity.time_zone)
    try:
        hours = contact_hours.preset(message.hours)
        return contact_hours.next_slot(now, hours, zones, contact_hours.calendar_of(country))
    except Refused:
        return None


def _whole(message: Message, now: datetime, by: Actor) -> tuple[Attachment, ...] | None:
    """The files to send, when words and files are what was planned; else None, and the message waits or is parked."""
    bounds = channels.limits()
    if sum(each["size"] for each in message.files) > bounds.size_most:
        _end(message, Message.State.PARKED, "too_large", now, by)
        return None
    try:
        files = tuple(
            Attachment(each["name"], each["media_type"], storage.read(each["stored_as"]))
            for each in message.files
        )
    except (OSError, ValueError):
        _failed(message, "attachment_missing", now, by)
        return None
    if rendering.digest(message.subject, message.body, message.html, files) != message.rendered_hash:
        _end(message, Message.State.PARKED, "content_changed", now, by)
        return None
    return files


@transaction.atomic
def poisoned(*, message: Message, now: datetime, by: Actor) -> Message:
    """A message that cannot even be looked at waits, and is parked after a few tries."""
    row: Message = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if row.state == Message.State.PLANNED:
        _failed(row, "broken", now, by)
    return row


def _failed(message: Message, why: str, now: datetime, by: Actor) -> None:
    bounds = channels.limits()
    message.tries += 1
    if message.tries >= bounds.poison_tries:
        _end(message, Message.State.PARKED, why, now, by)
        return
    message.due_at, message.reason = now + delivery.backoff(message.tries, bounds), why
    message.save(update_fields=["due_at", "reason", "tries"])


def _room(message: Message, now: datetime, probed: frozenset[str]) -> None:
    """Raises _NotNow when the channel is closed or has had its second's worth."""
    state = channels.gate(message.channel, now=now).state
    if state == "trial" and message.channel not in probed:
        raise _NotNow(Turn("probe", message.channel))
    if state not in ("open", "trial"):
        raise _NotNow(Turn("shut", message.channel))
    if channels.too_fast(message.channel, now=now):
        raise _NotNow(Turn("full", message.channel))


def _end(message: Message, state: str, reason: str, now: datetime, by: Actor) -> None:
    action = f"message.{state.lower()}"
    with audit.line(
        action, by=by, now=now, subject=f"message:{message.pk}", entity=message.entity, reason=reason
    ) as line:
        outbox.move(line, message, state, reason=reason)
