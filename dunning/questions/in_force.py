"""Which ladders speak about customers, and which assignment decided it. Precedence is `rules/precedence`; this asks the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from dunning.models import Assignment, Policy, PolicyVersion
from dunning.rules import precedence
from dunning.rules.ladder import Ladder
from dunning.rules.ladder_json import parse
from dunning.rules.picture import Picture
from dunning.rules.precedence import Assigned
from receivables.models import Customer

TRACKS = (Policy.Track.CHASE.value, Policy.Track.ALERT.value)


@dataclass(frozen=True, slots=True)
class Choice:
    """The ladder of one track, or none (exempt, or no policy), and the assignment that decided."""

    track: str
    ladder: Ladder | None
    decided_by: Assigned | None


Choices = tuple[Choice, ...]
"""One choice per track, chase first."""


def ladders(entity: int, pictures: Sequence[Picture]) -> dict[int, Choices]:
    """Per customer the choice of each track: two queries, however many customers."""
    rows = assigned(entity, [picture.customer for picture in pictures])
    own = {row.customer for row in rows if row.customer is not None}
    common = [row for row in rows if row.customer is None]
    active = active_ladders()
    shared: dict[tuple[str, str], Choices] = {}
    found: dict[int, Choices] = {}
    for picture in pictures:
        if picture.customer in own:
            found[picture.customer] = _choose(rows, active, entity, picture)
            continue
        key = (picture.segment, picture.risk_class)
        if key not in shared:
            shared[key] = _choose(common, active, entity, picture)
        found[picture.customer] = shared[key]
    return found


def _choose(rows: list[Assigned], active: dict[int, Ladder], entity: int, picture: Picture) -> Choices:
    who = {"entity": entity, "segment": picture.segment, "risk_class": picture.risk_class}
    found = []
    for track in TRACKS:
        fits = precedence.fitting(rows, track=track, customer=picture.customer, **who)  # type: ignore[arg-type]
        first = fits[0] if fits else None
        ladder = active.get(first.policy) if first and first.policy is not None else None
        found.append(Choice(track, ladder, first))
    return tuple(found)


def assigned(entity: int, customers: Sequence[int]) -> list[Assigned]:
    """The standing assignments that may mean these customers."""
    rows = Assignment.objects.filter(
        Q(entity=entity) | Q(entity__isnull=True),
        Q(customer__isnull=True) | Q(customer__in=_among(customers)),
        removed_at__isnull=True,
    )
    columns = ("pk", "track", "policy_id", "customer_id", "entity_id", "segment", "risk_class", "reason")
    return [Assigned(*row) for row in rows.order_by("pk").values_list(*columns)]


def _among(customers: Sequence[int]) -> object:
    """A few by name, a chunk by its span: a thousand parameters are no help to the database."""
    if len(customers) <= 100:
        return customers
    return Customer.objects.filter(pk__range=(min(customers), max(customers))).values("pk")


def active_ladders() -> dict[int, Ladder]:
    """Policy → its active ladder."""
    rows = PolicyVersion.objects.filter(active=True).select_related("policy")
    return {row.policy_id: parsed(row) for row in rows}


def of_versions(ids: Iterable[int]) -> dict[int, Ladder]:
    """Version → ladder, for what was said under versions that may have been replaced since."""
    rows = PolicyVersion.objects.filter(pk__in=set(ids)).select_related("policy")
    return {row.pk: parsed(row) for row in rows}


def parsed(row: PolicyVersion) -> Ladder:
    return parse(row.ladder, policy=row.policy.code, version=row.number, version_id=row.pk)


def horizon() -> int:
    """How many days before a due date the earliest of all active rungs speaks."""
    return max([0, *(-ladder.first_offset for ladder in active_ladders().values())])
