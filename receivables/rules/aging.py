"""Aging: buckets by days past due, their edges in one place, and the proof that the buckets sum to the
ledger.

Pure arithmetic over dates and minor units; which items are open as of a date is a question of the ledger.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, Self

from receivables.rules.due_rules import due_on
from receivables.rules.refusals import Refused

Base = Literal["due", "document"]
_MOST_EDGES = 24
_LARGEST_EDGE = 36_600


@dataclass(frozen=True, slots=True)
class Bucket:
    """Ages `low`..`high` (days, or years for year bands), inclusive at both ends; None is open.

    `key` is stable ("not_due", "1-30", "90+") and never translated; days before the due date are negative.
    """

    key: str
    low: int | None
    high: int | None


UNDATED = Bucket("undated", None, None)
"""Items without a due date and without terms to derive one: always its own column, never dropped."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """An ordered set of buckets without gaps. `base` is the date aged from, `unit` what the edges count."""

    buckets: tuple[Bucket, ...]
    base: Base = "due"
    unit: Literal["days", "years"] = "days"

    @classmethod
    def default(cls) -> Self:
        """not_due (dpd <= 0), 1-30, 31-60, 61-90, 90+ (91 and more)."""
        return cls.of_edges((30, 60, 90))

    @classmethod
    def long(cls) -> Self:
        """not_due, 1-30, 31-60, 61-90, 91-120, 121-180, 180+."""
        return cls.of_edges((30, 60, 90, 120, 180))

    @classmethod
    def chinese_years(cls) -> Self:
        """Year bands from the document date: <=1y (up to and including the anniversary), 1-2y ... 4-5y,
        >5y."""
        bands = [Bucket(f"{n - 1}-{n}y", n, n) for n in range(2, 6)]
        return cls(
            (Bucket("<=1y", None, 1), *bands, Bucket(">5y", 6, None)),
            "document",
            "years",
        )

    @classmethod
    def of_edges(cls, edges: Sequence[int], base: Base = "due") -> Self:
        """From the last day of each bucket, rising. Without a negative edge or 0, not_due is put in front.

        A negative edge splits what is not due yet: (-31, -8, -1, 0, 7, 30) = due in more than 31 days, due in
        31 to 8, due in 7 to 1, today, 1-7, 8-30, 30+. Keys of such buckets are the plain ranges "-31..-8".
        """
        if (
            not edges
            or len(edges) > _MOST_EDGES
            or abs(edges[0]) > _LARGEST_EDGE
            or abs(edges[-1]) > _LARGEST_EDGE
        ):
            raise Refused(
                "buckets_invalid",
                f"Give 1 to {_MOST_EDGES} bucket edges in days.",
                field="buckets",
            )
        if any(a >= b for a, b in pairwise(edges)):
            raise Refused(
                "buckets_invalid",
                "Bucket edges must rise, such as 30,60,90.",
                field="buckets",
            )
        ends = tuple(edges) if edges[0] <= 0 else (0, *edges)
        if 0 not in ends:
            raise Refused(
                "buckets_invalid",
                "Edges before the due date need the edge 0 as well.",
                field="buckets",
            )
        made = [_bucket(None, ends[0])]
        made += [_bucket(low + 1, high) for low, high in pairwise(ends)]
        return cls((*made, _bucket(ends[-1] + 1, None)), base)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the upper edges: "30,60,90", "document:30,60" or "years". Refuses anything else
        (buckets_invalid)."""
        if text.strip() == "years":
            return cls.chinese_years()
        head, colon, tail = text.strip().partition(":")
        base: Base = "document" if colon and head.strip() == "document" else "due"
        if colon and head.strip() not in ("due", "document"):
            raise Refused(
                "buckets_invalid",
                f"{head[:20]!r} is neither due nor document.",
                field="buckets",
            )
        try:
            edges = [int(part) for part in (tail if colon else head)[:200].split(",")]
        except ValueError:
            raise Refused(
                "buckets_invalid",
                f"{text[:40]!r} is not a list of days such as 30,60,90.",
                field="buckets",
            ) from None
        return cls.of_edges(edges, base)

    def to_text(self) -> str:
        """The upper edges; parse(to_text()) is the same set."""
        if self.unit == "years":
            return "years"
        edges = [b.high for b in self.buckets if b.high is not None]
        text = ",".join(str(e) for e in (edges[1:] if edges[0] == 0 and len(edges) > 1 else edges))
        return f"document:{text}" if self.base == "document" else text

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(b.key for b in self.buckets)

    def bucket_of(self, base_on: date | None, as_of: date) -> Bucket:
        """The bucket of an item whose base date (due or document, see `base`) is `base_on`; UNDATED for
        None."""
        if base_on is None:
            return UNDATED
        age = _years_begun(base_on, as_of) if self.unit == "years" else days_past_due(base_on, as_of)
        return self.bucket_of_age(age)

    def bucket_of_age(self, age: int) -> Bucket:
        """The bucket of an age in `unit`s; negative ages are not due."""
        return next(b for b in self.buckets if b.high is None or age <= b.high)


def days_past_due(due_on: date, as_of: date) -> int:
    """Calendar days since `due_on`, negative before it; never an absolute value."""
    return (as_of - due_on).days


def bucket_of(due_on: date | None, as_of: date, buckets: Buckets | None = None) -> Bucket:
    """The bucket of an item due on `due_on`; the default buckets unless others are given."""
    return (buckets or Buckets.default()).bucket_of(due_on, as_of)


@dataclass(frozen=True, slots=True)
class SumProof:
    """One currency, minor units. Σ buckets (not-due included) + undated − unapplied = net; difference = net −
    ledger.

    `unapplied` (cash and credit notes) is positive when the customer has credit. Disputed is a memo outside
    the sum.
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
    """The sum-proof of one currency from minor units; `ledger` = Σ entries of the same items as of the same
    date."""
    total = sum(buckets)
    net = total + undated - unapplied
    return SumProof(currency, total, undated, unapplied, net, ledger, net - ledger)


def _bucket(low: int | None, high: int | None) -> Bucket:
    if low is None:
        return Bucket("not_due" if high == 0 else f"..{high}", None, high)
    if high is None:
        return Bucket(f"{low - 1}+", low, None)
    if low < 0 or high < 0:
        return Bucket(f"{low}..{high}", low, high)
    return Bucket("today" if low == high == 0 else f"{low}-{high}", low, high)


def _years_begun(document_on: date, as_of: date) -> int:
    """1 up to and including the first anniversary, 2 up to the second ...; 29 February counts to the month's
    end."""
    years = max(0, as_of.year - document_on.year)
    return years if years and as_of <= due_on((("months", 12 * years),), document_on) else years + 1
