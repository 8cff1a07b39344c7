"""Takes in a whole ledger: staged first, then posted in chunks that each are wholly in or wholly out, with its history.

A settled invoice enters with its payment and allocation on the day it was settled. Posted again, rows that are there
already are skipped; a row that contradicts what is there is a conflict and changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import islice

from django.db import transaction

from receivables import audit, bulk, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.ledger_file import LedgerRow
from receivables.models import (
    Allocation,
    ChainHead,
    Customer,
    CustomerProfile,
    Entry,
    ImportFile,
    Instalment,
    Invoice,
    LegalEntity,
    Payment,
)
from receivables.rules.refusals import Refused

CHUNK = 20_000


@dataclass
class Outcome:
    """What posting did: invoices written, skipped as known, and conflicts as (line, number, what is there)."""

    posted: int = 0
    skipped: int = 0
    conflicts: list[tuple[int, str, str]] = field(default_factory=list)


@transaction.atomic
def open_file(
    *, entity: LegalEntity, name: str, sha256: str, mapping: dict[str, object], rows_total: int, now: datetime, by: Actor
) -> ImportFile:
    """The import of this very file, begun or taken up again where it stopped."""
    found = ImportFile.objects.filter(entity=entity, kind=ImportFile.Kind.LEDGER, sha256=sha256).first()
    if found:
        return found
    with audit.line("ledger_import.opened", by=by, now=now, subject=f"file:{sha256[:16]}", entity=entity) as line:
        row = ImportFile(
            entity=entity,
            kind=ImportFile.Kind.LEDGER,
            name=name[:200],
            sha256=sha256,
            mapping=mapping,
            state=ImportFile.State.POSTING,
            rows_total=rows_total,
            taken_in_by=by.name,
            taken_in_at=now,
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.touch("import_file", row.pk, sha256, rows_total)
    return row


def post(
    *,
    file: ImportFile,
    rows: Iterator[LedgerRow],
    now: datetime,
    by: Actor,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Posts all rows in chunks, each in its own transaction; a killed import is taken up after its last whole chunk."""
    outcome = Outcome()
    done = file.rows_done
    for _line in islice(rows, done):
        continue
    if progress and done:
        progress(done)
    while chunk := list(islice(rows, CHUNK)):
        post_chunk(file=file, chunk=chunk, outcome=outcome, now=now, by=by)
        if progress:
            progress(len(chunk))
    _finish(file=file, now=now, by=by)
    return outcome


@transaction.atomic
def post_chunk(*, file: ImportFile, chunk: Sequence[LedgerRow], outcome: Outcome, now: datetime, by: Actor) -> None:
    """One chunk of rows: customers, invoices, entries, payments and allocations, under one audit line."""
    # An import writes new customers' accounts and new entries only, so the chain's lock alone orders it.
    ChainHead.objects.select_for_update().get(pk=1)
    posting.refuse_closed(file.entity, min(row.invoice_on for row in chunk))
    file = ImportFile.objects.select_for_update().get(pk=file.pk)
    with audit.line("ledger_import.posted", by=by, now=now, subject=f"import_file:{file.pk}", entity=file.entity) as line:
        fresh = _without_known(file.entity, chunk, outcome)
        customers = _customers(file.entity, fresh, now)
        _write(line, file.entity, fresh, customers, by)
        outcome.posted += len(fresh)
        file.rows_done += len(chunk)
        file.rows_skipped = outcome.skipped
        file.rows_failed = len(outcome.conflicts)
        file.save(update_fields=["rows_done", "rows_skipped", "rows_failed"])
        line.after = {"rows_done": file.rows_done, "invoices": len(fresh)}


@transaction.atomic
def _finish(*, file: ImportFile, now: datetime, by: Actor) -> None:
    file = ImportFile.objects.select_for_update().get(pk=file.pk)
    if file.state == ImportFile.State.DONE:
        return
    with audit.line("ledger_import.done", by=by, now=now, subject=f"import_file:{file.pk}", entity=file.entity) as line:
        file.state = ImportFile.State.DONE
        line.stamp(file)
        file.save(update_fields=["state", "audit_seq"])


def _without_known(entity: LegalEntity, chunk: Sequence[LedgerRow], outcome: Outcome) -> list[LedgerRow]:
    """Rows whose number is new at the entity. The same data again is skipped, other data is a conflict."""
    numbers = [row.number for row in chunk]
    there: dict[str, tuple[int, str, date, str]] = {}
    for start in range(0, len(numbers), 5_000):
        found = Invoice.objects.filter(entity=entity, number__in=numbers[start : start + 5_000])
        for number, gross, currency, on, code in found.values_list("number", "gross", "currency", "invoice_on", "customer__code"):
            there[str(number)] = (gross, currency, on or date.min, code)
    fresh = []
    for row in chunk:
        says = (row.amount, row.currency, row.invoice_on, row.customer)
        known = there.setdefault(row.number, says)
        if known is says:
            fresh.append(row)
        elif known == says:
            outcome.skipped += 1
        else:
            outcome.conflicts.append((row.line, row.number, f"{known[0]} {known[1]} {known[2]} {known[3]}"))
    return fresh


def _customers(entity: LegalEntity, rows: Sequence[LedgerRow], now: datetime) -> dict[str, int]:
    """Ids by code; customers the ledger names for the first time enter INCOMPLETE (they may owe, but not request)."""
    named = {row.customer: row for row in rows}
    codes = list(named)
    ids: dict[str, int] = {}
    for start in range(0, len(codes), 5_000):
        part = codes[start : start + 5_000]
        ids.update(Customer.objects.filter(code__in=part).values_list("code", "pk"))
    new = [Customer(code=code, legal_name=row.name, created_at=now) for code, row in named.items() if code not in ids]
    for customer in Customer.objects.bulk_create(new, batch_size=2_000):
        ids[customer.code] = customer.pk
    _profiles(entity, sorted(ids.values()), min((row.invoice_on for row in rows), default=now.date()))
    return ids


def _profiles(entity: LegalEntity, customer_ids: Sequence[int], valid_from: date) -> None:
    """Customers are seen at an entity through their profile: those without one get an empty one."""
    without = set(customer_ids)
    for start in range(0, len(customer_ids), 5_000):
        held = CustomerProfile.objects.filter(entity=entity, customer_id__in=customer_ids[start : start + 5_000])
        without -= set(held.values_list("customer_id", flat=True))
    fresh = [CustomerProfile(customer_id=pk, entity=entity, valid_from=valid_from) for pk in sorted(without)]
    CustomerProfile.objects.bulk_create(fresh, batch_size=2_000)


ENTRY = (
    "id", "entity_id", "customer_id", "kind", "currency", "amount", "allocated", "document_on", "due_on", "booked_on",
    "reference", "recorded_at", "audit_seq",
)  # fmt: skip
INVOICE = (
    "id", "entity_id", "customer_id", "state", "currency", "net", "gross", "number", "external", "invoice_on", "description",
    "created_at", "issued_at", "sent_at", "audit_seq",
)  # fmt: skip
INSTALMENT = ("invoice_id", "due_on", "amount", "entry_id")
PAYMENT = (
    "entity_id", "customer_id", "currency", "amount", "value_on", "booked_on", "method", "reference", "entry_id",
    "received_by", "recorded_at", "audit_seq",
)  # fmt: skip
ALLOCATION = ("debit_id", "credit_id", "amount", "booked_on", "reason", "recorded_at", "audit_seq")


def _write(line: Line, entity: LegalEntity, rows: Sequence[LedgerRow], customers: dict[str, int], by: Actor) -> None:
    settled = [row for row in rows if row.settled_on]
    invoice_ids = bulk.next_ids(Invoice, len(rows))
    entry_ids = bulk.next_ids(Entry, len(rows) + len(settled))
    debit_of = dict(zip((row.line for row in rows), entry_ids, strict=False))
    credit_ids = entry_ids[len(rows) :]
    e, seq = entity.pk, line.seq
    for row, pk in zip(rows, invoice_ids, strict=True):
        line.touch("invoice", pk, row.number, row.customer, row.amount, row.currency, row.settled_on)
    bulk.insert(Entry, ENTRY, _entries(e, seq, rows, settled, customers, entry_ids))
    bulk.insert(Invoice, INVOICE, _invoices(e, seq, rows, customers, invoice_ids))
    bulk.insert(
        Instalment,
        INSTALMENT,
        ((pk, row.due_on, row.amount, debit_of[row.line]) for row, pk in zip(rows, invoice_ids, strict=True)),
    )
    paid = list(zip(settled, credit_ids, strict=True))
    bulk.insert(
        Payment,
        PAYMENT,
        (
            (e, customers[row.customer], row.currency, row.amount, row.settled_on, row.settled_on, "import", row.number, credit,
             by.name, _moment(row.settled_on), seq)
            for row, credit in paid
        ),
    )  # fmt: skip
    bulk.insert(
        Allocation,
        ALLOCATION,
        (
            (debit_of[row.line], credit, row.amount, max(row.settled_on or date.min, row.invoice_on), "import",
             _moment(row.settled_on), seq)
            for row, credit in paid
        ),
    )  # fmt: skip


def _entries(
    entity_id: int,
    seq: int,
    rows: Sequence[LedgerRow],
    settled: Sequence[LedgerRow],
    customers: dict[str, int],
    ids: Sequence[int],
) -> Iterator[tuple[object, ...]]:
    for row, pk in zip(rows, ids[: len(rows)], strict=True):
        yield (
            pk, entity_id, customers[row.customer], "invoice", row.currency, row.amount, row.amount if row.settled_on else 0,
            row.invoice_on, row.due_on, row.invoice_on, row.number, _moment(row.recorded_on), seq,
        )  # fmt: skip
    for row, pk in zip(settled, ids[len(rows) :], strict=True):
        yield (
            pk, entity_id, customers[row.customer], "payment", row.currency, -row.amount, row.amount, row.settled_on, None,
            row.settled_on, row.number, _moment(row.settled_on), seq,
        )  # fmt: skip


def _invoices(
    entity_id: int, seq: int, rows: Sequence[LedgerRow], customers: dict[str, int], ids: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    for row, pk in zip(rows, ids, strict=True):
        known = _moment(row.recorded_on)
        yield (
            pk, entity_id, customers[row.customer], "PAID" if row.settled_on else "SENT", row.currency, row.amount, row.amount,
            row.number, True, row.invoice_on, row.text, known, known, known, seq,
        )  # fmt: skip


def _moment(on: date | None) -> datetime:
    """The start of the day on which the other ledger learned it, in UTC."""
    if on is None:
        raise Refused("date_missing", "A date is missing.")
    return datetime.combine(on, time(), tzinfo=UTC)
