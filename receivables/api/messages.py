"""Messages: list, one with its attempts and events, and the decision about one that stays in doubt.

"Send again" is not here: it asks the provider first, outside any transaction, and is decided on the message's page.
"""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.models import Message
from receivables.services import consents, outbox_decide
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import In, Out, QueryId, Reason, Text80, moment

room = Room("messages")


class AttemptOut(Out):
    """One try to hand it over. `late`: proof came after somebody had decided otherwise."""

    fence: int
    token: str
    state: str
    provider: str
    provider_id: str
    started_at: str
    ended_at: str | None
    error: str
    evidence: str
    late: bool


class EventOut(Out):
    """What the provider told."""

    kind: str
    occurred_at: str | None
    reason: str


class MessageOut(Out):
    """A message; delivered, opened and bounced are events."""

    id: int
    key: str
    kind: str
    entity: int
    customer: int | None
    invoice: int | None
    channel: str
    recipient: str
    language: str
    subject: str
    reference: str
    state: str
    reason: str
    planned_at: str
    due_at: str
    accepted_at: str | None
    tries: int


class WholeMessageOut(MessageOut):
    """The same with its words and what became of it."""

    body: str
    rendered_hash: str
    attempts: list[AttemptOut]
    events: list[EventOut]


class ConsentOut(Out):
    """The word in force about an address."""

    channel: str
    address: str
    given: bool
    source: str


class Filters(Listing):
    """Narrowing the list."""

    state: (
        Literal["PLANNED", "IN_FLIGHT", "UNCERTAIN", "ACCEPTED", "PARKED", "SUPPRESSED", "CANCELLED"] | None
    ) = None
    customer: QueryId | None = None


class Deciding(In):
    """Why."""

    reason: Reason


class Wish(In):
    """Whether an address may be written to: e-mail, or a number as +49301234567."""

    channel: Literal["email", "sms"]
    address: Text80
    given: bool
    note: Reason


@room.get("/messages", "message.view", Page[MessageOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Messages, newest first."""
    caller = guards.of(request)
    given = {name: getattr(wanted, name) for name in ("state", "customer") if getattr(wanted, name)}
    return page(Message.objects.for_user(caller.user).filter(**given), wanted, show)


@room.get("/messages/{int:message_id}", "message.view", WholeMessageOut)
def one(request: HttpRequest, message_id: int) -> Any:
    """One message."""
    return whole(_seen(guards.of(request), message_id))


@room.post("/messages/{int:message_id}/it_was_sent", "message.decide", WholeMessageOut)
def it_was_sent(request: HttpRequest, message_id: int, data: Deciding) -> Any:
    """Somebody knows that it arrived. Only for a message that needs a person."""
    caller = guards.of(request)
    row = outbox_decide.it_was_sent(
        message=_seen(caller, message_id), reason=data.reason, now=caller.now, by=caller.by
    )
    return whole(row)


@room.post("/messages/{int:message_id}/drop", "message.decide", WholeMessageOut)
def drop(request: HttpRequest, message_id: int, data: Deciding) -> Any:
    """It is not sent, or not again. Only for a message that needs a person."""
    caller = guards.of(request)
    row = outbox_decide.drop(
        message=_seen(caller, message_id), reason=data.reason, now=caller.now, by=caller.by
    )
    return whole(row)


@room.post("/consents", "message.decide", ConsentOut)
def consent(request: HttpRequest, data: Wish) -> Any:
    """The recipient agreed to be written to, or asked us to stop. It covers everybody who uses the address."""
    caller = guards.of(request)
    row = consents.record(
        channel=data.channel, address=data.address, given=data.given, source="person", note=data.note,
        now=caller.now, by=caller.by,
    )  # fmt: skip
    return {name: getattr(row, name) for name in ("channel", "address", "given", "source")}


def _seen(caller: Caller, message_id: int) -> Message:
    row: Message = seen(Message.objects.select_related("entity"), caller, message_id)
    return row


def show(row: Any) -> dict[str, Any]:
    """A message as lists write it."""
    same = (
        "key",
        "kind",
        "channel",
        "recipient",
        "language",
        "subject",
        "reference",
        "state",
        "reason",
        "tries",
    )
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "invoice": row.invoice_id,
        "planned_at": moment(row.planned_at),
        "due_at": moment(row.due_at),
        "accepted_at": moment(row.accepted_at),
    }


def whole(row: Message) -> dict[str, Any]:
    """A message with its story."""
    same = ("fence", "token", "state", "provider", "provider_id", "error", "evidence", "late")
    attempts = [
        {name: getattr(each, name) for name in same}
        | {"started_at": moment(each.started_at), "ended_at": moment(each.ended_at)}
        for each in row.attempts.order_by("fence")
    ]
    events = [
        {"kind": each.kind, "occurred_at": moment(each.occurred_at), "reason": each.reason}
        for each in row.events.order_by("pk")
    ]
    return show(row) | {
        "body": row.body,
        "rendered_hash": row.rendered_hash,
        "attempts": attempts,
        "events": events,
    }
