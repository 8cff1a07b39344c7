"""What age does to trust: one class lower, a hold, or nothing, with the reason.

The rating from payment history comes on top of it later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

LOWER = {"A": "B", "B": "C", "N": "C", "C": "C"}
"""One step down. A customer without history falls to C at once: there is nothing that speaks for it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """An entity's policy: exceeded, not reached (30 means from day 31 on). `hold_after` empty: nobody is held by rule."""

    lower_after: int = 30
    hold_after: int | None = 30
    minimum: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overdue:
    """One open item past due: days since its due date and what is open, in minor units of its currency."""

    currency: str
    days: int
    open_amount: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What one customer's age asks for at one entity. `days` is the oldest item's, 0 when none is older than the limits."""

    long_overdue: bool
    hold: bool
    days: int
    amounts: Mapping[str, int]


def lowered(risk_class: str) -> str:
    """The class one step below."""
    return LOWER[risk_class]


def standing(items: list[Overdue], limits: Limits) -> Standing:
    """Whether the episode stands and whether new orders are held. Amounts are those older than `lower_after`, per currency."""
    return Standing(
        long_overdue=bool(_older(items, limits.lower_after, limits)),
        hold=limits.hold_after is not None and bool(_older(items, limits.hold_after, limits)),
        days=max((item.days for item in items), default=0),
        amounts=_older(items, limits.lower_after, limits),
    )


def _older(items: list[Overdue], days: int, limits: Limits) -> dict[str, int]:
    sums: dict[str, int] = {}
    for item in items:
        if item.days > days:
            sums[item.currency] = sums.get(item.currency, 0) + item.open_amount
    return {
        currency: total
        for currency, total in sums.items()
        if total >= max(1, limits.minimum.get(currency, 1))
    }
