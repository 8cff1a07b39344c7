"""When a promise is kept, partly kept or broken, how an amount is spread over items, and how reliable somebody's word is.

Pure figures: money in minor units, days as dates. What money came is counted by
`questions/promise_money`; nothing here knows a table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

HORIZON_DAYS = 60
"""Further ahead a promise needs somebody who may close promises."""
LONGEST_DAYS = 730
GRACE_DAYS = 2
"""Bank days after the promised day on which money still counts."""
TOLERANCE_PERCENT = 5
"""Of the promised amount that may be missing: 95 % in time is kept."""
PARTLY_PERCENT = 10
"""At least this share makes a failed promise partly kept; less is broken."""
HELD_DAYS = 5
"""Days after the grace for which a verdict waits: the customer's money lies unapplied, or no statement reaches the last day."""
LOOK_BACK_DAYS = 90
"""Days after the grace during which a verdict still follows the ledger: a bounce, or money found late that had come in time."""
PRIOR_WEIGHT = 5
PRIOR_RATE = Fraction(7, 10)
"""The house's kept rate while it has few promises of its own to look back on."""


class Verdict(StrEnum):
    """What the ledger says about a promise on a day. NOTHING_LEFT: what was promised is not owed any more, and no money came."""

    OPEN = "OPEN"
    KEPT = "KEPT"
    PARTLY_KEPT = "PARTLY_KEPT"
    BROKEN = "BROKEN"
    NOTHING_LEFT = "NOTHING_LEFT"


@dataclass(frozen=True, slots=True)
class Count:
    """`in_time` reached the items since the promise with a date up to the end of its grace; `wanted` is what of the promise is
    still owed or was paid: less than promised when a credit note took some of it away."""

    amount: int
    tolerance: int
    wanted: int
    in_time: int
    grace_until: date
    held: bool = False
    """Money that would do lies unapplied, or the bank has not told us of the last day yet."""


def judge(count: Count, *, on: date) -> Verdict:
    """The verdict of a day; the same figures give the same verdict, in whatever order the money came."""
    wanted = min(count.amount, count.wanted)
    if wanted <= 0:
        return Verdict.KEPT if count.in_time > 0 else Verdict.NOTHING_LEFT
    if count.in_time >= wanted - count.tolerance * wanted // count.amount:
        return Verdict.KEPT
    if on <= count.grace_until:
        return Verdict.OPEN
    if count.held and (on - count.grace_until).days <= HELD_DAYS:
        return Verdict.OPEN
    enough = count.in_time > 0 and count.in_time * 100 >= wanted * PARTLY_PERCENT
    return Verdict.PARTLY_KEPT if enough else Verdict.BROKEN


def usual_tolerance(amount: int) -> int:
    """5 % of the amount, rounded down: never all of it."""
    return amount * TOLERANCE_PERCENT // 100


def spread(amount: int, items: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """An amount over (item, what is free of it) in the order given, the first filled first; what fits nowhere is left out."""
    left, found = amount, []
    for item, free in items:
        take = min(left, free)
        if take > 0:
            found.append((item, take))
        left -= max(take, 0)
    return found


def waterfall(in_time: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """A plan's promises in order of their days share its money: each gets what came by its own grace less what the ones before
    it were promised. `in_time[k]` is all money of the plan that counts by promise k's grace."""
    found, before = [], 0
    for came, asked in zip(in_time, wanted, strict=True):
        found.append(max(0, min(came - before, asked)))
        before += asked
    return found


@dataclass(frozen=True, slots=True)
class Past:
    """A promise whose day is over: promised and paid in time, and how many days after the promised day the last money came."""

    promised: int
    paid: int
    kept: bool
    slip: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far somebody's word goes. `rate` is shrunk towards the house's; `share` is money paid in time of money promised.

    rate = (kept + m · p0) / (number + m) with m = 5 and p0 the kept rate of all customers.
    """

    number: int
    kept: int
    rate: Fraction
    mean_slip: Fraction | None
    shares: Mapping[str, Fraction]

    @property
    def percent(self) -> int:
        """The rate in whole percent, rounded half up."""
        return int(self.rate * 100 + Fraction(1, 2))


def reliability(past: Iterable[Past], *, house: Fraction) -> Reliability:
    """Of one customer or contact, against the house's kept rate. Nobody's first promise is 0 or 100 %."""
    rows = list(past)
    kept = sum(1 for each in rows if each.kept)
    rate = (kept + PRIOR_WEIGHT * house) / (len(rows) + PRIOR_WEIGHT)
    slips = [each.slip for each in rows if each.slip is not None]
    promised: dict[str, int] = {}
    paid: dict[str, int] = {}
    for each in rows:
        promised[each.currency] = promised.get(each.currency, 0) + each.promised
        paid[each.currency] = paid.get(each.currency, 0) + min(each.paid, each.promised)
    return Reliability(
        number=len(rows),
        kept=kept,
        rate=Fraction(rate),
        mean_slip=Fraction(sum(slips), len(slips)) if slips else None,
        shares={code: Fraction(paid[code], total) for code, total in promised.items() if total},
    )


def house_rate(kept: int, number: int) -> Fraction:
    """The kept rate of all customers, itself shrunk towards 70 % while there are few: (kept + 10 · 0.7) / (number + 10)."""
    return (kept + 2 * PRIOR_WEIGHT * PRIOR_RATE) / (number + 2 * PRIOR_WEIGHT)
