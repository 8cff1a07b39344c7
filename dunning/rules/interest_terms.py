"""What a pack says for one debt: whether it governs it, which rate holds on a day, which fixed sum is due.

It knows people's answers and the agreement, not the days that passed nor what was paid: `rules/interest.py` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from dunning.rules.interest_packs import BY_PERIOD, DAY_COUNTS, UNITS, Pack, Reference, yearly
from dunning.rules.reference_rates import percent, plain
from receivables.rules.money import Money
from receivables.rules.refusals import Refused


@dataclass(frozen=True, slots=True)
class Agreed:
    """The contract's own rate: percent per year, month (× 12) or day; a fixed sum, if it has one."""

    rate: str
    per: str = "year"
    day_count: str = "365"
    fixed_sum: Money | None = None

    def __post_init__(self) -> None:
        if percent(self.rate) < 0:
            raise Refused("rate_invalid", "An agreed rate is not below zero.", field="rate")
        if self.per not in UNITS or self.day_count not in DAY_COUNTS:
            raise Refused("agreement_invalid", "The unit or day-count of the agreed rate is unknown.")


@dataclass(frozen=True, slots=True)
class Facts:
    """Answers to the pack's questions; the agreement, its day, and what the debt is worth in the pack's currency."""

    answers: Mapping[str, str] = field(default_factory=dict)
    agreed: Agreed | None = None
    contract_on: date | None = None
    worth: Money | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The rate that holds: percent per `unit` (year or day), of a reference and a margin where it has them."""

    rate: Fraction
    unit: str
    reference: str | None = None
    margin: str | None = None
    source: str | None = None


def why_not(due_on: date, pack: Pack, facts: Facts) -> str:
    """Why the pack does not govern this debt ("" if it does): not_in_force, fact_missing:…, not_applicable:…"""
    if pack.in_force_from is not None and due_on + timedelta(days=pack.first_day) < pack.in_force_from:
        return "not_in_force"
    for question in pack.applies_when:
        answer = facts.answers.get(question.fact, "")
        if not answer:
            return f"fact_missing:{question.fact}"
        if answer not in question.one_of:
            return f"not_applicable:{question.fact}"
    if not isinstance(pack.rate, Reference) and facts.agreed is None and pack.rate.otherwise is None:
        return "fact_missing:agreed"
    return ""


def quoting(pack: Pack, facts: Facts, first: date) -> Callable[[date], Quote]:
    """The rate of a day, asked only for days that bear interest."""
    rule = pack.rate
    if isinstance(rule, Reference):

        def referred(day: date) -> Quote:
            row = rule.series.at(day if rule.holds == BY_PERIOD else first)
            return Quote(percent(row.rate) + percent(rule.margin), "year", row.rate, rule.margin, row.source)

        return referred
    if facts.agreed is not None:
        quote = _agreed_quote(facts.agreed.rate, facts.agreed.per)
        if rule.floor is not None:
            _keep_floor(quote, facts, pack)
    else:
        quote = _agreed_quote(*rule.otherwise) if rule.otherwise else Quote(Fraction(0), "year")
    return lambda day: quote


def _agreed_quote(rate: str, unit: str) -> Quote:
    return Quote(yearly(percent(rate), unit), "day" if unit == "day" else "year")


def _keep_floor(quote: Quote, facts: Facts, pack: Pack) -> None:
    """The law's least rate on the day the contract was made; a rate a day is compared as 365 of them."""
    if facts.contract_on is None:
        raise Refused("contract_date_missing", "Say when the contract was made.", field="contract_on")
    if pack.series is None:
        return
    floor = pack.series.at(facts.contract_on)
    agreed = quote.rate * 365 if quote.unit == "day" else quote.rate
    if agreed < percent(floor.rate):
        raise Refused(
            "agreed_rate_below_floor",
            f"The agreed {plain(agreed)} % is below {floor.rate} %, the least the law allows.",
            field="rate",
            agreed=plain(agreed),
            floor=floor.rate,
            on=facts.contract_on.isoformat(),
        )


def is_agreed(pack: Pack, facts: Facts) -> bool:
    return not isinstance(pack.rate, Reference) and facts.agreed is not None


def fixed_sum(owed: Money, pack: Pack, facts: Facts) -> Money | None:
    """The compensation of one debt by its bands, or the agreement's own; None where there is none."""
    if facts.agreed is not None and facts.agreed.fixed_sum is not None and is_agreed(pack, facts):
        return facts.agreed.fixed_sum
    if not pack.compensation:
        return None
    if len(pack.compensation) == 1:
        return pack.compensation[0].amount
    worth = owed if owed.currency == pack.currency else facts.worth
    if worth is None or worth.currency != pack.currency:
        raise Refused(
            "worth_missing",
            f"The fixed sum depends on what the debt is worth in {pack.currency}.",
            field="worth",
            currency=pack.currency,
        )
    return [step.amount for step in pack.compensation if step.from_minor <= worth.minor][-1]
