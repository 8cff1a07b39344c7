"""Doors of the queue on this floor: each rings one sweeper verb with the moment it was called at.

They hold no logic and no state.
"""

import logging
import time

from celery import shared_task

from receivables import books, clock, stopping
from receivables.actor import Actor
from receivables.services import batches, outbox_resolve, outbox_send, status, work

ENGINE = Actor.system("engine")
PASS_SECONDS, PASS_MOST = 20.0, 1000
"""One pass of delivery ends so soon that the other bells of one engine are heard."""


@shared_task  # type: ignore[untyped-decorator]
def escalate_work() -> int:
    """To-dos whose time is up go to the next role; those of people who are away go to their stand-in."""
    return len(work.escalate_breached(now=clock.now(), by=ENGINE))


@shared_task  # type: ignore[untyped-decorator]
def post_request_batches() -> int:
    """Batches of requests that were released and are not through yet go on."""
    return batches.resume(now=clock.now())


@shared_task  # type: ignore[untyped-decorator]
def deliver_messages() -> int:
    """Planned messages whose time has come are handed to their providers; the rate limit is waited out."""
    clocks = outbox_send.Clocks(
        now=clock.now, monotonic=time.monotonic, pause=time.sleep, stopped=stopping.asked
    )
    came = outbox_send.deliver(clocks, seconds=PASS_SECONDS, most=PASS_MOST, patient=True, by=ENGINE)
    return came.total()


@shared_task  # type: ignore[untyped-decorator]
def sweep_messages() -> int:
    """Messages whose sending was cut off are put in doubt, and evidence about those in doubt is looked for."""
    return outbox_resolve.sweep(now=clock.now(), by=ENGINE).total()


@shared_task  # type: ignore[untyped-decorator]
def tell_parked() -> int:
    """Messages that stand still are told to the people who decide about them."""
    return status.tell_parked(now=clock.now(), by=ENGINE)


@shared_task  # type: ignore[untyped-decorator]
def prove_books() -> int:
    """Every invariant of the books and the audit chain; each finding is an error in the log that names its document."""
    findings = books.check()
    for finding in findings:
        logging.getLogger("duebook.books").error("%s", finding)
    return len(findings)
