"""Payment terms: from an invoice date and an amount to instalments, due dates and an early-payment discount.

Terms are data (JSON) and pure arithmetic here; who may change them and from when they hold is a matter of rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self

from receivables.rules.business_days import Calendar
from receivables.rules.money import Money

Step = tuple[str, int | tuple[str, int]]
"""One step of a due rule; the steps run from the invoice date in the order given:

("days", n) n days on (or back) · ("months", n) same day n months on, clamped to the month's end ·
("end_of_month", 0) last day of the month reached · ("day", d) day d of the month reached, clamped ·
("next_day", d) the first d-th of a month on or after · ("weekday", ("fri", 0)) the first Friday on or after ·
("weekday", ("fri", 2)) the first second-Friday-of-a-month on or after, ("fri", -1) the last Friday.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One instalment: `kind` says what `share` means.

    percent: per cent of the total · ratio: fraction of the total · remainder: per cent of what the lines before left
    (100 = the rest) · fixed: major units of `currency` (mirrors the sign of the total).
    """

    kind: Literal["percent", "ratio", "remainder", "fixed"]
    share: Fraction
    due: tuple[Step, ...]
    currency: str = ""


@dataclass(frozen=True, slots=True)
class EarlyPayment:
    """`percent` off when paid within `days` of the invoice date, the last day included; `on_tax`: off the tax too."""

    percent: Decimal
    days: int
    on_tax: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment to be: `amount` falls due on `due_on`."""

    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Discount:
    """`amount` = net_part + tax_part may be kept when the rest is paid on or before `valid_until`."""

    valid_until: date
    amount: Money
    net_part: Money
    tax_part: Money


@dataclass(frozen=True, slots=True)
class Terms:
    """Instalment lines, an optional early-payment discount, an optional shift to a business day."""

    lines: tuple[Line, ...]
    early: EarlyPayment | None = None
    shift: Literal["none", "next", "previous"] = "none"

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """Terms from their stored form; refuses what does not add up (terms_invalid, with `field`)."""
        raise NotImplementedError

    def to_json(self) -> dict[str, object]:
        """The stored form: strings, integers, lists and dicts only; from_json(to_json()) is the same terms."""
        raise NotImplementedError

    @classmethod
    def net(cls, days: int) -> Self:
        """Everything due `days` after the invoice date."""
        return cls((Line("remainder", Fraction(100), (("days", days),)),))


def schedule(
    terms: Terms, invoice_on: date, amount: Money, calendar: Calendar | None = None
) -> tuple[Due, ...]:
    """Instalments of `amount` in the order of the lines; Σ = amount. Zero gives one line due on `invoice_on`."""
    raise NotImplementedError


def discount(terms: Terms, invoice_on: date, amount: Money, tax: Money | None = None) -> Discount | None:
    """The early-payment discount of a gross `amount` of which `tax` is tax; None when the terms give none."""
    raise NotImplementedError


def open_after_payments(
    terms: Terms,
    invoice_on: date,
    amount: Money,
    payments: Sequence[tuple[date, Money]],
    tax: Money | None = None,
) -> Money:
    """What stays open of `amount` after payments (value date, money): the value date decides about the discount."""
    raise NotImplementedError


PRESETS: dict[str, Terms] = {}
"""Shipped terms by code: IMMEDIATE, NET7 ... NET90, EOM, EOM30, 2/10NET30, 30/50/20 ..."""
