"""The SQL of the aging report: what is asked, which entries are looked at, what of each is open, and into which column it falls.

The report and the lists of documents behind its figures are built from these same parts, so they cannot differ. It runs nothing.

open(entry as of D, known at K) = |amount| − allocated now + Σ allocations booked after D or recorded after K: the ledger is
wound back from today, so that today's report touches only what is unsettled.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from receivables.models import Allocation, Customer, Entry
from receivables.rules.aging import Buckets
from receivables.rules.due_rules import due_on

DIMENSIONS = ("customer", "rep", "region", "entity", "currency")
FAR = date(9999, 12, 31)
LONG_AGO = date(1, 1, 1)
Parts = tuple[str, list[Any]]
"""A piece of SQL and its parameters."""


@dataclass(frozen=True)
class Question:
    """What is asked: date, knowledge (audit number, None = everything known), who asks, buckets, grouping, narrowing.

    `search` narrows to customers whose name or code contains it.
    """

    as_of: date
    known_at: int | None
    user: Any
    buckets: Buckets
    group_by: str = "customer"
    entity_id: int | None = None
    currency: str = ""
    customer_id: int | None = None
    search: str = ""


def searched(search: str, path: str = "") -> Q:
    """Customers whose name or code contains the words."""
    return Q(**{f"{path}legal_name__icontains": search}) | Q(**{f"{path}code__icontains": search})


def narrowed(question: Question) -> Any:
    """The entries the question may look at, as a QuerySet: inside the user's scope and the chosen filters."""
    rows = Entry.objects.for_user(question.user)
    for name in ("entity_id", "currency", "customer_id"):
        if getattr(question, name):
            rows = rows.filter(**{name: getattr(question, name)})
    return rows.filter(searched(question.search, "customer__")) if question.search else rows


def anything_later(question: Question) -> bool:
    """True when today's balances must be wound back for this question."""
    if question.known_at is not None:
        return True
    after = question.as_of
    return (
        Entry.objects.filter(booked_on__gt=after).exists()
        or Allocation.objects.filter(booked_on__gt=after).exists()
    )


def later(question: Question) -> Parts:
    """Per entry, the sum of allocations that were booked after the date or recorded after the knowledge."""
    condition = "booked_on > %s"
    parameters: list[Any] = [question.as_of]
    if question.known_at is not None:
        condition, parameters = "(booked_on > %s OR audit_seq > %s)", [question.as_of, question.known_at]
    return (
        f"""WITH later AS (SELECT entry_id, CAST(SUM(amount) AS BIGINT) AS total FROM (
            SELECT debit_id AS entry_id, amount FROM receivables_allocation WHERE {condition}
            UNION ALL SELECT credit_id, amount FROM receivables_allocation WHERE {condition}) sides GROUP BY entry_id)""",
        parameters * 2,
    )


def open_parts(wound_back: bool) -> tuple[str, str]:
    """What is left of a debit and of a credit, both positive minor units."""
    added = " + COALESCE(later.total, 0)" if wound_back else ""
    return f"e.amount - e.allocated{added}", f"-e.amount - e.allocated{added}"


def columns(question: Question) -> list[tuple[str, str, list[Any]]]:
    """Key, condition and parameters of every column: the buckets, undated, unapplied."""
    base = "e.due_on" if question.buckets.base == "due" else "e.document_on"
    found = [
        (key, f"e.amount > 0 AND {base} BETWEEN %s AND %s", list(span))
        for key, span in zip(question.buckets.keys, ranges(question.buckets, question.as_of), strict=True)
    ]
    return [*found, ("undated", f"e.amount > 0 AND {base} IS NULL", []), ("unapplied", "e.amount < 0", [])]


def where(question: Question, wound_back: bool) -> Parts:
    """Which entries: unsettled as of the date, booked and known by then, inside scope and filters."""
    unsettled = "e.allocated <> ABS(e.amount)"
    parts = [f"({unsettled} OR later.total IS NOT NULL)" if wound_back else unsettled]
    parameters: list[Any] = []
    if wound_back:
        parts.append("e.booked_on <= %s")
        parameters.append(question.as_of)
    if question.known_at is not None:
        parts.append("e.audit_seq <= %s")
        parameters.append(question.known_at)
    limits, their_parameters = limited(question, "e")
    return " AND ".join([*parts, *limits]), parameters + their_parameters


def limited(question: Question, table: str) -> tuple[list[str], list[Any]]:
    """The user's scope and the chosen filters as conditions on a table with entity_id, customer_id and currency."""
    parts: list[str] = []
    parameters: list[Any] = []
    for column in ("entity_id", "customer_id", "currency"):
        value = getattr(question, column)
        if value:
            parts.append(f"{table}.{column} = %s")
            parameters.append(value)
    scope = question.user.scope
    if not scope.all_entities:
        parts.append(f"{table}.entity_id IN ({', '.join(['%s'] * len(scope.entity_ids)) or 'NULL'})")
        parameters += sorted(scope.entity_ids)
    if scope.own_customers_only:
        own = "SELECT customer_id FROM receivables_customerprofile WHERE rep_id = %s AND valid_to IS NULL"
        parts.append(f"{table}.customer_id IN ({own})")
        parameters.append(question.user.pk)
    if question.search:
        names = Customer.objects.filter(searched(question.search)).order_by().values("pk")
        statement, named = names.query.sql_with_params()
        parts.append(f"{table}.customer_id IN ({statement})")
        parameters += named
    return parts, parameters


def dimension(question: Question, table: str) -> tuple[str, str, list[Any]]:
    """Key, joins and their parameters of the grouping. Rep and region are those of the day asked for."""
    on = [question.as_of, question.as_of]
    profile = f"""LEFT JOIN receivables_customerprofile p ON p.customer_id = {table}.customer_id
        AND p.entity_id = {table}.entity_id AND p.valid_from <= %s AND (p.valid_to IS NULL OR p.valid_to > %s)"""
    match question.group_by:
        case "customer" | "entity":
            return f"{table}.{question.group_by}_id", "", []
        case "currency":
            return f"{table}.currency", "", []
        case "rep":
            return "p.rep_id", profile, on
        case "region":
            return "COALESCE(p.region, '')", profile, on
    raise ValueError(f"aging cannot be grouped by {question.group_by}")


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
