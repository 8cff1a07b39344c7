"""Credit notes: list, one, a note on account, and applying what is left of one."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from receivables.api.allocations import AllocationOut, Applying, apply
from receivables.models import CreditNote, Customer, LegalEntity
from receivables.services import adjustments
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import (
    Amount,
    Currency,
    Day,
    Id,
    In,
    Out,
    QueryId,
    Said,
    Text40,
    Text80,
    Text300,
    money,
    plain,
)  # fmt: skip

room = Room("credit notes")


class CreditNoteOut(Out):
    """A credit note. `entry` is its item in the ledger, `unapplied` what settles nothing yet."""

    id: int
    number: str
    entity: int
    customer: int
    invoice: int | None
    entry: int
    currency: str
    net: Said
    tax: Said
    gross: Said
    unapplied: Said
    issued_on: str
    reason_code: str
    reason: str
    issued_by: str


class Filters(Listing):
    """Narrowing the list."""

    number: Text80 | None = None
    customer: QueryId | None = None
    invoice: QueryId | None = None


class OnAccount(In):
    """A note for no particular invoice."""

    entity: Id
    amount: Amount
    currency: Currency
    reason_code: Text40
    reason: Text300 = ""
    on: Day | None = None


@room.get("/credit-notes", "invoice.view", Page[CreditNoteOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Credit notes, newest first."""
    caller = guards.of(request)
    given = {
        name: getattr(wanted, name) for name in ("number", "customer", "invoice") if getattr(wanted, name)
    }
    rows = CreditNote.objects.for_user(caller.user).filter(**given).select_related("entry")
    return page(rows, wanted, show)


@room.get("/credit-notes/{int:note_id}", "invoice.view", CreditNoteOut)
def one(request: HttpRequest, note_id: int) -> Any:
    """One credit note."""
    return show(seen(CreditNote.objects.select_related("entry"), guards.of(request), note_id))


@room.post(
    "/customers/{int:customer_id}/credit-notes", "invoice.cancel", CreditNoteOut, status=201, needs_key=True
)
def on_account(request: HttpRequest, customer_id: int, data: OnAccount) -> Any:
    """Credit on the customer's account until it is applied."""
    caller = guards.of(request)
    customer = seen(Customer.objects, caller, customer_id)
    entity = seen(LegalEntity.objects, caller, data.entity)
    note = adjustments.credit_on_account(
        entity=entity, customer=customer, amount=money(data.amount, data.currency), on=data.on or caller.day(entity),
        reason_code=data.reason_code, reason=data.reason, now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(note)


@room.post(
    "/credit-notes/{int:note_id}/allocations",
    "payment.allocate",
    list[AllocationOut],
    status=201,
    needs_key=True,
)
def settle(request: HttpRequest, note_id: int, data: Applying) -> Any:
    """Applies the note to open items of its customer."""
    caller = guards.of(request)
    note = seen(CreditNote.objects.select_related("entry"), caller, note_id)
    return apply(caller, note.entry, data)


def show(row: Any) -> dict[str, Any]:
    """A credit note as the API writes it."""
    row.entry.refresh_from_db(fields=["allocated"])
    same = ("number", "currency", "issued_on", "reason_code", "reason", "issued_by")
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "invoice": row.invoice_id,
        "entry": row.entry_id,
        "net": plain(row.net, row.currency),
        "tax": plain(row.tax, row.currency),
        "gross": plain(row.gross, row.currency),
        "unapplied": plain(row.gross - row.entry.allocated, row.currency),
    }
