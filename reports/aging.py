"""Aging of open items: as of any date, as known at any audit number, per entity, customer, rep, region and currency.

The figures come from one statement over the ledger; the proof compares them with the plain sum of entries. It changes nothing.

open(entry as of D, known at K) = |amount| − allocated now + Σ allocations booked after D or recorded after K: the ledger is
wound back from today, so that today's report touches only what is unsettled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet, Sum

from receivables.models import Allocation, Customer, Dispute, Entry
from receivables.rules.aging import Buckets, SumProof, prove
from receivables.rules.due_rules import due_on

DIMENSIONS = ("customer", "rep", "region", "entity", "currency")
FAR = date(9999, 12, 31)
LONG_AGO = date(1, 1, 1)


@dataclass(frozen=True)
class Question:
    """What is asked: date, knowledge (audit number, None = everything known), who asks, buckets, grouping, narrowing."""

    as_of: date
    known_at: int | None
    user: Any
    buckets: Buckets
    group_by: str = "customer"
    entity_id: int | None = None
    currency: str = ""
    customer_id: int | None = None


class Row(NamedTuple):
    """One line of the report, minor units: `buckets` in the order of the question's buckets; `unapplied` is positive credit."""

    key: Any
    label: str
    currency: str
    buckets: tuple[int, ...]
    undated: int
    unapplied: int
    disputed: int

    @property
    def net(self) -> int:
        return sum(self.buckets) + self.undated - self.unapplied

    @property
    def overdue(self) -> int:
        """What lies in buckets after "not due" (minor units)."""
        return sum(self.buckets[1:])


@dataclass(frozen=True)
class Report:
    """Rows, one total and one sum-proof per currency. Totals never add currencies."""

    question: Question
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    proofs: tuple[SumProof, ...]


def report(question: Question) -> Report:
    """The whole report, largest net first within a currency."""
    rows = list(iterate(question))
    rows.sort(key=lambda row: (row.currency, -row.net, str(row.label)))
    totals = tuple(_total(currency, rows, len(question.buckets.keys)) for currency in sorted({r.currency for r in rows}))
    return Report(question, tuple(rows), totals, proofs(question, totals))


def proofs(question: Question, totals: Sequence[Row]) -> tuple[SumProof, ...]:
    """Per currency: what the buckets say against Σ entries, asked of the ledger separately."""
    found = narrowed(question).known(question.as_of, question.known_at).order_by()
    ledger = dict(found.values_list("currency").annotate(total=Sum("amount")).values_list("currency", "total"))
    by_currency = {row.currency: row for row in totals}
    empty = Row("", "", "", (0,), 0, 0, 0)
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


def narrowed(question: Question) -> Any:
    """The entries the question may look at: inside the user's scope and the chosen filters."""
    rows = Entry.objects.for_user(question.user)
    if question.entity_id:
        rows = rows.filter(entity_id=question.entity_id)
    if question.currency:
        rows = rows.filter(currency=question.currency)
    if question.customer_id:
        rows = rows.filter(customer_id=question.customer_id)
    return rows


def iterate(question: Question) -> Iterator[Row]:
    """The rows as the database groups them, unsorted and streamed; disputed amounts are laid beside them."""
    disputed = _disputed(question)
    statement, parameters = sql(question)
    width = len(question.buckets.keys)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while batch := cursor.fetchmany(5_000):
            for key, label, currency, *sums in batch:
                at_issue = disputed.get((key, currency), 0) if disputed else 0
                yield Row(key, label or "", currency, tuple(sums[:width]), sums[width], sums[width + 1], at_issue)


def ranges(buckets: Buckets, as_of: date) -> list[tuple[date, date]]:
    """Each bucket as the first and last base date (due or document) that falls into it."""
    return [
        (
            LONG_AGO if bucket.high is None else _oldest(buckets, bucket.high, as_of),
            FAR if bucket.low is None else _oldest(buckets, bucket.low - 1, as_of) - timedelta(days=1),
        )
        for bucket in buckets.buckets
    ]


def _oldest(buckets: Buckets, age: int, as_of: date) -> date:
    """The earliest base date whose age is at most `age`."""
    if buckets.unit == "days":
        return as_of - timedelta(days=age)
    if age <= 0:
        return as_of + timedelta(days=1)
    # Anniversaries of 29 February: start a little before and walk to the first date that still belongs.
    candidate = as_of - timedelta(days=366 * age + 2)
    while due_on((("months", 12 * age),), candidate) < as_of:
        candidate += timedelta(days=1)
    return candidate


def sql(question: Question) -> tuple[str, list[Any]]:
    """The one statement of the report and its parameters, the same on both databases."""
    base = "e.due_on" if question.buckets.base == "due" else "e.document_on"
    wound_back = _anything_later(question)
    left = "e.amount - e.allocated + COALESCE(later.total, 0)" if wound_back else "e.amount - e.allocated"
    credit = "-e.amount - e.allocated + COALESCE(later.total, 0)" if wound_back else "-e.amount - e.allocated"
    spans = ranges(question.buckets, question.as_of)
    cells = [(f"e.amount > 0 AND {base} BETWEEN %s AND %s", left) for _ in spans]
    cells += [(f"e.amount > 0 AND {base} IS NULL", left), ("e.amount < 0", credit)]
    # A sum of BIGINT is NUMERIC on PostgreSQL; entries are small enough (entry_amount_in_range) to come back as integers.
    sums = [f"CAST(SUM(CASE WHEN {when} THEN {amount} ELSE 0 END) AS BIGINT)" for when, amount in cells]
    key, label, joins, join_parameters = _dimension(question)
    parameters: list[Any] = [edge for span in spans for edge in span]
    later, later_parameters = _later(question) if wound_back else ("", [])
    where, where_parameters = _where(question, wound_back)
    statement = f"""
        {later} SELECT {key}, {label}, e.currency, {", ".join(sums)}
        FROM receivables_entry e {"LEFT JOIN later ON later.entry_id = e.id" if wound_back else ""} {joins}
        WHERE {where} GROUP BY {key}, e.currency"""
    return statement, later_parameters + parameters + join_parameters + where_parameters


def _anything_later(question: Question) -> bool:
    if question.known_at is not None:
        return True
    after = question.as_of
    return (
        Entry.objects.filter(booked_on__gt=after).exists() or Allocation.objects.filter(booked_on__gt=after).exists()
    )


def _later(question: Question) -> tuple[str, list[Any]]:
    """Per entry, the sum of allocations that were booked after the date or recorded after the knowledge."""
    condition, parameters = "booked_on > %s", [question.as_of]
    if question.known_at is not None:
        condition, parameters = "(booked_on > %s OR audit_seq > %s)", [question.as_of, question.known_at]
    return (
        f"""WITH later AS (SELECT entry_id, SUM(amount) AS total FROM (
            SELECT debit_id AS entry_id, amount FROM receivables_allocation WHERE {condition}
            UNION ALL SELECT credit_id, amount FROM receivables_allocation WHERE {condition}) sides GROUP BY entry_id)""",
        parameters * 2,
    )


def _where(question: Question, wound_back: bool) -> tuple[str, list[Any]]:
    unsettled = "e.allocated <> ABS(e.amount)"
    parts, parameters = [f"({unsettled} OR later.total IS NOT NULL)" if wound_back else unsettled], []
    if wound_back:
        parts.append("e.booked_on <= %s")
        parameters.append(question.as_of)
    for column, value in (("entity_id", question.entity_id), ("customer_id", question.customer_id), ("currency", question.currency)):
        if value:
            parts.append(f"e.{column} = %s")
            parameters.append(value)
    if question.known_at is not None:
        parts.append("e.audit_seq <= %s")
        parameters.append(question.known_at)
    scope = question.user.scope
    if not scope.all_entities:
        parts.append(f"e.entity_id IN ({', '.join(['%s'] * len(scope.entity_ids)) or 'NULL'})")
        parameters += sorted(scope.entity_ids)
    if scope.own_customers_only:
        parts.append(
            "e.customer_id IN (SELECT customer_id FROM receivables_customerprofile WHERE rep_id = %s AND valid_to IS NULL)"
        )
        parameters.append(question.user.pk)
    return " AND ".join(parts), parameters


_PROFILE = """LEFT JOIN receivables_customerprofile p ON p.customer_id = e.customer_id AND p.entity_id = e.entity_id
    AND p.valid_from <= %s AND (p.valid_to IS NULL OR p.valid_to > %s)"""


def _dimension(question: Question) -> tuple[str, str, str, list[Any]]:
    """Key, label, joins and their parameters of the grouping. Rep and region are those of the day asked for."""
    on = [question.as_of, question.as_of]
    match question.group_by:
        case "customer":
            return "e.customer_id", "''", "", []
        case "entity":
            return "e.entity_id", "''", "", []
        case "currency":
            return "e.currency", "MIN(e.currency)", "", []
        case "rep":
            return "p.rep_id", "MIN(u.username)", f"{_PROFILE} LEFT JOIN receivables_user u ON u.id = p.rep_id", on
        case "region":
            return "p.region", "MIN(p.region)", _PROFILE, on
    raise ValueError(f"aging cannot be grouped by {question.group_by}")


def _disputed(question: Question) -> dict[tuple[Any, str], int]:
    """Open disputes per group and currency as of the date: a memo beside the buckets, never part of their sum."""
    rows: QuerySet[Dispute] = Dispute.objects.for_user(question.user).open_on(question.as_of)
    if question.known_at is not None:
        rows = rows.filter(audit_seq__lte=question.known_at)
    for name in ("entity_id", "customer_id", "currency"):
        if getattr(question, name):
            rows = rows.filter(**{name: getattr(question, name)})
    totals: dict[tuple[Any, str], int] = {}
    for row in rows.select_related("customer"):
        key = (_dispute_key(question, row), row.currency)
        totals[key] = totals.get(key, 0) + row.amount
    return totals


def _dispute_key(question: Question, dispute: Dispute) -> Any:
    if question.group_by in ("customer", "entity"):
        return getattr(dispute, f"{question.group_by}_id")
    if question.group_by == "currency":
        return dispute.currency
    profile = dispute.customer.profiles.current(question.as_of).filter(entity_id=dispute.entity_id).first()
    if profile is None:
        return None
    return profile.rep_id if question.group_by == "rep" else profile.region


def customer_names(ids: Sequence[int]) -> dict[int, str]:
    """Legal names for the labels of a report by customer."""
    return dict(Customer.objects.filter(pk__in=ids).values_list("pk", "legal_name"))


def _total(currency: str, rows: Sequence[Row], width: int) -> Row:
    mine = [row for row in rows if row.currency == currency]
    sums = tuple(sum(column) for column in zip(*(row.buckets for row in mine), strict=True)) or (0,) * width
    return Row(
        None, "", currency, sums, sum(r.undated for r in mine), sum(r.unapplied for r in mine), sum(r.disputed for r in mine)
    )
