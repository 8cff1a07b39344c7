"""Takes in a whole ledger: staged first, then posted in chunks that each are wholly in or wholly out, with its history.

A settled invoice enters with its payment and allocation on the day it was settled. Posted again, rows that are there
already are skipped; a row that contradicts what is there is a conflict and changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import transaction

from receivables import audit, posting
from receivables.actor import Actor
from receivables.ledger_file import LedgerRow
from receivables.models import (
    ChainHead,
    Customer,
    CustomerProfile,
    ImportFile,
    Invoice,
    LegalEntity,
)
from receivables.rules.money import format_plain
from receivables.services import ledger_rows

CHUNK = 20_000


@dataclass
class Outcome:
    """What posting did: invoices written, skipped as known, and conflicts as (line, number, what is there)."""

    posted: int = 0
    skipped: int = 0
    conflicts: list[tuple[int, str, str]] = field(default_factory=list)


@transaction.atomic
def open_file(
    *,
    entity: LegalEntity,
    name: str,
    sha256: str,
    mapping: dict[str, object],
    rows_total: int,
    now: datetime,
    by: Actor,
    first_day: date | None = None,
) -> ImportFile:
    """The import of this very file, begun or taken up again where it stopped.

    `first_day` is the earliest day the file books on: refuses period_closed as a whole when it lies in a closed period.
    """
    ChainHead.objects.select_for_update(no_key=True).get(
        pk=1
    )  # two who open the same file at once: the second finds the first's row
    if first_day is not None:
        posting.refuse_closed(entity, first_day)
    found: ImportFile | None = ImportFile.objects.filter(
        entity=entity, kind=ImportFile.Kind.LEDGER, sha256=sha256
    ).first()
    if found:
        return found
    with audit.line(
        "ledger_import.opened", by=by, now=now, subject=f"file:{sha256[:16]}", entity=entity
    ) as line:
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
    done = at = file.rows_done
    for _line in islice(rows, done):
        continue
    if progress and done:
        progress(done)
    while chunk := list(islice(rows, CHUNK)):
        post_chunk(file=file, chunk=chunk, at=at, outcome=outcome, now=now, by=by)
        at += len(chunk)
        if progress:
            progress(len(chunk))
    _finish(file=file, now=now, by=by)
    return outcome


@transaction.atomic
def post_chunk(
    *, file: ImportFile, chunk: Sequence[LedgerRow], at: int, outcome: Outcome, now: datetime, by: Actor
) -> None:
    """One chunk of rows: customers, invoices, entries, payments and allocations, under one audit line.

    `at` is the row of the file the chunk begins with. Rows that somebody else posted meanwhile are left to them.
    """
    # The file first, the chain last, as everywhere. An import writes new accounts and entries only: no customer is locked.
    file = ImportFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    ChainHead.objects.select_for_update(no_key=True).get(pk=1)
    chunk = chunk[max(0, file.rows_done - at) :]
    if not chunk:
        return
    posting.refuse_closed(file.entity, first_day(chunk))
    skipped, conflicts = outcome.skipped, len(outcome.conflicts)
    with audit.line(
        "ledger_import.posted", by=by, now=now, subject=f"import_file:{file.pk}", entity=file.entity
    ) as line:
        fresh = _without_known(file.entity, chunk, outcome)
        customers = _customers(file.entity, fresh, now)
        ledger_rows.write(line, file.entity, fresh, customers, by)
        outcome.posted += len(fresh)
        file.rows_done += len(chunk)
        file.rows_skipped += outcome.skipped - skipped
        file.rows_failed += len(outcome.conflicts) - conflicts
        file.save(update_fields=["rows_done", "rows_skipped", "rows_failed"])
        line.after |= {"rows_done": file.rows_done, "invoices": len(fresh)}


@transaction.atomic
def _finish(*, file: ImportFile, now: datetime, by: Actor) -> None:
    file = ImportFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if file.state == ImportFile.State.DONE:
        return
    with audit.line(
        "ledger_import.done", by=by, now=now, subject=f"import_file:{file.pk}", entity=file.entity
    ) as line:
        file.state = ImportFile.State.DONE
        line.stamp(file)
        file.save(update_fields=["state", "audit_seq"])


def first_day(rows: Sequence[LedgerRow]) -> date:
    """The earliest day these rows book on."""
    return min(min(row.invoice_on, row.settled_on or row.invoice_on) for row in rows)


def compare(entity: LegalEntity, rows: Iterator[LedgerRow]) -> Outcome:
    """What posting would do now, without writing: how many are new, known already, or in conflict."""
    outcome = Outcome()
    seen: dict[str, tuple[int, str, date, str]] = {}
    while chunk := list(islice(rows, CHUNK)):
        for row in _without_known(entity, chunk, outcome):
            says = (row.amount, row.currency, row.invoice_on, row.customer)
            there = seen.setdefault(row.number, says)
            if there is says:
                outcome.posted += 1
            elif there == says:
                outcome.skipped += 1
            else:
                outcome.conflicts.append((row.line, row.number, _shown(there)))
    return outcome


def _shown(there: tuple[int, str, date, str]) -> str:
    """What is in the books: "123.45 EUR 2026-03-02 K0001"."""
    return f"{format_plain(there[0], there[1])} {there[1]} {there[2]} {there[3]}"


def _without_known(entity: LegalEntity, chunk: Sequence[LedgerRow], outcome: Outcome) -> list[LedgerRow]:
    """Rows whose number is new at the entity. The same data again is skipped, other data is a conflict."""
    numbers = [row.number for row in chunk]
    there: dict[str, tuple[int, str, date, str]] = {}
    for start in range(0, len(numbers), 5_000):
        found = Invoice.objects.filter(entity=entity, number__in=numbers[start : start + 5_000])
        for number, gross, currency, on, code in found.values_list(
            "number", "gross", "currency", "invoice_on", "customer__code"
        ):
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
            outcome.conflicts.append((row.line, row.number, _shown(known)))
    return fresh


def _customers(entity: LegalEntity, rows: Sequence[LedgerRow], now: datetime) -> dict[str, int]:
    """Ids by code; customers the ledger names for the first time enter INCOMPLETE (they may owe, but not request)."""
    named = {row.customer: row for row in rows}
    codes = list(named)
    ids: dict[str, int] = {}
    for start in range(0, len(codes), 5_000):
        part = codes[start : start + 5_000]
        ids.update(Customer.objects.filter(code__in=part).values_list("code", "pk"))
    new = [
        Customer(code=code, legal_name=row.name, created_at=now)
        for code, row in named.items()
        if code not in ids
    ]
    for customer in Customer.objects.bulk_create(new, batch_size=2_000):
        ids[customer.code] = customer.pk
    _profiles(entity, sorted(ids.values()), min((row.invoice_on for row in rows), default=now.date()))
    return ids


def _profiles(entity: LegalEntity, customer_ids: Sequence[int], valid_from: date) -> None:
    """Customers are seen at an entity through their profile: those without one get an empty one."""
    without = set(customer_ids)
    for start in range(0, len(customer_ids), 5_000):
        held = CustomerProfile.objects.filter(
            entity=entity, customer_id__in=customer_ids[start : start + 5_000]
        )
        without -= set(held.values_list("customer_id", flat=True))
    fresh = [CustomerProfile(customer_id=pk, entity=entity, valid_from=valid_from) for pk in sorted(without)]
    CustomerProfile.objects.bulk_create(fresh, batch_size=2_000)
