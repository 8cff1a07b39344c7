"""The lines of a request: read from what a person typed, and summed without losing a minor unit. Knows no database.

Net of a line = quantity × unit price, half-up once. Tax = per rate on the sum of its lines' nets, half-up once, then shared
over those lines by largest remainder (ties to the first), so the invoice's tax is what the rate says of the whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from receivables.rules.currencies import exponent
from receivables.rules.money import BIGINT_MAX, round_half_up, share_by_weights, to_minor
from receivables.rules.refusals import Refused

LINES_MAX, DESCRIPTION_MAX, QUANTITY_DECIMALS, TAX_MAX = 200, 300, 6, 100
_QUANTITY = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line as typed: plain decimals in text, the price in major units without tax, the tax rate in per cent."""

    description: str
    quantity: str = "1"
    unit_price: str = ""
    tax_percent: str = "0"


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """A line as stored: quantity as canonical decimal text, amounts in minor units, the rate in basis points."""

    description: str
    quantity: str
    unit_price: int
    net: int
    tax_bp: int
    tax: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of an invoice in minor units; gross = net + tax."""

    lines: tuple[LineAmounts, ...]
    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


def compute(inputs: Sequence[LineInput], currency: str) -> Totals:
    """Lines and sums. Refuses, with the place in `field` (`lines[2].quantity`): description_missing, text_too_long,
    quantity_invalid, unit_price_invalid, tax_rate_invalid, too_many_lines, amount_out_of_range."""
    if len(inputs) > LINES_MAX:
        raise Refused(
            "too_many_lines", f"A request has at most {LINES_MAX} lines.", field="lines", limit=LINES_MAX
        )
    lines = [_read(each, currency, f"lines[{i}]") for i, each in enumerate(inputs)]
    taxed = list(lines)
    for rate in {line.tax_bp for line in lines}:
        places = [i for i, line in enumerate(lines) if line.tax_bp == rate]
        nets = [lines[i].net for i in places]
        tax = round_half_up(Fraction(sum(nets) * rate, 10_000))
        shares = share_by_weights(tax, nets) if sum(nets) else [0] * len(places)
        for i, share in zip(places, shares, strict=True):
            taxed[i] = replace(lines[i], tax=share)
    net, tax = sum(line.net for line in taxed), sum(line.tax for line in taxed)
    if net + tax > BIGINT_MAX:
        raise Refused("amount_out_of_range", "The amount is larger than the books can hold.", field="lines")
    return Totals(tuple(taxed), net, tax)


def _read(line: LineInput, currency: str, place: str) -> LineAmounts:
    description = " ".join(line.description.split())
    if not description:
        raise Refused("description_missing", "Say what is invoiced.", field=f"{place}.description")
    if len(description) > DESCRIPTION_MAX:
        raise Refused(
            "text_too_long",
            f"At most {DESCRIPTION_MAX} characters.",
            field=f"{place}.description",
            limit=DESCRIPTION_MAX,
        )
    quantity = _quantity(line.quantity.strip(), f"{place}.quantity")
    price = _price(line.unit_price.strip(), currency, f"{place}.unit_price")
    net = round_half_up(Fraction(quantity) * price)
    if net > BIGINT_MAX:
        raise Refused(
            "amount_out_of_range",
            "The amount is larger than the books can hold.",
            field=f"{place}.unit_price",
        )
    return LineAmounts(
        description, _canonical(quantity), price, net, _rate(line.tax_percent.strip(), f"{place}.tax_percent")
    )


def _quantity(text: str, place: str) -> Decimal:
    if _QUANTITY.fullmatch(text) and Decimal(text) > 0:
        return Decimal(text)
    message = f"{text[:40]!r} is not a quantity above zero with at most {QUANTITY_DECIMALS} decimals."
    raise Refused("quantity_invalid", message, field=place, value=text[:40], decimals=QUANTITY_DECIMALS)


def _price(text: str, currency: str, place: str) -> int:
    digits = exponent(currency)
    try:
        minor = to_minor(text, currency)
    except Refused as no:
        if no.code == "amount_out_of_range":
            raise Refused(no.code, no.message, field=place) from no
        minor = -1
    if minor < 0:
        message = f"{text[:40]!r} is not a price: digits, at most {digits} decimals for {currency}, no thousands mark."
        raise Refused(
            "unit_price_invalid", message, field=place, value=text[:40], decimals=digits, currency=currency
        )
    return minor


def _rate(text: str, place: str) -> int:
    text = text.removesuffix("%").strip()
    if _PERCENT.fullmatch(text) and Decimal(text) <= TAX_MAX:
        return int(Decimal(text) * 100)
    raise Refused(
        "tax_rate_invalid",
        f"{text[:40]!r} is not a tax rate in per cent such as 19 or 5.5.",
        field=place,
        value=text[:40],
    )


def _canonical(quantity: Decimal) -> str:
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
