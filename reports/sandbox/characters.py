"""How each demo customer behaves: hidden parameters drawn once, by which all their payments then follow. The ground truth.

Pure: one seeded generator in, frozen characters out.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

MIX = [("punctual", 46), ("slow", 26), ("seasonal", 10), ("worsening", 8), ("erratic", 6), ("failing", 4)]
"""Share of each temper in hundred customers."""


@dataclass(frozen=True)
class Character:
    """One customer's habits. Days late are drawn from a normal law; shares are per hundred invoices."""

    code: str
    temper: str
    days_late: int
    spread: int
    drift_per_month: int
    december_extra: int
    partial_share: int
    dispute_share: int
    bounce_share: int
    stops_paying_on: date | None
    invoices_per_month: int
    typical_amount: int

    def truth(self) -> dict[str, Any]:
        """As plain values for the file beside the demo company."""
        return {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in asdict(self).items()
        }


def draw(dice: Random, code: str, today: date) -> Character:
    """A character for one customer."""
    temper = dice.choices([name for name, _share in MIX], [share for _name, share in MIX])[0]
    late = {
        "punctual": (-3, 3),
        "slow": (8, 48),
        "seasonal": (0, 6),
        "worsening": (0, 6),
        "erratic": (5, 20),
        "failing": (2, 10),
    }
    spread = {"punctual": 3, "slow": 7, "seasonal": 4, "worsening": 5, "erratic": 22, "failing": 6}
    return Character(
        code=code,
        temper=temper,
        days_late=dice.randint(*late[temper]),
        spread=spread[temper],
        drift_per_month=2 if temper == "worsening" else 0,
        december_extra=25 if temper == "seasonal" else 0,
        partial_share=dice.choice([0, 0, 0, 4, 8]),
        dispute_share=dice.choice([0, 0, 2, 5]) if temper != "punctual" else 0,
        bounce_share=2 if temper in ("erratic", "failing") else 0,
        stops_paying_on=today - timedelta(days=dice.randint(50, 280)) if temper == "failing" else None,
        invoices_per_month=dice.choices([1, 2, 3, 6], [70, 20, 7, 3])[0],
        typical_amount=dice.choice([1, 2, 3, 5, 8, 13, 34]) * 40_000,
    )


def pays_on(dice: Random, who: Character, issued_on: date, due_on: date, first_month: date) -> date | None:
    """The day on which this customer pays an invoice in full, or None when they do not any more."""
    months = (issued_on.year - first_month.year) * 12 + issued_on.month - first_month.month
    late = dice.gauss(who.days_late, who.spread) + who.drift_per_month * months
    if who.december_extra and due_on.month in (12, 1):
        late += who.december_extra
    day = max(issued_on + timedelta(days=1), due_on + timedelta(days=round(late)))
    if day.weekday() >= 5:
        day += timedelta(days=7 - day.weekday())
    if who.stops_paying_on and day >= who.stops_paying_on:
        return None
    return day
