"""Aging of open items: as of any date, as known at any audit number, per entity, customer, rep, region and currency.

The figures come from one statement over the ledger; the proof compares them with the plain sum of entries. It changes nothing.
Reports of 100,000 rows are streamed (`iterate`); pages ask for the largest rows only (`largest`) and for `totals`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Sum

from receivables.questions import conversion
from receivables.rules.aging import SumProof, prove
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from reports import aging_sql
from reports.aging_sql import DIMENSIONS, Question, ranges

__all__ = [
    "DIMENSIONS", "Question", "Report", "Row", "by_weight", "disputed", "iterate", "largest", "overdue", "proofs", "ranges",
    "report", "totals",
]  # fmt: skip


class Row(NamedTuple):
    """One line of the report, minor units: `buckets` in the order of the question's buckets; `unapplied` is positive credit."""

    key: Any
    label: str
    code: str
    currency: str
    buckets: tuple[int, ...]
    undated: int
    unapplied: int
    disputed: int

    @property
    def net(self) -> int:
        return sum(self.buckets) + self.undated - self.unapplied


@dataclass(frozen=True)
class Report:
    """Rows, one total and one sum-proof per currency. Totals never add currencies."""

    question: Question
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    proofs: tuple[SumProof, ...]


def overdue(row: Row, question: Question) -> int:
    """What lies in buckets past the due date (minor units); 0 where the buckets count from the document date."""
    if question.buckets.base != "due":
        return 0
    pairs = zip(question.buckets.buckets, row.buckets, strict=True)
    return sum(amount for bucket, amount in pairs if bucket.low is not None and bucket.low > 0)


def report(question: Question) -> Report:
    """The whole report, largest net first within a currency."""
    rows = tuple(iterate(question))
    sums = tuple(totalled(rows, len(question.buckets.keys)))
    return Report(question, rows, sums, proofs(question, sums))


def totals(question: Question) -> tuple[Row, ...]:
    """One row per currency over everything asked, without reading the rows of the report."""
    return tuple(iterate(replace(question, group_by="currency")))


def by_weight(sums: Sequence[Row], own: Sequence[str], on: date) -> list[Row]:
    """Totals in the order people read them: the entities' own currencies first, each part by worth at the day's rates.

    Without a rate the order of the codes stays. The worth orders only; it is never shown nor added.
    """

    def worth(row: Row) -> int:
        try:
            return conversion.worth(Money(row.net, row.currency), own[0], on).minor
        except Refused:
            return 0

    return sorted(sums, key=lambda row: (row.currency not in own, -worth(row) if own else 0, row.currency))


def proofs(question: Question, sums: Sequence[Row]) -> tuple[SumProof, ...]:
    """Per currency: what the buckets say against Σ entries, asked of the ledger separately."""
    found = aging_sql.narrowed(question).known(question.as_of, question.known_at).order_by()
    ledger = dict(
        found.values_list("currency").annotate(total=Sum("amount")).values_list("currency", "total")
    )
    by_currency = {row.currency: row for row in sums}
    empty = Row("", "", "", "", (0,), 0, 0, 0)
    return tuple(
        prove(
            currency=currency,
            buckets=by_currency.get(currency, empty).buckets,
            undated=by_currency.get(currency, empty).undated,
            unapplied=by_currency.get(currency, empty).unapplied,
            ledger=ledger.get(currency, 0),
        )
        for currency in sorted(ledger.keys() | by_currency.keys())
    )


def iterate(question: Question) -> Iterator[Row]:
    """The rows by currency, largest net first, streamed; disputed amounts are laid beside them."""
    yield from _rows(question, *sql(question))


def largest(question: Question, most: int) -> Iterator[Row]:
    """The `most` largest rows of each currency, in the order of `iterate`."""
    statement, parameters = sql(question, most=most)
    yield from _rows(question, statement, parameters)


def _rows(question: Question, statement: str, parameters: list[Any]) -> Iterator[Row]:
    at_issue = disputed(question)
    width = len(question.buckets.keys)
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while batch := cursor.fetchmany(5_000):
            for key, label, code, currency, undated, unapplied, *buckets in batch:
                yield Row(
                    key, label or "", code or "", currency, tuple(buckets[:width]), undated, unapplied,
                    at_issue.get((key, currency), 0) if at_issue else 0,
                )  # fmt: skip


_LABELS = {
    "customer": ("c.legal_name", "c.code", "LEFT JOIN receivables_customer c ON c.id = g.key"),
    "entity": ("c.name", "c.code", "LEFT JOIN receivables_legalentity c ON c.id = g.key"),
    "rep": (
        "TRIM(c.first_name || ' ' || c.last_name)",
        "c.username",
        "LEFT JOIN receivables_user c ON c.id = g.key",
    ),
    "region": ("g.key", "''", ""),
    "currency": ("g.key", "''", ""),
}


def sql(question: Question, *, most: int | None = None) -> tuple[str, list[Any]]:
    """The one statement of the report and its parameters, the same on both databases.

    Columns: key, label, code, currency, undated, unapplied, then the buckets. `most`: rows per currency.
    """
    wound_back = aging_sql.anything_later(question)
    debit, credit = aging_sql.open_parts(wound_back)
    cells = aging_sql.columns(question)
    # A sum of BIGINT is NUMERIC on PostgreSQL; entries are small enough (entry_amount_in_range) to come back as integers.
    sums = ", ".join(
        f"CAST(SUM(CASE WHEN {when} THEN {credit if name == 'unapplied' else debit} ELSE 0 END) AS BIGINT) AS b{index}"
        for index, (name, when, _edges) in enumerate(cells)
    )
    key, joins, join_parameters = aging_sql.dimension(question, "e")
    later, later_parameters = aging_sql.later(question) if wound_back else ("", [])
    where, where_parameters = aging_sql.where(question, wound_back)
    buckets = [f"g.b{index}" for index in range(len(cells) - 2)]
    undated, unapplied = f"g.b{len(cells) - 2}", f"g.b{len(cells) - 1}"
    net = f"{' + '.join(buckets)} + {undated} - {unapplied}"
    label, code, names = _LABELS[question.group_by]
    shown = (
        f"g.key, {label} AS label, {code} AS code, g.currency, {undated}, {unapplied}, {', '.join(buckets)}"
    )
    rank = (
        f", ROW_NUMBER() OVER (PARTITION BY g.currency ORDER BY {net} DESC, g.key) AS place" if most else ""
    )
    statement = f"""{later} SELECT * FROM (SELECT {shown}, {net} AS net{rank} FROM (
            SELECT {key} AS key, e.currency, {sums}
            FROM receivables_entry e {"LEFT JOIN later ON later.entry_id = e.id" if wound_back else ""} {joins}
            WHERE {where} GROUP BY {key}, e.currency) g {names}) ranked
        {"WHERE place <= %s" if most else ""} ORDER BY currency, net DESC, key"""
    edges = [edge for _name, _when, span in cells for edge in span]
    return statement, [
        *later_parameters,
        *edges,
        *join_parameters,
        *where_parameters,
        *([most] if most else []),
    ]


def disputed(question: Question) -> dict[tuple[Any, str], int]:
    """Open disputes per group and currency as of the date: a memo beside the buckets, never part of their sum."""
    key, joins, join_parameters = aging_sql.dimension(question, "d")
    where, parameters = dispute_where(question)
    statement = f"""SELECT {key}, d.currency, CAST(SUM(d.amount) AS BIGINT) FROM receivables_dispute d {joins}
        WHERE {where} GROUP BY {key}, d.currency"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [*join_parameters, *parameters])
        return {(group, currency): total for group, currency, total in cursor.fetchall()}


def dispute_where(question: Question) -> tuple[str, list[Any]]:
    """Disputes that stood open at the end of the day, as known then: one closed later was open at the time."""
    parts = ["d.opened_on <= %s"]
    parameters: list[Any] = [question.as_of]
    still_open = "d.closed_on IS NULL OR d.closed_on > %s"
    parameters.append(question.as_of)
    if question.known_at is not None:
        still_open += " OR d.audit_seq > %s"
        parameters.append(question.known_at)
        parts.append(f"({still_open})")
        # By number, not by clock: two facts of one moment have their order, and clocks of two machines differ.
        parts.append(
            "EXISTS (SELECT 1 FROM receivables_audit o WHERE o.subject = 'dispute:' || d.id"
            " AND o.action = 'dispute.opened' AND o.seq <= %s)"
        )
        parameters.append(question.known_at)
    else:
        parts.append(f"({still_open})")
    limits, their_parameters = aging_sql.limited(question, "d")
    return " AND ".join([*parts, *limits]), [*parameters, *their_parameters]


def totalled(rows: Sequence[Row], width: int) -> Iterator[Row]:
    """One total per currency of these rows."""
    for currency in sorted({row.currency for row in rows}):
        mine = [row for row in rows if row.currency == currency]
        sums = (
            tuple(sum(column) for column in zip(*(row.buckets for row in mine), strict=True)) or (0,) * width
        )
        yield Row(
            currency, "", "", currency, sums,
            sum(r.undated for r in mine), sum(r.unapplied for r in mine), sum(r.disputed for r in mine),
        )  # fmt: skip
