"""Closed periods of the books: which they are, closing and opening again."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from receivables.models import LegalEntity, PeriodLock
from receivables.services import periods
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import Day, Id, In, Out, QueryId, Reason, moment

room = Room("periods")


class PeriodOut(Out):
    """Books closed up to and including `until`; the newest row of an entity is in force (null: all open)."""

    id: int
    entity: int
    until: str | None
    reason: str
    locked_by: str
    recorded_at: str


class Filters(Listing):
    """Narrowing the list."""

    entity: QueryId | None = None


class Closing(In):
    """Up to which day, and why."""

    entity: Id
    until: Day
    reason: Reason


class Opening(In):
    """Open again from the day after `until` (null: everything)."""

    entity: Id
    until: Day | None = None
    reason: Reason


@room.get("/periods", "entry.view", Page[PeriodOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Closings and openings, newest first."""
    caller = guards.of(request)
    rows = PeriodLock.objects.for_user(caller.user)
    return page(rows.filter(entity=wanted.entity) if wanted.entity else rows, wanted, _period)


@room.post("/periods", "period.lock", PeriodOut, status=201)
def close(request: HttpRequest, data: Closing) -> Any:
    """Closes the books up to a day that is over."""
    caller = guards.of(request)
    entity = seen(LegalEntity.objects, caller, data.entity)
    row = periods.lock(
        entity=entity,
        until=data.until,
        reason=data.reason,
        today=caller.day(entity),
        now=caller.now,
        by=caller.by,
    )
    return _period(row)


@room.post("/periods/reopen", "period.lock", PeriodOut, status=201)
def reopen(request: HttpRequest, data: Opening) -> Any:
    """Opens them again, with a reason for the auditor."""
    caller = guards.of(request)
    entity = seen(LegalEntity.objects, caller, data.entity)
    return _period(
        periods.reopen(entity=entity, until=data.until, reason=data.reason, now=caller.now, by=caller.by)
    )


def _period(row: Any) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("until", "reason", "locked_by")}
    return same | {"id": row.pk, "entity": row.entity_id, "recorded_at": moment(row.recorded_at)}
