"""How a line's amount falls on chosen items: exact, less a discount or a bank's fee, in part, or with a
remainder. It
takes the choice as given and never allots more than is open, nor more than the line has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from receivables.rules.matching_pictures import BankLine, MatchPolicy, OpenItem, Reason, allocation_order

EXACT, DISCOUNT, DISPUTED, BANK_FEE, TOLERANCE = "none", "discount", "disputed", "bank_fee", "tolerance"
PARTIAL, OVER_PAYMENT, ON_ACCOUNT = "partial", "over_payment", "on_account"
SETTLING = (EXACT, DISCOUNT, DISPUTED, BANK_FEE, TOLERANCE)
"""Kinds in which the amount is explained; partial and over-payment leave something unexplained."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Allocations (entry id, minor units), the difference to what was open, its kind, and the reasons."""

    allocations: tuple[tuple[int, int], ...]
    difference: int
    kind: str
    reasons: tuple[Reason, ...]


def settle(line: BankLine, items: Sequence[OpenItem], policy: MatchPolicy) -> Settlement:
    """The line on exactly these items. The first explanation that fits wins: exact, discount, disputed part
    withheld,
    bank fee, tolerance; what fits none is a partial payment or an over-payment.
    """
    order = allocation_order(items)
    total = sum(item.amount_open for item in order)
    missing = total - line.amount
    discounts = {item.entry_id: item.discount_on(line.value_on) for item in order}
    disputed = {item.entry_id: min(item.disputed, item.amount_open) for item in order}
    notes = tuple(_noted(order))
    if missing == 0:
        kind, reason, less = EXACT, Reason.of("exact_amount"), {}
    elif 0 < missing == sum(discounts.values()):
        kind, reason, less = DISCOUNT, Reason.of("discount_taken", amount=missing), discounts
    elif 0 < missing == sum(disputed.values()):
        kind, reason, less = DISPUTED, Reason.of("disputed_withheld", amount=missing), disputed
    elif 0 < missing <= policy.accept_fees_up_to:
        kind, reason, less = BANK_FEE, Reason.of("bank_fee", amount=missing), {}
    elif 0 < missing <= policy.tolerance(total):
        kind, reason, less = TOLERANCE, Reason.of("short_payment", amount=missing), {}
    elif missing > 0:
        kind, reason, less = PARTIAL, Reason.of("partial_payment", left=missing), {}
        notes += _expired(order, missing)
    else:
        kind, reason, less = OVER_PAYMENT, Reason.of("remainder_on_account", amount=-missing), {}
    return Settlement(fill(order, line.amount, less), -missing, kind, (reason, *notes))


def fill(order: Sequence[OpenItem], amount: int, less: dict[int, int]) -> tuple[tuple[int, int], ...]:
    """Allot `amount` in the given order, each item up to its open amount less what `less` withholds from
    it."""
    allotted: list[tuple[int, int]] = []
    left = amount
    for item in order:
        part = min(left, item.amount_open - less.get(item.entry_id, 0))
        if part > 0:
            allotted.append((item.entry_id, part))
            left -= part
    return tuple(allotted)


def oldest_first(line: BankLine, items: Sequence[OpenItem]) -> list[OpenItem]:
    """The oldest due items that the line reaches, undisputed ones first; the last one perhaps only in
    part."""
    reached: list[OpenItem] = []
    left = line.amount
    order = allocation_order(items)
    for item in sorted(order, key=lambda item: item.disputed >= item.amount_open):
        if left <= 0:
            break
        reached.append(item)
        left -= item.amount_open
    return reached


def _noted(items: Sequence[OpenItem]) -> list[Reason]:
    notes = [Reason.of("disputed", number=i.number, amount=i.disputed) for i in items if i.disputed > 0]
    if len(items) > 1:
        notes.insert(0, Reason.of("several_invoices", count=len(items)))
    return notes


def _expired(items: Sequence[OpenItem], missing: int) -> tuple[Reason, ...]:
    """A discount taken after its last day explains the gap but does not settle it."""
    offered = [item.discount for item in items if item.discount is not None]
    if offered and sum(amount for amount, _ in offered) == missing:
        return (Reason.of("discount_expired", amount=missing, until=max(until for _, until in offered)),)
    return ()
