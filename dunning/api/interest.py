"""Late interest: what could be claimed with its derivation, notes, reference rates and the terms of a customer."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from dunning.models import InterestNote, RateEntry
from dunning.questions.interest_preview import preview
from dunning.rules.interest_terms import facts_from_json
from dunning.services import interest_notes, interest_terms
from receivables.models import Customer, LegalEntity
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import (
    Currency,
    Day,
    Hash,
    Id,
    In,
    Out,
    QueryId,
    Reason,
    Said,
    Text40,
    Text200,
    moment,
    plain,
)

room = Room("interest")


class NoteOut(Out):
    """A numbered note. `derivation` names the law, the facts answered and every step."""

    id: int
    entity: int
    customer: int
    number: str
    currency: str
    total: Said
    issued_on: str
    up_to: str
    law: str
    derivation: dict[str, Any]


class ClaimedOut(Out):
    """One item of a preview."""

    entry: int
    reference: str
    from_on: str
    to_on: str
    interest: Said
    fixed_sum: Said
    steps: list[Any]


class LeftOut(Out):
    """An item that is not claimed, and why."""

    entry: int
    reason: str


class PreviewOut(Out):
    """What would be claimed; `why` is empty when something can be. Send `seen` back to claim exactly this."""

    law: str | None
    said_by: str
    why: str
    currency: str
    interest: Said
    fixed_sums: Said
    total: Said
    items: list[ClaimedOut]
    left_out: list[LeftOut]
    seen: str


class Filters(Listing):
    """Narrowing the list."""

    customer: QueryId | None = None


class Looking(In):
    """Whose interest, in which currency, up to and including which day."""

    customer: Id
    entity: Id
    currency: Currency
    up_to: Day


class Claiming(Looking):
    """`seen` is that of the preview; without `items` (entry ids) all of it is claimed."""

    seen: Hash
    items: list[Id] | None = None


class RateIn(In):
    """A published rate: percent a year as decimal text."""

    series: Text40
    from_on: Day
    to_on: Day
    rate: Text40
    source: Text200


class RateOut(Out):
    """A rate somebody entered."""

    id: int
    series: str
    from_on: str
    to_on: str
    rate: str
    source: str
    entered_by: str
    recorded_at: str


class TermsIn(In):
    """Which pack holds (empty: none) with the answers to its questions, from a day on."""

    customer: Id
    entity: Id
    pack: Text40
    facts: dict[str, Any] = {}
    reason: Reason
    valid_from: Day


class TermsOut(Out):
    """Terms as they were set."""

    id: int
    customer: int
    entity: int
    pack: str
    facts: dict[str, Any]
    reason: str
    valid_from: str
    set_by: str


@room.get("/interest/notes", "interest.view", Page[NoteOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Notes, newest first."""
    rows = InterestNote.objects.for_user(guards.of(request).user)
    return page(rows.filter(customer=wanted.customer) if wanted.customer else rows, wanted, _note)


@room.get("/interest/notes/{int:interest_note_id}", "interest.view", NoteOut)
def one(request: HttpRequest, interest_note_id: int) -> Any:
    """One note."""
    return _note(seen(InterestNote.objects, guards.of(request), interest_note_id))


@room.post("/interest/preview", "interest.view", PreviewOut)
def look(request: HttpRequest, data: Looking) -> Any:
    """What could be claimed, line by line. Nothing is written."""
    caller = guards.of(request)
    customer, entity = (
        seen(Customer.objects, caller, data.customer),
        seen(LegalEntity.objects, caller, data.entity),
    )
    found = preview(customer, entity, data.currency, up_to=data.up_to)
    return {
        "law": found.standing.pack.code if found.standing.pack else None,
        "said_by": found.standing.said_by,
        "why": found.why,
        "currency": found.currency,
        "interest": found.interest.plain(),
        "fixed_sums": found.fixed_sums.plain(),
        "total": found.total.plain(),
        "items": [
            {
                "entry": each.entry.pk,
                "reference": each.entry.reference,
                "from_on": each.from_on,
                "to_on": each.to_on,
                "interest": each.derivation.interest.plain(),
                "fixed_sum": each.fixed_sum.plain(),
                "steps": [list(step) for step in each.steps],
            }
            for each in found.items
        ],
        "left_out": [{"entry": entry.pk, "reason": reason} for entry, reason in found.left_out],
        "seen": found.digest,
    }


@room.post("/interest/notes", "interest.claim", NoteOut, status=201, needs_key=True)
def claim(request: HttpRequest, data: Claiming) -> Any:
    """Claims what was seen, as one numbered note with its charges."""
    caller = guards.of(request)
    customer, entity = (
        seen(Customer.objects, caller, data.customer),
        seen(LegalEntity.objects, caller, data.entity),
    )
    note = interest_notes.issue(
        customer=customer,
        entity=entity,
        currency=data.currency,
        up_to=data.up_to,
        seen=data.seen,
        items=data.items,
        on=caller.day(entity),
        now=caller.now,
        by=caller.by,
    )
    return _note(note)


@room.get("/interest/rates", "interest.view", Page[RateOut])
def entered(request: HttpRequest, wanted: Query[Listing]) -> Any:
    """Rates people entered, newest first; the shipped ones stand in docs/late-interest.md."""
    return page(RateEntry.objects.for_user(guards.of(request).user), wanted, _rate)


@room.post("/interest/rates", "interest.claim", RateOut, status=201)
def enter(request: HttpRequest, data: RateIn) -> Any:
    """A rate with its source. It holds at once."""
    caller = guards.of(request)
    row = interest_terms.enter_rate(**data.model_dump(), now=caller.now, by=caller.by)
    return _rate(row)


@room.post("/interest/terms", "interest.claim", TermsOut, status=201)
def set_terms(request: HttpRequest, data: TermsIn) -> Any:
    """Says which law holds for a customer."""
    caller = guards.of(request)
    row = interest_terms.set_terms(
        customer=seen(Customer.objects, caller, data.customer),
        entity=seen(LegalEntity.objects, caller, data.entity),
        pack=data.pack,
        facts=facts_from_json(data.facts),
        reason=data.reason,
        valid_from=data.valid_from,
        now=caller.now,
        by=caller.by,
    )
    same = {name: getattr(row, name) for name in ("pack", "facts", "reason", "valid_from", "set_by")}
    return same | {"id": row.pk, "customer": row.customer_id, "entity": row.entity_id}


def _note(row: Any) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("number", "currency", "issued_on", "up_to", "derivation")}
    return same | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "total": plain(row.total, row.currency),
        "law": row.pack,
    }


def _rate(row: Any) -> dict[str, Any]:
    same = ("series", "from_on", "to_on", "rate", "source", "entered_by")
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "recorded_at": moment(row.recorded_at),
    }
