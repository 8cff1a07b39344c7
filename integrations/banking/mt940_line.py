"""One :61: field: dates, mark, amount, type, references. What cannot be read is kept as a line with its problem."""

import re
from datetime import date

from integrations.banking.port import BOOKED, PENDING, StatementLine
from integrations.files.currencies import DIGITS
from integrations.tables.dates import parse_date
from integrations.tables.values import DecimalMark, Unparsed, parse_amount

_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?\s*"
    r"(?P<mark>RC|RD|EC|ED|C|D)(?P<funds>[A-Z])?\s*"
    r"(?P<amount>\d[\d.,]*)\s*"
    r"(?P<kind>[A-Z][A-Z0-9]{3})?(?P<rest>.*)\Z"
)
_NONE = ("NONREF", "NOREF", "NOTPROVIDED", "KREF+", "EREF+", "NONE")


def read_line(body: str, number: int, currency: str) -> StatementLine:
    """The line of a :61:. The first physical line holds it all; some banks wrap it inside the amount."""
    lines = [line.rstrip() for line in body.split("\n")]
    found, used = None, 0
    for used in range(1, min(3, len(lines)) + 1):
        found = _LINE.match("".join(line.strip() for line in lines[:used]))
        if found:
            break
    if found is None:
        return _unread(body, number, currency, "The line is not date, mark, amount and type.")
    mark = found["mark"]
    try:
        value_on = short_date(found["value"])
        booked_on = _entry_date(found["entry"], value_on)
        amount = amount_minor(found["amount"], currency)
    except Unparsed as e:
        return _unread(body, number, currency, e.reason)
    customer, _, bank = found["rest"].partition("//")
    more = " ".join(line.strip() for line in lines[used:] if line.strip(" :"))
    return StatementLine(
        source_line=number,
        booked_on=booked_on,
        value_on=value_on,
        amount=-amount if mark in ("D", "RC", "ED") else amount,
        currency=currency,
        reference="" if customer.strip() in _NONE else customer.strip(),
        text=more,
        bank_id="" if bank.strip() in _NONE else bank.strip(),
        is_reversal=mark in ("RC", "RD"),
        status=PENDING if mark in ("EC", "ED") else BOOKED,
        code=found["kind"] or "",
    )


def _unread(body: str, number: int, currency: str, why: str) -> StatementLine:
    return StatementLine(number, None, None, None, currency, problem=why, original=body.strip()[:500])


def amount_minor(text: str, currency: str) -> int:
    """A SWIFT amount: comma as decimal mark, decimals may be missing behind it. Raises Unparsed."""
    plain = text.strip()
    mark: DecimalMark = "." if "." in plain and "," not in plain else ","
    known = currency if currency in DIGITS else "EUR"
    return parse_amount(plain.removesuffix(mark), currency=known, decimal_mark=mark, exact_zeros=True)


def short_date(text: str) -> date:
    """YYMMDD, years 1990 to 2089. Raises Unparsed."""
    century = "19" if text[:2] >= "90" else "20"
    return parse_date(century + text)


def _entry_date(month_day: str | None, value_on: date) -> date:
    """The booking day has no year: the one that brings it nearest to the value date, so a new year is no year apart."""
    if not month_day:
        return value_on
    near = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            near.append(date(year, int(month_day[:2]), int(month_day[2:])))
        except ValueError:
            continue
    if not near:
        raise Unparsed("impossible_date", f"The booking day {month_day} is not in the calendar.")
    return min(near, key=lambda day: abs((day - value_on).days))
