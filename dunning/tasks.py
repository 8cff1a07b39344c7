"""Doors of the queue on this floor: each rings one sweeper verb with the moment it was called at.

They hold no logic and no state.
"""

import logging
from zoneinfo import ZoneInfo

from celery import shared_task

from dunning.services import delivery, delivery_follow, interest_messages, promise_settling, runs
from receivables import clock, stopping
from receivables.actor import Actor
from receivables.models import LegalEntity
from receivables.rules.refusals import Refused

ENGINE = Actor.system("engine")
CHUNKS_MOST = 20
"""Chunks one call does at most (40,000 customers); the next bell goes on."""
PASSES_MOST = 10
"""Times that one call looks for notices whose time has come: 5,000 of them; the next bell goes on."""
log = logging.getLogger("duebook.dunning")


@shared_task  # type: ignore[untyped-decorator]
def start_nights() -> int:
    """The day's run of every entity whose hour has come; one that is there already stays as it is."""
    now, begun = clock.now(), 0
    for entity in LegalEntity.objects.order_by("pk"):
        local = now.astimezone(ZoneInfo(entity.time_zone))
        if local.time() < entity.dunning_at:
            continue
        try:
            run = runs.start(entity=entity, on=local.date(), now=now, by=ENGINE)
        except Refused as refused:
            log.warning("%s: %s", entity.code, refused)
            continue
        begun += run.started_at == now
    return begun


@shared_task  # type: ignore[untyped-decorator]
def do_chunks() -> int:
    """Chunks of begun runs, one transaction each. Several workers may do it at once: what one has, the others leave."""
    done = 0
    for chunk in runs.undone()[:CHUNKS_MOST]:
        if stopping.asked():
            break
        try:
            done += runs.do_chunk(chunk_id=chunk, now=clock.now(), by=ENGINE) is not None
        except Exception:
            log.exception("chunk %s of a night failed", chunk)
    return done


@shared_task  # type: ignore[untyped-decorator]
def settle_promises() -> int:
    """The ledger speaks about promises, entity by entity, on the entity's own day: after payments, and after midnight."""
    now = clock.now()
    return sum(
        promise_settling.settle(on=clock.today(entity), now=now, by=ENGINE, entity=entity)
        for entity in LegalEntity.objects.order_by("pk")
    )


@shared_task  # type: ignore[untyped-decorator]
def deliver_notices() -> int:
    """Notices whose time has come go to the outbox, those given back are looked at again, and what became of them is noted."""
    moved = 0
    for _pass in range(PASSES_MOST):
        now = clock.now()
        again, due = delivery.look_again(now=now, by=ENGINE), delivery.hand_over_due(now=now, by=ENGINE)
        moved += due.handed_over + again.renewed
        if not due.handed_over + due.withdrawn + again.renewed + again.withdrawn:
            break
    moved += interest_messages.look_again(now=clock.now(), by=ENGINE)
    reached, lost = delivery_follow.follow(now=clock.now(), by=ENGINE)
    delivery.tidy(now=clock.now(), by=ENGINE)
    return moved + reached + lost
