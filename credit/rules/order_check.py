"""Whether an order may go on credit: OK, WARN or HOLD, with the reason and the cheapest ways out. It places and releases nothing.

An order that is paid in advance, and goods that left already, pass: holding them would help nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

OK, WARN, HOLD = "OK", "WARN", "HOLD"
STAGES = ("quote", "order", "delivery", "invoice")
NEAR_PERCENT = 90
"""More than this share of the limit used is worth a word."""


@dataclass(frozen=True, slots=True)
class Item:
    """One open item of the customer, in minor units of its currency."""

    reference: str
    currency: str
    due_on: date | None
    days: int
    left: int


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about one order. `hold` is the reason of the standing hold, "" without one; `exposure` is what they owe us
    less what we hold for them, in the order's currency; `limit` None is no limit, 0 is nothing on credit.

    `long_overdue` are the items that hold orders by age; `items` all open ones, oldest first.
    """

    amount: int
    currency: str
    stage: str
    prepaid: bool
    hold: str
    exposure: int
    limit: int | None
    limit_currency: str
    long_overdue: Sequence[Item] = ()
    items: Sequence[Item] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One way out: pay (these items, `amount` of them), prepay (`amount` of the order), release or raise (a person decides)."""

    kind: str
    amount: int = 0
    currency: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer; `free` is what is left of the limit before this order, None without a limit in its currency."""

    answer: str
    reason: str
    free: int | None = None
    ways: tuple[Way, ...] = field(default=())


def decide(case: Case) -> Verdict:
    """In this order: prepaid and delivered pass; a hold, or items as old as a hold needs, hold; then the limit."""
    free = _free(case)
    if case.prepaid:
        return Verdict(OK, "prepaid", free)
    if case.stage == "invoice":
        return Verdict(OK, "delivered", free)
    if case.hold or case.long_overdue:
        reason = case.hold or "overdue"
        ways = [
            *(paying(case.long_overdue) if reason == "overdue" else ()),
            *_prepaying(case),
            Way("release"),
        ]
        return Verdict(HOLD, reason, free, tuple(ways))
    if case.limit is None:
        return Verdict(OK, "no_limit", free)
    if case.limit == 0 and case.amount > 0:
        return Verdict(HOLD, "nothing_on_credit", free, (*_prepaying(case), Way("raise")))
    if case.limit_currency != case.currency:
        return Verdict(WARN, "limit_in_other_currency", free)
    used = case.exposure + case.amount
    if used > case.limit:
        return Verdict(HOLD, "over_limit", free, tuple(_under_limit(case, used - case.limit)))
    if used * 100 > case.limit * NEAR_PERCENT:
        return Verdict(WARN, "near_limit", free)
    return Verdict(OK, "within_limit", free)


def _free(case: Case) -> int | None:
    if case.limit is None or case.limit_currency != case.currency:
        return None
    return case.limit - case.exposure


def paying(items: Sequence[Item]) -> list[Way]:
    """All that holds orders, one way per currency: with less the hold stands."""
    sums: dict[str, list[Item]] = {}
    for item in items:
        sums.setdefault(item.currency, []).append(item)
    return [
        Way("pay", sum(item.left for item in found), currency, tuple(found))
        for currency, found in sums.items()
    ]


def _prepaying(case: Case) -> list[Way]:
    return [Way("prepay", case.amount, case.currency)] if case.amount > 0 else []


def _under_limit(case: Case, excess: int) -> list[Way]:
    """Pay the oldest items that free enough, or prepay what exceeds; else a person raises the limit."""
    ways, chosen, freed = [], [], 0
    for item in case.items:
        if freed >= excess:
            break
        if item.currency == case.currency and item.left > 0:
            chosen.append(item)
            freed += item.left
    if freed >= excess:
        ways.append(Way("pay", excess, case.currency, tuple(chosen)))
    return [*ways, Way("prepay", min(excess, case.amount), case.currency), Way("raise")]
