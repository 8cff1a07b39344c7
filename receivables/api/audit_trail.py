"""The audit sequence for auditors: who did what, when, by which way and why. Its numbers are the reports' `known_at`."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from receivables.models import Audit
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page
from receivables.wire.masking import masked
from receivables.wire.room import Room
from receivables.wire.shapes import Day, Out, Text80, moment

room = Room("audit")


class AuditOut(Out):
    """One verb call. `hash` covers the row and `prev_hash`."""

    seq: int
    at: str
    entity: int | None
    actor: str
    via: str
    action: str
    subject: str
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    touched: int
    digest: str
    prev_hash: str
    hash: str


class Filters(Listing):
    """Narrowing the list."""

    subject: Text80 | None = None
    action: Text80 | None = None
    actor: Text80 | None = None
    since: Day | None = None
    until: Day | None = None


@room.get("/audit", "audit.view", Page[AuditOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Newest first."""
    caller = guards.of(request)
    paths = {
        "subject": "subject", "action": "action", "actor": "actor", "since": "at__date__gte", "until": "at__date__lte",
    }  # fmt: skip
    given = {path: getattr(wanted, name) for name, path in paths.items() if getattr(wanted, name) is not None}
    return page(Audit.objects.for_user(caller.user).filter(**given), wanted, lambda row: _line(caller, row))


def _line(caller: Caller, row: Any) -> dict[str, Any]:
    same = ("seq", "actor", "via", "action", "subject", "reason", "touched", "digest", "prev_hash", "hash")
    return {name: getattr(row, name) for name in same} | {
        "at": moment(row.at),
        "entity": row.entity_id,
        "before": masked(caller, "customer", row.before),
        "after": masked(caller, "customer", row.after),
    }
