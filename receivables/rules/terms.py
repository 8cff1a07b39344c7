"""Payment terms: from an invoice date and an amount to instalments, due dates and an early-payment discount.

Terms are data (JSON) and pure arithmetic here; who may change them and from when they hold is a matter of
rows. Shipped terms stand in `term_presets`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, Self

from receivables.rules.business_days import (
    Calendar,
    next_business_day,
    previous_business_day,
)
from receivables.rules.currencies import exponent
from receivables.rules.due_rules import due_on, steps_to_json
from receivables.rules.money import Money, round_half_up
from receivables.rules.refusals import Refused
from receivables.rules.term_lines import (
    EarlyPayment,
    Line,
    decimal_text,
    early_from_json,
    invalid,
    is_rest,
    line_from_json,
    mapping,
    percent_of_total,
)

__all__ = [
    "Discount",
    "Due",
    "EarlyPayment",
    "Line",
    "Shift",
    "Terms",
    "discount",
    "open_after_payments",
    "schedule",
]

Shift = Literal["none", "next", "previous"]
_MOST_LINES = 120


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment to be: `amount` falls due on `due_on`.

    `nominal_on` is the date before a shift to a business day, None when nothing moved. Interest counts from
    it: the shift gives time to pay, not free days.
    """

    due_on: date
    amount: Money
    nominal_on: date | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """`amount` = net_part + tax_part may be kept when the rest is paid on or before `valid_until`."""

    valid_until: date
    amount: Money
    net_part: Money
    tax_part: Money


@dataclass(frozen=True, slots=True)
class Terms:
    """Instalment lines, an optional early-payment discount, an optional shift to a business day.

    Lines of percent and ratio sum to exactly 100; with fixed or remainder lines the last one is the rest.
    Refuses otherwise (percents_not_100, terms_invalid).
    """

    lines: tuple[Line, ...]
    early: EarlyPayment | None = None
    shift: Shift = "none"

    def __post_init__(self) -> None:
        if not 1 <= len(self.lines) <= _MOST_LINES or any(line.share <= 0 for line in self.lines):
            raise invalid(
                f"Terms have 1 to {_MOST_LINES} lines, each with a share above zero.",
                "lines",
            )
        hundredths = sum((percent_of_total(line) for line in self.lines), Fraction(0))
        if all(line.kind in ("percent", "ratio") for line in self.lines):
            if hundredths != 100:
                raise Refused(
                    "percents_not_100",
                    f"The percentages sum to {decimal_text(hundredths)}, not to 100.",
                    field="lines",
                    sum=decimal_text(hundredths),
                )
        elif hundredths > 100 or not is_rest(self.lines[-1]) or any(is_rest(li) for li in self.lines[:-1]):
            raise invalid(
                "With fixed or remainder lines the last line, and only the last, takes the rest.",
                "lines",
            )
        if self.early and not (0 < self.early.percent < 100 and 0 <= self.early.days <= 366):
            raise invalid(
                "An early-payment discount is above 0 and below 100 %, within 0 to 366 days.",
                "early_payment",
            )

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Terms from their stored form; refuses what does not add up (terms_invalid, percents_not_100, with
        `field`).

        {"lines": [{"percent": "30", "due": [{"days": 30}]}, {"remainder": "100", "due": [...]}],
        "early_payment": {"percent": "2", "days": 10, "on_tax": true}, "shift": "next"}. A line has one of percent,
        ratio ("0.25", "1/3", or a decimal with "divisor"), remainder, fixed (with "currency"). Numbers are
        strings or integers, never floats.
        """
        known = mapping(data, {"lines", "early_payment", "shift"}, "terms")
        lines, shift = known.get("lines"), known.get("shift", "none")
        if not isinstance(lines, list):
            raise invalid("Terms need a list of lines.", "lines")
        if shift not in ("none", "next", "previous"):
            raise invalid("shift is none, next or previous.", "shift")
        early = known.get("early_payment")
        return cls(
            tuple(line_from_json(item) for item in lines),
            None if early is None else early_from_json(early),
            shift,
        )

    def to_json(self) -> dict[str, object]:
        """The stored form: strings, integers, lists and dicts only; from_json(to_json()) is the same
        terms."""
        lines: list[dict[str, object]] = []
        for line in self.lines:
            stored: dict[str, object] = {
                line.kind: decimal_text(line.share),
                "due": steps_to_json(line.due),
            }
            lines.append(stored | ({"currency": line.currency} if line.currency else {}))
        data: dict[str, object] = {"lines": lines, "shift": self.shift}
        if self.early:
            data["early_payment"] = {
                "percent": str(self.early.percent),
                "days": self.early.days,
                "on_tax": self.early.on_tax,
            }
        return data

    @classmethod
    def net(cls, days: int) -> Self:
        """Everything due `days` after the invoice date."""
        return cls((Line("percent", Fraction(100), (("days", days),)),))


def schedule(
    terms: Terms, invoice_on: date, amount: Money, calendar: Calendar | None = None
) -> tuple[Due, ...]:
    """Instalments of `amount` in the order of the lines; Σ = amount, every part has its sign or is left out.

    Parts are half-up, the last takes the rest, none exceeds what is left. Zero gives one line due on
    `invoice_on`. `calendar` serves the shift (Monday to Friday when None). Refuses a fixed line in another
    currency.
    """
    if amount.minor == 0:
        return (Due(invoice_on, amount),)
    size = left = abs(amount.minor)
    sign = -1 if amount.minor < 0 else 1
    dues = []
    for line in terms.lines[:-1]:
        part = min(left, _part(line, size, left, amount.currency))
        left -= part
        dues.append((line, part))
    dues.append((terms.lines[-1], left))
    return tuple(
        _due(
            terms,
            line,
            invoice_on,
            Money(sign * part, amount.currency),
            calendar or Calendar(),
        )
        for line, part in dues
        if part
    )


def discount(terms: Terms, invoice_on: date, amount: Money, tax: Money | None = None) -> Discount | None:
    """The early-payment discount of a gross `amount` of which `tax` is tax; None when the terms give none.

    Half-up once on the gross (on the net when `on_tax` is off); the tax part is half-up of the tax, the net
    part the rest. Credit notes earn none.
    """
    if terms.early is None or amount.minor <= 0:
        return None
    of_tax = tax or Money.zero(amount.currency)
    percent = terms.early.percent
    if terms.early.on_tax:
        whole, tax_part = amount.percent(percent), of_tax.percent(percent)
    else:
        whole, tax_part = (
            (amount - of_tax).percent(percent),
            Money.zero(amount.currency),
        )
    if whole.minor == 0:
        return None
    return Discount(invoice_on + timedelta(days=terms.early.days), whole, whole - tax_part, tax_part)


def open_after_payments(
    terms: Terms,
    invoice_on: date,
    amount: Money,
    payments: Sequence[tuple[date, Money]],
    tax: Money | None = None,
) -> Money:
    """What stays open of `amount` after payments (value date, money); negative when more was paid than owed.

    The value date decides, not the day of entry. The discount is kept only when amount − discount was paid in
    full within its days; part payments earn no part of it, and who paid the full amount gets nothing back.
    """
    zero = Money.zero(amount.currency)
    paid = sum((money for _, money in payments), zero)
    offer = discount(terms, invoice_on, amount, tax)
    if offer is None:
        return amount - paid
    in_time = sum((money for on, money in payments if on <= offer.valid_until), zero)
    kept = max(zero, amount - in_time) if in_time >= amount - offer.amount else zero
    return amount - kept - paid


def _part(line: Line, size: int, left: int, currency: str) -> int:
    if line.kind == "fixed":
        minor = line.share * 10 ** exponent(line.currency)
        if line.currency != currency:
            raise Refused(
                "terms_currency",
                f"The terms fix an amount in {line.currency}, the invoice is in {currency}.",
            )
        return int(minor)
    if line.kind == "remainder":
        return round_half_up(left * line.share / 100)
    return round_half_up(size * percent_of_total(line) / 100)


def _due(terms: Terms, line: Line, invoice_on: date, amount: Money, calendar: Calendar) -> Due:
    nominal = due_on(line.due, invoice_on)
    if terms.shift == "none":
        return Due(nominal, amount)
    shifted = (next_business_day if terms.shift == "next" else previous_business_day)(nominal, calendar)
    return Due(shifted, amount, None if shifted == nominal else nominal)
