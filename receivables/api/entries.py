"""The ledger as questions: entries, open items and balances, each as of a day and as known at an audit number."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.models import Entry
from receivables.models.ledger import EntryQuerySet
from receivables.questions import selectors
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, page
from receivables.wire.room import Room
from receivables.wire.shapes import Currency, Day, Out, QueryId, Said, Seq, moment, plain

room = Room("ledger")


class EntryOut(Out):
    """One movement: + owed to us, − credited. `open` is signed like the amount, as of the day asked for."""

    id: int
    kind: str
    entity: int
    customer: int
    reference: str
    currency: str
    amount: Said
    open: Said
    document_on: str
    due_on: str | None
    booked_on: str
    recorded_at: str
    audit_seq: int


class PositionOut(Out):
    """One currency: owed − unapplied = net, and net = ledger (Σ entries), which `holds` says."""

    currency: str
    owed: Said
    unapplied: Said
    net: Said
    ledger: Said
    holds: bool


class BalancesOut(Out):
    """The sums, with the question they answer."""

    as_of: str
    known_at: int
    positions: list[PositionOut]


class Filters(Listing):
    """Which entries, as of which day (today without it), as known at which audit number (now without it)."""

    customer: QueryId | None = None
    entity: QueryId | None = None
    currency: Currency | None = None
    as_of: Day | None = None
    known_at: Seq | None = None


class OpenFilters(Filters):
    """Open items also by side and by being late."""

    side: Literal["debit", "credit"] | None = None
    overdue: Literal["true"] | None = None


@room.get("/entries", "entry.view", Page[EntryOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Every movement booked up to `as_of`, newest first."""
    caller = guards.of(request)
    as_of = wanted.as_of or caller.day()
    return page(_narrowed(caller, wanted).with_open(as_of, wanted.known_at), wanted, _entry)


@room.get("/open-items", "entry.view", Page[EntryOut])
def open_items(request: HttpRequest, wanted: Query[OpenFilters]) -> Any:
    """Instalments, and credits not yet applied, with something left as of the day."""
    caller = guards.of(request)
    as_of = wanted.as_of or caller.day()
    rows = _narrowed(caller, wanted)
    if wanted.overdue:
        rows = rows.overdue(as_of, wanted.known_at)
    else:
        rows = rows.with_open(as_of, wanted.known_at).exclude(open_amount=0)
    if wanted.side:
        rows = rows.filter(amount__gt=0) if wanted.side == "debit" else rows.filter(amount__lt=0)
    return page(rows, wanted, _entry)


@room.get("/balances", "entry.view", BalancesOut)
def balances(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Owed, unapplied and the ledger's sum per currency; currencies are never added."""
    caller = guards.of(request)
    as_of = wanted.as_of or caller.day()
    known_at = selectors.known_now() if wanted.known_at is None else wanted.known_at
    rows = selectors.positions(_narrowed(caller, wanted), as_of=as_of, known_at=known_at)
    return {"as_of": as_of, "known_at": known_at, "positions": [_position(each) for each in rows]}


def _narrowed(caller: guards.Caller, wanted: Filters) -> EntryQuerySet:
    names = ("customer", "entity", "currency")
    given = {name: getattr(wanted, name) for name in names if getattr(wanted, name) is not None}
    rows: EntryQuerySet = Entry.objects.for_user(caller.user).filter(**given)
    return rows


def _entry(row: Any) -> dict[str, Any]:
    same = ("kind", "reference", "currency", "document_on", "due_on", "booked_on", "audit_seq")
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "amount": plain(row.amount, row.currency),
        "open": plain(row.open_amount, row.currency),
        "recorded_at": moment(row.recorded_at),
    }


def _position(each: selectors.Position) -> dict[str, Any]:
    figures = ("owed", "unapplied", "net", "ledger")
    said = {name: plain(getattr(each, name), each.currency) for name in figures}
    return {"currency": each.currency, "holds": each.holds} | said
