"""Which policy speaks about a customer: of the assignments of a track that fit, the narrowest, and of those the latest."""

from collections.abc import Iterable
from dataclasses import dataclass

ORDER = ("customer", "entity_segment", "segment", "entity_class", "class", "entity", "default")
"""Narrowest first."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """One assignment: whom it means (empty: anybody) and which policy speaks (None: nobody, they are exempt)."""

    id: int
    track: str
    policy: int | None
    customer: int | None = None
    entity: int | None = None
    segment: str = ""
    risk_class: str = ""
    reason: str = ""

    @property
    def level(self) -> str:
        """Its place in ORDER. An assignment to a customer may name an entity as well; a segment counts before a class."""
        if self.customer is not None:
            return "customer"
        if self.segment:
            return "segment" if self.entity is None else "entity_segment"
        if self.risk_class:
            return "class" if self.entity is None else "entity_class"
        return "default" if self.entity is None else "entity"

    def fits(self, *, customer: int, entity: int, segment: str, risk_class: str) -> bool:
        """Whether it means a customer at an entity, as they stand there. Segments are compared without regard to case."""
        return (
            self.customer in (None, customer)
            and self.entity in (None, entity)
            and self.segment.casefold() in ("", segment.casefold())
            and self.risk_class in ("", risk_class)
        )

    @property
    def rank(self) -> tuple[int, int, int]:
        """Lower speaks first: by level, then those that name an entity too, then the latest."""
        return ORDER.index(self.level), 0 if self.entity is not None else 1, -self.id


def fitting(
    assigned: Iterable[Assigned], *, track: str, customer: int, entity: int, segment: str, risk_class: str
) -> list[Assigned]:
    """Every assignment of a track that means the customer, the one that speaks first."""
    who = {"customer": customer, "entity": entity, "segment": segment, "risk_class": risk_class}
    found = [each for each in assigned if each.track == track and each.fits(**who)]  # type: ignore[arg-type]
    return sorted(found, key=lambda each: each.rank)
