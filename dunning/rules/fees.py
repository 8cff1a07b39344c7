"""What a stage of dunning costs the debtor, and in which order a payment settles principal, interest and costs.

A fee is a fixed sum per currency or a percentage of a declared base, never of earlier fees. Charging it (once), booking,
waiving and taking it back are verbs; this only says how much.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from dunning.rules.reference_rates import percent
from receivables.rules.money import Money, to_minor
from receivables.rules.refusals import Refused

_RATE = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)
FIXED, PERCENT = "fixed", "percent"
OPEN_PRINCIPAL, ORIGINAL = "open_principal", "original"

PRINCIPAL, INTEREST, COSTS = "principal", "interest", "costs"
PRINCIPAL_FIRST = (PRINCIPAL, INTEREST, COSTS)
"""Our default: the books allocate a payment to the document it names, and fees are documents of their own."""
COSTS_FIRST = (COSTS, INTEREST, PRINCIPAL)
"""BGB § 367: costs, then interest, then the principal."""
ORDERS = {"principal_first": PRINCIPAL_FIRST, "costs_first": COSTS_FIRST}


@dataclass(frozen=True, slots=True)
class StageFee:
    """`fixed`: plain decimals by currency, the first currency being converted for others. `percent`: of `base`."""

    kind: str
    amounts: Mapping[str, str] = field(default_factory=dict)
    percent: str = "0"
    base: str = OPEN_PRINCIPAL


def fee_of(
    stage_fee: StageFee | None,
    open_principal: Money,
    original: Money,
    currency: str,
    rate_text: str | None = None,
    *,
    per_unit_of_target: bool = False,
) -> Money:
    """The fee of one stage in `currency`, half-up once; nothing without a fee or where nothing is open.

    `rate_text`: units of `currency` for one unit of the fee's own currency, or with `per_unit_of_target` the other way
    round (a table that says 0.654 EUR for one unit of the customer's currency). Refuses what it does not know: fee_unknown,
    fee_base_unknown, fee_rate_missing.
    """
    if stage_fee is None:
        return Money.zero(currency)
    if stage_fee.kind not in (FIXED, PERCENT):
        raise Refused(
            "fee_unknown",
            f"{stage_fee.kind[:40]!r} is no kind of fee.",
            field="kind",
            kind=stage_fee.kind[:40],
        )
    if stage_fee.kind == PERCENT and stage_fee.base not in (OPEN_PRINCIPAL, ORIGINAL):
        raise Refused("fee_base_unknown", f"{stage_fee.base[:40]!r} is no base of a fee.", field="base")
    if open_principal.minor <= 0:
        return Money.zero(currency)
    own, share = _before_rounding(stage_fee, open_principal, original, currency)
    if own.minor < 0 or share < 0:
        raise Refused("fee_negative", "A fee is not below zero.", field="amount")
    rate = Fraction(1) if own.currency == currency or not own else _rate(rate_text, own.currency, currency)
    return own.converted(share * (1 / rate if per_unit_of_target else rate), currency)


def _before_rounding(
    fee: StageFee, open_principal: Money, original: Money, currency: str
) -> tuple[Money, Fraction]:
    """The sum a fee is taken from, in its own currency, and the share of it."""
    if fee.kind == PERCENT:
        base = open_principal if fee.base == OPEN_PRINCIPAL else original
        return base, percent(fee.percent, field="percent") / 100
    if not fee.amounts:
        return Money.zero(currency), Fraction(1)
    own = currency if currency in fee.amounts else next(iter(fee.amounts))
    return Money(to_minor(fee.amounts[own], own), own), Fraction(1)


def _rate(text: str | None, source: str, target: str) -> Fraction:
    """An exchange rate above zero; a missing one is refused, never taken as 1."""
    if text is None:
        raise Refused(
            "fee_rate_missing", f"There is no rate from {source} to {target}.", source=source, target=target
        )
    if _RATE.fullmatch(text) is None or not Fraction(text):
        raise Refused("rate_invalid", f"{text[:40]!r} is not an exchange rate.", field="rate")
    return Fraction(text)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a payment settles of each part, and what it leaves on account."""

    principal: Money
    interest: Money
    costs: Money
    on_account: Money


def allocate_order(
    payment: Money,
    *,
    principal: Money,
    interest: Money,
    costs: Money,
    order: tuple[str, ...] = PRINCIPAL_FIRST,
) -> Settled:
    """A payment shared over what is owed, each part in full before the next; the rest stays on account.

    Refuses a payment or part below zero (amount_invalid), other currencies (currency_mismatch) and an order that does not
    name each part once (order_unknown).
    """
    if sorted(order) != sorted(PRINCIPAL_FIRST):
        raise Refused(
            "order_unknown", "An order names principal, interest and costs once each.", field="order"
        )
    owed = {PRINCIPAL: principal, INTEREST: interest, COSTS: costs}
    if payment.minor < 0 or any(part.minor < 0 for part in owed.values()):
        raise Refused("amount_invalid", "A payment and what it settles are not below zero.", field="amount")
    left, settled = payment, {}
    for part in order:
        settled[part] = min(left, owed[part])
        left -= settled[part]
    return Settled(settled[PRINCIPAL], settled[INTEREST], settled[COSTS], left)
