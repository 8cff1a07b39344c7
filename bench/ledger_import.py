"""Ledger import against a bare COPY of the same rows into the same tables. 100,000 invoices; --scale 10 is a million.

Half of the invoices are settled, so each brings three to six rows. PostgreSQL only: SQLite has no COPY to compare with.
"""

import random
import resource
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from django.db import connection

from receivables import ledger_staging
from receivables.actor import Actor
from receivables.ledger_file import PRESETS, Mapping
from receivables.models import LegalEntity
from receivables.services import ledger_import

TITLE = "Ledger import against a bare COPY of the same rows"
TABLES = ("customer", "customerprofile", "entry", "invoice", "instalment", "payment", "allocation")
CASES: dict[str, Callable[[], object]] = {}
_folder = Path(tempfile.mkdtemp(prefix="duebook-bench-"))


def prepare(scale: float) -> None:
    """Writes the CSV, imports it once, and keeps what it wrote for the bare COPY."""
    CASES.clear()
    if connection.vendor != "postgresql":
        print("  PostgreSQL only")
        return
    write(_folder / "ledger.csv", round(100_000 * scale))
    LegalEntity.objects.get_or_create(
        code="BENCH",
        defaults={
            "name": "Bench", "country": "DE", "time_zone": "UTC", "currency": "EUR", "work_starts": time(9), "work_ends": time(17)
        },
    )  # fmt: skip
    imported()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  peak resident after the import: {peak} MiB")
    with connection.cursor() as cursor:
        for table in TABLES:
            with (
                cursor.copy(f"COPY receivables_{table} TO STDOUT") as copy,
                (_folder / table).open("wb") as out,
            ):
                out.writelines(copy)
    CASES.update({"bare COPY of the same rows": copied, "import_ledger": imported})


def write(path: Path, count: int) -> None:
    """A ledger of `count` invoices of 5,000 customers, half of them settled; the same for every run."""
    dice = random.Random(7)
    with path.open("w") as out:
        out.write("invoice_id,customer_id,invoice_date,recorded_date,due_date,amount,settled_date\n")
        for n in range(count):
            on = date(2024, 1, 1) + timedelta(days=n * 700 // count)
            settled = on + timedelta(days=dice.randrange(5, 90)) if dice.random() < 0.5 else ""
            amount = f"{dice.randrange(100, 900_000)}.{dice.randrange(100):02d}"
            out.write(
                f"INV{n:08d},K{dice.randrange(5_000):05d},{on},{on},{on + timedelta(days=30)},{amount},{settled}\n"
            )


def imported() -> None:
    """The whole way: read, check, post."""
    empty()
    mapping = Mapping.from_json(PRESETS["duebook"], currency="EUR")
    staged = ledger_staging.stage(_folder / "ledger.csv", mapping)
    now, by = datetime.now(UTC), Actor.system("bench")
    entity = LegalEntity.objects.get(code="BENCH")
    file = ledger_import.open_file(
        entity=entity,
        name=staged.name,
        sha256=staged.sha256,
        mapping={},
        rows_total=staged.rows_total,
        now=now,
        by=by,
    )
    outcome = ledger_import.post(file=file, rows=staged.rows(), now=now, by=by)
    if outcome.posted != staged.rows_total:
        raise SystemExit(f"{outcome.posted} of {staged.rows_total} rows were posted")


def copied() -> None:
    """Nothing but the rows."""
    empty()
    with connection.cursor() as cursor:
        for table in TABLES:
            with (
                cursor.copy(f"COPY receivables_{table} FROM STDIN") as copy,
                (_folder / table).open("rb") as rows,
            ):
                while block := rows.read(1 << 20):
                    copy.write(block)


def empty() -> None:
    with connection.cursor() as cursor:
        names = ", ".join(f"receivables_{table}" for table in (*TABLES, "importfile"))
        cursor.execute(f"TRUNCATE {names} CASCADE")
