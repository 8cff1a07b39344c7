"""Fees, late interest and fixed sums: list, one, and giving one up for a reason."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.models import Charge
from receivables.services import charges
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import In, Out, QueryId, Reason, Said, plain

room = Room("charges")


class ChargeOut(Out):
    """An amount beside an invoice. `entry` is its own open item, `of_entry` the item it speaks of."""

    id: int
    entity: int
    customer: int
    kind: str
    number: str
    currency: str
    amount: Said
    open: Said
    entry: int
    of_entry: int
    charged_on: str
    from_on: str | None
    to_on: str | None
    derivation: list[Any]
    waived_on: str | None
    waived_reason: str


class Filters(Listing):
    """Narrowing the list."""

    customer: QueryId | None = None
    kind: Literal["fee", "interest", "compensation"] | None = None


class Waiving(In):
    """Why."""

    reason: Reason


@room.get("/charges", "charge.view", Page[ChargeOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Charges, newest first."""
    caller = guards.of(request)
    given = {name: getattr(wanted, name) for name in ("customer", "kind") if getattr(wanted, name)}
    rows = Charge.objects.for_user(caller.user).filter(**given).select_related("entry", "waiver")
    return page(rows, wanted, show)


@room.get("/charges/{int:charge_id}", "charge.view", ChargeOut)
def one(request: HttpRequest, charge_id: int) -> Any:
    """One charge with the steps of its derivation."""
    return show(_seen(guards.of(request), charge_id))


@room.post("/charges/{int:charge_id}/waive", "charge.waive", ChargeOut, needs_key=True)
def waive(request: HttpRequest, charge_id: int, data: Waiving) -> Any:
    """Gives up what is open of it; it stays given up."""
    caller = guards.of(request)
    row = _seen(caller, charge_id)
    charges.waive(charge=row, reason=data.reason, on=caller.day(row.entity), now=caller.now, by=caller.by)
    return show(_seen(caller, charge_id))


def _seen(caller: Caller, charge_id: int) -> Any:
    return seen(Charge.objects.select_related("entry", "waiver", "entity", "customer"), caller, charge_id)


def show(row: Any) -> dict[str, Any]:
    """A charge as the API writes it."""
    waiver = getattr(row, "waiver", None)
    same = ("kind", "number", "currency", "charged_on", "from_on", "to_on")
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "amount": plain(row.amount, row.currency),
        "open": plain(row.entry.amount - row.entry.allocated, row.currency),
        "entry": row.entry_id,
        "of_entry": row.of_entry_id,
        "derivation": row.derivation.get("steps", []),
        "waived_on": waiver.waived_on if waiver else None,
        "waived_reason": waiver.reason if waiver else "",
    }
