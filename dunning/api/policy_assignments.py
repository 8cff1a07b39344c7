"""Whom policies speak about: assignments listed, made and taken back, and which policy speaks about a customer."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from dunning.api.policies import Discarding, by_code
from dunning.models import Assignment
from dunning.questions import in_force, pictures
from dunning.rules import precedence
from dunning.rules.precedence import Assigned
from dunning.services import assignments
from receivables.models import Customer, LegalEntity
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import Day, Id, In, Out, QueryId, Text40, Text200, moment

room = Room("policies")


class AssignmentOut(Out):
    """Whom a policy speaks about; without a policy they are exempt."""

    id: int
    track: str
    policy: str | None
    entity: int | None
    segment: str
    risk_class: str
    customer: int | None
    reason: str
    set_by: str
    set_at: str


class SpeaksOut(Out):
    """The assignments of one track that mean a customer, the one that speaks first."""

    track: str
    policy: str | None
    level: str | None
    assignments: list[AssignmentOut]


class Speaks(Out):
    """Which policies speak about a customer at an entity."""

    customer: int
    entity: int
    segment: str
    risk_class: str
    tracks: list[SpeaksOut]


class Assigning(In):
    """`policy` by code; without it the group is exempt and a reason is needed."""

    track: Literal["chase", "alert"]
    policy: Text40 | None = None
    entity: Id | None = None
    segment: Text40 = ""
    risk_class: Literal["", "A", "B", "C", "N"] = ""
    customer: Id | None = None
    reason: Text200 = ""


class Asking(Listing):
    """At which entity, on which day."""

    entity: QueryId
    on: Day | None = None


@room.get("/policy-assignments", "policy.view", Page[AssignmentOut])
def assigned(request: HttpRequest, wanted: Query[Listing]) -> Any:
    """The standing assignments."""
    rows = Assignment.objects.for_user(guards.of(request).user).filter(removed_at__isnull=True)
    return page(rows.select_related("policy"), wanted, _assignment)


@room.post("/policy-assignments", "policy.edit", AssignmentOut, status=201)
def assign(request: HttpRequest, data: Assigning) -> Any:
    """Says which policy speaks about a group or a customer; it takes the place of the former one of that group."""
    caller = guards.of(request)
    row = assignments.assign(
        track=data.track,
        policy=by_code(data.policy) if data.policy else None,
        entity=seen(LegalEntity.objects.all(), caller, data.entity) if data.entity else None,
        segment=data.segment,
        risk_class=data.risk_class,
        customer=seen(Customer.objects.all(), caller, data.customer) if data.customer else None,
        reason=data.reason,
        now=caller.now,
        by=caller.by,
    )
    return _assignment(row)


@room.post("/policy-assignments/{int:assignment_id}/remove", "policy.edit", AssignmentOut)
def remove(request: HttpRequest, assignment_id: int, data: Discarding) -> Any:
    """Takes an assignment back; a wider one speaks again."""
    caller = guards.of(request)
    row = seen(Assignment.objects.select_related("policy"), caller, assignment_id)
    return _assignment(
        assignments.remove(assignment=row, reason=data.reason[:200], now=caller.now, by=caller.by)
    )


@room.get("/customers/{int:customer_id}/policies", "policy.view", Speaks)
def speaks(request: HttpRequest, customer_id: int, wanted: Query[Asking]) -> Any:
    """Which policy speaks about a customer at an entity, per track, and by which assignment."""
    caller = guards.of(request)
    entity = seen(LegalEntity.objects.all(), caller, wanted.entity)
    customer = seen(Customer.objects.all(), caller, customer_id)
    on = wanted.on or caller.day(entity)
    (picture,) = pictures.load(entity, [customer.pk], on, caller.now, contacts=False)
    rows = in_force.assigned(entity.pk, [customer.pk])
    known = Assignment.objects.select_related("policy").in_bulk([row.id for row in rows])
    who = {
        "customer": customer.pk,
        "entity": entity.pk,
        "segment": picture.segment,
        "risk_class": picture.risk_class,
    }
    tracks = []
    for track in in_force.TRACKS:
        found: list[Assigned] = precedence.fitting(rows, track=track, **who)
        first = known[found[0].id] if found else None
        tracks.append(
            {
                "track": track,
                "policy": first.policy.code if first and first.policy else None,
                "level": found[0].level if found else None,
                "assignments": [_assignment(known[row.id]) for row in found],
            }
        )
    return {**who, "tracks": tracks}


def _assignment(row: Assignment) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("id", "track", "segment", "risk_class", "reason", "set_by")},
        "policy": row.policy.code if row.policy else None,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "set_at": moment(row.set_at),
    }
