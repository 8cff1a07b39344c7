"""A customer's invoice and payment status on one card, for the page of a CRM or another system."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from receivables.models import Customer, Invoice, Payment
from receivables.questions import customer_record, invoice_list
from receivables.wire import guards
from receivables.wire.lists import seen
from receivables.wire.room import Room
from receivables.wire.shapes import Day, In, Named, Out, Said, named, plain

room = Room("customers")
CARD_ROWS = 20


class CardLine(Out):
    """What is owed at one entity in one currency."""

    entity: Named
    currency: str
    open: Said
    overdue: Said
    unapplied: Said
    disputed: Said


class CardInvoice(Out):
    """One invoice on the card."""

    id: int
    number: str
    state: str
    currency: str
    gross: Said
    open: Said
    due_on: str | None
    overdue: bool
    disputed: bool


class CardPayment(Out):
    """One payment on the card."""

    id: int
    currency: str
    amount: Said
    value_on: str


class CardOut(Out):
    """Invoice and payment status of a customer, for embedding elsewhere."""

    customer: Named
    state: str
    as_of: str
    balances: list[CardLine]
    invoices: list[CardInvoice]
    payments: list[CardPayment]


class AsOf(In):
    """The day asked for; today without it."""

    as_of: Day | None = None


@room.get("/customers/{int:customer_id}/card", "customer.view", CardOut)
def card(request: HttpRequest, customer_id: int, wanted: Query[AsOf]) -> Any:
    """Balances as of a day, the newest invoices with their status, the newest payments: for the page of a CRM."""
    caller = guards.of(request)
    caller.require("invoice.view")
    row = seen(Customer.objects, caller, customer_id)
    as_of = wanted.as_of or caller.day()
    entries = customer_record.visible_entries(row, caller.user)
    invoices = Invoice.objects.for_user(caller.user).filter(customer=row, number__isnull=False)
    newest = invoice_list.with_figures(invoices, today=as_of).order_by("-pk")[:CARD_ROWS]
    payments = Payment.objects.for_user(caller.user).filter(customer=row).order_by("-pk")[:CARD_ROWS]
    return {
        "customer": named(row),
        "state": row.state,
        "as_of": as_of,
        "balances": [_balance(each) for each in customer_record.balances(entries, as_of)],
        "invoices": [card_invoice(each) for each in newest],
        "payments": [_payment(each) for each in payments] if caller.may("payment.view") else [],
    }


def _balance(each: customer_record.Balance) -> dict[str, Any]:
    owed = sum(each.buckets.values()) + each.undated
    figures = {"open": owed, "overdue": each.overdue, "unapplied": each.unapplied, "disputed": each.disputed}
    said = {name: plain(minor, each.currency) for name, minor in figures.items()}
    return {"entity": named(each.entity), "currency": each.currency} | said


def card_invoice(row: Any) -> dict[str, Any]:
    """An invoice with its status as `invoice_list.with_figures` brings it."""
    return {
        "id": row.pk,
        "number": row.number or "",
        "state": row.state,
        "currency": row.currency,
        "gross": plain(row.gross, row.currency),
        "open": plain(row.open_now, row.currency),
        "due_on": row.due_on,
        "overdue": row.late,
        "disputed": row.disputed,
    }


def _payment(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "currency": row.currency,
        "amount": plain(row.amount, row.currency),
        "value_on": row.value_on,
    }
