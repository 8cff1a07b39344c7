"""Totals in another currency, and what a rate's movement meant for an allocation: questions, never entries (DECISIONS 9).

A converted figure always names its rate and day, and stands outside the sum-proof. The books stay in their own currency.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from receivables.models import Allocation, ExchangeRate
from receivables.rules.money import Money, round_half_up
from receivables.rules.refusals import Refused

BRIDGE = "EUR"
"""Central banks publish against their own currency; two quotes of a day meet in this one."""


@dataclass(frozen=True)
class Rate:
    """One unit of `base` is `value` units of `quote`; `on` is the day of the (older) quote used, `source` who said so."""

    base: str
    quote: str
    value: Fraction
    on: date
    source: str

    def plain(self) -> str:
        """Six decimals, for people."""
        millionths = round_half_up(self.value * 1_000_000)
        return f"{millionths // 1_000_000}.{millionths % 1_000_000:06d}"

    def __str__(self) -> str:
        return _("1 %(base)s = %(rate)s %(quote)s (%(source)s, %(on)s)") % {
            "base": self.base, "quote": self.quote, "rate": self.plain(), "source": self.source, "on": self.on.isoformat()
        }  # fmt: skip


@dataclass(frozen=True)
class Converted:
    """Each total beside what it is worth, and their sum.."""

    currency: str
    as_of: date
    parts: tuple[tuple[Money, Money, Rate | None], ...]

    @property
    def total(self) -> Money:
        return sum((worth for _total, worth, _rate in self.parts), Money.zero(self.currency))

    @property
    def words(self) -> str:
        """ "converted at 1 USD = 0.923000 EUR (ECB, 2026-03-02)": shown beside the figure."""
        rates = [str(rate) for _total, _worth, rate in self.parts if rate]
        return _("converted at %(rates)s") % {"rates": "; ".join(rates)} if rates else ""


def rate_on(base: str, quote: str, on: date) -> Rate:
    """The newest rate of a day, or of the last day before it: direct, else turned round, else over the bridge currency.

    Refuses rate_missing. Same currency: one.
    """
    if base == quote:
        return Rate(base, quote, Fraction(1), on, "")
    found = _direct(base, quote, on)
    if found is None and BRIDGE not in (base, quote):
        first, second = _direct(base, BRIDGE, on), _direct(BRIDGE, quote, on)
        if first and second:
            found = Rate(base, quote, first.value * second.value, min(first.on, second.on), first.source)
    if found is None:
        raise Refused(
            "rate_missing",
            _("No rate from %(base)s to %(quote)s is known for %(on)s or before.")
            % {"base": base, "quote": quote, "on": on.isoformat()},
            field="on",
        )
    return found


def totals(amounts: Iterable[Money], currency: str, on: date) -> Converted:
    """Totals of several currencies as worth in one, each rounded half-up once at the rate of the day."""
    parts = []
    for amount in amounts:
        rate = None if amount.currency == currency else rate_on(amount.currency, currency, on)
        parts.append((amount, worth(amount, currency, on), rate))
    return Converted(currency, on, tuple(parts))


def worth(amount: Money, currency: str, on: date) -> Money:
    """One amount in another currency at the rate of a day, rounded half-up once."""
    return amount.converted(rate_on(amount.currency, currency, on).value, currency)


def rounding(parts: Iterable[Money], currency: str, on: date) -> Money:
    """What the converted whole has more (or less) than its converted parts: the cent that converting line by line makes."""
    lines = list(parts)
    whole = sum(lines[1:], lines[0])
    return worth(whole, currency, on) - totals(lines, currency, on).total


def realised(allocation: Allocation, currency: str) -> Money:
    """Gain (+) or loss (-) of one allocation in `currency`: worth on the credit's day less worth on the debit's.

    Days are those of the documents (invoice date, value date). The opposite row has the opposite difference, so undoing
    takes it away. Settlement itself is decided in the currency of the books, never here.
    """
    code, size = allocation.debit.currency, Money(abs(allocation.amount), allocation.debit.currency)
    if code == currency:
        return Money.zero(currency)
    came = worth(size, currency, allocation.credit.document_on)
    owed = worth(size, currency, allocation.debit.document_on)
    return came - owed if allocation.amount > 0 else owed - came


def realised_total(allocations: Iterable[Allocation], currency: str) -> Money:
    """Sum of `realised` over rows (opposite rows included)."""
    return sum((realised(each, currency) for each in allocations), Money.zero(currency))


def _direct(base: str, quote: str, on: date) -> Rate | None:
    straight = ExchangeRate.objects.on_or_before(base, quote, on).first()
    turned = ExchangeRate.objects.on_or_before(quote, base, on).first()
    if straight and (turned is None or straight.on >= turned.on):
        return Rate(base, quote, Fraction(straight.rate), straight.on, straight.source)
    if turned:
        return Rate(base, quote, 1 / Fraction(turned.rate), turned.on, turned.source)
    return None
