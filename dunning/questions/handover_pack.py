"""The papers of a hand-over as files of one archive: cover sheet, statement, invoices, proofs of delivery, everything that was
said, promises, disputes and the ledger. Questions only; storing it, and who may have it, is the verb's and the door's matter.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dunning.models import Call, Notice, PromiseToPay
from dunning.questions import handover_facts
from dunning.rules.handover import ending_of, file_name
from receivables import exports, rendering, storage
from receivables.exports import Cell, Column, plain
from receivables.models import Attachment, Customer, Dispatch, Dispute, Entry, Invoice, LegalEntity, Message
from receivables.questions import statement
from receivables.questions.statement import AccountStatement
from receivables.rules.notice_facts import HandOverFacts, PackPaper
from receivables.rules.refusals import Refused

MESSAGES_MOST = 500
_EPOCH = (1980, 1, 1, 0, 0, 0)
PROOFS = (Attachment.Kind.CONTRACT, Attachment.Kind.ORDER, Attachment.Kind.DELIVERY)
File = tuple[str, bytes]


@dataclass(frozen=True)
class Case:
    """What is handed over: open items of one customer, entity and currency, to whom, under which number."""

    customer: Customer
    entity: LegalEntity
    currency: str
    entries: tuple[Entry, ...]
    number: str
    to: str
    reason: str
    on: date
    by: str


def archive(case: Case) -> bytes:
    """The pack as one ZIP; the same books give the same bytes. `manifest.csv` names every file with its SHA-256."""
    invoices = list(
        Invoice.objects.filter(instalments__entry__in=case.entries).distinct().order_by("invoice_on", "pk")
    )
    account = _account(case)
    files: list[File] = [
        ("statement.csv", _statement(account)),
        ("invoices.csv", _invoices(case, invoices)),
        ("delivery-proofs.csv", _deliveries(invoices)),
        ("contact-log.csv", _contacts(case)),
        ("promises.csv", _promises(case)),
        ("disputes.csv", _disputes(case)),
        ("ledger.csv", _ledger(case)),
        *_said(case),
        *_proofs(invoices),
    ]
    papers = tuple(PackPaper(name=name) for name, _data in files if "/" not in name)
    facts = handover_facts.sheet(case, papers)
    files = [*_printed(facts, account, case), *files]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in [*files, ("manifest.csv", _manifest(files))]:
            pack.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _printed(facts: HandOverFacts, account: AccountStatement, case: Case) -> Iterable[File]:
    """Cover sheet and statement on paper. A pack without them is still a pack: the tables hold the same figures."""
    try:
        yield "cover-sheet.pdf", rendering.hand_over_sheet(facts).content
        yield "statement.pdf", rendering.statement(handover_facts.account(account, case)).content
    except (Refused, NotImplementedError) as refused:
        yield "cover-sheet.txt", f"{case.number}\n{case.customer.legal_name}\n{case.to}\n{refused}\n".encode()


def _account(case: Case) -> AccountStatement:
    entries = Entry.objects.filter(customer=case.customer, entity=case.entity, currency=case.currency)
    first = entries.order_by("booked_on").values_list("booked_on", flat=True).first() or case.on
    until = max(
        case.on, entries.order_by("-booked_on").values_list("booked_on", flat=True).first() or case.on
    )
    key: dict[str, Any] = {"customer": case.customer, "entity": case.entity, "currency": case.currency}
    try:
        return statement.of_account(since=first, until=until, known_at=None, **key)
    except Refused:  # longer than a statement may be: the last year, and the ledger extract has all of it
        return statement.of_account(since=date(until.year, 1, 1), until=until, known_at=None, **key)


def _statement(account: AccountStatement) -> bytes:
    head = [_("Booked on"), _("Kind"), _("Reference"), _("Due on"), _("Amount"), _("Balance")]
    rows: list[Sequence[Cell]] = [
        (each.booked_on, each.kind, each.reference, each.due_on, plain(each.amount, account.currency),
         plain(each.balance, account.currency))
        for each in account.lines
    ]  # fmt: skip
    return _table(head, rows)


def _invoices(case: Case, invoices: list[Invoice]) -> bytes:
    head = [
        _("Number"),
        _("Invoice date"),
        _("Due on"),
        _("Amount"),
        _("Open"),
        _("Currency"),
        _("Order"),
        _("Contract"),
    ]
    found = {each.pk: each for each in invoices}
    rows: list[Sequence[Cell]] = []
    for entry in case.entries:
        instalment = getattr(entry, "instalment", None)
        invoice = found.get(instalment.invoice_id) if instalment else None
        rows.append(
            (
                invoice.number if invoice else entry.reference,
                entry.document_on,
                entry.due_on,
                plain(entry.amount, entry.currency),
                plain(entry.amount - entry.allocated, entry.currency),
                entry.currency,
                invoice.po_number if invoice else "",
                invoice.contract_ref if invoice else "",
            )
        )
    return _table(head, rows)


def _deliveries(invoices: list[Invoice]) -> bytes:
    head = [
        _("Invoice"),
        _("Channel"),
        _("Recipient"),
        _("Posted"),
        _("Courier"),
        _("Tracking number"),
        _("Received"),
        _("Received by"),
    ]
    rows = Dispatch.objects.filter(invoice__in=invoices).select_related("invoice").order_by("posted_at", "pk")
    return _table(
        head,
        [
            (each.invoice.number, each.channel, each.recipient, each.posted_at, each.courier, each.tracking_number,
             each.received_at, each.received_by)
            for each in rows
        ],
    )  # fmt: skip


def _contacts(case: Case) -> bytes:
    """Calls, messages and notices in one list, oldest first."""
    key = {"customer": case.customer, "entity": case.entity}
    rows: list[tuple[str, Sequence[Cell]]] = []
    for call in Call.objects.filter(**key).select_related("contact"):
        who = call.contact.name if call.contact else ""
        said = (call.called_at, "call", who, call.get_outcome_display(), call.note, call.called_by)
        rows.append((call.called_at.isoformat(), said))
    for one in Message.objects.filter(**key).exclude(state=Message.State.PLANNED):
        at = one.accepted_at or one.planned_at
        rows.append((at.isoformat(), (at, one.channel, one.recipient, one.state, one.subject, "")))
    for notice in Notice.objects.filter(reached_on__isnull=False, message__isnull=True, **key):
        on = notice.reached_on.isoformat()
        rows.append((on, (notice.reached_on, notice.channel, notice.recipient, notice.stage, "", "")))
    head = [_("When"), _("How"), _("Who"), _("Result"), _("What"), _("By")]
    return _table(head, [row for _at, row in sorted(rows, key=lambda each: each[0])])


def _promises(case: Case) -> bytes:
    head = [
        _("Made on"),
        _("Promised day"),
        _("Amount"),
        _("Paid in time"),
        _("Currency"),
        _("State"),
        _("Source"),
        _("Note"),
    ]
    rows = PromiseToPay.objects.filter(customer=case.customer, entity=case.entity, currency=case.currency)
    return _table(
        head,
        [
            (each.made_on, each.due_on, plain(each.amount, each.currency), plain(each.paid, each.currency),
             each.currency, each.state, each.source, each.note)
            for each in rows.order_by("made_on", "pk")
        ],
    )  # fmt: skip


def _disputes(case: Case) -> bytes:
    head = [
        _("Item"),
        _("Amount"),
        _("Currency"),
        _("Reason"),
        _("State"),
        _("Opened"),
        _("Closed"),
        _("What was agreed"),
    ]
    rows = Dispute.objects.filter(customer=case.customer, entity=case.entity).select_related("entry")
    return _table(
        head,
        [
            (each.entry.reference, plain(each.amount, each.currency), each.currency, each.reason, each.state,
             each.opened_on, each.closed_on, each.resolution)
            for each in rows.order_by("opened_on", "pk")
        ],
    )  # fmt: skip


def _ledger(case: Case) -> bytes:
    head = [
        _("Booked on"),
        _("Kind"),
        _("Reference"),
        _("Document date"),
        _("Due on"),
        _("Amount"),
        _("Settled"),
        _("Currency"),
        _("Audit number"),
    ]
    rows = Entry.objects.filter(customer=case.customer, entity=case.entity, currency=case.currency)
    return _table(
        head,
        (
            (each.booked_on, each.kind, each.reference, each.document_on, each.due_on,
             plain(each.amount, each.currency), plain(each.allocated, each.currency), each.currency, each.audit_seq)
            for each in rows.order_by("booked_on", "pk").iterator()
        ),
    )  # fmt: skip


def _said(case: Case) -> Iterable[File]:
    """The text of each message that left, one file each."""
    rows = Message.objects.filter(
        customer=case.customer, entity=case.entity, state=Message.State.ACCEPTED
    ).order_by("accepted_at", "pk")
    for one in rows[:MESSAGES_MOST]:
        name = file_name(f"{one.accepted_at:%Y-%m-%d}-{one.channel}-{one.pk}", "txt")
        head = f"{one.accepted_at:%Y-%m-%d %H:%M} UTC  {one.channel}  {one.recipient}\n{one.subject}\n\n"
        yield f"messages/{name}", (head + one.body).encode()


def _proofs(invoices: list[Invoice]) -> Iterable[File]:
    """Contracts, orders and proofs of delivery; one that the disk has lost is named, not passed over."""
    taken: set[str] = set()
    rows = Attachment.objects.filter(invoice__in=invoices, kind__in=PROOFS).select_related("invoice")
    for paper in rows.order_by("invoice_id", "pk"):
        stem = f"{paper.invoice.number}-{paper.kind}-{paper.name.rpartition('.')[0] or paper.name}"
        name = file_name(stem, ending_of(paper.name), taken=frozenset(taken))
        taken.add(name)
        try:
            yield f"proofs/{name}", storage.read(paper.stored_as)
        except FileNotFoundError:
            yield f"proofs/{name}.missing.txt", f"sha256 {paper.sha256}\n".encode()


def _manifest(files: list[File]) -> bytes:
    rows: list[Sequence[Cell]] = [(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files]
    return _table([_("File"), _("Bytes"), "SHA-256"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    return b"".join(exports.to_csv([Column(label) for label in head], rows))
