"""Customers: list, one with its profiles, new, edit under a version, activate, close."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.models import Customer, CustomerProfile, LegalEntity
from receivables.questions import customer_list
from receivables.rules.refusals import Refused
from receivables.services import customers
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.masking import masked
from receivables.wire.room import Room, version
from receivables.wire.shapes import (
    Id,
    In,
    Named,
    Note,
    Out,
    Reason,
    Text40,
    Text80,
    Text200,
    Text300,
    moment,
    named,
)  # fmt: skip

room = Room("customers")
_PLAIN = (
    "id", "code", "legal_name", "state", "country", "tax_id", "tax_id_note", "registration_id", "language", "address",
    "bank_account", "po_required", "contract_required", "traits", "notes", "version",
)  # fmt: skip


Trait = Literal[
    "consumer", "sme", "large_enterprise", "public_body", "public_institution", "us_federal_agency"
]


class ProfileOut(Out):
    """What one entity agreed with the customer from a day on."""

    entity: Named
    valid_from: str
    valid_to: str | None
    payment_terms: dict[str, Any] | None = None
    segment: str
    region: str
    rep: str | None
    collector: str | None
    importance: int | None = None


class CustomerOut(Out):
    """A customer. Fields that your roles hide are absent."""

    id: int
    code: str
    legal_name: str
    state: str
    country: str
    tax_id: str | None = None
    tax_id_note: str | None = None
    registration_id: str
    language: str
    address: dict[str, Any]
    bank_account: str | None = None
    po_required: bool
    contract_required: bool
    traits: list[str]
    notes: str
    version: int
    created_at: str
    profiles: list[ProfileOut] = []


class Filters(Listing):
    """Narrowing the list."""

    code: Text40 | None = None
    q: Text80 | None = None
    state: Literal["INCOMPLETE", "ACTIVE", "CLOSED"] | None = None
    country: Text40 | None = None
    region: Text80 | None = None
    segment: Text40 | None = None


class Fields(In):
    """Master data. Tax id, country and bank account of a customer that has them change by two people."""

    code: Text40 | None = None
    legal_name: Text300 | None = None
    country: Text40 | None = None
    tax_id: Text80 | None = None
    registration_id: Text40 | None = None
    language: Text40 | None = None
    address: dict[str, Text200] | None = None
    po_required: bool | None = None
    contract_required: bool | None = None
    traits: list[Trait] | None = None
    notes: Note | None = None


class New(Fields):
    """A new customer with its first profile at one of our entities."""

    entity: Id
    code: Text40
    legal_name: Text300
    segment: Text40 | None = None
    region: Text80 | None = None


class Closing(In):
    """Why."""

    reason: Reason


@room.get("/customers", "customer.view", Page[CustomerOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Customers you may see, oldest first."""
    caller = guards.of(request)
    given = {name: getattr(wanted, name) or "" for name in ("q", "state", "country", "region", "segment")}
    rows = customer_list.found(caller.user, given)
    rows = rows.filter(code=wanted.code) if wanted.code else rows
    return page(rows, wanted, lambda row: show(caller, row), rising=True)


@room.get("/customers/{int:customer_id}", "customer.view", CustomerOut)
def one(request: HttpRequest, customer_id: int) -> Any:
    """One customer with its profiles at the entities you may see. The answer's ETag is the version."""
    caller = guards.of(request)
    return full(caller, seen(Customer.objects, caller, customer_id))


@room.post("/customers", "customer.create", CustomerOut, status=201)
def create(request: HttpRequest, data: New) -> Any:
    """A new customer, INCOMPLETE until it is activated."""
    caller = guards.of(request)
    entity = seen(LegalEntity.objects, caller, data.entity)
    given = data.model_dump(exclude_none=True)
    profile: dict[str, Any] = {name: given.pop(name) for name in ("segment", "region") if name in given}
    given.pop("entity")
    try:
        row = customers.create(
            fields=given,
            entity=entity,
            profile=profile,
            today=caller.day(entity),
            now=caller.now,
            by=caller.by,
        )
    except Refused as refused:
        _leave_out(refused, caller)
        raise
    return full(caller, row)


@room.patch("/customers/{int:customer_id}", "customer.edit", CustomerOut)
def edit(request: HttpRequest, customer_id: int, data: Fields) -> Any:
    """Changes the given fields, if nobody else did since the version in If-Match; else 412 with the current version."""
    caller = guards.of(request)
    row = seen(Customer.objects, caller, customer_id)
    fields = data.model_dump(exclude_unset=True, exclude_none=True)
    try:
        row = customers.edit(
            customer=row, version=version(request), fields=fields, now=caller.now, by=caller.by
        )
    except Refused as refused:
        _leave_out(refused, caller)
        raise
    return full(caller, row)


def _leave_out(refused: Refused, caller: Caller) -> None:
    """Figures must not tell what the caller may not see: ids of others' customers, values of hidden fields."""
    refused.figures.pop("customer", None)
    hidden = caller.fields("customer").hidden
    changed: Any = refused.figures.get("changed")
    if changed is not None:
        refused.figures["changed"] = [each for each in changed if each.get("field") not in hidden]


@room.post("/customers/{int:customer_id}/activate", "customer.activate", CustomerOut)
def activate(request: HttpRequest, customer_id: int) -> Any:
    """INCOMPLETE or CLOSED → ACTIVE; 422 names what is missing."""
    caller = guards.of(request)
    row = seen(Customer.objects, caller, customer_id)
    return full(caller, customers.activate(customer=row, now=caller.now, by=caller.by))


@room.post("/customers/{int:customer_id}/close", "customer.activate", CustomerOut)
def close(request: HttpRequest, customer_id: int, data: Closing) -> Any:
    """→ CLOSED, when nothing is open."""
    caller = guards.of(request)
    row = seen(Customer.objects, caller, customer_id)
    return full(caller, customers.close(customer=row, reason=data.reason, now=caller.now, by=caller.by))


def show(caller: Caller, row: Any) -> dict[str, Any]:
    """A customer as this caller may see it."""
    said = {name: getattr(row, name) for name in _PLAIN} | {"created_at": moment(row.created_at)}
    return masked(caller, "customer", said)  # type: ignore[no-any-return]


def full(caller: Caller, row: Any) -> dict[str, Any]:
    """With the profiles at the entities that the caller may see, newest first."""
    mine = CustomerProfile.objects.for_user(caller.user).filter(customer=row)
    rows = mine.select_related("entity", "rep", "collector").order_by("-valid_from", "entity_id")
    profiles = [masked(caller, "customer", _profile(each)) for each in rows]
    return show(caller, row) | {"profiles": profiles}


def _profile(row: Any) -> dict[str, Any]:
    return {
        "entity": named(row.entity),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "payment_terms": row.terms,
        "segment": row.segment,
        "region": row.region,
        "rep": row.rep.username if row.rep else None,
        "collector": row.collector.username if row.collector else None,
        "importance": row.importance,
    }
