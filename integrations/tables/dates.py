"""Dates out of strangers' cells, by the order the import states. Strict: a date with two readings is refused, never guessed.

Pure: no clock.
"""

import re
from datetime import date, timedelta
from typing import Literal

from integrations.tables.values import WIDE, Unparsed

DateOrder = Literal["ISO", "YMD", "DMY", "MDY", "EXCEL1900", "EXCEL1904", ""]

YEARS = (1990, 2100)


class DateText(str):
    """A date cell of a workbook, in ISO form, whatever the import's date order."""


_TIME = re.compile(
    r"[ T]\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?\s*(Z|[AP]M|[+-]\d{2}:?\d{2})?\Z", re.IGNORECASE
)
_YEAR_FIRST = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\Z|(\d{4})年(\d{1,2})月(\d{1,2})日\Z|(\d{4})(\d{2})(\d{2})\Z",
    re.ASCII,
)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2\s?(\d{4}|\d{2})\Z|(\d{2})(\d{2})(\d{4})\Z", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[-/. ]{1,2}([A-Za-z]{3})[a-z]*\.?[-/. ,]{1,2}(\d{4})\Z", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_date(text: str, *, order: DateOrder = "", short_years: bool = False) -> date:
    """A date by the import's `order`; "" and ISO accept year-first forms only. A time of day behind it is ignored.

    `short_years` lets 05.03.26 mean 2026. Raises Unparsed: empty, not_a_date, ambiguous_date, impossible_date, year_out_of_range.
    """
    plain = _TIME.sub("", text.translate(WIDE).strip())
    if not plain:
        raise Unparsed("empty", "The date is empty.", "Fill it in, or take the row out.")
    if order in ("EXCEL1900", "EXCEL1904") and not isinstance(text, DateText):
        return parse_serial(plain, epoch_1904=order == "EXCEL1904")
    if found := _YEAR_FIRST.match(plain):
        if not isinstance(text, DateText) and order in ("DMY", "MDY") and not found[2]:
            raise Unparsed(
                "not_a_date",
                f"The date does not follow the order {order}.",
                "Set the date order of this import.",
            )
        year, month, day = (int(g) for g in found.groups() if g and g.isdigit())
        return _real(year, month, day)
    if (found := _NAMED.match(plain)) and found[2].lower() in _MONTHS:
        return _real(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
    if found := _YEAR_LAST.match(plain):
        return _year_last(found, order, short_years)
    raise Unparsed(
        "not_a_date", "This is not a date.", "Write it as 2026-03-05, or set the date order of this import."
    )


def _year_last(found: re.Match[str], order: DateOrder, short_years: bool) -> date:
    first, second, year = [int(g) for g in found.groups() if g and g.isdigit()]
    if year < 100 and len(found[4] or "") == 2:
        if not short_years:
            raise Unparsed(
                "ambiguous_date",
                "The year has two digits.",
                "Write four, or allow short years in the mapping.",
            )
        year += 2000
    if order == "DMY":
        return _real(year, second, first)
    if order == "MDY":
        return _real(year, first, second)
    raise Unparsed(
        "ambiguous_date", "Day and month cannot be told apart.", "Set the date order of this import."
    )


def parse_serial(text: str, *, epoch_1904: bool) -> date:
    """An Excel day number. In the 1900 system 60 is the 29 February 1900 that never was, and is refused."""
    if not re.fullmatch(r"\d{1,7}(\.\d+)?", text, re.ASCII):
        raise Unparsed("not_a_date", "This is not an Excel day number.")
    serial = int(text.partition(".")[0])
    if epoch_1904:
        start = date(1904, 1, 1)
    elif serial == 60:
        raise Unparsed("impossible_date", "29 February 1900 never was.", "Correct the cell.")
    else:
        start = date(1899, 12, 30) if serial > 60 else date(1899, 12, 31)
    if serial > 80_000:
        raise Unparsed("year_out_of_range", f"Years run from {YEARS[0]} to {YEARS[1]}.")
    found = start + timedelta(days=serial)
    return _real(found.year, found.month, found.day)


def _real(year: int, month: int, day: int) -> date:
    if not YEARS[0] <= year <= YEARS[1]:
        raise Unparsed(
            "year_out_of_range",
            f"The year {year} lies outside {YEARS[0]} to {YEARS[1]}.",
            "Correct the year.",
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise Unparsed(
            "impossible_date", "There is no such day in the calendar.", "Correct the date."
        ) from None
