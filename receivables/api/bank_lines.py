"""Lines of bank statements: what still waits for a person, ranked proposals, and what a person does with a line."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.api.allocations import Part, parts
from receivables.api.payments import PaymentOut
from receivables.api.payments import show as show_payment
from receivables.models import Customer, StatementLine
from receivables.services import line_choices, matching
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.masking import masked
from receivables.wire.room import Room
from receivables.wire.shapes import Day, Id, In, Out, QueryId, Reason, Said, Text40, plain

room = Room("bank lines")
_SAME = (
    "booked_on", "value_on", "currency", "reference", "end_to_end_id", "payer_name", "payer_account", "text", "is_reversal",
    "problem", "state", "matched_by", "state_reason",
)  # fmt: skip


class LineOut(Out):
    """One line as the bank told it. `amount` is signed; null when it could not be read."""

    id: int
    account: int
    statement: int
    booked_on: str | None
    value_on: str | None
    currency: str
    amount: Said | None
    reference: str
    end_to_end_id: str
    payer_name: str
    payer_account: str | None = None
    text: str
    is_reversal: bool
    problem: str
    state: str
    matched_by: str
    state_reason: str


class PartOut(Out):
    """How much of one open item."""

    entry: int
    amount: Said


class ProposalOut(Out):
    """One way to apply a line, with its reasons."""

    customer: int
    items: list[PartOut]
    confidence: int
    sure: bool
    difference: Said
    difference_kind: str
    reasons: list[str]


class Filters(Listing):
    """Narrowing the list."""

    account: QueryId | None = None
    statement: QueryId | None = None
    state: Literal["HELD", "NEW", "APPLIED", "ON_ACCOUNT", "IGNORED", "INFO", "UNREADABLE"] | None = None
    booked_from: Day | None = None
    booked_to: Day | None = None


class Accepting(In):
    """Items of one customer; `difference` says what becomes of their rest."""

    customer: Id
    items: list[Part]
    difference: Text40 = ""


class OnAccount(In):
    """Whose money it is."""

    customer: Id


class Ignoring(In):
    """Why it is no customer's money."""

    reason: Reason


@room.get("/bank/lines", "bank.view", Page[LineOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Lines, newest first; `state=NEW` is what waits for a person."""
    caller = guards.of(request)
    paths = {
        "account": "account", "statement": "statement", "state": "state", "booked_from": "booked_on__gte",
        "booked_to": "booked_on__lte",
    }  # fmt: skip
    given = {path: getattr(wanted, name) for name, path in paths.items() if getattr(wanted, name) is not None}
    return page(
        StatementLine.objects.for_user(caller.user).filter(**given), wanted, lambda row: show(caller, row)
    )


@room.get("/bank/lines/{int:line_id}", "bank.view", LineOut)
def one(request: HttpRequest, line_id: int) -> Any:
    """One line."""
    caller = guards.of(request)
    return show(caller, _seen(caller, line_id))


@room.get("/bank/lines/{int:line_id}/proposals", "bank.match", list[ProposalOut])
def proposals(request: HttpRequest, line_id: int) -> Any:
    """Ranked ways to apply a new line, the best first."""
    caller = guards.of(request)
    row = _seen(caller, line_id)
    if row.state != StatementLine.State.NEW:
        return []
    found = matching.propose(row, row.account)
    visible = Customer.objects.for_user(caller.user).in_bulk({each.customer_id for each in found})
    return [_proposal(each, row.currency) for each in found if each.customer_id in visible]


@room.post("/bank/lines/{int:line_id}/accept", "bank.match", PaymentOut, status=201, needs_key=True)
def accept(request: HttpRequest, line_id: int, data: Accepting) -> Any:
    """Applies a line to open items; what is over stays on account."""
    caller = guards.of(request)
    row = _seen(caller, line_id)
    customer = seen(Customer.objects, caller, data.customer)
    payment = line_choices.accept(
        line=row, customer=customer, pairs=parts(caller, data.items, row.currency), difference=data.difference,
        now=caller.now, by=caller.by, chosen_by=caller.user.username,
    )  # fmt: skip
    return show_payment(caller, payment)


@room.post("/bank/lines/{int:line_id}/on-account", "bank.match", PaymentOut, status=201, needs_key=True)
def on_account(request: HttpRequest, line_id: int, data: OnAccount) -> Any:
    """The money is this customer's, for no invoice yet."""
    caller = guards.of(request)
    row = _seen(caller, line_id)
    customer = seen(Customer.objects, caller, data.customer)
    payment = line_choices.put_on_account(line=row, customer=customer, now=caller.now, by=caller.by)
    return show_payment(caller, payment)


@room.post("/bank/lines/{int:line_id}/ignore", "bank.match", LineOut)
def ignore(request: HttpRequest, line_id: int, data: Ignoring) -> Any:
    """Not a customer's money. The line stays, with the reason."""
    caller = guards.of(request)
    row = _seen(caller, line_id)
    return show(caller, line_choices.ignore(line=row, reason=data.reason, now=caller.now, by=caller.by))


@room.post("/bank/lines/{int:line_id}/undo", "bank.match", LineOut, needs_key=True)
def undo(request: HttpRequest, line_id: int) -> Any:
    """Takes back what was done with the line."""
    caller = guards.of(request)
    return show(caller, line_choices.undo(line=_seen(caller, line_id), now=caller.now, by=caller.by))


def _seen(caller: Caller, line_id: int) -> Any:
    return seen(StatementLine.objects.select_related("account__entity"), caller, line_id)


def show(caller: Caller, row: Any) -> dict[str, Any]:
    """A line as this caller may see it."""
    said = {name: getattr(row, name) for name in _SAME} | {
        "id": row.pk,
        "account": row.account_id,
        "statement": row.statement_id,
        "amount": None if row.amount is None else plain(row.amount, row.currency),
    }
    return masked(caller, "bank", said)  # type: ignore[no-any-return]


def _proposal(each: Any, currency: str) -> dict[str, Any]:
    return {
        "customer": each.customer_id,
        "items": [{"entry": entry, "amount": plain(minor, currency)} for entry, minor in each.allocations],
        "confidence": each.confidence,
        "sure": each.sure,
        "difference": plain(each.difference, currency),
        "difference_kind": each.difference_kind,
        "reasons": [reason.code for reason in each.reasons],
    }
