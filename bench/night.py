"""How long a whole night takes, against the bare `INSERT … SELECT … ON CONFLICT` that writes the same notices, items and reasons.

The bare statements know one ladder and one mailbox; they look at no dispute, promise, block, consent, gap or minimum and keep no
audit. CPU is that of this process and of its database server together; memory is the highest of the round.
"""

import os
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

from django.db import connection, transaction

from bench.matching import RolledBack
from dunning.models import Assignment, Notice, NoticeItem, Policy, PolicyVersion, Run, RunOutcome
from dunning.rules import ladder_json
from dunning.rules.ladder import Ladder, Stage
from dunning.services import runs
from receivables import audit, bulk
from receivables.actor import Actor
from receivables.models import (
    Contact,
    Customer,
    CustomerProfile,
    Dispute,
    Entry,
    Instalment,
    Invoice,
    LegalEntity,
)

TITLE = "A night: 10,000 and 100,000 overdue invoices, three to a customer"
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
DAY = date(2026, 3, 2)
BY = Actor.system("bench")
LADDER = Ladder(
    "bench", 1, "chase",
    tuple(Stage(f"l{n}", at, "billing", ("email",), f"l{n}") for n, at in enumerate((1, 16, 31), 1)), min_gap=3,
)  # fmt: skip
_worlds: dict[str, LegalEntity] = {}
_cpu: dict[str, list[float]] = {}


def prepare(scale: float) -> None:
    """Two entities, one a tenth of the other; one policy of three mails; every fiftieth item is disputed."""
    policy = Policy.objects.create(code="bench", name="Bench", created_at=NOW)
    PolicyVersion.objects.create(
        policy=policy,
        number=1,
        ladder=ladder_json.write(LADDER),
        content_hash="",
        active=True,
        drafted_at=NOW,
    )
    Assignment.objects.create(track="chase", policy=policy, set_by="bench", set_at=NOW)
    for name, count in (("10k", 10_000), ("100k", 100_000)):
        _worlds[name] = LegalEntity.objects.create(
            code=name, name=name, country="DE", time_zone="Europe/Berlin", currency="EUR",
            work_starts=clock_time(9), work_ends=clock_time(17),
        )  # fmt: skip
        with transaction.atomic():
            _customers(_worlds[name], max(60, round(count * scale)))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _customers(entity: LegalEntity, invoices: int) -> None:
    ids = list(bulk.next_ids(Customer, invoices // 3))
    bulk.insert(Customer, ["id", "code", "legal_name", "country", "created_at", "state"],
                ((pk, f"c{pk}", f"Customer {pk}", "DE", NOW, "INCOMPLETE") for pk in ids))  # fmt: skip
    bulk.insert(CustomerProfile, ["customer_id", "entity_id", "valid_from"],
                ((pk, entity.pk, DAY - timedelta(days=900)) for pk in ids))  # fmt: skip
    bulk.insert(Contact, ["customer_id", "name", "email", "time_zone"],
                ((pk, "Billing", f"billing@c{pk}.example", "Europe/Berlin") for pk in ids))  # fmt: skip
    owner = [ids[n % len(ids)] for n in range(invoices)]
    due = [DAY - timedelta(days=1 + (n * 7) % 90) for n in range(invoices)]
    papers, entries = list(bulk.next_ids(Invoice, invoices)), list(bulk.next_ids(Entry, invoices))
    bulk.insert(
        Invoice, ["id", "entity_id", "customer_id", "state", "currency", "net", "gross", "number", "invoice_on", "created_at"],
        ((papers[n], entity.pk, owner[n], "SENT", "EUR", 9_000 + n, 9_000 + n, f"INV-{n:07d}", due[n], NOW)
         for n in range(invoices)),
    )  # fmt: skip
    columns = ["id", "entity_id", "customer_id", "kind", "currency", "amount", "document_on", "due_on", "booked_on", "reference",
               "recorded_at", "audit_seq"]  # fmt: skip
    bulk.insert(
        Entry, columns,
        ((entries[n], entity.pk, owner[n], "invoice", "EUR", 9_000 + n, due[n], due[n], due[n], f"INV-{n:07d}", NOW, 1)
         for n in range(invoices)),
    )  # fmt: skip
    bulk.insert(Instalment, ["invoice_id", "due_on", "amount", "entry_id"],
                ((papers[n], due[n], 9_000 + n, entries[n]) for n in range(invoices)))  # fmt: skip
    bulk.insert(
        Dispute, ["entity_id", "customer_id", "entry_id", "currency", "amount", "reason", "state", "opened_on", "opened_at",
                  "due_at"],
        ((entity.pk, owner[n], entries[n], "EUR", 100, "quality", "OPEN", DAY, NOW, NOW) for n in range(0, invoices, 50)),
    )  # fmt: skip


def bare(name: str) -> None:
    """The same rows from the ledger and the mailboxes, and nothing else."""
    entity = _worlds[name]
    run = Run.objects.create(entity=entity, on=DAY, started_at=NOW, started_by="bench")
    version = PolicyVersion.objects.get()
    ids = (
        "nextval(pg_get_serial_sequence('dunning_notice', 'id'))"
        if connection.vendor == "postgresql"
        else None
    )
    number = ids or "(SELECT COALESCE(MAX(id), 0) FROM dunning_notice) + ROW_NUMBER() OVER ()"
    digest = "md5(c.customer_id::text)" if ids else "hex(c.customer_id)"
    rows = (
        "jsonb_agg(jsonb_build_array(p.entry_id, 'sent', 'l1'))"
        if ids
        else "json_group_array(json_array(p.entry_id, 'sent', 'l1'))"
    )
    age = "(%s::date - e.due_on)" if ids else "CAST(julianday(%s) - julianday(e.due_on) AS INTEGER)"
    with connection.cursor() as cursor:
        for statement, values in _statements(entity, run, version, number, digest, rows, age):
            cursor.execute(statement, values)
    prove()


def prove() -> None:
    """References are checked at commit; here every round is rolled back, so it is asked for."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _statements(
    entity: LegalEntity, run: Run, version: PolicyVersion, number: str, digest: str, rows: str, age: str
) -> list[tuple[str, list[object]]]:
    return [
        ("DROP TABLE IF EXISTS bench_plan", []),
        ("DROP TABLE IF EXISTS bench_voice", []),
        (
            f"""CREATE TEMP TABLE bench_plan AS
            SELECT e.id AS entry_id, e.customer_id, e.currency, e.amount - e.allocated AS ask, {age} AS dpd
            FROM receivables_entry e
            LEFT JOIN (SELECT entry_id, MAX(rank) AS rank FROM dunning_noticeitem WHERE NOT withdrawn GROUP BY entry_id) r
              ON r.entry_id = e.id
            WHERE e.allocated <> ABS(e.amount) AND e.amount > 0 AND e.entity_id = %s AND e.due_on < %s AND r.rank IS NULL""",
            [DAY, entity.pk, DAY],
        ),
        (
            f"""CREATE TEMP TABLE bench_voice AS SELECT {number} AS id, c.* FROM (
              SELECT p.customer_id, p.currency, SUM(p.ask) AS total, MIN(k.email) AS email, MIN(k.id) AS contact_id
              FROM bench_plan p JOIN receivables_contact k ON k.customer_id = p.customer_id
              GROUP BY p.customer_id, p.currency) c""",
            [],
        ),
        (
            """INSERT INTO dunning_notice (id, entity_id, customer_id, currency, "on", track, stage, rank, audience, channel,
              recipient, contact_id, template, policy_version_id, run_id, total, state, due_at, number, why, decided_by,
              approved_hash, audit_seq)
            SELECT v.id, %s, v.customer_id, v.currency, %s, 'chase', 'l1', 1, 'billing', 'email', v.email, v.contact_id, 'l1',
              %s, %s, v.total, 'RELEASED', %s, '', '', '', '', 2 FROM bench_voice v WHERE TRUE ON CONFLICT DO NOTHING""",
            [entity.pk, DAY, version.pk, run.pk, connection.ops.adapt_datetimefield_value(NOW)],
        ),
        (
            """INSERT INTO dunning_noticeitem (notice_id, entry_id, stage, rank, track, round, open_amount, days_past_due,
              withdrawn)
            SELECT v.id, p.entry_id, 'l1', 1, 'chase', 1, p.ask, p.dpd, FALSE FROM bench_plan p JOIN bench_voice v
              ON v.customer_id = p.customer_id AND v.currency = p.currency WHERE TRUE ON CONFLICT DO NOTHING""",
            [],
        ),
        (
            f"""INSERT INTO dunning_runoutcome (entity_id, customer_id, from_on, code, digest, items, run_id)
            SELECT %s, c.customer_id, %s, 'sent', {digest}, c.items, %s FROM (
              SELECT p.customer_id, {rows} AS items FROM bench_plan p GROUP BY p.customer_id) c
            WHERE TRUE ON CONFLICT DO NOTHING""",
            [entity.pk, DAY, run.pk],
        ),
    ]


def night(name: str) -> None:
    """As the product runs it."""
    run = runs.start(entity=_worlds[name], on=DAY, now=NOW, by=BY)
    for chunk in runs.undone(run=run):
        runs.do_chunk(chunk_id=chunk, now=NOW, by=BY)
    prove()


def _case(label: str, name: str, work: Callable[[str], None]) -> Callable[[], None]:
    def case() -> None:
        with RolledBack(), measured(f"{label}, {name}"):
            work(name)

    return case


def second(name: str, *, something_happened: bool) -> Callable[[], None]:
    """The same night once more: nothing new. Only the second pass is measured.

    After a foreign line on the audit chain every customer is looked at again; without one there is nothing to look for.
    """

    def case() -> None:
        with RolledBack():
            night(name)
            if something_happened:
                with audit.line("bench.something", by=BY, now=NOW):
                    pass
            before = [model.objects.count() for model in (Notice, NoticeItem, RunOutcome)]
            with measured(f"{'second look' if something_happened else 'second pass'}, {name}"):
                run = runs.again(run=Run.objects.get(entity=_worlds[name]), now=NOW, by=BY)
                for chunk in runs.undone(run=run):
                    runs.do_chunk(chunk_id=chunk, now=NOW, by=BY)
            after = [model.objects.count() for model in (Notice, NoticeItem, RunOutcome)]
            assert before == after, "a second pass wrote rows"

    return case


@contextmanager
def measured(label: str):  # type: ignore[no-untyped-def]
    """Prints CPU of client and server, and the peak of memory, of what runs inside."""
    _reset_peak()
    client, server, wall = time.process_time(), _server(), time.perf_counter()
    yield
    client, server, wall = time.process_time() - client, _server() - server, time.perf_counter() - wall
    _cpu.setdefault(label, []).append(client + server)
    best = min(_cpu[label])
    base = min(_cpu.get(f"bare, {label.rpartition(', ')[2]}", [best]))
    print(
        f"    {label:<22} CPU {client + server:6.2f} s (client {client:5.2f}, server {server:5.2f}), wall {wall:6.2f} s,"
        f" peak {_peak()} MiB, best ×{best / base:.2f} of bare"
    )


def _server() -> float:
    """CPU seconds of our connection's server process; 0 where there is none or it cannot be seen."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _reset_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


CASES: dict[str, Callable[[], None]] = {
    "bare, 10k": _case("bare", "10k", bare),
    "a night, 10k": _case("a night", "10k", night),
    "bare, 100k": _case("bare", "100k", bare),
    "a night, 100k": _case("a night", "100k", night),
    "a night and a second pass, 100k": second("100k", something_happened=False),
    "a night and a second look, 100k": second("100k", something_happened=True),
}
