"""The parts of payment terms and their stored form: instalment lines, the early-payment discount, exact
shares.

Reading and writing of parts only; what they add up to, and what they do to an invoice, is in `terms`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast

from receivables.rules.due_rules import Step, steps_from_json
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

Kind = Literal["percent", "ratio", "remainder", "fixed"]
_KINDS = ("percent", "ratio", "remainder", "fixed")
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?(/0*[1-9][0-9]{0,11})?")


@dataclass(frozen=True, slots=True)
class Line:
    """One instalment: `kind` says what `share` means.

    percent: per cent of the total · ratio: fraction of the total · remainder: per cent of what the lines
    before left (100 = the rest) · fixed: major units of `currency` (mirrors the sign of the total).
    """

    kind: Kind
    share: Fraction
    due: tuple[Step, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True)
class EarlyPayment:
    """`percent` off when paid within `days` of the invoice date, the last day included; `on_tax`: off the tax
    too."""

    percent: Decimal
    days: int
    on_tax: bool = True


def percent_of_total(line: Line) -> Fraction:
    return {"percent": line.share, "ratio": line.share * 100}.get(line.kind, Fraction(0))


def is_rest(line: Line) -> bool:
    return line.kind == "remainder" and line.share == 100


def line_from_json(item: object) -> Line:
    data = mapping(item, {*_KINDS, "divisor", "currency", "due"}, "lines")
    kinds = [kind for kind in _KINDS if kind in data]
    if (
        len(kinds) != 1
        or ("divisor" in data and kinds != ["ratio"])
        or ("currency" in data) != (kinds == ["fixed"])
    ):
        raise invalid(
            f"A line has exactly one of {', '.join(_KINDS)}; a divisor only with ratio, a currency only with fixed.",
            "lines",
        )
    kind, due = kinds[0], steps_from_json(data.get("due", []))
    if kind == "fixed":
        fixed = Money.of(cast(str, data["fixed"]), cast(str, data["currency"]))
        return Line("fixed", Fraction(fixed.major), due, fixed.currency)
    share = _number(data[kind], kind)
    if "divisor" in data:
        share = _consistent(share, str(data[kind]), _number(data["divisor"], "divisor"))
    if kind == "remainder" and share > 100:
        raise invalid("A line cannot take more than 100 % of the remainder.", "remainder")
    return Line(cast(Kind, kind), share, due)


def _consistent(ratio: Fraction, written: str, divisor: Fraction) -> Fraction:
    """1/divisor when `ratio` says the same: exactly, or rounded or cut at four places or later."""
    unit = Fraction(1, 10 ** len(written.partition(".")[2]))
    if divisor > 0:
        short_of = 1 / divisor - ratio
        if short_of == 0 or (unit <= Fraction(1, 10**4) and -unit / 2 <= short_of < unit):
            return 1 / divisor
    raise invalid(
        f"A ratio of {written[:20]} and a divisor of {decimal_text(divisor)} contradict each other.",
        "ratio",
    )


def early_from_json(item: object) -> EarlyPayment:
    data = mapping(item, {"percent", "days", "on_tax"}, "early_payment")
    days, on_tax = data.get("days"), data.get("on_tax", True)
    if isinstance(days, bool) or not isinstance(days, int) or not isinstance(on_tax, bool):
        raise invalid(
            "An early-payment discount has percent, whole days and on_tax true or false.",
            "early_payment",
        )
    return EarlyPayment(
        Decimal(decimal_text(_number(data.get("percent"), "early_payment"))),
        days,
        on_tax,
    )


def _number(value: object, field: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise invalid("A share is a decimal string such as 33.5 or a fraction such as 1/3.", field)
    if _NUMBER.fullmatch(str(value)) is None:
        raise invalid(f"{str(value)[:20]!r} is not a number above zero.", field)
    top, _, bottom = str(value).partition("/")
    return Fraction(top) / Fraction(bottom or "1")


def decimal_text(number: Fraction) -> str:
    """ "32.5" where the decimal ends, else "1/3"."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{number.numerator}/{number.denominator}"
    return format(Decimal(number.numerator) / Decimal(number.denominator), "f")


def mapping(data: object, known: set[str], field: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping) or not set(data) <= known:
        raise invalid(f"Expected the keys {', '.join(sorted(known))}.", field)
    return data


def invalid(message: str, field: str) -> Refused:
    return Refused("terms_invalid", message, field=field)
