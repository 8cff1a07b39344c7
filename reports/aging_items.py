"""The documents behind one figure of the aging report: the same entries by the same SQL, so their sum equals the figure.

One row per open entry, which for an invoice means one per instalment. It changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Sum

from receivables.models import Allocation, Instalment
from reports import aging, aging_sql
from reports.aging_sql import Question

MOST = 5_000
WHOLE = ("net", "overdue", "disputed")


class Item(NamedTuple):
    """One open entry, minor units. `opened` is signed: an unapplied credit is negative; `future` = settled by what is booked
    after the date; `age` in days from the base date, None without one. `bucket` is a bucket's key, undated or unapplied."""

    id: int
    customer_id: int
    customer: str
    code: str
    entity: str
    currency: str
    kind: str
    reference: str
    document_on: date
    due_on: date | None
    amount: int
    opened: int
    future: int
    disputed: int
    bucket: str
    invoice_id: int | None
    instalment: str

    @property
    def paid(self) -> int:
        """What was settled by the date, signed like the amount."""
        return self.amount - self.opened

    @property
    def left_after(self) -> int:
        """What is left once the post-dated payments count."""
        return self.opened - self.future if self.amount > 0 else self.opened + self.future


@dataclass(frozen=True)
class Figure:
    """Which figure was clicked: the group's key ("" = all groups, None = the group without one), its currency, its column."""

    key: Any
    currency: str
    column: str


@dataclass(frozen=True)
class Found:
    """The items (at most `MOST`), how many there are, their sum, and the figure of the report that it must equal."""

    items: tuple[Item, ...]
    count: int
    total: int
    figure: int
    later_credits: tuple[Item, ...]

    @property
    def holds(self) -> bool:
        return self.total == self.figure


def found(question: Question, figure: Figure) -> Found:
    """The documents of one figure, oldest due first. Raises ValueError for a column that the question does not have."""
    statement, parameters = sql(question, figure)
    column = "disputed" if figure.column == "disputed" else "opened"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*), CAST(COALESCE(SUM({column}), 0) AS BIGINT) FROM ({statement}) x", parameters
        )
        count, total = cursor.fetchone()
        cursor.execute(f"{statement} LIMIT {MOST}", parameters)
        items = _dressed(cursor.fetchall())
    total = -total if figure.column == "unapplied" else total
    return Found(items, count, total, amount(question, figure), _later_credits(question, figure))


def iterate(question: Question, figure: Figure) -> Iterator[Item]:
    """All documents of a figure, streamed."""
    statement, parameters = sql(question, figure)
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(2_000):
            yield from _dressed(rows)


def amount(question: Question, figure: Figure) -> int:
    """The figure as the report shows it, asked of the report itself (minor units)."""
    if figure.key and question.group_by in ("customer", "entity"):
        question = replace(question, **{f"{question.group_by}_id": figure.key})
    rows = [
        row
        for row in (aging.totals(question) if figure.key == "" else aging.iterate(question))
        if row.currency == figure.currency and figure.key in ("", row.key)
    ]
    if not rows:
        return 0
    row = rows[0]
    if figure.column in question.buckets.keys:
        return row.buckets[question.buckets.keys.index(figure.column)]
    return aging.overdue(row, question) if figure.column == "overdue" else int(getattr(row, figure.column))


def sql(question: Question, figure: Figure) -> tuple[str, list[Any]]:
    """Every open entry that the figure is the sum of."""
    wound_back = aging_sql.anything_later(question)
    debit, credit = aging_sql.open_parts(wound_back)
    opened = f"CASE WHEN e.amount > 0 THEN {debit} ELSE -({credit}) END"
    cells = aging_sql.columns(question)
    bucket = "CASE " + " ".join(f"WHEN {when} THEN '{key}'" for key, when, _edges in cells) + " END"
    key, joins, join_parameters = aging_sql.dimension(question, "e")
    later, later_parameters = aging_sql.later(question) if wound_back else ("", [])
    where, where_parameters = aging_sql.where(question, wound_back)
    chosen, chosen_parameters = _chosen(question, figure, key, cells)
    dispute_where, dispute_parameters = aging.dispute_where(question)
    future, future_parameters = _future(question)
    if figure.column == "disputed":
        # Driven by the disputes: one whose item is settled meanwhile still counts in the memo.
        where, where_parameters = "d.entry_id IS NOT NULL", []
    statement = f"""{later} SELECT e.id, e.customer_id, c.legal_name, c.code, n.code AS entity, e.currency, e.kind, e.reference,
            e.document_on, e.due_on, e.amount, {opened} AS opened, {future} AS future, COALESCE(d.amount, 0) AS disputed,
            {bucket} AS bucket
        FROM receivables_entry e {"LEFT JOIN later ON later.entry_id = e.id" if wound_back else ""} {joins}
        JOIN receivables_customer c ON c.id = e.customer_id JOIN receivables_legalentity n ON n.id = e.entity_id
        LEFT JOIN (SELECT d.entry_id, SUM(d.amount) AS amount FROM receivables_dispute d
            WHERE {dispute_where} GROUP BY d.entry_id) d ON d.entry_id = e.id
        WHERE {where} AND {chosen} ORDER BY e.due_on IS NULL, e.due_on, e.document_on, e.id"""
    edges = [edge for _key, _when, span in cells for edge in span]
    return statement, [
        *later_parameters, *future_parameters, *edges, *join_parameters, *dispute_parameters, *where_parameters,
        *chosen_parameters,
    ]  # fmt: skip


def _chosen(
    question: Question, figure: Figure, key: str, cells: Sequence[tuple[str, str, list[Any]]]
) -> tuple[str, list[Any]]:
    """The group and the column of the figure as conditions."""
    parts, parameters = ["e.currency = %s"], [figure.currency]
    if figure.key is None:
        parts.append(f"{key} IS NULL")
    elif figure.key != "":
        parts.append(f"{key} = %s")
        parameters.append(figure.key)
    if figure.column == "overdue":
        late = {
            bucket.key for bucket in question.buckets.buckets if bucket.low is not None and bucket.low > 0
        }
        chosen = [cell for cell in cells if cell[0] in late and question.buckets.base == "due"]
        if not chosen:
            return " AND ".join([*parts, "1 = 0"]), parameters
    elif figure.column in WHOLE:
        return " AND ".join(parts), parameters
    else:
        chosen = [cell for cell in cells if cell[0] == figure.column]
        if not chosen:
            raise ValueError(f"there is no column {figure.column}")
    parts.append("(" + " OR ".join(f"({when})" for _key, when, _edges in chosen) + ")")
    return " AND ".join(parts), parameters + [edge for _key, _when, edges in chosen for edge in edges]


def _future(question: Question) -> tuple[str, list[Any]]:
    """What allocations booked after the date, and known by the knowledge asked for, settle of an entry."""
    known = "" if question.known_at is None else " AND a.audit_seq <= %s"
    parameters = [question.as_of] + ([] if question.known_at is None else [question.known_at])
    return (
        f"""COALESCE((SELECT SUM(a.amount) FROM receivables_allocation a
            WHERE (a.debit_id = e.id OR a.credit_id = e.id) AND a.booked_on > %s{known}), 0)""",
        parameters,
    )


def _dressed(rows: Sequence[tuple[Any, ...]]) -> tuple[Item, ...]:
    """Rows with their invoice, and "2/3" where the entry is one of several instalments."""
    of_entry: dict[int, tuple[int, str]] = {}
    ids = [row[0] for row in rows]
    for start in range(0, len(ids), 5_000):
        found_here = Instalment.objects.filter(entry_id__in=ids[start : start + 5_000])
        invoice_ids = set(found_here.values_list("invoice_id", flat=True))
        shares: dict[int, list[int | None]] = {}
        for invoice_id, entry_id in (
            Instalment.objects.filter(invoice_id__in=invoice_ids).order_by("invoice_id", "due_on", "pk")
            .values_list("invoice_id", "entry_id")
        ):  # fmt: skip
            shares.setdefault(invoice_id, []).append(entry_id)
        for invoice_id, entries in shares.items():
            for place, entry_id in enumerate(entries, start=1):
                if entry_id:
                    of_entry[entry_id] = (invoice_id, f"{place}/{len(entries)}" if len(entries) > 1 else "")
    return tuple(
        Item._make([*row[:12], int(row[12]), int(row[13]), row[14] or "", *of_entry.get(row[0], (None, ""))])
        for row in rows
    )


def _later_credits(question: Question, figure: Figure) -> tuple[Item, ...]:
    """Post-dated money: credits booked after the date, with what of them settles nothing. Shown beside the items, not summed."""
    if (
        question.group_by != "customer"
        or not figure.key
        or figure.column not in ("net", "unapplied", "overdue")
    ):
        return ()
    rows = (
        aging_sql.narrowed(question).credits().filter(booked_on__gt=question.as_of, currency=figure.currency)
    )
    if question.known_at is not None:
        rows = rows.filter(audit_seq__lte=question.known_at)
    rows = (
        rows.filter(customer_id=figure.key)
        .select_related("customer", "entity")
        .order_by("booked_on", "pk")[:200]
    )
    applied = _applied([row.pk for row in rows], question)
    return tuple(
        Item(
            row.pk, row.customer_id, row.customer.legal_name, row.customer.code, row.entity.code, row.currency, row.kind,
            row.reference, row.booked_on, None, row.amount, row.amount + applied.get(row.pk, 0), 0, 0, "unapplied", None, "",
        )
        for row in rows
    )  # fmt: skip


def _applied(credit_ids: Sequence[int], question: Question) -> dict[int, int]:
    rows = Allocation.objects.filter(credit_id__in=credit_ids)
    if question.known_at is not None:
        rows = rows.filter(audit_seq__lte=question.known_at)
    return dict(rows.order_by().values_list("credit_id").annotate(total=Sum("amount")))
