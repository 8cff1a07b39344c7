"""What whoever runs the service wants to know at a glance: is anything late, stuck, parked or broken off? Reads only.

"Stale" means that due rows have waited longer than they should while somebody ought to be working: a worker that is alive but
consumes nothing is seen here, not in the list of processes.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min

from dunning.models import Notice, Run, RunChunk
from receivables.models import Message, WorkItem

LATE = timedelta(minutes=15)
"""How long a due row may wait with one live worker and healthy providers (PROMISES P2)."""


@dataclass(frozen=True)
class Status:
    """Counts and the oldest waiting rows at a moment. `stale` names each queue that is late, with since when."""

    at: datetime
    messages: dict[str, int]
    oldest_due: datetime | None
    parked: int
    in_doubt: int
    notices: dict[str, int]
    oldest_notice: datetime | None
    unfinished_runs: list[str]
    failed_chunks: int
    open_work_overdue: int
    stale: dict[str, datetime]

    @property
    def healthy(self) -> bool:
        """Nothing is late."""
        return not self.stale

    def to_json(self) -> dict[str, Any]:
        """Plain values; moments as ISO 8601 in UTC."""
        return {**asdict(self), "healthy": self.healthy}


def status(*, now: datetime) -> Status:
    """A handful of counts over indexes; cheap enough to ask every minute."""
    states = dict(Message.objects.values_list("state").annotate(n=Count("id")).order_by("state"))
    oldest_due = Message.objects.due(now).aggregate(oldest=Min("due_at"))["oldest"]
    released = Notice.objects.filter(state=Notice.State.RELEASED, due_at__lte=now)
    oldest_notice = released.aggregate(oldest=Min("due_at"))["oldest"]
    flying = Message.objects.filter(state=Message.State.IN_FLIGHT).aggregate(oldest=Min("lease_until"))[
        "oldest"
    ]
    runs = Run.objects.filter(finished_at__isnull=True).select_related("entity").order_by("started_at")
    waiting = {
        "messages": oldest_due,
        "notices": oldest_notice,
        "leases": flying,
        "runs": runs[0].started_at if runs else None,
    }
    return Status(
        at=now,
        messages={state.lower(): n for state, n in states.items()},
        oldest_due=oldest_due,
        parked=states.get(Message.State.PARKED, 0),
        in_doubt=states.get(Message.State.UNCERTAIN, 0),
        notices={
            state.lower(): n
            for state, n in Notice.objects.values_list("state").annotate(n=Count("id")).order_by("state")
        },
        oldest_notice=oldest_notice,
        unfinished_runs=[f"{run.entity.code} {run.on.isoformat()}" for run in runs],
        failed_chunks=RunChunk.objects.filter(done_at__isnull=True).exclude(error="").count(),
        open_work_overdue=WorkItem.objects.open().filter(due_at__lt=now).count(),
        stale={name: since for name, since in waiting.items() if since is not None and since < now - LATE},
    )
