"""Doors of the queue on this floor: each rings one sweeper verb with the moment it was called at.

They hold no logic and no state.
"""

import logging

from celery import shared_task

from receivables import books, clock
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


@shared_task  # type: ignore[untyped-decorator]
def prove_books() -> int:
    """Every invariant of the books and the audit chain; each finding is an error in the log that names its document."""
    findings = books.check()
    for finding in findings:
        logging.getLogger("duebook.books").error("%s", finding)
    return len(findings)
