"""Doors of the queue on this floor: each rings one sweeper verb with the moment it was called at.

They hold no logic and no state.
"""

from celery import shared_task

from receivables import clock
from receivables.actor import Actor
from receivables.services import batches, work

ENGINE = Actor.system("engine")


@shared_task  # type: ignore[untyped-decorator]
def escalate_work() -> int:
    """To-dos whose time is up go to the next role; those of people who are away go to their stand-in."""
    return len(work.escalate_breached(now=clock.now(), by=ENGINE))


@shared_task  # type: ignore[untyped-decorator]
def post_request_batches() -> int:
    """Batches of requests that were released and are not through yet go on."""
    return batches.resume(now=clock.now())
