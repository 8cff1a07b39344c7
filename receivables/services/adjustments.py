"""Amounts given up by document: credit notes for an invoice in part or whole (红冲), on account, cancelling, and taking back.

Write-offs (given up as loss, by two people) stand in write_offs.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Allocation, CreditNote, CreditNoteVoid, Customer, Entry, Invoice, LegalEntity
from receivables.rules.money import Money, format_plain, share_by_weights
from receivables.rules.refusals import Refused
from receivables.services import cancelling, charges, invoicing

SERIES = "CN"


@transaction.atomic
def credit(
    *, invoice: Invoice, amount: Money, on: date, reason_code: str, now: datetime, by: Actor, reason: str = ""
) -> CreditNote:
    """A credit note for part or all of an invoice (gross, minor units), settling its open instalments oldest first.

    What exceeds the open rest stays on the customer's account as credit. The tax part follows the invoice's own share.
    Credited whole, the invoice is CANCELLED. Refuses over_credited, period_closed and a wrong state.
    """
    invoice, number = prepare_credit(invoice=invoice, amount=amount, on=on)
    subject = f"invoice:{invoice.pk}"
    with audit.line(
        "invoice.credited", by=by, now=now, subject=subject, entity=invoice.entity, reason=reason_code
    ) as line:
        return write_credit(
            line,
            invoice=invoice,
            number=number,
            amount=amount,
            on=on,
            reason_code=reason_code,
            reason=reason,
            by=by,
        )


def prepare_credit(*, invoice: Invoice, amount: Money, on: date) -> tuple[Invoice, str]:
    """Locks customer and invoice, refuses what cannot be credited and takes the number: before any audit line opens."""
    posting.lock(invoice.customer_id)
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    _refuse_unless_creditable(invoice, amount, given_up=given_up(invoice))
    if invoice.invoice_on and on < invoice.invoice_on:
        raise Refused("before_invoice", _("A credit note cannot be dated before its invoice."), field="on")
    posting.refuse_closed(invoice.entity, on)
    return invoice, invoicing.take_number(invoice.entity, SERIES)


def write_credit(
    line: Line,
    *,
    invoice: Invoice,
    number: str,
    amount: Money,
    on: date,
    reason_code: str,
    reason: str,
    by: Actor,
) -> CreditNote:
    """The credit note of a prepared invoice under an open audit line: written, settled, and the invoice's state with it."""
    note = write(
        line, entity=invoice.entity, customer=invoice.customer, invoice=invoice, number=number, amount=amount,
        on=on, reason_code=reason_code, reason=reason, by=by,
    )  # fmt: skip
    touched = cancelling.settle_oldest(line, invoice, note.entry)
    if credited(invoice) == invoice.gross and not _paid_by_money(invoice):
        _cancel(line, invoice)
    else:
        posting.settle(line, touched)
    posting.stop([invoice.customer])
    return note


@transaction.atomic
def cancel(
    *, invoice: Invoice, on: date, reason_code: str, now: datetime, by: Actor, reason: str = ""
) -> CreditNote:
    """Takes an issued invoice back as a whole: money that had settled it becomes unapplied cash, a credit note does the rest.

    Discounts and small differences go back with it. The credit note and the invoice name each other; both stay.
    Refuses a wrong state, period_closed and recovered.
    """
    posting.lock(invoice.customer_id)
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    rest = Money(invoice.gross - credited(invoice), invoice.currency)
    _refuse_unless_creditable(invoice, rest)
    posting.refuse_closed(invoice.entity, on)
    number = invoicing.take_number(invoice.entity, SERIES)
    subject = f"invoice:{invoice.pk}"
    with audit.line(
        "invoice.cancelled", by=by, now=now, subject=subject, entity=invoice.entity, reason=reason_code
    ) as line:
        freed = cancelling.free(line, invoice, on)
        note = write(
            line, entity=invoice.entity, customer=invoice.customer, invoice=invoice, number=number, amount=rest,
            on=on, reason_code=reason_code, reason=reason, by=by,
        )  # fmt: skip
        cancelling.fill(line, invoice, freed, on)
        _cancel(line, invoice)
        charges.take_away(line, invoice=invoice, since=None, reason="cancelled", on=on, by=by)
        posting.stop([invoice.customer])
    return note


@transaction.atomic
def credit_on_account(
    *,
    entity: LegalEntity,
    customer: Customer,
    amount: Money,
    on: date,
    reason_code: str,
    now: datetime,
    by: Actor,
    reason: str = "",
) -> CreditNote:
    """A credit note of its own, for no particular invoice: credit on the customer's account until it is applied."""
    posting.lock(customer.pk)
    if amount.minor <= 0:
        raise Refused("amount_not_positive", _("A credit note must be more than zero."), field="amount")
    posting.refuse_closed(entity, on)
    number = invoicing.take_number(entity, SERIES)
    with audit.line(
        "customer.credited", by=by, now=now, subject=f"customer:{customer.pk}", entity=entity
    ) as line:
        note = write(
            line, entity=entity, customer=customer, invoice=None, number=number, amount=amount, on=on,
            reason_code=reason_code, reason=reason, by=by,
        )  # fmt: skip
        posting.stop([customer])
    return note


@transaction.atomic
def void(*, note: CreditNote, on: date, reason: str, now: datetime, by: Actor) -> CreditNoteVoid:
    """Takes a wrong credit note back at once. Pages go by two people instead (services.losses)."""
    posting.lock(note.customer_id)
    refuse_unless_voidable(note)
    posting.refuse_closed(note.entity, max(on, note.issued_on))
    subject = f"credit_note:{note.pk}"
    with audit.line(
        "credit_note.voided", by=by, now=now, subject=subject, entity=note.entity, reason=reason[:300]
    ) as line:
        return write_void(line, note=note, on=on, reason=reason)


def refuse_unless_voidable(note: CreditNote) -> None:
    """A credit note is taken back once, and only while its invoice can live with it: already_undone, state."""
    if CreditNoteVoid.objects.filter(credit_note=note).exists():
        raise Refused(
            "already_undone",
            _("Credit note %(number)s has been taken back before.") % {"number": note.number},
        )
    if Invoice.objects.filter(pk=note.invoice_id, state=Invoice.State.CANCELLED).exists():
        raise Refused("state", _("A cancelled invoice stays cancelled. Issue a new one instead."))


def write_void(line: Line, *, note: CreditNote, on: date, reason: str) -> CreditNoteVoid:
    """Under an open audit line: the note's allocations are undone, the opposite entry closes it, the invoice is open again."""
    on = max(on, note.issued_on)
    settled = list(note.entry.settles.in_force().select_related("debit"))
    posting.undo_all(line, settled, on=on, reason="voided")
    entry = posting.enter(
        line,
        entity=note.entity,
        customer=note.customer,
        kind=Entry.Kind.CREDIT_NOTE,
        currency=note.currency,
        amount=note.gross,
        booked_on=on,
        reference=note.number,
    )
    posting.allocate(line, debit=entry, credit=note.entry, amount=note.gross, reason="voided")
    row = CreditNoteVoid(
        credit_note=note,
        voided_on=on,
        reason=reason[:300],
        entry=entry,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    row.save(force_insert=True)
    line.touch("credit_note_void", row.pk, note.pk, note.gross)
    posting.settle(line, [each.debit for each in settled])
    posting.stop([note.customer])
    return row


def credited(invoice: Invoice) -> int:
    """Gross of the invoice's credit notes that stand (minor units)."""
    return sum(invoice.credit_notes.filter(void__isnull=True).values_list("gross", flat=True))


def write(
    line: Line,
    *,
    entity: LegalEntity,
    customer: Customer,
    invoice: Invoice | None,
    number: str,
    amount: Money,
    on: date,
    reason_code: str,
    reason: str,
    by: Actor,
) -> CreditNote:
    """The credit note and its entry, under an open audit line."""
    entry = posting.enter(
        line,
        entity=entity,
        customer=customer,
        kind=Entry.Kind.CREDIT_NOTE,
        currency=amount.currency,
        amount=-amount.minor,
        booked_on=on,
        reference=number,
    )
    tax = share_by_weights(amount.minor, [invoice.net, invoice.tax])[1] if invoice and invoice.gross else 0
    note = CreditNote(
        entity=entity,
        customer=customer,
        invoice=invoice,
        number=number,
        currency=amount.currency,
        net=amount.minor - tax,
        tax=tax,
        gross=amount.minor,
        issued_on=on,
        reason_code=reason_code,
        reason=reason,
        entry=entry,
        issued_by=by.name,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    note.save(force_insert=True)
    line.touch("credit_note", note.pk, number, amount.minor, amount.currency)
    return note


def given_up(invoice: Invoice) -> int:
    """Discounts and small differences of the invoice that stand: what they waived cannot be credited as well (minor units)."""
    return sum(invoice.write_offs.filter(undone__isnull=True).values_list("amount", flat=True))


def _refuse_unless_creditable(invoice: Invoice, amount: Money, given_up: int = 0) -> None:
    states = Invoice.State
    if invoice.state not in (states.ISSUED, states.SENT, states.PAID):
        raise Refused(
            "state", _("An invoice in state %(state)s cannot be credited.") % {"state": invoice.state}
        )
    left = invoice.gross - credited(invoice) - given_up
    if amount.minor <= 0 or amount.minor > left or amount.currency != invoice.currency:
        raise Refused(
            "over_credited",
            _("At most %(left)s %(currency)s of this invoice can still be credited.")
            % {"left": format_plain(left, invoice.currency), "currency": invoice.currency},
            field="amount",
            left=left,
        )


def _paid_by_money(invoice: Invoice) -> bool:
    settled = Allocation.objects.in_force().filter(debit__instalment__invoice=invoice)
    return settled.exclude(credit__kind__in=cancelling.NO_MONEY).exists()


def _cancel(line: Line, invoice: Invoice) -> None:
    if invoice.state == Invoice.State.PAID:
        (invoice.reopen if invoice.sent_at else invoice.reopen_unsent)()
    invoice.cancel()
    line.stamp(invoice)
    invoice.save(update_fields=["state", "audit_seq"])
