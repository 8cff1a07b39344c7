"""Disputes: list, one, opened on an open item, assigned, accepted, rejected, withdrawn."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.models import Dispute, Entry, User
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import disputes
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import (
    Amount,
    Currency,
    Id,
    In,
    Note,
    Out,
    QueryId,
    Reason,
    Said,
    Text40,
    Text80,
    moment,
    money,
    plain,
)  # fmt: skip

room = Room("disputes")


class DisputeOut(Out):
    """An amount in question, with its owner and deadline."""

    id: int
    entity: int
    customer: int
    entry: int
    currency: str
    amount: Said
    reason: str
    note: str
    state: str
    owner: str | None
    department: str
    opened_on: str
    opened_by: str
    due_at: str
    closed_on: str | None
    resolution: str
    credit_note: int | None


class Filters(Listing):
    """Narrowing the list."""

    state: Literal["OPEN", "ACCEPTED", "REJECTED", "WITHDRAWN"] | None = None
    customer: QueryId | None = None
    entry: QueryId | None = None


class Opening(In):
    """`entry` is the open item; without `amount` all of it."""

    entry: Id
    reason: Literal[
        "not_received", "quality", "price", "quantity", "wrong_invoice", "already_paid", "deduction", "other"
    ]
    amount: Amount | None = None
    currency: Currency | None = None
    note: Note = ""
    department: Text40 = ""


class Assigning(In):
    """A person by user name, a department, or both."""

    owner: Text80 | None = None
    department: Text40 = ""


class Accepting(In):
    """The customer is right; `credit` gives up that much by a credit note."""

    resolution: Reason
    credit: Amount | None = None


class Closing(In):
    """What was found."""

    resolution: Reason


@room.get("/disputes", "dispute.view", Page[DisputeOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Disputes, newest first."""
    caller = guards.of(request)
    given = {name: getattr(wanted, name) for name in ("state", "customer", "entry") if getattr(wanted, name)}
    return page(Dispute.objects.for_user(caller.user).filter(**given).select_related("owner"), wanted, show)


@room.get("/disputes/{int:dispute_id}", "dispute.view", DisputeOut)
def one(request: HttpRequest, dispute_id: int) -> Any:
    """One dispute."""
    return show(_seen(guards.of(request), dispute_id))


@room.post("/disputes", "dispute.open", DisputeOut, status=201)
def open_on(request: HttpRequest, data: Opening) -> Any:
    """Puts an open item, or part of it, in question. One open dispute per item."""
    caller = guards.of(request)
    entry = seen(Entry.objects.select_related("entity"), caller, data.entry)
    amount: Money | None = None
    if data.amount is not None:
        amount = money(data.amount, data.currency or entry.currency)
    row = disputes.open_on(
        entry=entry, reason=data.reason, amount=amount, note=data.note, department=data.department,
        today=caller.day(entry.entity), now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(row)


@room.post("/disputes/{int:dispute_id}/assign", "dispute.assign", DisputeOut)
def assign(request: HttpRequest, dispute_id: int, data: Assigning) -> Any:
    """Gives an open dispute to somebody. The deadline stays."""
    caller = guards.of(request)
    owner = User.objects.filter(username=data.owner, is_active=True).first() if data.owner else None
    if data.owner and owner is None:
        raise Refused("not_staff", "There is no such active member of staff.", field="owner")
    row = disputes.assign(
        dispute=_seen(caller, dispute_id),
        owner=owner,
        department=data.department,
        now=caller.now,
        by=caller.by,
    )
    return show(row)


@room.post("/disputes/{int:dispute_id}/accept", "dispute.resolve", DisputeOut, needs_key=True)
def accept(request: HttpRequest, dispute_id: int, data: Accepting) -> Any:
    """The customer is right."""
    caller = guards.of(request)
    row = _seen(caller, dispute_id)
    credit = money(data.credit, row.currency) if data.credit is not None else None
    if credit is not None:
        caller.require("invoice.cancel")
    row = disputes.accept(
        dispute=row,
        resolution=data.resolution,
        credit=credit,
        on=caller.day(row.entity),
        now=caller.now,
        by=caller.by,
    )
    return show(row)


@room.post("/disputes/{int:dispute_id}/reject", "dispute.resolve", DisputeOut)
def reject(request: HttpRequest, dispute_id: int, data: Closing) -> Any:
    """The amount is owed."""
    caller = guards.of(request)
    row = _seen(caller, dispute_id)
    on = caller.day(row.entity)
    return show(disputes.reject(dispute=row, resolution=data.resolution, on=on, now=caller.now, by=caller.by))


@room.post("/disputes/{int:dispute_id}/withdraw", "dispute.resolve", DisputeOut)
def withdraw(request: HttpRequest, dispute_id: int, data: Closing) -> Any:
    """The customer no longer disputes it."""
    caller = guards.of(request)
    row = _seen(caller, dispute_id)
    on = caller.day(row.entity)
    return show(
        disputes.withdraw(dispute=row, resolution=data.resolution, on=on, now=caller.now, by=caller.by)
    )


def _seen(caller: Caller, dispute_id: int) -> Any:
    return seen(Dispute.objects.select_related("owner", "entity", "entry"), caller, dispute_id)


def show(row: Any) -> dict[str, Any]:
    """A dispute as the API writes it."""
    same = (
        "currency", "reason", "note", "state", "department", "opened_on", "opened_by", "closed_on", "resolution",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "entry": row.entry_id,
        "amount": plain(row.amount, row.currency),
        "owner": row.owner.username if row.owner else None,
        "due_at": moment(row.due_at),
        "credit_note": row.credit_note_id,
    }
