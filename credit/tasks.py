"""Doors of the queue on this floor: each rings one verb with the moment it was called at. They hold no logic and no state."""

from celery import shared_task

from credit.services import nightly
from receivables import clock
from receivables.actor import Actor
from receivables.models import LegalEntity
from receivables.services import work

ENGINE = Actor.system("engine")


@shared_task  # type: ignore[untyped-decorator]
def apply_age() -> int:
    """The rule by age for each entity on its own day; asked again it finds its work done."""
    now = clock.now()
    return sum(
        nightly.by_age(entity=entity, on=work.local_day(entity, now), now=now, by=ENGINE)
        for entity in LegalEntity.objects.order_by("pk")
    )
