"""Hand-overs: listed, made with their pack, downloaded and ended."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from dunning.models import HandOver
from dunning.services import handovers
from receivables.models import Entry, WorkItem
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, all_seen, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import Id, In, Out, QueryId, Reason, Said, Text200, plain

room = Room("handovers")


class HandedItem(Out):
    """One item with what was open of it when it was handed over."""

    entry: int
    amount: Said


class HandOverOut(Out):
    """Items given to legal or an agency. `pack_sha256` is the hash of the archive."""

    id: int
    number: str
    entity: int
    customer: int
    kind: str
    to: str
    currency: str
    amount: Said
    reason: str
    handed_on: str
    handed_by: str
    pack_name: str
    pack_sha256: str
    ended_on: str | None
    end_reason: str
    items: list[HandedItem]


class Filters(Listing):
    """Narrowing the list."""

    customer: QueryId | None = None


class Making(In):
    """Open items of one customer, legal entity and currency; `work_item` is the to-do that proposed it."""

    entries: list[Id] = Field(min_length=1, max_length=500)
    to: Text200
    kind: Literal["legal", "agency"] = "legal"
    reason: Reason
    work_item: Id | None = None


class Ending(In):
    """Why the items come back."""

    reason: Reason


@room.get("/handovers", "handover.view", Page[HandOverOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Hand-overs, newest first."""
    rows = HandOver.objects.for_user(guards.of(request).user).prefetch_related("items")
    return page(rows.filter(customer=wanted.customer) if wanted.customer else rows, wanted, show)


@room.get("/handovers/{int:handover_id}", "handover.view", HandOverOut)
def one(request: HttpRequest, handover_id: int) -> Any:
    """One hand-over."""
    return show(seen(HandOver.objects, guards.of(request), handover_id))


@room.post("/handovers", "handover.make", HandOverOut, status=201, needs_key=True)
def make(request: HttpRequest, data: Making) -> Any:
    """Hands open items over; normal dunning about them stops and new orders are held."""
    caller = guards.of(request)
    found = all_seen(Entry.objects.select_related("entity", "customer"), caller, data.entries)
    entries = [found[pk] for pk in dict.fromkeys(data.entries)]
    row = handovers.make(
        entries=entries, to=data.to, kind=data.kind, reason=data.reason, today=caller.day(entries[0].entity),
        now=caller.now, by=caller.by,
        work_item=seen(WorkItem.objects, caller, data.work_item) if data.work_item else None,
    )  # fmt: skip
    return show(row)


@room.post("/handovers/{int:handover_id}/end", "handover.end", HandOverOut)
def end(request: HttpRequest, handover_id: int, data: Ending) -> Any:
    """The items come back, or are settled."""
    caller = guards.of(request)
    row = seen(HandOver.objects.select_related("entity"), caller, handover_id)
    on = caller.day(row.entity)
    return show(handovers.end(hand_over=row, reason=data.reason, on=on, now=caller.now, by=caller.by))


def show(row: Any) -> dict[str, Any]:
    """A hand-over as the API writes it."""
    same = (
        "number", "kind", "to", "currency", "reason", "handed_on", "handed_by", "pack_name", "pack_sha256", "ended_on",
        "end_reason",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "amount": plain(row.amount, row.currency),
        "items": [{"entry": i.entry_id, "amount": plain(i.amount, row.currency)} for i in row.items.all()],
    }
