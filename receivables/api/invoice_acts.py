"""What is done with an invoice: issued, sent out, credited, cancelled, proposed as a loss."""

from typing import Any, Literal

from django.http import HttpRequest

from receivables.api.changes import ChangeOut
from receivables.api.changes import show as show_change
from receivables.api.credit_notes import CreditNoteOut
from receivables.api.credit_notes import show as show_note
from receivables.api.invoices import InvoiceOut, found, full
from receivables.models import Contact, Invoice
from receivables.services import adjustments, dispatch, invoicing, losses
from receivables.wire import guards
from receivables.wire.lists import seen
from receivables.wire.room import Room
from receivables.wire.shapes import (
    Amount,
    Currency,
    Day,
    Id,
    In,
    Out,
    Reason,
    Text40,
    Text80,
    Text300,
    moment,
    money,
)

room = Room("invoices")


class Issuing(In):
    """The invoice date; the entity's today without it."""

    on: Day | None = None


class Sending(In):
    """How it goes out. By courier the tracking number may follow."""

    channel: Literal["courier", "email", "portal", "hand"]
    contact: Id | None = None
    courier: Text40 = ""
    tracking_number: Text40 = ""


class DispatchOut(Out):
    """One sending."""

    id: int
    invoice: int
    channel: str
    recipient: str
    posted_at: str
    courier: str
    tracking_number: str
    tracking_due_at: str | None
    received_at: str | None


class Crediting(In):
    """How much is given up (gross), and why."""

    amount: Amount
    currency: Currency
    reason_code: Text40
    reason: Text300 = ""
    on: Day | None = None


class Cancelling(In):
    """Why the whole invoice is taken back."""

    reason_code: Text40
    reason: Text300 = ""
    on: Day | None = None


class Loss(In):
    """Why everything still open is given up; a second person decides."""

    reason_code: Text80
    reason: Reason


@room.post("/invoices/{int:invoice_id}/issue", "invoice.issue", InvoiceOut, needs_key=True)
def issue(request: HttpRequest, invoice_id: int, data: Issuing) -> Any:
    """APPROVED → ISSUED under the next number; `invoice_id` is the id of the request."""
    caller = guards.of(request)
    row = seen(Invoice.objects.select_related("entity", "customer"), caller, invoice_id)
    on = data.on or caller.day(row.entity)
    return full(caller, invoicing.issue(invoice=row, on=on, now=caller.now, by=caller.by))


@room.post("/invoices/{int:invoice_id}/dispatches", "invoice.dispatch", DispatchOut, status=201)
def send(request: HttpRequest, invoice_id: int, data: Sending) -> Any:
    """Posts or hands over an issued invoice."""
    caller = guards.of(request)
    row = found(caller, invoice_id)
    contacts = Contact.objects.filter(customer=row.customer)
    contact = seen(contacts, caller, data.contact) if data.contact else None
    sent = dispatch.send(
        invoice=row, channel=data.channel, contact=contact, courier=data.courier,
        tracking_number=data.tracking_number, now=caller.now, by=caller.by,
    )  # fmt: skip
    return _dispatch(sent.dispatch)


@room.post(
    "/invoices/{int:invoice_id}/credit-notes", "invoice.cancel", CreditNoteOut, status=201, needs_key=True
)
def credit(request: HttpRequest, invoice_id: int, data: Crediting) -> Any:
    """A credit note for part or all of the invoice; what exceeds the open rest stays as credit on the account."""
    caller = guards.of(request)
    row = found(caller, invoice_id)
    note = adjustments.credit(
        invoice=row, amount=money(data.amount, data.currency), on=data.on or caller.day(row.entity),
        reason_code=data.reason_code, reason=data.reason, now=caller.now, by=caller.by,
    )  # fmt: skip
    return show_note(note)


@room.post("/invoices/{int:invoice_id}/cancel", "invoice.cancel", CreditNoteOut, status=201, needs_key=True)
def cancel(request: HttpRequest, invoice_id: int, data: Cancelling) -> Any:
    """Takes the invoice back as a whole; money that had settled it becomes unapplied."""
    caller = guards.of(request)
    row = found(caller, invoice_id)
    note = adjustments.cancel(
        invoice=row, on=data.on or caller.day(row.entity), reason_code=data.reason_code, reason=data.reason,
        now=caller.now, by=caller.by,
    )  # fmt: skip
    return show_note(note)


@room.post(
    "/invoices/{int:invoice_id}/write-off-proposals",
    "invoice.write_off_propose",
    ChangeOut,
    status=201,
    needs_key=True,
)
def propose_loss(request: HttpRequest, invoice_id: int, data: Loss) -> Any:
    """Proposes to give up everything still open. Nothing moves until a second person approves."""
    caller = guards.of(request)
    row = found(caller, invoice_id)
    change = losses.propose(
        invoice=row, reason_code=data.reason_code, reason=data.reason, now=caller.now, by=caller.by
    )
    return show_change(caller, change)


def _dispatch(row: Any) -> dict[str, Any]:
    same = ("channel", "recipient", "courier", "tracking_number")
    times = ("posted_at", "tracking_due_at", "received_at")
    return (
        {"id": row.pk, "invoice": row.invoice_id}
        | {name: getattr(row, name) for name in same}
        | {name: moment(getattr(row, name)) for name in times}
    )
