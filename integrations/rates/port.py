"""What a source of exchange rates gives us: dated rates as exact decimal text. It decides and converts nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Quote:
    """One unit of `base` was `rate` units of `quote` on a day. `rate` is plain decimal text as published."""

    on: date
    base: str
    quote: str
    rate: str


class RateSource(Protocol):
    """`name` is written beside each rate as its source."""

    name: str

    def quotes(self, since: date, until: date) -> Iterator[Quote]:
        """All quotes from `since` to `until`, both inclusive, oldest day first. Raises integrations.errors."""
        ...
