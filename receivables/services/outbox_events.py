"""What providers tell us afterwards, taken in once per meaning: in whatever order and however often, the end is the same.

An event about our attempt proves that it was accepted; failures flag the contact, complaints withdraw consent. Nothing that is
not ours has an effect: it is counted. Signatures are proven before, by the adapter.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from integrations.messaging import port
from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Attempt, Contact, Message, ProviderEvent, Tally
from receivables.services import consents, outbox_settle

FAILED = frozenset({port.BOUNCED, port.DROPPED, port.FAILED})
OBJECTED = frozenset({port.COMPLAINED, port.UNSUBSCRIBED})
OPTED_OUT_WORDS = ("21610", "unsubscribed address", "spam reporting address")
"""How providers say that they hold a message back because the recipient asked for it."""
PROVES = port.KINDS - {port.UNKNOWN}
"""A drop proves acceptance as well: the provider had taken the message when it threw it away."""
security = logging.getLogger("duebook.security")


@dataclass(frozen=True, slots=True)
class _Told:
    event: port.Event
    attempt: Attempt


@transaction.atomic
def take_in(*, events: Sequence[port.Event], provider: str, now: datetime, by: Actor) -> Counter[str]:
    """One batch, all or nothing: when it fails in the middle the provider repeats it, and nothing is counted twice."""
    came: Counter[str] = Counter()
    told = _ours(events, provider, now, came)
    fresh = _fresh(told)
    came["repeated"] += len(told) - len(fresh)
    if not fresh:
        return came
    messages, attempts = _lock(fresh)
    with audit.line("provider.told", by=by, now=now, subject=f"provider:{provider}") as line:
        fresh = _fresh(fresh)  # again: now nobody else writes events
        for each in fresh:
            _keep(line, each, now)
            came[each.event.kind] += 1
        for each in fresh:
            _follow(line, each, messages, attempts, now, by)
        _flag(line, fresh, now)
        line.after = {"events": len(fresh)}
    return came


def failure_of(contact: Contact, channel: str, address: str) -> tuple[datetime, str] | None:
    """When an address of a contact first failed and what the provider said, over all messages to it."""
    rows = ProviderEvent.objects.filter(
        kind__in=FAILED,
        message__contact=contact,
        message__channel=channel,
        message__recipient__iexact=address,
    ).select_related("attempt")
    found = [
        (row.occurred_at or row.attempt.started_at, row.fingerprint, row.kind, row.reason)
        for row in rows
        if not _objects(row.kind, row.reason)
    ]
    if not found:
        return None
    at, _fingerprint, kind, reason = min(found)
    return at, f"{channel}: {kind} {reason}".strip()[:200]


def _ours(events: Iterable[port.Event], provider: str, now: datetime, came: Counter[str]) -> list[_Told]:
    """Events about attempts of ours at that provider; the rest is counted and, where it points at another's, noted."""
    events = list(events)
    rows = Attempt.objects.filter(token__in={each.token for each in events if each.token})
    attempts = {row.token: row for row in rows.select_related("message__contact")}
    found: dict[str, _Told] = {}
    for event in events:
        attempt = attempts.get(event.token)
        if attempt is None:
            name = "unknown"
        elif attempt.provider != provider or not _same(event.recipient, attempt.message.recipient):
            name = "mismatch"
            security.warning("an event of %s names an attempt of another: attempt %s", provider, attempt.pk)
        else:
            found.setdefault(event.fingerprint, _Told(event, attempt))
            continue
        came[name] += 1
        Tally.objects.add(f"webhook.{name}.{provider}", on=now.date())
    came["repeated"] += len(events) - len(found) - came["unknown"] - came["mismatch"]
    return list(found.values())


def _same(told: str, ours: str) -> bool:
    told, ours = told.strip().lower(), ours.strip().lower()
    return not told or told == ours or not (told.isascii() and ours.isascii())


def _fresh(told: list[_Told]) -> list[_Told]:
    known = set(
        ProviderEvent.objects.filter(fingerprint__in=[each.event.fingerprint for each in told]).values_list(
            "fingerprint", flat=True
        )
    )
    return [each for each in told if each.event.fingerprint not in known]


def _lock(told: list[_Told]) -> tuple[dict[int, Message], dict[int, Attempt]]:
    """Customers, then messages, then attempts, each in order."""
    customers = {each.attempt.message.customer_id for each in told} - {None}
    for each in told:
        if each.event.kind in FAILED | OBJECTED:
            message = each.attempt.message
            if message.contact is not None:  # it may be the parent's, or have another address by now
                customers.add(message.contact.customer_id)
            customers |= {one.pk for one in consents.customers_of(message.channel, message.recipient)}
    if customers:
        posting.lock(*(pk for pk in customers if pk))
    messages = Message.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "entity", "contact"
    )
    attempts = Attempt.objects.select_for_update(no_key=True)
    return (
        {m.pk: m for m in messages.filter(pk__in={t.attempt.message_id for t in told}).order_by("pk")},
        {a.pk: a for a in attempts.filter(pk__in={t.attempt.pk for t in told}).order_by("pk")},
    )


def _keep(line: Line, told: _Told, now: datetime) -> None:
    event = told.event
    row = ProviderEvent(
        message_id=told.attempt.message_id, attempt=told.attempt, provider=told.attempt.provider, kind=event.kind,
        occurred_at=event.occurred_at, fingerprint=event.fingerprint, reason=event.reason[:300], raw=dict(event.raw),
        recorded_at=now, audit_seq=line.seq,
    )  # fmt: skip
    row.save(force_insert=True)
    line.touch("providerevent", row.pk, event.kind, event.fingerprint)


def _follow(
    line: Line,
    told: _Told,
    messages: dict[int, Message],
    attempts: dict[int, Attempt],
    now: datetime,
    by: Actor,
) -> None:
    event, attempt = told.event, attempts[told.attempt.pk]
    message = messages[attempt.message_id]
    if event.kind in PROVES and attempt.state != Attempt.State.ACCEPTED:
        outbox_settle.prove(line, message, attempt, provider_id=event.provider_id, evidence="event", now=now)
    elif event.provider_id and not attempt.provider_id:
        attempt.provider_id = event.provider_id[:120]
        attempt.save(update_fields=["provider_id"])
    if _objects(event.kind, event.reason):
        source = "complaint" if event.kind == port.COMPLAINED else "provider"
        consents.note(
            line, message.channel, message.recipient, given=False, source=source,
            note=f"{event.kind} {event.reason}".strip(), by=by, now=now,
        )  # fmt: skip


def _objects(kind: str, reason: str) -> bool:
    """Whether an event says that the recipient does not want to be written to, rather than that he cannot be reached."""
    return kind in OBJECTED or (kind in FAILED and any(w in reason.lower() for w in OPTED_OUT_WORDS))


def _flag(line: Line, told: list[_Told], now: datetime) -> None:
    """Flags the contacts whose address failed. The flag tells of the first failure, in whatever order failures were heard."""
    seen: set[int] = set()
    for each in told:
        message = each.attempt.message
        if each.event.kind not in FAILED or not message.contact_id or message.contact_id in seen:
            continue
        seen.add(message.contact_id)
        contact = Contact.objects.select_for_update(no_key=True).get(pk=message.contact_id)
        uses = contact.email if message.channel == "email" else contact.phone
        failure = failure_of(contact, message.channel, message.recipient)
        ours = contact.undeliverable_reason.startswith(f"{message.channel}: ")
        if (
            failure is None
            or not _same(uses, message.recipient)
            or (contact.undeliverable_since and not ours)
        ):
            continue
        at, reason = failure
        if (contact.undeliverable_since, contact.undeliverable_reason) == (at.date(), reason):
            continue
        contact.undeliverable_since, contact.undeliverable_reason = at.date(), reason
        contact.version += 1
        contact.save(update_fields=["undeliverable_since", "undeliverable_reason", "version"])
        line.touch("contact", contact.pk, contact.version, "undeliverable_since")
        posting.stop([contact.customer])
