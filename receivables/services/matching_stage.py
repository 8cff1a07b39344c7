"""Posts many matched bank lines at once, by the same SQL on both databases: decisions are staged in two temporary tables, then
entries, payments, allocations, invoices and lines follow set by set. It decides nothing; constraints and guards hold as ever.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from receivables import posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Invoice, LegalEntity
from receivables.rules.matching import Proposal
from receivables.services import status

P = "receivables_"
AUTO = "matching"
"""In `matched_by` of a line: no person chose."""
COLUMNS = "line_id, customer_id, currency, amount, value_on, confidence, reasons, state"


@dataclass(frozen=True)
class Decision:
    """One line and how it is applied: to whom, pairs of debit entry and minor units, and why."""

    line_id: int
    customer_id: int
    currency: str
    amount: int
    value_on: date
    allocations: tuple[tuple[int, int], ...]
    confidence: int
    reasons: str

    @classmethod
    def of(cls, line: Any, proposal: Proposal) -> "Decision":
        reasons = [[reason.code, dict(reason.params)] for reason in proposal.reasons]
        return cls(
            line.id, proposal.customer_id, line.currency, line.amount, line.value_on, proposal.allocations,
            proposal.confidence, json.dumps(reasons, ensure_ascii=False),
        )  # fmt: skip


def run(statement: str, values: list[Any] | None = None) -> int:
    """Executes one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or [])
        return int(cursor.rowcount)


def create() -> None:
    """Fresh, empty stage tables of this connection."""
    number = "n INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "n BIGSERIAL PRIMARY KEY"
    json_type = "text" if connection.vendor == "sqlite" else "jsonb"
    run("DROP TABLE IF EXISTS match_pay")
    run("DROP TABLE IF EXISTS match_alloc")
    run(
        f"CREATE TEMP TABLE match_pay ({number}, line_id bigint UNIQUE, customer_id bigint, currency varchar(3), amount bigint,"
        f" value_on date, confidence integer, reasons {json_type}, state varchar(12), entry_id bigint)"
    )
    run(
        "CREATE TEMP TABLE match_alloc (line_id bigint, debit_id bigint, amount bigint, PRIMARY KEY (line_id, debit_id))"
    )


def fill(decisions: Iterable[Decision]) -> None:
    """Stages decisions made in Python."""
    rows = list(decisions)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO match_pay ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (d.line_id, d.customer_id, d.currency, d.amount, d.value_on, d.confidence, d.reasons,
                 "APPLIED" if d.allocations else "ON_ACCOUNT")
                for d in rows
            ],
        )  # fmt: skip
        cursor.executemany(
            "INSERT INTO match_alloc (line_id, debit_id, amount) VALUES (%s, %s, %s)",
            [(d.line_id, debit_id, amount) for d in rows for debit_id, amount in d.allocations],
        )


def analyse(*tables: str) -> None:
    """PostgreSQL plans a join of unanalysed stage tables as a nested loop."""
    if connection.vendor == "postgresql":
        for table in tables:
            run(f"ANALYZE {table}")


def lock() -> int:
    """Locks the customers, then the lines and invoices, and drops what is no longer so. Returns how many lines are left."""
    for_update = "" if connection.vendor == "sqlite" else " FOR NO KEY UPDATE"
    analyse("match_pay", "match_alloc")
    if for_update:
        run(
            f"SELECT id FROM {P}customer WHERE id IN (SELECT customer_id FROM match_pay) ORDER BY id{for_update}"
        )
        run(
            f"SELECT id FROM {P}statementline WHERE id IN (SELECT line_id FROM match_pay) ORDER BY id{for_update}"
        )
        run(
            f"""SELECT id FROM {P}invoice WHERE id IN (SELECT s.invoice_id FROM {P}instalment s
                JOIN match_alloc a ON a.debit_id = s.entry_id) ORDER BY id{for_update}"""
        )
    run(
        f"""DELETE FROM match_pay WHERE line_id IN (SELECT p.line_id FROM match_pay p JOIN {P}statementline l ON l.id = p.line_id
            WHERE l.state <> 'NEW') OR line_id IN (
              SELECT a.line_id FROM match_alloc a JOIN {P}entry n ON n.id = a.debit_id
              JOIN (SELECT debit_id, SUM(amount) AS total FROM match_alloc GROUP BY debit_id) t ON t.debit_id = a.debit_id
              WHERE n.amount - n.allocated < t.total)"""
    )
    run("DELETE FROM match_alloc WHERE line_id NOT IN (SELECT line_id FROM match_pay)")
    return count()


def count() -> int:
    """How many lines are staged."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM match_pay")
        return int(cursor.fetchone()[0])


def post(line: Line, *, entity: LegalEntity) -> None:
    """Writes everything staged under the open audit line. The caller has called `lock`."""
    at = connection.ops.adapt_datetimefield_value(line.now)
    until = posting.locked_until(entity)
    booked = "p.value_on"
    closed: list[Any] = []
    if until is not None:
        booked = "CASE WHEN p.value_on <= %s THEN %s ELSE p.value_on END"
        closed = [until, until + timedelta(days=1)]
    _number_entries()
    _count_rounds()
    sums = "(SELECT line_id, SUM(amount) AS total FROM match_alloc GROUP BY line_id)"
    # An empty reference is told by the bank's own id or the text, so that a payment can always be found again.
    said = "COALESCE(NULLIF(l.reference, ''), NULLIF(l.end_to_end_id, ''), l.text)"
    run(
        f"""INSERT INTO {P}entry (id, entity_id, customer_id, kind, currency, amount, allocated, document_on, due_on, booked_on,
              reference, recorded_at, audit_seq)
            SELECT p.entry_id, %s, p.customer_id, 'payment', p.currency, -p.amount, COALESCE(s.total, 0), p.value_on,
              NULL, {booked},
              SUBSTR({said}, 1, 80), %s, %s
            FROM match_pay p JOIN {P}statementline l ON l.id = p.line_id LEFT JOIN {sums} s ON s.line_id = p.line_id""",
        [entity.pk, *closed, at, line.seq],
    )
    run(
        f"""INSERT INTO {P}payment (entity_id, customer_id, currency, amount, value_on, booked_on, method, reference,
              bank_line_id,
              line_round, entry_id, received_by, recorded_at, audit_seq)
            SELECT %s, p.customer_id, p.currency, p.amount, p.value_on, {booked}, 'bank', SUBSTR({said}, 1, 140), p.line_id,
              1 + COALESCE(r.many, 0), p.entry_id, %s, %s, %s
            FROM match_pay p JOIN {P}statementline l ON l.id = p.line_id LEFT JOIN match_round r ON r.line_id = p.line_id""",
        [entity.pk, *closed, AUTO, at, line.seq],
    )
    _allocate(line, at, until)
    _follow(line)
    _tell_requesters(line)
    _touch(line)


def _number_entries() -> None:
    if connection.vendor == "sqlite":  # the write lock is held, so nobody takes an id meanwhile
        run(
            f"UPDATE match_pay SET entry_id = n + COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '{P}entry'), 0)"
        )
    else:
        run(f"UPDATE match_pay SET entry_id = nextval(pg_get_serial_sequence('{P}entry', 'id'))")
        analyse("match_pay")


def _count_rounds() -> None:
    """How often each line was applied before. In one join: asked line by line it is a walk through all payments for each."""
    run("DROP TABLE IF EXISTS match_round")
    run(
        f"""CREATE TEMP TABLE match_round AS SELECT q.bank_line_id AS line_id, COUNT(*) AS many FROM {P}payment q
            JOIN match_pay p ON p.line_id = q.bank_line_id GROUP BY q.bank_line_id"""
    )
    analyse("match_round")


def _allocate(line: Line, at: Any, until: date | None) -> None:
    # A debit that was settled before and freed again is not settled twice on the days before it was freed.
    freed = f"(SELECT MAX(u.booked_on) FROM {P}allocation u WHERE u.debit_id = d.id AND u.amount < 0)"
    later = "CASE WHEN d.booked_on > c.booked_on THEN d.booked_on ELSE c.booked_on END"
    later = f"CASE WHEN {freed} > ({later}) THEN {freed} ELSE ({later}) END"
    values: list[Any] = [at, line.seq]
    if until is not None:
        later = f"CASE WHEN {later} <= %s THEN %s ELSE {later} END"
        values = [until, until + timedelta(days=1), at, line.seq]
    run(
        f"""INSERT INTO {P}allocation (debit_id, credit_id, amount, booked_on, reverses_id, reason, recorded_at, audit_seq)
            SELECT a.debit_id, p.entry_id, a.amount, {later}, NULL, 'matched', %s, %s
            FROM match_alloc a JOIN match_pay p ON p.line_id = a.line_id
            JOIN {P}entry d ON d.id = a.debit_id JOIN {P}entry c ON c.id = p.entry_id""",
        values,
    )
    run(
        f"""UPDATE {P}entry SET allocated = {P}entry.allocated + t.total
            FROM (SELECT debit_id, SUM(amount) AS total FROM match_alloc GROUP BY debit_id) t WHERE {P}entry.id = t.debit_id"""
    )


def _follow(line: Line) -> None:
    """Invoices with nothing left are PAID, the lines say what became of them, and what was rendered is looked at again."""
    touched = f"SELECT s.invoice_id FROM {P}instalment s JOIN match_alloc a ON a.debit_id = s.entry_id"
    run(
        f"""UPDATE {P}invoice SET state = 'PAID', audit_seq = %s WHERE id IN ({touched}) AND state IN ('ISSUED', 'SENT')
            AND NOT EXISTS (SELECT 1 FROM {P}instalment s JOIN {P}entry n ON n.id = s.entry_id
                            WHERE s.invoice_id = {P}invoice.id AND n.amount <> n.allocated)""",
        [line.seq],
    )
    run(
        f"""UPDATE {P}statementline SET state = p.state, matched_by = %s, match_confidence = p.confidence,
              match_reasons = p.reasons, state_reason = '', audit_seq = %s
            FROM match_pay p WHERE {P}statementline.id = p.line_id""",
        [AUTO, line.seq],
    )
    run(
        f"UPDATE {P}customer SET stop_version = stop_version + 1 WHERE id IN (SELECT customer_id FROM match_pay)"
    )


def _tell_requesters(line: Line) -> None:
    """Whoever asked for one of these invoices hears that it is paid; ledgers taken over have no such person."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT i.id FROM match_alloc a JOIN {P}instalment s ON s.entry_id = a.debit_id
                JOIN {P}invoice i ON i.id = s.invoice_id
                WHERE i.state = 'PAID' AND i.audit_seq = %s AND i.created_by_id IS NOT NULL ORDER BY i.id""",
            [line.seq],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    if ids:
        rows = Invoice.objects.filter(pk__in=ids).select_related("customer", "entity", "requested_by", "created_by")
        status.paid(line, rows.order_by("pk"), by=Actor.system("engine"))


def _touch(line: Line) -> None:
    """One touched row for each payment, with what it settles."""
    joined = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    pair = "CAST(a.debit_id AS text) || ':' || CAST(a.amount AS text)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.entry_id, p.line_id, p.customer_id, p.amount, {joined}({pair}, ',' ORDER BY a.debit_id)
                FROM match_pay p LEFT JOIN match_alloc a ON a.line_id = p.line_id
                GROUP BY p.entry_id, p.line_id, p.customer_id, p.amount ORDER BY p.entry_id"""
            if connection.vendor == "postgresql"
            else f"""SELECT p.entry_id, p.line_id, p.customer_id, p.amount, (SELECT {joined}({pair}, ',') FROM
                (SELECT * FROM match_alloc WHERE line_id = p.line_id ORDER BY debit_id) a) FROM match_pay p ORDER BY p.entry_id"""
        )
        for entry_id, line_id, customer_id, amount, pairs in cursor.fetchall():
            line.touch("bank_payment", entry_id, line_id, customer_id, amount, pairs or "")
