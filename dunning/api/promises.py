"""Promises to pay: listed, made, renegotiated, withdrawn and decided by hand."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from dunning.models import PromiseToPay
from dunning.services import promises
from receivables.models import Contact, Entry
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, all_seen, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import (
    Amount,
    Day,
    Id,
    In,
    Out,
    QueryId,
    Reason,
    Said,
    Text300,
    moment,
    money,
    plain,
)  # fmt: skip

room = Room("promises")
Source = Literal["call", "mail", "portal", "meeting"]


class PromisedItem(Out):
    """An item and how much of it is promised."""

    entry: int
    amount: Said


class PromiseOut(Out):
    """A promise; `paid` is the money that counted so far."""

    id: int
    entity: int
    customer: int
    contact: int | None
    plan: int | None
    currency: str
    amount: Said
    tolerance: Said
    paid: Said
    due_on: str
    grace_until: str
    state: str
    source: str
    note: str
    made_at: str
    made_by: str
    replaces: int | None
    closed_on: str | None
    close_reason: str
    items: list[PromisedItem]


class Filters(Listing):
    """Narrowing the list."""

    state: Literal["OPEN", "KEPT", "PARTLY_KEPT", "BROKEN", "REPLACED"] | None = None
    customer: QueryId | None = None
    plan: QueryId | None = None
    due_on: Day | None = None


class ItemIn(In):
    """An open item by its entry; without `amount` all that is open of it."""

    entry: Id
    amount: Amount | None = None


class Making(In):
    """Items of one customer, legal entity and currency."""

    items: list[ItemIn] = Field(min_length=1, max_length=200)
    due_on: Day
    source: Source = "call"
    contact: Id | None = None
    note: Text300 = ""
    tolerance: Amount | None = None
    grace_days: int | None = Field(default=None, ge=0, le=30)


class Renegotiating(In):
    """The terms that take the place of an open promise."""

    items: list[ItemIn] = Field(min_length=1, max_length=200)
    due_on: Day
    source: Source = "call"
    contact: Id | None = None
    note: Text300 = ""


class Deciding(In):
    """A person's verdict, with a reason."""

    kept: bool
    reason: Reason


class Ending(In):
    """Why."""

    reason: Reason


@room.get("/promises", "promise.view", Page[PromiseOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Promises, newest first."""
    caller = guards.of(request)
    names = ("state", "customer", "plan", "due_on")
    given = {name: getattr(wanted, name) for name in names if getattr(wanted, name)}
    rows = PromiseToPay.objects.for_user(caller.user).filter(**given).prefetch_related("items")
    return page(rows, wanted, show)


@room.get("/promises/{int:promise_id}", "promise.view", PromiseOut)
def one(request: HttpRequest, promise_id: int) -> Any:
    """One promise."""
    return show(_seen(guards.of(request), promise_id))


@room.post("/promises", "promise.make", PromiseOut, status=201, needs_key=True)
def make(request: HttpRequest, data: Making) -> Any:
    """Promises open items. An item stands in one open promise at a time."""
    caller = guards.of(request)
    items = _items(caller, data.items)
    first = items[0][0]
    tolerance = None if data.tolerance is None else money(data.tolerance, first.currency).minor
    row = promises.make(
        items=items, due_on=data.due_on, source=data.source, contact=contact_of(caller, data.contact), note=data.note,
        tolerance=tolerance, grace_days=data.grace_days, today=caller.day(first.entity), now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(row)


@room.post("/promises/{int:promise_id}/renegotiate", "promise.make", PromiseOut, status=201, needs_key=True)
def renegotiate(request: HttpRequest, promise_id: int, data: Renegotiating) -> Any:
    """Another promise takes the place of an open one."""
    caller = guards.of(request)
    old = _seen(caller, promise_id)
    row = promises.renegotiate(
        promise=old, items=_items(caller, data.items), due_on=data.due_on, source=data.source,
        contact=contact_of(caller, data.contact), note=data.note, today=caller.day(old.entity), now=caller.now,
        by=caller.by,
    )  # fmt: skip
    return show(row)


@room.post("/promises/{int:promise_id}/withdraw", "promise.close", PromiseOut)
def withdraw(request: HttpRequest, promise_id: int, data: Ending) -> Any:
    """Takes an open promise back: it counts neither way."""
    caller = guards.of(request)
    row = _seen(caller, promise_id)
    on = caller.day(row.entity)
    return show(promises.withdraw(promise=row, reason=data.reason, on=on, now=caller.now, by=caller.by))


@room.post("/promises/{int:promise_id}/decide", "promise.close", PromiseOut)
def decide(request: HttpRequest, promise_id: int, data: Deciding) -> Any:
    """A person's own verdict, which the ledger no longer changes."""
    caller = guards.of(request)
    row = _seen(caller, promise_id)
    on = caller.day(row.entity)
    return show(
        promises.decide(promise=row, kept=data.kept, reason=data.reason, on=on, now=caller.now, by=caller.by)
    )


def _seen(caller: Caller, promise_id: int) -> Any:
    return seen(PromiseToPay.objects.select_related("entity"), caller, promise_id)


def _items(caller: Caller, given: list[ItemIn]) -> list[tuple[Any, int]]:
    found = all_seen(
        Entry.objects.select_related("entity", "customer"), caller, [each.entry for each in given]
    )
    made = []
    for each in given:
        entry = found[each.entry]
        left = entry.amount - entry.allocated if entry.amount > 0 else 0
        made.append((entry, left if each.amount is None else money(each.amount, entry.currency).minor))
    return made


def contact_of(caller: Caller, pk: int | None) -> Any:
    """The contact of a body, if one is named."""
    return seen(Contact.objects, caller, pk) if pk else None


def show(row: Any) -> dict[str, Any]:
    """A promise as the API writes it."""
    same = (
        "currency",
        "due_on",
        "grace_until",
        "state",
        "source",
        "note",
        "made_by",
        "closed_on",
        "close_reason",
    )
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "contact": row.contact_id,
        "plan": row.plan_id,
        "amount": plain(row.amount, row.currency),
        "tolerance": plain(row.tolerance, row.currency),
        "paid": plain(row.paid, row.currency),
        "made_at": moment(row.made_at),
        "replaces": row.replaces_id,
        "items": [
            {"entry": item.entry_id, "amount": plain(item.amount, row.currency)} for item in row.items.all()
        ],
    }
