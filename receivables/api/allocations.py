"""Which credit settles which debit: the list, and taking allocations back. Applying is done at a payment or credit note."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from receivables.models import Allocation, Entry
from receivables.rules.money import to_minor
from receivables.rules.refusals import Refused
from receivables.services import allocation
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, all_seen, page
from receivables.wire.problems import Problem
from receivables.wire.room import Room
from receivables.wire.shapes import Amount, Day, Id, In, Out, QueryId, Reason, Said, moment, plain

room = Room("allocations")
MOST = 500


class AllocationOut(Out):
    """One row; a negative `amount` takes back the row named in `reverses`."""

    id: int
    debit: int
    credit: int
    currency: str
    amount: Said
    booked_on: str
    recorded_at: str
    reverses: int | None
    reason: str
    audit_seq: int


class Filters(Listing):
    """Narrowing the list."""

    debit: QueryId | None = None
    credit: QueryId | None = None
    customer: QueryId | None = None


class Part(In):
    """How much of one open item is settled."""

    entry: Id
    amount: Amount


class Applying(In):
    """Either `items` or `oldest_first`. All of it is applied, or nothing."""

    items: list[Part] = []
    oldest_first: bool = False


class Undoing(In):
    """Which allocations are taken back, effective which day (today without it)."""

    allocations: list[Id]
    reason: Reason
    on: Day | None = None


@room.get("/allocations", "entry.view", Page[AllocationOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Allocations and their undoing, newest first."""
    caller = guards.of(request)
    rows = Allocation.objects.for_user(caller.user).select_related("debit")
    rows = rows.filter(debit=wanted.debit) if wanted.debit else rows
    rows = rows.filter(credit=wanted.credit) if wanted.credit else rows
    rows = rows.filter(debit__customer=wanted.customer) if wanted.customer else rows
    return page(rows, wanted, show)


@room.post("/allocations/undo", "payment.unallocate", list[AllocationOut], status=201, needs_key=True)
def undo(request: HttpRequest, data: Undoing) -> Any:
    """Takes allocations back by their opposite rows; both sides are as before, to the cent."""
    caller = guards.of(request)
    _refuse_many(data.allocations)
    rows = all_seen(Allocation.objects.select_related("debit__entity", "credit"), caller, data.allocations)
    chosen = [rows[pk] for pk in dict.fromkeys(data.allocations)]
    on = data.on or caller.day(chosen[0].debit.entity if chosen else None)
    undone = allocation.unapply(
        allocations=chosen, on=on, reason=data.reason[:60], now=caller.now, by=caller.by
    )
    return [show(row) for row in undone]


def apply(caller: Caller, credit: Entry, data: Applying) -> list[dict[str, Any]]:
    """Settles items with a credit that the caller may use."""
    if data.oldest_first == bool(data.items):
        raise Refused("items_or_oldest", "Give either `items` or `oldest_first`.", field="items")
    if data.oldest_first:
        rows = allocation.oldest_first(credit=credit, now=caller.now, by=caller.by)
        return [show(row) for row in rows]
    pairs = parts(caller, data.items, credit.currency)
    return [show(row) for row in allocation.apply(credit=credit, to=pairs, now=caller.now, by=caller.by)]


def parts(caller: Caller, items: list[Part], currency: str) -> list[tuple[Entry, int]]:
    """Items of a body as pairs of entry and minor units. Refuses amounts of zero."""
    _refuse_many(items)
    rows = all_seen(Entry.objects.all(), caller, [each.entry for each in items])
    pairs = [(rows[each.entry], to_minor(each.amount, currency)) for each in items]
    if any(minor <= 0 for _entry, minor in pairs):
        raise Refused("amount_not_positive", "An amount must be more than zero.", field="items")
    return pairs


def _refuse_many(rows: list[Any]) -> None:
    if len(rows) > MOST:
        raise Problem(413, "too_many", f"At most {MOST} at once.", figures={"limit": MOST})


def show(row: Any) -> dict[str, Any]:
    """An allocation as the API writes it."""
    return {
        "id": row.pk,
        "debit": row.debit_id,
        "credit": row.credit_id,
        "currency": row.debit.currency,
        "amount": plain(row.amount, row.debit.currency),
        "booked_on": row.booked_on,
        "recorded_at": moment(row.recorded_at),
        "reverses": row.reverses_id,
        "reason": row.reason,
        "audit_seq": row.audit_seq,
    }
