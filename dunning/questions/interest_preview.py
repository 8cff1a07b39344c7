"""What could be claimed of a customer in one currency up to a day, item by item with the way there; or why nothing can.

Only reads; a note is issued from exactly this picture (`digest`).
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from dunning.questions import interest_debts, interest_terms
from dunning.questions.interest_debts import Owed
from dunning.questions.interest_terms import Standing
from dunning.rules.interest import Derivation, derive
from dunning.rules.interest_note import Step, explain
from dunning.rules.interest_packs import Pack
from dunning.rules.interest_terms import Facts, facts_to_json
from receivables.models import Customer, Entry, LegalEntity
from receivables.questions import conversion
from receivables.rules import chain
from receivables.rules.money import Money

NO_PACK = "no_pack"


@dataclass(frozen=True)
class Claimed:
    """One item with its interest and fixed sum, both in the item's currency; `steps` is the whole way."""

    entry: Entry
    derivation: Derivation
    fixed_sum: Money
    steps: tuple[Step, ...]

    @property
    def total(self) -> Money:
        return self.derivation.interest + self.fixed_sum

    @property
    def from_on(self) -> date:
        return self.derivation.lines[0].from_on

    @property
    def to_on(self) -> date:
        return self.derivation.lines[-1].to_on


@dataclass(frozen=True)
class Preview:
    """`why` is empty when something can be claimed; `left_out` are items with a reason each."""

    customer: Customer
    entity: LegalEntity
    currency: str
    up_to: date
    standing: Standing
    why: str
    items: tuple[Claimed, ...]
    left_out: tuple[tuple[Entry, str], ...]

    @property
    def interest(self) -> Money:
        return sum((each.derivation.interest for each in self.items), Money.zero(self.currency))

    @property
    def fixed_sums(self) -> Money:
        return sum((each.fixed_sum for each in self.items), Money.zero(self.currency))

    @property
    def total(self) -> Money:
        return self.interest + self.fixed_sums

    @property
    def digest(self) -> str:
        """64 hex digits of everything a reader was shown: what is issued is what was seen."""
        pack = self.standing.pack
        shown = {
            "who": [self.customer.pk, self.entity.pk, self.currency, self.up_to.isoformat()],
            "pack": pack.code if pack else "",
            "facts": facts_to_json(self.standing.facts),
            "items": [[each.entry.pk, each.total.minor, list(each.steps)] for each in self.items],
        }
        return hashlib.sha256(chain.canonical(shown)).hexdigest()

    def only(self, entries: Collection[int]) -> "Preview":
        """The same, for some of its items."""
        return replace(self, items=tuple(each for each in self.items if each.entry.pk in entries))


def preview(
    customer: Customer, entity: LegalEntity, currency: str, *, up_to: date, ignoring: int = 0
) -> Preview:
    """Interest and fixed sums of every late item up to and including a day.

    Refuses as the rules do, with the remedy in the figures: rate_unknown, rate_missing, agreed_rate_below_floor,
    contract_date_missing. `ignoring` is a planned message whose own claims do not count.
    """
    terms = interest_terms.standing(customer, entity, on=up_to)
    nothing = Preview(customer, entity, currency, up_to, terms, NO_PACK, (), ())
    if terms.pack is None:
        return nothing
    claimed, left_out, general = [], [], ""
    for each in interest_debts.owed(customer, entity, currency, up_to=up_to, ignoring=ignoring):
        found = _derived(each, terms.pack, terms.facts, up_to)
        reason = "in_dispute" if each.in_dispute else found.reason
        if reason.startswith(("fact_missing", "not_applicable")):
            general = reason
        if not reason:
            claimed.append(_claimed(each.entry, found, currency, up_to))
        elif reason == "no_days" and each.debt.charged_through:
            left_out.append((each.entry, "charged_before"))
        elif reason not in ("no_days", "nothing_owed"):
            left_out.append((each.entry, reason))
    kept = tuple(each for each in claimed if each.total.minor > 0)
    why = "" if kept else general or "nothing_late"
    return replace(nothing, why=why, items=kept, left_out=tuple(left_out))


def _derived(each: Owed, pack: Pack, facts: Facts, up_to: date) -> Derivation:
    debt = each.debt
    if len(pack.compensation) > 1 and debt.currency != pack.currency and debt.principal > 0:
        principal = Money(debt.principal, debt.currency)
        facts = replace(facts, worth=conversion.worth(principal, pack.currency, debt.due_on))
    return derive(debt, pack, facts, up_to=up_to)


def _claimed(entry: Entry, found: Derivation, currency: str, up_to: date) -> Claimed:
    """The fixed sum of a law in another currency is claimed at the rate of the day, rounded to the item's currency."""
    steps, fixed = explain(found), found.compensation
    if fixed.currency != currency:
        if fixed:
            rate = conversion.rate_on(fixed.currency, currency, up_to)
            figures = {
                "of": fixed.plain(),
                "of_currency": fixed.currency,
                "rate": rate.plain(),
                "source": rate.source,
            }
            fixed = conversion.worth(fixed, currency, up_to)
            told = {"on": rate.on.isoformat(), "amount": fixed.plain(), "currency": currency}
            steps.append(("converted", {**figures, **told}))
        else:
            fixed = Money.zero(currency)
    return Claimed(entry, found, fixed, tuple(steps))
