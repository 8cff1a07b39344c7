"""What waits for a second person: list, look, propose a customer's sensitive fields, decide, withdraw."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.doors import LOGGED_IN
from receivables.models import Change, Customer, LegalEntity
from receivables.services import changes, sensitive
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.masking import masked
from receivables.wire.problems import not_found
from receivables.wire.room import Room
from receivables.wire.shapes import Day, Hash, Id, In, Out, QueryId, Reason, Text40, Text80, Text300, moment

room = Room("changes")


class ChangeOut(Out):
    """A proposal and its decision. `content_hash` binds the decision to what was seen: send it back."""

    id: int
    kind: str
    subject: str
    customer: int | None
    entity: int | None
    before: dict[str, Any]
    proposal: dict[str, Any]
    reason: str
    content_hash: str
    requested_by: str
    requested_at: str
    decision: Literal["", "APPROVED", "REJECTED", "WITHDRAWN"]
    decided_by: str | None
    decided_at: str | None
    decided_note: str


class Filters(Listing):
    """Narrowing the list."""

    open: Literal["true", "false"] | None = None
    kind: Text40 | None = None
    customer: QueryId | None = None


class Decision(In):
    """The second person's word."""

    approve: bool
    content_hash: Hash
    note: Text300 = ""


class Withdrawal(In):
    """Why."""

    note: Text300 = ""


class TaxId(In):
    """Another tax id."""

    country: Text40
    tax_id: Text80
    reason: Reason


class BankAccount(In):
    """Another account for refunds; empty takes it away."""

    bank_account: Text80
    reason: Reason


class Terms(In):
    """Other payment terms at an entity from a day on."""

    entity: Id
    terms: dict[str, Any]
    valid_from: Day
    reason: Reason


@room.get("/changes", LOGGED_IN, Page[ChangeOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Changes of the kinds that you may propose or decide, newest first."""
    caller = guards.of(request)
    rows = Change.objects.for_user(caller.user).filter(kind__in=_kinds(caller))
    if wanted.open:
        rows = rows.filter(decision="") if wanted.open == "true" else rows.exclude(decision="")
    rows = rows.filter(kind=wanted.kind) if wanted.kind else rows
    rows = rows.filter(customer=wanted.customer) if wanted.customer else rows
    return page(rows.select_related("requested_by", "decided_by"), wanted, lambda row: show(caller, row))


@room.get("/changes/{int:change_id}", LOGGED_IN, ChangeOut)
def one(request: HttpRequest, change_id: int) -> Any:
    """One change."""
    caller = guards.of(request)
    return show(caller, _seen(caller, change_id))


@room.post("/changes/{int:change_id}/decide", LOGGED_IN, ChangeOut)
def decide(request: HttpRequest, change_id: int, data: Decision) -> Any:
    """Approves (and carries out) or rejects. Never by the person who proposed it."""
    caller = guards.of(request)
    row = _seen(caller, change_id)
    caller.require(changes.KINDS[row.kind].decide)
    row = changes.decide(
        change=row, approve=data.approve, content_hash=data.content_hash, note=data.note,
        today=caller.day(row.entity), now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(caller, row)


@room.post("/changes/{int:change_id}/withdraw", LOGGED_IN, ChangeOut)
def withdraw(request: HttpRequest, change_id: int, data: Withdrawal) -> Any:
    """Takes your own proposal back."""
    caller = guards.of(request)
    row = _seen(caller, change_id)
    caller.require(changes.KINDS[row.kind].propose)
    return show(caller, changes.withdraw(change=row, note=data.note, now=caller.now, by=caller.by))


@room.post("/customers/{int:customer_id}/tax-id-proposals", "customer.change_propose", ChangeOut, status=201)
def propose_tax_id(request: HttpRequest, customer_id: int, data: TaxId) -> Any:
    """Proposes another country and tax id."""
    caller = guards.of(request)
    customer = seen(Customer.objects, caller, customer_id)
    row = sensitive.propose_tax_id(
        customer=customer,
        country=data.country,
        tax_id=data.tax_id,
        reason=data.reason,
        now=caller.now,
        by=caller.by,
    )
    return show(caller, row)


@room.post(
    "/customers/{int:customer_id}/bank-account-proposals", "customer.change_propose", ChangeOut, status=201
)
def propose_bank_account(request: HttpRequest, customer_id: int, data: BankAccount) -> Any:
    """Proposes another bank account."""
    caller = guards.of(request)
    customer = seen(Customer.objects, caller, customer_id)
    row = sensitive.propose_bank_account(
        customer=customer, bank_account=data.bank_account, reason=data.reason, now=caller.now, by=caller.by
    )
    return show(caller, row)


@room.post("/customers/{int:customer_id}/terms-proposals", "customer.change_propose", ChangeOut, status=201)
def propose_terms(request: HttpRequest, customer_id: int, data: Terms) -> Any:
    """Proposes other payment terms."""
    caller = guards.of(request)
    customer = seen(Customer.objects, caller, customer_id)
    entity = seen(LegalEntity.objects, caller, data.entity)
    row = sensitive.propose_terms(
        customer=customer, entity=entity, terms=data.terms, valid_from=data.valid_from, reason=data.reason,
        now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(caller, row)


def show(caller: Caller, row: Any) -> dict[str, Any]:
    """A change without the fields that the caller's roles hide."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "subject": row.subject,
        "customer": row.customer_id,
        "entity": row.entity_id,
        "before": masked(caller, "customer", row.before),
        "proposal": masked(caller, "customer", row.proposal),
        "reason": row.reason,
        "content_hash": row.content_hash,
        "requested_by": row.requested_by.username,
        "requested_at": moment(row.requested_at),
        "decision": row.decision,
        "decided_by": row.decided_by.username if row.decided_by else None,
        "decided_at": moment(row.decided_at),
        "decided_note": row.decided_note,
    }


def _kinds(caller: Caller) -> list[str]:
    return [
        name for name, kind in changes.KINDS.items() if caller.may(kind.propose) or caller.may(kind.decide)
    ]


def _seen(caller: Caller, change_id: int) -> Any:
    row = seen(Change.objects.select_related("requested_by", "decided_by", "entity"), caller, change_id)
    if row.kind not in _kinds(caller):
        raise not_found()
    return row
