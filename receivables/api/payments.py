"""Payments: list, one, received, applied, reversed, and refunds proposed to a second person."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.api.allocations import AllocationOut, Applying, apply
from receivables.api.changes import ChangeOut
from receivables.api.changes import show as show_change
from receivables.models import Allocation, Customer, LegalEntity, Payment, Reversal
from receivables.rules.money import to_minor
from receivables.services import cash, refunds
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, all_seen, page, seen
from receivables.wire.masking import masked
from receivables.wire.room import Room
from receivables.wire.shapes import (
    Amount,
    Currency,
    Day,
    Id,
    In,
    Out,
    QueryId,
    Reason,
    Said,
    Text80,
    Text200,
    moment,
    money,
    plain,
)  # fmt: skip

room = Room("payments")


class PaymentOut(Out):
    """Money received. `entry` is its credit in the ledger; `unapplied` settles nothing yet."""

    id: int
    entity: int
    customer: int
    entry: int
    currency: str
    amount: Said
    unapplied: Said
    value_on: str
    booked_on: str
    method: str
    reference: str
    payer_account: str | None = None
    bank_line: int | None
    reversed: bool
    received_by: str
    recorded_at: str


class ReversalOut(Out):
    """The bank took a payment back."""

    id: int
    payment: int
    reason: str
    note: str
    reversed_on: str
    undone: bool


class Filters(Listing):
    """Narrowing the list."""

    customer: QueryId | None = None
    entity: QueryId | None = None
    currency: Currency | None = None
    reference: Text200 | None = None
    value_from: Day | None = None
    value_to: Day | None = None


class Receipt(In):
    """Money that came."""

    entity: Id
    customer: Id
    amount: Amount
    currency: Currency
    value_on: Day
    reference: Text80
    method: Literal["bank", "cash", "card", "cheque", "direct_debit", "other"] = "bank"


class Reversing(In):
    """Why, and effective which day (today without it)."""

    reason: Literal["bounce", "chargeback", "recall", "mistake"]
    note: Text200 = ""
    on: Day | None = None


class ReleasePart(In):
    """An allocation of this payment, and how much of it is taken back for the refund."""

    allocation: Id
    amount: Amount


class Refunding(In):
    """How much goes back to the customer; a second person decides."""

    amount: Amount
    currency: Currency
    reason: Reason
    release: list[ReleasePart] = []


@room.get("/payments", "payment.view", Page[PaymentOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Payments, newest first."""
    caller = guards.of(request)
    paths = {
        "customer": "customer", "entity": "entity", "currency": "currency", "reference": "reference",
        "value_from": "value_on__gte", "value_to": "value_on__lte",
    }  # fmt: skip
    given = {path: getattr(wanted, name) for name, path in paths.items() if getattr(wanted, name) is not None}
    rows = Payment.objects.for_user(caller.user).filter(**given)
    rows = rows.select_related("entry", "bank_line").prefetch_related("reversals__undone")
    return page(rows, wanted, lambda row: show(caller, row))


@room.get("/payments/{int:payment_id}", "payment.view", PaymentOut)
def one(request: HttpRequest, payment_id: int) -> Any:
    """One payment."""
    caller = guards.of(request)
    return show(caller, _seen(caller, payment_id))


@room.post("/payments", "payment.receive", PaymentOut, status=201, needs_key=True)
def receive(request: HttpRequest, data: Receipt) -> Any:
    """Records money received, on account until it is applied."""
    caller = guards.of(request)
    entity = seen(LegalEntity.objects, caller, data.entity)
    customer = seen(Customer.objects, caller, data.customer)
    row = cash.receive(
        entity=entity, customer=customer, amount=money(data.amount, data.currency), value_on=data.value_on,
        reference=data.reference, method=data.method, now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(caller, row)


@room.post(
    "/payments/{int:payment_id}/allocations",
    "payment.allocate",
    list[AllocationOut],
    status=201,
    needs_key=True,
)
def settle(request: HttpRequest, payment_id: int, data: Applying) -> Any:
    """Applies the payment to open items of its customer."""
    caller = guards.of(request)
    return apply(caller, _seen(caller, payment_id).entry, data)


@room.post("/payments/{int:payment_id}/reversals", "payment.reverse", ReversalOut, status=201, needs_key=True)
def reverse(request: HttpRequest, payment_id: int, data: Reversing) -> Any:
    """The bank took the money back: what it had settled is open again."""
    caller = guards.of(request)
    row = _seen(caller, payment_id)
    done = cash.reverse(
        payment=row, reason=data.reason, note=data.note, on=data.on or caller.day(row.entity), now=caller.now,
        by=caller.by,
    )  # fmt: skip
    return _reversal(done, undone=False)


@room.post("/reversals/{int:reversal_id}/undo", "payment.reverse", ReversalOut, status=201, needs_key=True)
def undo_reversal(request: HttpRequest, reversal_id: int) -> Any:
    """A chargeback was won: the money is back, and settles again what it had settled."""
    caller = guards.of(request)
    row = seen(Reversal.objects.select_related("payment__entity", "payment__customer"), caller, reversal_id)
    cash.undo_reversal(reversal=row, on=caller.day(row.payment.entity), now=caller.now, by=caller.by)
    return _reversal(row, undone=True)


@room.post(
    "/payments/{int:payment_id}/refund-proposals",
    "payment.refund_propose",
    ChangeOut,
    status=201,
    needs_key=True,
)
def propose_refund(request: HttpRequest, payment_id: int, data: Refunding) -> Any:
    """Proposes to give money back. Nothing moves until a second person approves."""
    caller = guards.of(request)
    row = _seen(caller, payment_id)
    mine = Allocation.objects.filter(credit=row.entry).select_related("debit", "credit")
    tied = all_seen(mine, caller, [each.allocation for each in data.release])
    release = [(tied[each.allocation], to_minor(each.amount, row.currency)) for each in data.release]
    change = refunds.propose(
        payment=row, amount=money(data.amount, data.currency), reason=data.reason, release=release, now=caller.now,
        by=caller.by,
    )  # fmt: skip
    return show_change(caller, change)


def _seen(caller: Caller, payment_id: int) -> Any:
    return seen(
        Payment.objects.select_related("entry", "entity", "customer", "bank_line"), caller, payment_id
    )


def show(caller: Caller, row: Any) -> dict[str, Any]:
    """A payment as this caller may see it."""
    same = ("currency", "value_on", "booked_on", "method", "reference", "received_by")
    said = {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "entry": row.entry_id,
        "amount": plain(row.amount, row.currency),
        "unapplied": plain(row.amount - row.entry.allocated, row.currency),
        "payer_account": row.bank_line.payer_account if row.bank_line else "",
        "bank_line": row.bank_line_id,
        "reversed": any(not hasattr(each, "undone") for each in row.reversals.all()),
        "recorded_at": moment(row.recorded_at),
    }
    return masked(caller, "payment", said)  # type: ignore[no-any-return]


def _reversal(row: Any, *, undone: bool) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("reason", "note", "reversed_on")}
    return same | {"id": row.pk, "payment": row.payment_id, "undone": undone}
