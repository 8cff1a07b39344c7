"""What a pack says for one debt: whether it governs it, which rate holds on a day, which fixed sum is due.

It knows people's answers and the agreement, not the days that passed nor what was paid: `rules/interest.py` does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from dunning.rules.interest_packs import BY_PERIOD, DAY_COUNTS, UNITS, Pack, Reference, yearly
from dunning.rules.reference_rates import day, percent, plain
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

_AGREED_KEYS = {"rate", "per", "day_count", "fixed_sum"}


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


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """The stored form of facts; `facts_from_json` reads it."""
    agreed = facts.agreed
    return {
        "answers": dict(facts.answers),
        "agreed": agreed
        and {
            "rate": agreed.rate,
            "per": agreed.per,
            "day_count": agreed.day_count,
            "fixed_sum": _pair(agreed.fixed_sum),
        },
        "contract_on": facts.contract_on and facts.contract_on.isoformat(),
        "worth": _pair(facts.worth),
    }


def facts_from_json(item: Any) -> Facts:
    """Facts from their stored form. Refuses odd keys and values (facts_invalid, or what the value's own check says)."""
    if not isinstance(item, dict) or set(item) - {"answers", "agreed", "contract_on", "worth"}:
        raise Refused("facts_invalid", "Facts have answers, agreed, contract_on and worth, and nothing else.")
    answers, agreed, signed = item.get("answers", {}), item.get("agreed"), item.get("contract_on")
    if not isinstance(answers, dict) or not all(isinstance(a, str) for pair in answers.items() for a in pair):
        raise Refused("facts_invalid", "Answers are texts by fact.", field="answers")
    if agreed is not None:
        if not isinstance(agreed, dict) or not {"rate"} <= set(agreed) <= _AGREED_KEYS:
            raise Refused(
                "facts_invalid", "An agreement has rate, per, day_count and fixed_sum.", field="agreed"
            )
        agreed = Agreed(**{**agreed, "fixed_sum": _money(agreed.get("fixed_sum"))})
    return Facts(
        answers=answers,
        agreed=agreed,
        contract_on=None if signed is None else day(signed, field="contract_on"),
        worth=_money(item.get("worth")),
    )


def _pair(money: Money | None) -> list[str] | None:
    return None if money is None else [money.plain(), money.currency]


def _money(pair: Any) -> Money | None:
    if pair is None:
        return None
    if not isinstance(pair, list) or len(pair) != 2:
        raise Refused("facts_invalid", "An amount is a plain decimal and its currency.", field="amount")
    return Money.of(*pair)


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
    if pack.in_force_from is not None and due_on < pack.in_force_from - timedelta(days=pack.first_day):
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

        def referred(when: date) -> Quote:
            row = rule.series.at(when if rule.holds == BY_PERIOD else first)
            rate = max(Fraction(0), percent(row.rate) + percent(rule.margin))
            return Quote(rate, "year", row.rate, rule.margin, row.source)

        return referred
    if facts.agreed is not None:
        quote = _agreed_quote(facts.agreed.rate, facts.agreed.per)
        if rule.floor is not None:
            _keep_floor(quote, facts, pack)
    else:
        quote = _agreed_quote(*rule.otherwise) if rule.otherwise else Quote(Fraction(0), "year")
    return lambda when: quote


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
            f"The agreed {plain(agreed)} percent is below {floor.rate} percent, the least the law allows.",
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
