"""Notices: list, one, what it would say, released, withdrawn, put off, written by hand; and why a customer was not written to."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from dunning.models import Notice
from dunning.questions import notice_list, notice_story
from dunning.services import notices, notices_by_hand
from dunning.words import reason_words
from receivables.models import Contact, Customer, LegalEntity
from receivables.rules.refusals import Refused
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import (
    Currency,
    Day,
    Hash,
    Id,
    In,
    Out,
    QueryId,
    Reason,
    Said,
    Text40,
    moment,
    plain,
)  # fmt: skip

room = Room("notices")


class ItemOut(Out):
    """One item on its rung; `open` is what was open when it was decided."""

    entry: int
    stage: str
    rank: int
    round: int
    open: Said
    days_past_due: int
    withdrawn: bool
    reached_on: date | None


class NoticeOut(Out):
    """One notice. `state` HANDED_OVER with `reached_on` means that the provider took it."""

    id: int
    entity: int
    customer: int
    currency: str
    on: date
    track: str
    stage: str
    rank: int
    audience: str
    channel: str
    recipient: str
    total: Said
    state: str
    why: str
    due_at: str
    number: str
    message: int | None
    decided_by: str
    approved_hash: str
    reached_on: date | None


class NoticeWhole(NoticeOut):
    """With its items."""

    items: list[ItemOut]


class Preview(Out):
    """What would be sent now. `sha256` is what an approval is bound to; `wrong` or `cannot` say why nothing would be."""

    sha256: str
    subject: str
    text: str
    number: str
    wrong: str
    cannot: str


class WhyItem(Out):
    """An item and what holds it."""

    number: str
    invoice: int | None
    code: str
    sentence: str


class Why(Out):
    """The reason on record of one entity."""

    entity: str
    code: str
    sentence: str
    since: date
    items: list[WhyItem]


class WhyPage(Out):
    """One reason for each entity."""

    found: list[Why]


class Filters(Listing):
    """Narrowing the list."""

    state: Literal["PROPOSED", "RELEASED", "HANDED_OVER", "REACHED", "WITHDRAWN"] | None = None
    customer: QueryId | None = None
    channel: Literal["email", "sms", "letter", "call", "work", "app"] | None = None
    stage: Text40 = ""


class Approving(In):
    """`sha256` of the preview that was read."""

    sha256: Hash


class Withdrawing(In):
    """Why it is not sent."""

    reason: Reason


class Postponing(In):
    """Not before this day."""

    until: Day


class Writing(In):
    """A rung of the ladder in force, to a contact, now."""

    customer: Id
    entity: Id
    currency: Currency
    contact: Id
    channel: Literal["email", "sms", "letter"]
    stage: Text40
    template: Text40 = ""


@room.get("/notices", "notice.view", Page[NoticeOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Notices, newest first."""
    rows = notice_list.narrowed(
        notice_list.visible(guards.of(request).user, None),
        stage=wanted.stage,
        channel=wanted.channel or "",
        customer=wanted.customer,
    )
    return page(notice_list.of_state(rows, wanted.state or ""), wanted, show)


@room.get("/notices/{int:notice_id}", "notice.view", NoticeWhole)
def one(request: HttpRequest, notice_id: int) -> Any:
    """One notice with its items."""
    return _whole(_seen(guards.of(request), notice_id))


@room.get("/notices/{int:notice_id}/preview", "notice.view", Preview)
def preview(request: HttpRequest, notice_id: int) -> Any:
    """What would be sent now, byte for byte the same as what an approval releases."""
    caller = guards.of(request)
    look, made = notices.preview(_seen(caller, notice_id), now=caller.now)
    told = dict.fromkeys(("sha256", "subject", "text", "number", "wrong", "cannot"), "")
    if look.right is None:
        return told | {"wrong": look.verdict.code}  # type: ignore[union-attr]
    if made is None or isinstance(made, Refused):
        return told | {"cannot": made.code if made is not None else "cannot_render"}
    words = made.rendered
    return told | {
        "sha256": words.sha256,
        "subject": words.subject,
        "text": words.text,
        "number": made.number,
    }


@room.post("/notices/{int:notice_id}/approve", "notice.decide", NoticeWhole)
def approve(request: HttpRequest, notice_id: int, data: Approving) -> Any:
    """Releases what was read. One that stopped being right comes back WITHDRAWN with its reason."""
    caller = guards.of(request)
    done = notices.approve(
        notice=_seen(caller, notice_id), seen_hash=data.sha256, now=caller.now, by=caller.by
    )
    return _whole(done)


@room.post("/notices/{int:notice_id}/withdraw", "notice.propose", NoticeWhole)
def withdraw(request: HttpRequest, notice_id: int, data: Withdrawing) -> Any:
    """Not sent, for a reason."""
    caller = guards.of(request)
    done = notices.withdraw(notice=_seen(caller, notice_id), reason=data.reason, now=caller.now, by=caller.by)
    return _whole(done)


@room.post("/notices/{int:notice_id}/postpone", "notice.propose", NoticeWhole)
def postpone(request: HttpRequest, notice_id: int, data: Postponing) -> Any:
    """Not before a later day."""
    caller = guards.of(request)
    done = notices.postpone(notice=_seen(caller, notice_id), until=data.until, now=caller.now, by=caller.by)
    return _whole(done)


@room.post("/notices", "notice.propose", NoticeWhole, status=201, needs_key=True)
def write(request: HttpRequest, data: Writing) -> Any:
    """Writes one by hand: it counts as its rung, and costs what the automatic one costs."""
    caller = guards.of(request)
    customer = seen(Customer.objects.all(), caller, data.customer)
    made = notices_by_hand.propose(
        customer=customer,
        entity=seen(LegalEntity.objects.all(), caller, data.entity),
        currency=data.currency,
        contact=seen(Contact.objects.all(), caller, data.contact),
        channel=data.channel,
        stage=data.stage,
        template=data.template,
        now=caller.now,
        by=caller.by,
    )
    return _whole(made)


@room.get("/customers/{int:customer_id}/why", "notice.view", WhyPage)
def why(request: HttpRequest, customer_id: int) -> Any:
    """Why a customer was or was not written to, item by item, as the last run found it."""
    caller = guards.of(request)
    customer = seen(Customer.objects.all(), caller, customer_id)
    found = notice_story.why(customer, caller.user)
    return {"found": [_why(each) for each in found]}


def _why(each: notice_story.Why) -> dict[str, Any]:
    items = [
        {"number": item.number, "invoice": item.invoice, "code": item.code, "sentence": item.sentence}
        for item in each.items
    ]
    return {
        "entity": each.entity,
        "code": each.code,
        "sentence": reason_words.sentence(each.code) if not each.sentence else each.sentence,
        "since": each.from_on,
        "items": items,
    }


def _seen(caller: Caller, notice_id: int) -> Any:
    rows = Notice.objects.select_related("entity", "customer", "contact__customer", "user", "message", "text")
    return seen(rows, caller, notice_id)


def show(row: Any) -> dict[str, Any]:
    """A notice as the API writes it."""
    same = (
        "currency", "on", "track", "stage", "rank", "audience", "channel", "recipient", "state", "why", "number", "decided_by",
        "approved_hash", "reached_on",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "total": plain(row.total, row.currency),
        "due_at": moment(row.due_at),
        "message": row.message_id,
    }


def _whole(row: Any) -> dict[str, Any]:
    items = [
        {
            "entry": item.entry_id, "stage": item.stage, "rank": item.rank, "round": item.round,
            "open": plain(item.open_amount, row.currency), "days_past_due": item.days_past_due, "withdrawn": item.withdrawn,
            "reached_on": item.reached_on,
        }
        for item in row.items.order_by("pk")
    ]  # fmt: skip
    return show(row) | {"items": items}
