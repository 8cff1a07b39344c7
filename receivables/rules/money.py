"""Money: an integer of minor units beside its ISO 4217 currency, exact in every step.

Parsing, printing, adding within one currency, percentages and splits that lose nothing. Not conversion rates
(they are dated rows) and not localised display (grouping and symbols belong to the rendering).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from receivables.rules.currencies import exponent
from receivables.rules.refusals import Refused

BIGINT_MAX = 2**63 - 1
"""Largest magnitude a money column can hold; the smallest value is left out so that negation always fits."""

_PLAIN = re.compile(r"[+-]?(\d{1,30})(?:\.(\d{1,30}))?", re.ASCII)


class CurrencyMismatch(Refused):
    """Two currencies met in one sum or comparison."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(
            "currency_mismatch", f"{left} and {right} cannot be added or compared.", left=left, right=right
        )


def to_minor(text: str | int | Decimal, currency: str) -> int:
    """Minor units of a plain decimal in major units: to_minor("19.90", "EUR") == 1990.

    Takes "1234.5", "-3", an int or a Decimal of major units. Refuses floats, exponents, grouping marks, more
    decimals than the currency has (amount_invalid) and what a BIGINT cannot hold (amount_out_of_range).
    """
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        raise Refused(
            "amount_invalid", f"An amount is a decimal string, not {type(text).__name__}.", field="amount"
        )
    if isinstance(text, Decimal):
        if not text.is_finite() or text.adjusted() > 30:
            raise Refused("amount_invalid", f"{text} is not an amount.", field="amount")
        text = format(text, "f")
    found = _PLAIN.fullmatch(str(text).strip())
    if found is None:
        raise Refused(
            "amount_invalid",
            f"{str(text)[:40]!r} is not a plain decimal number such as 1234.50.",
            field="amount",
        )
    whole, fraction = found[1], found[2] or ""
    digits = exponent(currency)
    if len(fraction) > digits:
        raise Refused(
            "amount_invalid",
            f"{text} has {len(fraction)} decimals; {currency} has {digits}.",
            field="amount",
            decimals=len(fraction),
            allowed=digits,
        )
    minor = int(whole + fraction.ljust(digits, "0"))
    return _bounded(-minor if str(text).strip().startswith("-") else minor)


def format_plain(minor: int, currency: str) -> str:
    """The plain decimal of minor units, without grouping or code: format_plain(-5, "EUR") == "-0.05"."""
    digits = exponent(currency)
    sign = "-" if minor < 0 else ""
    if digits == 0:
        return f"{sign}{abs(minor)}"
    whole, fraction = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}.{fraction:0{digits}d}"


def round_half_up(value: Fraction) -> int:
    """Nearest integer, halves away from zero (so that a credit note mirrors its invoice)."""
    doubled = abs(value) * 2
    nearest = int(doubled + 1) // 2
    return -nearest if value < 0 else nearest


def share_by_weights(minor: int, weights: Sequence[int | Decimal | Fraction]) -> list[int]:
    """`minor` shared in proportion to `weights` by largest remainder, ties to the first; the sum is exact.

    Refuses no weights, negative weights and weights that are all zero (weights_invalid).
    """
    exact = [Fraction(w) for w in weights]
    total = sum(exact, Fraction(0))
    if total <= 0 or any(w < 0 for w in exact):
        raise Refused("weights_invalid", "Weights must not be negative and one must be above zero.")
    size = abs(minor)
    quotas = [size * w / total for w in exact]
    shares = [int(q) for q in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda i: shares[i] - quotas[i])
    for i in by_remainder[: size - sum(shares)]:
        shares[i] += 1
    return [-s for s in shares] if minor < 0 else shares


@dataclass(frozen=True, slots=True)
class Money:
    """A signed amount: `minor` units (integer) of `currency` (ISO 4217 code, upper case)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise Refused("amount_invalid", f"Minor units are an integer, not {type(self.minor).__name__}.")
        exponent(self.currency)
        _bounded(self.minor)

    @classmethod
    def of(cls, major: str | int | Decimal, currency: str) -> Self:
        """Money from major units: Money.of("19.90", "EUR"). Refuses as `to_minor` does."""
        return cls(to_minor(major, currency), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @property
    def major(self) -> Decimal:
        """Major units, exact: Decimal("19.90")."""
        return Decimal(self.plain())

    def plain(self) -> str:
        """ "19.90": what the API writes beside `currency`."""
        return format_plain(self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.plain()} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def percent(self, p: Decimal | int | Fraction) -> "Money":
        """`p` per cent of this amount, rounded half-up once."""
        return Money(round_half_up(self.minor * _fraction(p) / 100), self.currency)

    def converted(self, rate: Decimal | Fraction, currency: str) -> "Money":
        """This amount in `currency`, rounded half-up once; `rate` = units of `currency` for one unit of this
        one."""
        scale = Fraction(10 ** exponent(currency), 10 ** exponent(self.currency))
        return Money(round_half_up(self.minor * _fraction(rate) * scale), currency)

    def split_evenly(self, n: int) -> list["Money"]:
        """`n` parts that differ by at most one minor unit, the larger first: 100.00 / 3 = 33.34 + 33.33 +
        33.33."""
        return self.split_by_weights([1] * n)

    def split_by_weights(self, weights: Sequence[int | Decimal | Fraction]) -> list["Money"]:
        """Parts in proportion to `weights`: largest remainder, ties to the first; the sum is exact."""
        return [Money(share, self.currency) for share in share_by_weights(self.minor, weights)]

    def split_instalments(self, percents: Sequence[Decimal | int | Fraction]) -> list["Money"]:
        """Instalments of `percents` (sum 100): each half-up, the last takes the rest.

        No part exceeds what is left, so tiny amounts never give a part of the opposite sign. Refuses
        percentages that are not above zero or do not sum to 100 (percents_not_100).
        """
        shares = [_fraction(p) for p in percents]
        if not shares or any(s <= 0 for s in shares) or sum(shares) != 100:
            raise Refused(
                "percents_not_100", "The percentages of the instalments must be above zero and sum to 100."
            )
        left, parts = abs(self.minor), []
        for share in shares[:-1]:
            part = min(left, round_half_up(abs(self.minor) * share / 100))
            parts.append(part)
            left -= part
        parts.append(left)
        return [Money(-p if self.minor < 0 else p, self.currency) for p in parts]

    def _same(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"Money meets {type(other).__name__}; a bare number has no currency.")
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor


def _fraction(value: Decimal | int | Fraction) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, Decimal | int | Fraction):
        raise Refused("amount_invalid", f"A rate is a decimal, not {type(value).__name__}.")
    if isinstance(value, Decimal) and not value.is_finite():
        raise Refused("amount_invalid", f"{value} is not a rate.")
    return Fraction(value)


def _bounded(minor: int) -> int:
    if abs(minor) > BIGINT_MAX:
        raise Refused("amount_out_of_range", "The amount is larger than the books can hold.", field="amount")
    return minor
