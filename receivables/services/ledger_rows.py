"""Writes the rows of a ledger chunk: entries, invoices, instalments, and payments with allocations for what was settled.

A writer for `ledger_import`, which holds the locks and the open audit line; it decides nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from receivables import bulk
from receivables.actor import Actor
from receivables.audit import Line
from receivables.ledger_file import LedgerRow
from receivables.models import Allocation, Entry, Instalment, Invoice, LegalEntity, Payment
from receivables.rules.refusals import Refused

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


def write(
    line: Line, entity: LegalEntity, rows: Sequence[LedgerRow], customers: dict[str, int], by: Actor
) -> None:
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
