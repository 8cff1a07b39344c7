"""Aging: buckets by days past due, their edges in one place, and the proof that the buckets sum to the ledger.

Pure arithmetic over dates and minor units; which items are open as of a date is a question of the ledger.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class Bucket:
    """Ages `low`..`high` in days, inclusive at both ends; None is open. `key` is stable ("1-30"), never translated."""

    key: str
    low: int | None
    high: int | None


UNDATED = Bucket("undated", None, None)
"""Items without a due date and without terms to derive one."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """An ordered set of buckets without gaps. `base` is the date aged from: "due" or "document"."""

    buckets: tuple[Bucket, ...]
    base: str = "due"

    @classmethod
    def default(cls) -> Self:
        """not_due (dpd <= 0), 1-30, 31-60, 61-90, 90+ (91 and more)."""
        raise NotImplementedError

    @classmethod
    def long(cls) -> Self:
        """not_due, 1-30, 31-60, 61-90, 91-120, 121-180, 180+."""
        raise NotImplementedError

    @classmethod
    def chinese_years(cls) -> Self:
        """Year bands from the document date: <=1y, 1-2y ... 4-5y, >5y."""
        raise NotImplementedError

    @classmethod
    def parse(cls, text: str) -> Self:
        """From upper edges: "30,60,90". Refuses edges that do not rise or are not above zero (buckets_invalid)."""
        raise NotImplementedError

    def to_text(self) -> str:
        """The upper edges, so that parse(to_text()) is the same set."""
        raise NotImplementedError

    def bucket_of(self, base_on: date | None, as_of: date) -> Bucket:
        """The bucket of an item whose base date is `base_on`; UNDATED for None."""
        raise NotImplementedError


def days_past_due(due_on: date, as_of: date) -> int:
    """Calendar days since `due_on`, negative before it; never an absolute value."""
    return (as_of - due_on).days


def bucket_of(due_on: date | None, as_of: date, buckets: Buckets | None = None) -> Bucket:
    """The bucket of an item due on `due_on`; the default buckets unless others are given."""
    return (buckets or Buckets.default()).bucket_of(due_on, as_of)


@dataclass(frozen=True, slots=True)
class SumProof:
    """One currency, minor units. Σ buckets (not-due included) + undated − unapplied = net; difference = net − ledger.

    `unapplied` (cash and credit notes) is positive when the customer has credit. Disputed is a memo outside the sum.
    """

    currency: str
    buckets_total: int
    undated: int
    unapplied: int
    net: int
    ledger: int
    difference: int

    @property
    def holds(self) -> bool:
        return self.difference == 0


def prove(*, currency: str, buckets: Iterable[int], undated: int, unapplied: int, ledger: int) -> SumProof:
    """The sum-proof of one currency from minor units."""
    total = sum(buckets)
    net = total + undated - unapplied
    return SumProof(currency, total, undated, unapplied, net, ledger, net - ledger)
