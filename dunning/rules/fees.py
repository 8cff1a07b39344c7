"""What a stage of dunning costs the debtor, and in which order a payment settles principal, interest and costs.

A fee is a fixed sum per currency or a percentage of a declared base, never of earlier fees. Charging it (once), booking,
waiving and taking it back are verbs; this only says how much.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from dunning.rules.ladder import Fee
from dunning.rules.reference_rates import percent
from receivables.rules.money import Money, round_half_up
from receivables.rules.refusals import Refused

_RATE = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)
NONE, FIXED, PERCENT = "none", "fixed", "percent"
OPEN, ORIGINAL = "open", "original"

PRINCIPAL, INTEREST, COSTS = "principal", "interest", "costs"
PRINCIPAL_FIRST = (PRINCIPAL, INTEREST, COSTS)
"""Our default: the books allocate a payment to the document it names, and fees are documents of their own."""
COSTS_FIRST = (COSTS, INTEREST, PRINCIPAL)
"""BGB § 367: costs, then interest, then the principal."""
ORDERS = {"principal_first": PRINCIPAL_FIRST, "costs_first": COSTS_FIRST}


def fee_currency(fee: Fee, currency: str, home: str) -> str:
    """The currency whose amount of a fixed fee is asked in `currency`: its own, else the entity's `home`, else the only one.

    Refuses several amounts none of which fits (fee_currency_unclear): nobody said which of them counts.
    """
    for code in (currency, home):
        if code in fee.amounts:
            return code
    if len(fee.amounts) > 1:
        raise Refused(
            "fee_currency_unclear",
            f"The fee has no amount in {currency} or {home}.",
            currency=currency,
            home=home,
        )
    return next(iter(fee.amounts), currency)


def fee_of(
    fee: Fee | None,
    open_principal: Money,
    original: Money,
    currency: str,
    rate_text: str | None = None,
    *,
    home: str = "",
    per_unit_of_target: bool = False,
) -> Money:
    """The fee of one stage in `currency`, half-up once; nothing without a fee or where nothing is open.

    A fixed fee comes from `fee_currency`, a percentage from the open principal or, if declared, the original amount.
    `rate_text`: units of `currency` for one unit of where the fee comes from, or with `per_unit_of_target` the other way
    round (a table that says 0.654 EUR for one unit of the customer's currency). Refuses what it does not know:
    fee_unknown, fee_base_unknown, fee_rate_missing, fee_currency_unclear.
    """
    if fee is None or fee.kind == NONE:
        return Money.zero(currency)
    if fee.kind not in (FIXED, PERCENT):
        raise Refused(
            "fee_unknown", f"{fee.kind[:40]!r} is no kind of fee.", field="kind", kind=fee.kind[:40]
        )
    if fee.kind == PERCENT and fee.base not in (OPEN, ORIGINAL):
        raise Refused("fee_base_unknown", f"{fee.base[:40]!r} is no base of a fee.", field="base")
    if open_principal.minor <= 0:
        return Money.zero(currency)
    if fee.kind == FIXED:
        code = fee_currency(fee, currency, home)
        own, share = Money(fee.amounts.get(code, 0), code), Fraction(1)
    else:
        own = open_principal if fee.base == OPEN else original
        share = percent(fee.percent, field="percent") / 100
    if own.minor < 0 or share < 0:
        raise Refused("fee_negative", "A fee is not below zero.", field="amount")
    if own.currency == currency or not own:
        return Money(round_half_up(own.minor * share), currency)
    rate = _rate(rate_text, own.currency, currency)
    return own.converted(share * (1 / rate if per_unit_of_target else rate), currency)


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
