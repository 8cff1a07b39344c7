"""What a customer paid too much and does not want back, kept by two people. Anything else stays on account as their money."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from receivables import posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Allocation, Change, Entry, Invoice, Payment, WriteOff, WriteOffUndone
from receivables.rules.money import Money, format_plain
from receivables.rules.refusals import Refused
from receivables.services import changes

KIND = "payment.keep"


def propose(
    *, payment: Payment, invoice: Invoice, amount: Money, reason: str, now: datetime, by: Actor
) -> Change:
    """Proposes to keep `amount` of a payment's unapplied cash; `invoice` is the one that was overpaid.

    Refuses currency_mismatch, keep_exceeds (with figures), and what `changes.propose` refuses.
    """
    if amount.currency != payment.currency or invoice.customer_id != payment.customer_id:
        raise Refused("currency_mismatch", _("Payment and invoice do not belong together."), field="invoice")
    _refuse_beyond(payment, amount.minor)
    return changes.propose(
        kind=KIND,
        subject=f"payment:{payment.pk}",
        proposal={
            "payment": payment.pk,
            "invoice": invoice.pk,
            "amount": amount.minor,
            "currency": amount.currency,
        },
        reason=reason,
        customer=payment.customer,
        entity=payment.entity,
        now=now,
        by=by,
    )


def prepare(*, change: Change, today: date) -> None:
    """Looks again before the decision's line opens."""
    payment = Payment.objects.select_related("entry", "entity").get(pk=change.proposal["payment"])
    posting.refuse_closed(payment.entity, max(today, payment.booked_on))
    _refuse_beyond(payment, change.proposal["amount"])


def carry_out(line: Line, *, change: Change, today: date, by: Actor) -> WriteOff:
    """A write-off in our favour: its debit entry ties up the payment's credit, and the account balances."""
    payment = Payment.objects.select_related("entry", "entity", "customer").get(pk=change.proposal["payment"])
    amount, on = change.proposal["amount"], max(today, payment.booked_on)
    entry = posting.enter(
        line,
        entity=payment.entity,
        customer=payment.customer,
        kind=Entry.Kind.WRITE_OFF,
        currency=payment.currency,
        amount=amount,
        booked_on=on,
        reference=payment.entry.reference,
    )
    posting.allocate(line, debit=entry, credit=payment.entry, amount=amount, reason="overpayment")
    row = WriteOff(
        invoice_id=change.proposal["invoice"],
        amount=amount,
        written_off_on=on,
        reason_code="overpayment",
        reason=change.reason,
        entry=entry,
        change=change,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    row.save(force_insert=True)
    line.touch("write_off", row.pk, payment.pk, -amount, "overpayment")
    posting.stop([payment.customer])
    return row


def write_undone(line: Line, *, payment: Payment, settled: Sequence[Allocation], on: date) -> None:
    """What was kept goes back with the money, under an open audit line: the customer never owed it. `settled` are the
    payment's allocations that were just taken back."""
    kept = WriteOff.objects.filter(
        entry__in=[each.debit_id for each in settled], reason_code="overpayment", undone__isnull=True
    )
    for row in kept.select_related("entry").order_by("pk"):
        entry = posting.enter(
            line,
            entity=payment.entity,
            customer=payment.customer,
            kind=Entry.Kind.WRITE_OFF,
            currency=payment.currency,
            amount=-row.amount,
            booked_on=max(on, row.written_off_on),
            reference=row.entry.reference,
        )
        posting.allocate(line, debit=row.entry, credit=entry, amount=row.amount, reason="write_off_undone")
        undone = WriteOffUndone(
            write_off=row, undone_on=entry.booked_on, reason="reversed", entry=entry,
            recorded_at=line.now, audit_seq=line.seq,
        )  # fmt: skip
        undone.save(force_insert=True)
        line.touch("write_off_undone", undone.pk, row.pk, -row.amount)


def _refuse_beyond(payment: Payment, amount: int) -> None:
    left = posting.left_of(payment.entry)
    if not 0 < amount <= left:
        raise Refused(
            "keep_exceeds",
            _("%(left)s %(currency)s of this payment is unapplied; no more than that can be kept.")
            % {"left": format_plain(left, payment.currency), "currency": payment.currency},
            field="amount",
            wanted=amount,
            left=left,
        )
