"""Blocks: listed, placed and released; an open item moved on its ladder."""

from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from dunning.models import DunningBlock
from dunning.services import blocks, ladder_moves
from receivables.models import Contact, Customer, Entry, LegalEntity
from receivables.rules.refusals import Refused
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.problems import not_found
from receivables.wire.room import Room
from receivables.wire.shapes import Amount, Day, Id, In, Out, QueryId, Reason, Said, Text300, money, plain

room = Room("blocks")


class BlockOut(Out):
    """Who or what is not asked for. `amount` is of a payment in flight, in the item's currency."""

    id: int
    customer: int
    entity: int | None
    entry: int | None
    contact: int | None
    reason: str
    note: str
    amount: Said | None
    from_on: str
    until_on: str | None
    placed_by: str
    released_on: str | None
    released_by: str
    release_reason: str


class MoveOut(Out):
    """Where an item stands from a day on; rank -32768 is before the first rung."""

    id: int
    entry: int
    track: str
    rank: int
    round: int
    moved_on: str
    reason: str


class Filters(Listing):
    """Narrowing the list; `standing_on` keeps those in force on a day."""

    customer: QueryId | None = None
    standing_on: Day | None = None


class Placing(In):
    """A customer at one entity or all, one item, or one contact."""

    customer: Id
    reason: Literal[
        "clarifying", "key_account", "insolvency", "legal", "do_not_contact", "rep_handles", "pending_payment", "other"
    ]  # fmt: skip
    entity: Id | None = None
    entry: Id | None = None
    contact: Id | None = None
    until_on: Day | None = None
    amount: Amount | None = None
    note: Text300 = ""


class Releasing(In):
    """Why it may be asked for again."""

    reason: Reason


class Moving(In):
    """`rank` is the rung's days from the due date, null before the first; `anew` lets rungs be said again."""

    track: Literal["chase", "alert"] = "chase"
    rank: int | None = Field(default=None, ge=-365, le=3650)
    anew: bool = False
    reason: Reason


@room.get("/blocks", "block.view", Page[BlockOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Blocks, newest first."""
    caller = guards.of(request)
    rows = _rows(caller)
    if wanted.customer:
        rows = rows.filter(customer=wanted.customer)
    if wanted.standing_on:
        rows = rows.standing(wanted.standing_on)
    return page(rows.select_related("entry"), wanted, show)


@room.post("/blocks", "block.place", BlockOut, status=201)
def place(request: HttpRequest, data: Placing) -> Any:
    """Asks for nothing from today on, up to and including `until_on`."""
    caller = guards.of(request)
    entry = seen(Entry.objects.select_related("entity"), caller, data.entry) if data.entry else None
    entity = seen(LegalEntity.objects, caller, data.entity) if data.entity else None
    if data.amount is not None and entry is None:
        raise Refused("amount_missing", "Name the item that the amount is of.", field="entry")
    where = entry.entity if entry else entity
    row = blocks.place(
        customer=seen(Customer.objects, caller, data.customer), reason=data.reason, entity=entity, entry=entry,
        contact=seen(Contact.objects, caller, data.contact) if data.contact else None, until_on=data.until_on,
        amount=money(data.amount, entry.currency).minor if data.amount is not None and entry else None,
        note=data.note, today=caller.day(where), now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(row)


@room.post("/blocks/{int:block_id}/release", "block.place", BlockOut)
def release(request: HttpRequest, block_id: int, data: Releasing) -> Any:
    """Ends a block before its day. Insolvency, legal and do-not-contact need block.release."""
    caller = guards.of(request)
    row = _rows(caller).filter(pk=block_id).select_related("entry", "entity").first()
    if row is None:
        raise not_found()
    if row.reason in blocks.HARD:
        caller.require("block.release")
    on = caller.day(row.entity)
    return show(blocks.release(block=row, reason=data.reason, on=on, now=caller.now, by=caller.by))


@room.post("/entries/{int:entry_id}/ladder", "ladder.move", MoveOut, status=201)
def move(request: HttpRequest, entry_id: int, data: Moving) -> Any:
    """Puts an open item on any rung, or begins its ladder anew."""
    caller = guards.of(request)
    entry = seen(Entry.objects.select_related("entity"), caller, entry_id)
    row = ladder_moves.move(
        entry=entry, track=data.track, rank=data.rank, anew=data.anew, reason=data.reason,
        on=caller.day(entry.entity), now=caller.now, by=caller.by,
    )  # fmt: skip
    same = ("track", "rank", "round", "moved_on", "reason")
    return {name: getattr(row, name) for name in same} | {"id": row.pk, "entry": row.entry_id}


def _rows(caller: Caller) -> Any:
    """Blocks of customers the caller sees, at their entities or everywhere."""
    rows = DunningBlock.objects.filter(customer__in=Customer.objects.for_user(caller.user))
    scope = caller.user.scope
    if scope.all_entities:
        return rows
    return rows.filter(Q(entity__isnull=True) | Q(entity__in=scope.entity_ids))


def show(row: Any) -> dict[str, Any]:
    """A block as the API writes it."""
    same = (
        "reason",
        "note",
        "from_on",
        "until_on",
        "placed_by",
        "released_on",
        "released_by",
        "release_reason",
    )
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "customer": row.customer_id,
        "entity": row.entity_id,
        "entry": row.entry_id,
        "contact": row.contact_id,
        "amount": plain(row.amount, row.entry.currency) if row.amount is not None and row.entry else None,
    }
