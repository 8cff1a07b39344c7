"""Reading invoices: the list, also by number, and one with lines, instalments and what settled it."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.api.invoice_requests import LineOut, lines
from receivables.models import Invoice
from receivables.questions import invoice_list
from receivables.questions.invoice_list import Wanted
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.problems import not_found
from receivables.wire.room import Room
from receivables.wire.shapes import Currency, Day, Named, Out, QueryId, Said, Text80, moment, named, plain

room = Room("invoices")
_SAME = (
    "number", "state", "kind", "currency", "external", "invoice_on", "po_number", "contract_ref", "order_ref", "description",
    "version",
)  # fmt: skip


class InstalmentOut(Out):
    """One due date. `entry` is its item in the ledger; a zero invoice has none."""

    id: int
    position: int
    entry: int | None
    due_on: str | None
    amount: Said
    open: Said
    discount_until: str | None
    discount_amount: Said


class InvoiceOut(Out):
    """An issued invoice. `open`, `overdue` and `disputed` are asked of the ledger as of today."""

    id: int
    number: str
    state: str
    kind: str
    external: bool
    entity: Named
    customer: Named
    currency: str
    net: Said
    tax: Said
    gross: Said
    open: Said
    due_on: str | None
    overdue: bool
    disputed: bool
    invoice_on: str
    po_number: str
    contract_ref: str
    order_ref: str
    description: str
    issued_at: str | None
    sent_at: str | None
    version: int
    lines: list[LineOut] = []
    instalments: list[InstalmentOut] = []
    credit_notes: list[str] = []


class Filters(Listing):
    """Narrowing the list."""

    number: Text80 | None = None
    state: Literal["ISSUED", "SENT", "PAID", "CANCELLED", "WRITTEN_OFF"] | None = None
    overdue: Literal["true", "false"] | None = None
    customer: QueryId | None = None
    entity: QueryId | None = None
    currency: Currency | None = None
    issued_from: Day | None = None
    issued_to: Day | None = None
    due_from: Day | None = None
    due_to: Day | None = None
    q: Text80 | None = None


@room.get("/invoices", "invoice.view", Page[InvoiceOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Issued invoices, newest first. `number` finds one exactly; numbers are unique within a legal entity."""
    caller = guards.of(request)
    today = caller.day()
    same = ("customer", "entity", "issued_from", "issued_to", "due_from", "due_to")
    narrowed = Wanted(
        state=wanted.state or "",
        overdue={"true": "yes", "false": "no"}.get(wanted.overdue or "", ""),
        currency=wanted.currency or "",
        q=wanted.q or "",
        **{name: getattr(wanted, name) for name in same},
    )
    rows = invoice_list.find(caller.user, narrowed, today=today)
    rows = rows.filter(number=wanted.number) if wanted.number else rows
    return page(invoice_list.with_figures(rows, today=today), wanted, show)


@room.get("/invoices/{int:invoice_id}", "invoice.view", InvoiceOut)
def one(request: HttpRequest, invoice_id: int) -> Any:
    """One invoice."""
    caller = guards.of(request)
    return full(caller, found(caller, invoice_id))


def found(caller: Caller, invoice_id: int) -> Any:
    """An issued invoice inside the caller's scope, or the 404."""
    row = seen(Invoice.objects.select_related("entity", "customer"), caller, invoice_id)
    if row.number is None:
        raise not_found()
    return row


def show(row: Any) -> dict[str, Any]:
    """An invoice as `invoice_list.with_figures` brings it."""
    return {name: getattr(row, name) for name in _SAME} | {
        "id": row.pk,
        "entity": named(row.entity),
        "customer": named(row.customer),
        "net": plain(row.net, row.currency),
        "tax": plain(row.tax, row.currency),
        "gross": plain(row.gross, row.currency),
        "open": plain(row.open_now, row.currency),
        "due_on": row.due_on,
        "overdue": row.late,
        "disputed": row.disputed,
        "issued_at": moment(row.issued_at),
        "sent_at": moment(row.sent_at),
    }


def full(caller: Caller, row: Any) -> dict[str, Any]:
    """With lines, instalments and credit notes, freshly read."""
    rows = Invoice.objects.filter(pk=row.pk)
    fresh = invoice_list.with_figures(rows, today=caller.day(row.entity)).get()
    return show(fresh) | {
        "lines": lines(fresh),
        "instalments": [
            _instalment(each, fresh.currency) for each in fresh.instalments.select_related("entry")
        ],
        "credit_notes": list(fresh.credit_notes.order_by("pk").values_list("number", flat=True)),
    }


def _instalment(row: Any, currency: str) -> dict[str, Any]:
    left = row.entry.amount - row.entry.allocated if row.entry else 0
    return {
        "id": row.pk,
        "position": row.position,
        "entry": row.entry_id,
        "due_on": row.due_on,
        "amount": plain(row.amount, currency),
        "open": plain(left, currency),
        "discount_until": row.discount_until,
        "discount_amount": plain(row.discount_amount, currency),
    }
