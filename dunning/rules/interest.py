"""Late interest of one debt, derived line by line: principal × rate × days ÷ day basis, rounded once at the end.

Simple interest on what is left of the principal, from the day after the due date to the day of payment, both figures
exact until the one rounding. Fees and interest never bear interest, unless a law says so and the pack with it (the US
federal rule alone). It charges nothing and waives nothing: verbs do, and the aging of the principal never moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from dunning.rules.interest_packs import BY_PERIOD, Pack, Reference
from dunning.rules.interest_terms import Facts, Quote, fixed_sum, is_agreed, quoting, why_not
from receivables.rules.money import Money, round_half_up

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Debt:
    """What was owed when it fell due (minor units, with tax) and what was paid on it since, never fees or interest.

    `payments`: (day, amount); negative: taken back. `disputed`: (first, last) days that shall not count, e.g. of a dispute
    found valid. `charged_through`: interest up to this day is charged already; `compensated`: the fixed sum is too.
    """

    principal: int
    currency: str
    due_on: date
    payments: tuple[tuple[date, int], ...] = ()
    disputed: tuple[tuple[date, date], ...] = ()
    charged_through: date | None = None
    compensated: bool = False

    def open_on(self, day: date) -> int:
        """What bears interest on a day: a payment of that day counts from the next."""
        return max(0, self.principal - sum(amount for on, amount in self.payments if on < day))

    def disputed_on(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.disputed)


@dataclass(frozen=True, slots=True)
class Line:
    """Some days at one base and one rate. `exact` is in minor units; `capitalised` is interest inside the base."""

    from_on: date
    to_on: date
    days: int
    base: int
    capitalised: Fraction
    quote: Quote
    day_basis: int
    exact: Fraction

    @property
    def rate(self) -> Fraction:
        return self.quote.rate


@dataclass(frozen=True, slots=True)
class Derivation:
    """The interest of one debt up to a day, with its way there. Not applicable: no lines, and `reason` says why."""

    pack: str
    citation: str
    debt: Debt
    up_to: date
    lines: tuple[Line, ...]
    interest: Money
    compensation: Money
    compensation_citation: str | None
    applicable: bool
    reason: str

    @property
    def exact(self) -> Fraction:
        """The interest before the one rounding, in minor units."""
        return sum((line.exact for line in self.lines), Fraction(0))

    @property
    def days(self) -> int:
        return sum(line.days for line in self.lines)


def derive(debt: Debt, pack: Pack, facts: Facts, *, up_to: date) -> Derivation:
    """Interest and fixed sum of a debt under a pack, up to and including a day.

    1. Ask whether the pack applies (`why_not`). 2. Cut the days where base, rate, year or capital changes. 3. Sum exactly,
    round half-up once. Refuses days whose rate nobody entered (rate_unknown), an agreement below its legal floor
    (agreed_rate_below_floor) and bands in another currency without the debt's worth (worth_missing).
    """
    nothing = Derivation(
        pack=pack.code,
        citation=pack.citation,
        debt=debt,
        up_to=up_to,
        lines=(),
        interest=Money.zero(debt.currency),
        compensation=Money.zero(pack.currency or debt.currency),
        compensation_citation=None,
        applicable=False,
        reason=why_not(debt.due_on, pack, facts),
    )
    if nothing.reason:
        return nothing
    if debt.principal <= 0:
        return replace(nothing, applicable=True, reason="nothing_owed")
    lines = _lines(debt, pack, facts, up_to)
    if not lines:
        return replace(nothing, applicable=True, reason="no_days")
    fixed = None if debt.compensated else fixed_sum(Money(debt.principal, debt.currency), pack, facts)
    return replace(
        nothing,
        lines=lines,
        interest=Money(round_half_up(sum((line.exact for line in lines), Fraction(0))), debt.currency),
        compensation=fixed or nothing.compensation,
        compensation_citation=(pack.compensation_citation or pack.citation) if fixed else None,
        applicable=True,
    )


def _lines(debt: Debt, pack: Pack, facts: Facts, up_to: date) -> tuple[Line, ...]:
    if debt.due_on >= up_to or (debt.charged_through is not None and debt.charged_through >= up_to):
        return ()
    first = debt.due_on + _DAY * pack.first_day
    end = up_to if pack.longest_days is None else min(up_to, first + _DAY * (pack.longest_days - 1))
    start = first if debt.charged_through is None else max(first, debt.charged_through + _DAY)
    if start > end:
        return ()
    joins = _capital_days(debt, pack, first, end)
    walk_from = first if joins else start
    quote_on = quoting(pack, facts, first)
    day_count = facts.agreed.day_count if is_agreed(pack, facts) and facts.agreed else pack.day_count
    lines: list[Line] = []
    capital = waiting = Fraction(0)
    for begin, after in pairwise(_cuts(debt, pack, (walk_from, start, end + _DAY), joins)):
        if begin in joins:
            capital, waiting = capital + waiting, Fraction(0)
        base = debt.open_on(begin)
        if not base or debt.disputed_on(begin):
            continue
        line = _line(begin, after, base, capital, quote_on(begin), day_count)
        waiting += line.exact
        if begin >= start:
            _append(lines, line)
    return tuple(lines)


def _cuts(debt: Debt, pack: Pack, ends: tuple[date, date, date], joins: set[date]) -> list[date]:
    """The days on which something changes, from the first to the day after the last."""
    begin, start, stop = ends
    days = {start, *joins} | {on + _DAY for on, _ in debt.payments if on < stop}
    days |= {d for first, last in debt.disputed for d in (first, min(last, stop) + _DAY)}
    days |= {date(year, 1, 1) for year in range(begin.year, stop.year + 1)}
    if isinstance(pack.rate, Reference) and pack.rate.holds == BY_PERIOD:
        days |= pack.rate.series.changes()
    return [begin, *sorted(day for day in days if begin < day < stop), stop]


def _capital_days(debt: Debt, pack: Pack, first: date, end: date) -> set[date]:
    """The days on which accrued interest joins the base; none where interest stays simple."""
    rule = pack.capitalises
    if rule is None:
        return set()
    last = next((on for on, _ in sorted(debt.payments) if on <= end and not debt.open_on(on + _DAY)), end)
    late = (last - first).days + 1
    if late <= rule.simple_days:
        return set()
    return {first + _DAY * passed for passed in range(rule.every_days, late, rule.every_days)}


def _line(begin: date, after: date, base: int, capital: Fraction, quote: Quote, day_count: str) -> Line:
    days = (after - begin).days
    basis = 1 if quote.unit == "day" else _basis(day_count, begin.year)
    exact = (base + capital) * quote.rate / 100 * days / basis
    return Line(begin, after - _DAY, days, base, capital, quote, basis, exact)


def _basis(day_count: str, year: int) -> int:
    if day_count != "actual":
        return int(day_count)
    return 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365


def _append(lines: list[Line], line: Line) -> None:
    """Joins a line to the one before where nothing but a boundary stands between them."""
    last = lines[-1] if lines else None
    if last is None or last.to_on + _DAY != line.from_on or _kind(last) != _kind(line):
        lines.append(line)
        return
    lines[-1] = replace(last, to_on=line.to_on, days=last.days + line.days, exact=last.exact + line.exact)


def _kind(line: Line) -> Sequence[object]:
    return line.base, line.capitalised, line.quote, line.day_basis
