"""How long matching payments with open items takes, against the bare staged SQL: number in the text, then customer and exact
amount.

The bare statements do the same joins and write the same entries, payments, allocations and states, without locks, audit or rules.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from django.db import connection, transaction

from receivables import bulk
from receivables.actor import Actor
from receivables.models import (
    BankAccount,
    Customer,
    Entry,
    ImportFile,
    Instalment,
    Invoice,
    LegalEntity,
    Statement,
    StatementLine,
)
from receivables.services import matching_exact, matching_stage
from receivables.services.matching import _exact

TITLE = (
    "Matching payments, exact stage: 250,000 open invoices, 100,000 payments of which 90 % quote their number"
)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
P = "receivables_"
_world: dict[str, BankAccount] = {}


def prepare(scale: float) -> None:
    """Customers, open invoices and one statement of new lines."""
    invoices, payments = max(250, round(250_000 * scale)), max(100, round(100_000 * scale))
    entity = LegalEntity.objects.create(
        code="B",
        name="Bench",
        country="DE",
        time_zone="UTC",
        currency="EUR",
        work_starts=time(9),
        work_ends=time(17),
    )
    account = BankAccount.objects.create(entity=entity, name="Bench", currency="EUR")
    _world["account"] = account
    with transaction.atomic():
        customers = list(bulk.next_ids(Customer, max(50, invoices // 6)))
        rows = ((pk, f"c{pk}", f"Customer {pk}", NOW, "INCOMPLETE") for pk in customers)
        bulk.insert(Customer, ["id", "code", "legal_name", "created_at", "state"], rows)
        _open_invoices(entity, customers, invoices)
        _lines(account, payments)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _open_invoices(entity: LegalEntity, customers: list[int], count: int) -> None:
    invoices, entries = list(bulk.next_ids(Invoice, count)), list(bulk.next_ids(Entry, count))
    amounts = [1_000 + (n * 7919) % 90_000 for n in range(count)]
    owner = [customers[n % len(customers)] for n in range(count)]
    columns = [
        "id",
        "entity_id",
        "customer_id",
        "state",
        "currency",
        "net",
        "gross",
        "number",
        "invoice_on",
        "created_at",
    ]
    bulk.insert(
        Invoice, columns,
        ((invoices[n], entity.pk, owner[n], "SENT", "EUR", amounts[n], amounts[n], f"INV-{n:07d}", DAY, NOW)
         for n in range(count)),
    )  # fmt: skip
    columns = ["id", "entity_id", "customer_id", "kind", "currency", "amount", "document_on", "due_on", "booked_on", "reference",
               "recorded_at", "audit_seq"]  # fmt: skip
    bulk.insert(
        Entry, columns,
        ((entries[n], entity.pk, owner[n], "invoice", "EUR", amounts[n], DAY, DAY, DAY, f"INV-{n:07d}", NOW, 1)
         for n in range(count)),
    )  # fmt: skip
    bulk.insert(
        Instalment, ["invoice_id", "due_on", "amount", "entry_id"],
        ((invoices[n], DAY, amounts[n], entries[n]) for n in range(count)),
    )  # fmt: skip


def _lines(account: BankAccount, count: int) -> None:
    import json

    file = ImportFile.objects.create(
        entity=account.entity,
        kind="bank",
        name="bench",
        sha256="b",
        state="DONE",
        taken_in_by="bench",
        taken_in_at=NOW,
    )
    statement = Statement.objects.create(
        account=account, import_file=file, format="bench", currency="EUR", state="TAKEN_IN", recorded_at=NOW
    )
    columns = [
        "account_id",
        "statement_id",
        "booked_on",
        "value_on",
        "currency",
        "amount",
        "text_hash",
        "text",
        "tokens",
        "state",
    ]

    def row(n: int) -> tuple[object, ...]:
        quoted = f"INV-{n * 2:07d}" if n % 10 else f"GIFT-{n:07d}"
        token = quoted.replace("-", "")
        tokens = json.dumps([token, f"{token}THANKS"])
        return (
            account.pk,
            statement.pk,
            DAY,
            DAY,
            "EUR",
            1_000 + (n * 2 * 7919) % 90_000,
            f"{n}",
            f"{quoted} thanks",
            tokens,
            "NEW",
        )

    bulk.insert(StatementLine, columns, (row(n) for n in range(count)))


def bare() -> None:
    """The same stages and the same rows, as plain SQL and nothing else."""
    account = _world["account"]
    with RolledBack():
        matching_stage.create()
        matching_exact.fill(account, 0)
        matching_stage.analyse("match_pay", "match_alloc")
        _write_bare(account)


def _write_bare(account: BankAccount) -> None:
    run, at = matching_stage.run, connection.ops.adapt_datetimefield_value(NOW)
    matching_stage._number_entries()
    run(
        f"""INSERT INTO {P}entry (id, entity_id, customer_id, kind, currency, amount, allocated, document_on, booked_on,
              reference, recorded_at, audit_seq)
            SELECT entry_id, %s, customer_id, 'payment', currency, -amount, amount, value_on, value_on, 'bank', %s, 2
            FROM match_pay""",
        [account.entity_id, at],
    )
    run(
        f"""INSERT INTO {P}payment (entity_id, customer_id, currency, amount, value_on, booked_on, method, reference,
              bank_line_id, line_round, entry_id, received_by, recorded_at, audit_seq)
            SELECT %s, customer_id, currency, amount, value_on, value_on, 'bank', 'bank', line_id, 1, entry_id, 'bench', %s, 2
            FROM match_pay""",
        [account.entity_id, at],
    )
    run(
        f"""INSERT INTO {P}allocation (debit_id, credit_id, amount, booked_on, reason, recorded_at, audit_seq)
            SELECT a.debit_id, p.entry_id, a.amount, p.value_on, '', %s, 2
            FROM match_alloc a JOIN match_pay p ON p.line_id = a.line_id""",
        [at],
    )
    run(
        f"UPDATE {P}entry SET allocated = {P}entry.allocated + a.amount FROM match_alloc a WHERE {P}entry.id = a.debit_id"
    )
    run(
        f"""UPDATE {P}invoice SET state = 'PAID', audit_seq = 2 FROM {P}instalment s, match_alloc a
            WHERE s.entry_id = a.debit_id AND {P}invoice.id = s.invoice_id"""
    )
    run(
        f"UPDATE {P}statementline SET state = 'APPLIED', audit_seq = 2 FROM match_pay p WHERE {P}statementline.id = p.line_id"
    )


def verb() -> None:
    """The exact stage as the product runs it: locks, second look, closed periods, audit digest, stop versions."""
    with RolledBack():
        _world["applied"] = _exact(_world["account"], NOW, Actor.system("bench"))  # type: ignore[assignment]


class RolledBack:
    """A transaction that ends as if it had not been, so that every round begins alike."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, *failure: object) -> bool:
        if failure[0] is None:
            transaction.set_rollback(True)
        self._atomic.__exit__(*failure)  # type: ignore[arg-type]
        return False


CASES: dict[str, Callable[[], None]] = {"bare staged SQL": bare, "the verb": verb}
