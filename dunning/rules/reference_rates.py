"""Reference rates by period: percent as decimal text with its source, for the days we can prove and no others.

A day without a row is unknown, never zero and never "as before". Not a feed: rows ship as data or are added by people.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from receivables.rules.refusals import Refused

_PERCENT = re.compile(r"-?\d{1,3}(?:\.\d{1,8})?", re.ASCII)
_DAY = timedelta(days=1)
_TO_CONFIRM = "to be confirmed by the user"
"""Ends the source of shipped rows that nobody compared with the publisher's table."""


def percent(text: object, *, field: str = "rate") -> Fraction:
    """Exact percent of a plain decimal text such as "12.25". Refuses floats and anything else (rate_invalid)."""
    if not isinstance(text, str) or _PERCENT.fullmatch(text) is None:
        raise Refused(
            "rate_invalid", f"{str(text)[:40]!r} is not a rate in percent such as 12.25.", field=field
        )
    return Fraction(text)


def plain(rate: Fraction) -> str:
    """The rate as plain decimal text without needless zeros: 49/4 is "12.25". Only for what ends in decimals."""
    return f"{(Decimal(rate.numerator) / Decimal(rate.denominator)).normalize():f}"


def day(text: object, *, field: str) -> date:
    """A date from "2026-01-31". Refuses anything else (date_invalid)."""
    try:
        if not isinstance(text, str) or len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(
            "date_invalid", f"{str(text)[:40]!r} is not a date such as 2026-01-31.", field=field
        ) from None


def is_unconfirmed(source: str) -> bool:
    """Whether a row's source says that somebody has to compare it first."""
    return source.endswith(_TO_CONFIRM)


def publisher(source: str) -> str:
    """The source as a debtor reads it, without our own remarks."""
    return source.partition(";")[0].strip() if is_unconfirmed(source) else source


@dataclass(frozen=True, slots=True)
class RateRow:
    """`rate` percent holds from `from_on` to `to_on`, both included; `source` says who published it."""

    from_on: date
    to_on: date
    rate: str
    source: str

    def __post_init__(self) -> None:
        percent(self.rate)
        if self.to_on < self.from_on:
            raise Refused("rate_period_invalid", "The period ends before it begins.", field="to")
        if not self.source.strip():
            raise Refused("rate_source_missing", "Say where the rate was published.", field="source")

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> "RateRow":
        """A row from {"from", "to", "rate", "source"}, as the packs hold it and people enter it."""
        if set(item) != {"from", "to", "rate", "source"} or not isinstance(item["source"], str):
            raise Refused("rate_row_invalid", "A rate row has from, to, rate and source, and nothing else.")
        return cls(day(item["from"], field="from"), day(item["to"], field="to"), item["rate"], item["source"])


@dataclass(frozen=True, slots=True)
class Series:
    """A reference rate over time: rows in order, none overlapping; gaps are days nobody has told us about."""

    code: str
    name: Mapping[str, str]
    rows: tuple[RateRow, ...]

    def __post_init__(self) -> None:
        for before, after in zip(self.rows, self.rows[1:], strict=False):
            if after.from_on <= before.to_on:
                raise Refused(
                    "rate_periods_overlap",
                    f"Two rates of {self.code} hold on {after.from_on}.",
                    field="from",
                    series=self.code,
                    on=after.from_on.isoformat(),
                )

    def at(self, when: date) -> RateRow:
        """The row that holds on a day. Refuses a day without one (rate_unknown), naming series and half-year."""
        for row in self.rows:
            if row.from_on <= when <= row.to_on:
                return row
        half = f"{when.year}-H{1 if when.month <= 6 else 2}"
        raise Refused(
            "rate_unknown",
            f"No rate of {self.name['en']} is known for {when} ({half}). Add it to the rate table.",
            field="rate",
            series=self.code,
            on=when.isoformat(),
            period=half,
        )

    def with_rows(self, added: Iterable[RateRow]) -> "Series":
        """This series with rows that people entered; where both speak, the entered row is right."""
        extra = sorted(added, key=lambda row: row.from_on)
        kept = [part for row in self.rows for part in _outside(row, extra)]
        return replace(self, rows=tuple(sorted([*kept, *extra], key=lambda row: row.from_on)))

    def changes(self) -> set[date]:
        """The days on which another row, or none, begins to hold."""
        return {row.from_on for row in self.rows} | {row.to_on + _DAY for row in self.rows}


def _outside(row: RateRow, others: Sequence[RateRow]) -> list[RateRow]:
    """What is left of a row where none of `others` (in order) holds."""
    left, begin = [], row.from_on
    for other in others:
        if other.to_on < begin or other.from_on > row.to_on:
            continue
        if other.from_on > begin:
            left.append(replace(row, from_on=begin, to_on=other.from_on - _DAY))
        begin = other.to_on + _DAY
    if begin <= row.to_on:
        left.append(replace(row, from_on=begin))
    return left
