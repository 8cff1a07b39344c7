"""Aging of 1,000,000 open entries of 50,000 customers in two currencies, against the bare GROUP BY with its fetch.

PostgreSQL only; --scale 0.1 is 100,000 entries. The rows are written by SQL: only the ledger is measured, not its writing.
"""

from collections.abc import Callable
from datetime import date, time, timedelta

from django.db import connection
from django.test import Client

from receivables.models import LegalEntity, Role, User
from receivables.rules.aging import Buckets
from reports import aging

TITLE = "Aging report against its bare GROUP BY"
ON = date(2026, 7, 15)
CASES: dict[str, Callable[[], object]] = {}
_BARE = """SELECT customer_id, currency, SUM(CASE WHEN due_on >= %s THEN amount - allocated ELSE 0 END),
    SUM(CASE WHEN due_on BETWEEN %s AND %s THEN amount - allocated ELSE 0 END),
    SUM(CASE WHEN due_on BETWEEN %s AND %s THEN amount - allocated ELSE 0 END),
    SUM(CASE WHEN due_on BETWEEN %s AND %s THEN amount - allocated ELSE 0 END),
    SUM(CASE WHEN due_on < %s THEN amount - allocated ELSE 0 END)
    FROM receivables_entry WHERE allocated <> ABS(amount) GROUP BY customer_id, currency"""


def prepare(scale: float) -> None:
    CASES.clear()
    if connection.vendor != "postgresql":
        print("  PostgreSQL only")
        return
    fill(round(1_000_000 * scale), round(50_000 * scale))
    client = Client()
    client.force_login(cfo())
    CASES.update(
        {
            "bare GROUP BY + fetch": bare,
            "list(aging.iterate(question))": lambda: len(list(aging.iterate(question(ON)))),
            "aging.report (rows, totals, proof)": lambda: len(aging.report(question(ON)).rows),
            "whole CSV answer": lambda: answered(client, f"/aging/export.csv?as_of={ON}"),
            "page with the 50 largest": lambda: answered(client, f"/aging/?as_of={ON}"),
            "as of a past day, list(iterate)": lambda: len(
                list(aging.iterate(question(ON - timedelta(days=60))))
            ),
        }
    )
    print(
        f"  {len(list(aging.iterate(question(ON))))} rows; the CSV has {answered(client, f'/aging/export.csv?as_of={ON}')} bytes"
    )


def fill(entries: int, customers: int) -> None:
    """Customers and open debits by generate_series; none of it is a document."""
    entity, _made = LegalEntity.objects.get_or_create(
        code="AGE",
        defaults={
            "name": "Age", "country": "DE", "time_zone": "UTC", "currency": "EUR", "work_starts": time(9), "work_ends": time(17)
        },
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE receivables_customer, receivables_entry CASCADE")
        cursor.execute(
            """INSERT INTO receivables_customer (code, legal_name, country, tax_id, tax_id_note, registration_id, state, language,
                address, bank_account, po_required, contract_required, stop_version, version, created_at, notes)
            SELECT 'K' || n, 'Customer ' || n || ' GmbH', 'DE', '', '', '', 'INCOMPLETE', 'en', '{}', '', false, false, 0, 1,
                now(), ''
            FROM generate_series(1::bigint, %s) n""",
            [customers],
        )
        cursor.execute("SELECT MIN(id) FROM receivables_customer")
        first = cursor.fetchone()[0]
        cursor.execute(
            """INSERT INTO receivables_entry (entity_id, customer_id, kind, currency, amount, allocated, document_on, due_on,
                booked_on, reference, recorded_at, audit_seq)
            SELECT %s, %s + (n * 7919) %% %s, 'invoice', CASE WHEN (n / %s) %% 2 = 0 THEN 'EUR' ELSE 'USD' END,
                100 + (n * 31) %% 900000, 0,
                DATE '2026-01-01' + (n %% 190)::int, DATE '2026-01-31' + (n %% 190)::int, DATE '2026-01-01' + (n %% 190)::int,
                'INV' || n, now(), 1
            FROM generate_series(1::bigint, %s) n""",
            [entity.pk, first, customers, customers, entries],
        )
        cursor.execute("VACUUM ANALYZE receivables_entry")
        cursor.execute("ANALYZE receivables_customer")


def cfo() -> User:
    user, _made = User.objects.get_or_create(username="bench-cfo", defaults={"all_entities": True})
    role, _made = Role.objects.get_or_create(code="cfo", defaults={"label": "cfo", "shipped": True})
    user.roles.add(role)
    return user


def question(as_of: date) -> aging.Question:
    return aging.Question(
        as_of=as_of, known_at=None, user=User.objects.get(username="bench-cfo"), buckets=Buckets.default()
    )


def bare() -> int:
    days = [timedelta(days=n) for n in (30, 1, 60, 31, 90, 61, 90)]
    with connection.cursor() as cursor:
        cursor.execute(_BARE, [ON, *(ON - each for each in days)])
        return len(cursor.fetchall())


def answered(client: Client, address: str) -> int:
    """The bytes of the whole answer."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    return sum(map(len, answer.streaming_content)) if answer.streaming else len(answer.content)  # type: ignore[attr-defined]
