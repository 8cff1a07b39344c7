"""The printed way to an interest figure as (code, figures): no language, no layout; pages and letters put words to it.

Dates are ISO, amounts and rates plain decimals, so that each sentence can be recalculated by who reads it.
"""

from fractions import Fraction

from dunning.rules.interest import Derivation, Line
from dunning.rules.reference_rates import plain
from receivables.rules.currencies import exponent
from receivables.rules.money import format_plain, round_half_up

Step = tuple[str, dict[str, str | int]]
MORE_DIGITS = 4
"""Decimals a line shows beyond the currency's own: lines are not rounded to money, only their sum is."""


def explain(derivation: Derivation) -> list[Step]:
    """The steps of a note: debt, payments, days left out, lines, total, fixed sum, law; or why there is none."""
    debt, currency = derivation.debt, derivation.debt.currency
    steps: list[Step] = [
        (
            "debt",
            {
                "principal": format_plain(debt.principal, currency),
                "currency": currency,
                "due_on": debt.due_on.isoformat(),
                "up_to": derivation.up_to.isoformat(),
            },
        )
    ]
    if derivation.reason:
        code, _, fact = derivation.reason.partition(":")
        return [*steps, (code, {"pack": derivation.pack, **({"fact": fact} if fact else {})})]
    for on, amount in sorted(debt.payments):
        if on <= derivation.up_to:
            steps.append(("payment", {"on": on.isoformat(), "amount": format_plain(amount, currency)}))
    for first, last in sorted(debt.disputed):
        steps.append(("days_left_out", {"from": first.isoformat(), "to": last.isoformat()}))
    if debt.charged_through is not None:
        steps.append(("charged_before", {"through": debt.charged_through.isoformat()}))
    steps += [_line(line, currency) for line in derivation.lines]
    interest = {"exact": _exact(derivation.exact, currency), "interest": derivation.interest.plain()}
    steps.append(("interest", {**interest, "currency": currency, "days": derivation.days}))
    if derivation.compensation:
        fixed = derivation.compensation
        law = derivation.compensation_citation or derivation.citation
        steps.append(("fixed_sum", {"amount": fixed.plain(), "currency": fixed.currency, "citation": law}))
    return [*steps, ("law", {"pack": derivation.pack, "citation": derivation.citation})]


def _line(line: Line, currency: str) -> Step:
    quote = line.quote
    figures: dict[str, str | int] = {
        "from": line.from_on.isoformat(),
        "to": line.to_on.isoformat(),
        "days": line.days,
        "base": format_plain(line.base, currency),
        "rate": plain(line.rate),
        "day_basis": line.day_basis,
        "exact": _exact(line.exact, currency),
    }
    if quote.reference is not None and quote.margin is not None:
        figures |= {"reference": quote.reference, "margin": quote.margin, "source": quote.source or ""}
    if line.capitalised:
        figures["capitalised"] = _exact(line.capitalised, currency)
    return (f"line_per_{quote.unit}", figures)


def _exact(minor: Fraction, currency: str) -> str:
    """Minor units as a decimal of major units with a few more digits than the currency has."""
    digits = exponent(currency) + MORE_DIGITS
    scaled = round_half_up(minor * 10**MORE_DIGITS)
    whole, rest = divmod(abs(scaled), 10**digits)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{digits}d}"
