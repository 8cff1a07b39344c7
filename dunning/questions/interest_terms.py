"""Which law or agreement holds for a customer on a day and why, and the reference rates as known now.

It answers no legal question: an unanswered one stays unanswered and nothing is claimed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunning.models import InterestTerms, RateEntry
from dunning.rules.interest_packs import Pack, by_code, shipped
from dunning.rules.interest_terms import Facts, facts_from_json
from dunning.rules.reference_rates import RateRow, Series
from receivables.models import Customer, LegalEntity

CUSTOMER, ENTITY, NOBODY = "customer", "entity", "nobody"


@dataclass(frozen=True)
class Standing:
    """What holds: `pack` None means that nothing is claimed. `said_by`: the customer's row, the entity's default or nobody."""

    pack: Pack | None
    facts: Facts
    said_by: str
    row: InterestTerms | None


def standing(customer: Customer, entity: LegalEntity, *, on: date) -> Standing:
    """The terms in force on a day, with the rates people entered."""
    row = InterestTerms.objects.filter(customer=customer, entity=entity).in_force(on).first()
    if row is not None:
        pack = with_entries(row.pack) if row.pack else None
        return Standing(pack, facts_from_json(row.facts), CUSTOMER, row)
    if entity.interest_pack in shipped():
        return Standing(with_entries(entity.interest_pack), Facts(), ENTITY, None)
    return Standing(None, Facts(), NOBODY, None)


def with_entries(code: str) -> Pack:
    """A shipped pack whose reference rate knows the rows people entered; the one entered last is right. Refuses pack_unknown."""
    pack = by_code(code)
    if pack.series is None:
        return pack
    for row in _entered(pack.series.code):
        pack = pack.with_rows([row])
    return pack


def known_series() -> list[Series]:
    """Every reference rate that a shipped pack reads, with the entered rows in it."""
    found: dict[str, Series] = {}
    for pack in shipped().values():
        if pack.series is not None:
            found.setdefault(pack.series.code, pack.series)
    entered: defaultdict[str, list[RateRow]] = defaultdict(list)
    for each in RateEntry.objects.order_by("audit_seq", "pk"):
        entered[each.series].append(_row(each))
    for code, rows in entered.items():
        for row in rows:
            if code in found:
                found[code] = found[code].with_rows([row])
    return [found[code] for code in sorted(found)]


def entered_days(series: str) -> set[date]:
    """First days of the rows people entered, to mark them in a table."""
    return set(RateEntry.objects.filter(series=series).values_list("from_on", flat=True))


def _entered(series: str) -> Iterable[RateRow]:
    return [_row(each) for each in RateEntry.objects.filter(series=series).order_by("audit_seq", "pk")]


def _row(each: Any) -> RateRow:
    return RateRow(each.from_on, each.to_on, each.rate, each.source)
