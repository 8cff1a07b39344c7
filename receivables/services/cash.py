"""Money in and money back: receiving a payment, a bounce or chargeback and its undoing. Matching stands in bank_matching."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import (
    Allocation,
    Customer,
    Entry,
    LegalEntity,
    Payment,
    Reversal,
    ReversalUndone,
    StatementLine,
)
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import cancelling, overpayments, write_offs


@transaction.atomic
def receive(
    *,
    entity: LegalEntity,
    customer: Customer,
    amount: Money,
    value_on: date,
    reference: str,
    now: datetime,
    by: Actor,
    method: str = "bank",
    imported: bool = False,
) -> Payment:
    """Records money received, on account until it is allocated. Refuses amount_not_positive and period_closed.

    Imported cash of a closed period is booked on the first open day and keeps its value date (DECISIONS 12).
    """
    posting.lock(customer.pk)
    if not imported:
        posting.refuse_closed(entity, value_on)
    with audit.line(
        "payment.received", by=by, now=now, subject=f"customer:{customer.pk}", entity=entity
    ) as line:
        payment = write(
            line,
            entity=entity,
            customer=customer,
            amount=amount,
            value_on=value_on,
            reference=reference,
            by=by,
            method=method,
        )
        line.subject = f"payment:{payment.pk}"
        posting.stop([customer])
    return payment


def write(
    line: Line,
    *,
    entity: LegalEntity,
    customer: Customer,
    amount: Money,
    value_on: date,
    reference: str,
    by: Actor,
    method: str = "bank",
    bank_line: StatementLine | None = None,
) -> Payment:
    """The payment and its credit entry, under an open audit line."""
    if amount.minor <= 0:
        raise Refused("amount_not_positive", _("A payment must be more than zero."), field="amount")
    booked_on = posting.first_open_day(entity, value_on)
    entry = posting.enter(
        line,
        entity=entity,
        customer=customer,
        kind=Entry.Kind.PAYMENT,
        currency=amount.currency,
        amount=-amount.minor,
        booked_on=booked_on,
        document_on=value_on,
        reference=reference[:80],
    )
    payment = Payment(
        entity=entity,
        customer=customer,
        currency=amount.currency,
        amount=amount.minor,
        value_on=value_on,
        booked_on=booked_on,
        method=method,
        reference=reference[:140],
        bank_line=bank_line,
        line_round=1 + bank_line.payments.count() if bank_line else 1,
        entry=entry,
        received_by=by.name,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    payment.save(force_insert=True)
    line.touch("payment", payment.pk, amount.minor, amount.currency, value_on)
    return payment


@transaction.atomic
def reverse(
    *,
    payment: Payment,
    reason: str,
    on: date,
    now: datetime,
    by: Actor,
    note: str = "",
    bank_line: StatementLine | None = None,
) -> Reversal:
    """The bank took the money back: opens again exactly what it had settled and takes the credit away.

    1. every allocation of the payment is undone, with discounts and small differences given up for it; 2. a debit entry of
    the full amount settles the payment's credit; 3. the invoices follow the money. Refuses already_reversed, refunded when
    part was given back before, and bank_line: a mistake with a bank line is taken back through the line, so that the line can
    be dealt with anew.
    """
    posting.lock(payment.customer_id)
    refuse_unless_reversible(payment)
    if reason == Reversal.Reason.MISTAKE and payment.bank_line_id:
        raise Refused(
            "bank_line",
            _("This payment came from a bank line. Undo the line instead; it can then be applied anew."),
            field="reason",
        )
    on = max(on, payment.booked_on)
    posting.refuse_closed(payment.entity, on)
    subject = f"payment:{payment.pk}"
    with audit.line(
        "payment.reversed", by=by, now=now, subject=subject, entity=payment.entity, reason=reason
    ) as line:
        return write_reversal(line, payment=payment, reason=reason, on=on, note=note, bank_line=bank_line)


def refuse_unless_reversible(payment: Payment) -> None:
    """Refuses already_reversed, and refunded when part was given back before."""
    if payment.reversals.filter(undone__isnull=True).exists():
        raise Refused("already_reversed", _("This payment has been reversed before."))
    if payment.refunds.exists():
        raise Refused(
            "refunded", _("Part of this payment was refunded; reverse the rest by a refund of the customer.")
        )


def write_reversal(
    line: Line,
    *,
    payment: Payment,
    reason: str,
    on: date,
    note: str = "",
    bank_line: StatementLine | None = None,
) -> Reversal:
    """The same under an open audit line; the caller holds the customer's lock and has looked as `reverse` does."""
    settled = list(payment.entry.settles.in_force().select_related("debit"))
    posting.undo_all(line, settled, on=on, reason=reason)
    entry = posting.enter(
        line,
        entity=payment.entity,
        customer=payment.customer,
        kind=Entry.Kind.REVERSAL,
        currency=payment.currency,
        amount=payment.amount,
        booked_on=on,
        reference=payment.entry.reference,
    )
    posting.allocate(line, debit=entry, credit=payment.entry, amount=payment.amount, reason=reason)
    reversal = Reversal(
        payment=payment,
        reason=reason,
        note=note,
        reversed_on=on,
        bank_line=bank_line,
        line_round=1 + bank_line.reversals.count() if bank_line else 1,
        entry=entry,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    reversal.save(force_insert=True)
    line.touch("reversal", reversal.pk, payment.pk, payment.amount)
    write_offs.unearn(line, settled=settled, on=on, reason=reason)
    overpayments.write_undone(line, payment=payment, settled=settled, on=on)
    opened = [each.debit for each in settled]
    posting.settle(line, [*opened, *cancelling.reclaim(line, opened, on)])
    posting.stop([payment.customer])
    return reversal


@transaction.atomic
def undo_reversal(*, reversal: Reversal, on: date, now: datetime, by: Actor) -> ReversalUndone:
    """A chargeback was won: the money is back, and settles again what it had settled, as far as that is still open.

    Refuses already_undone, period_closed, and bank_line where the reversal freed the payment's bank line for another payment.
    """
    payment = reversal.payment
    posting.lock(payment.customer_id)
    if ReversalUndone.objects.filter(reversal=reversal).exists():
        raise Refused("already_undone", _("This reversal has been taken back before."))
    if reversal.reason == Reversal.Reason.MISTAKE and payment.bank_line_id:
        raise Refused("bank_line", _("This payment was taken back with its bank line. Apply the line anew."))
    on = max(on, reversal.reversed_on)
    posting.refuse_closed(payment.entity, on)
    subject = f"payment:{payment.pk}"
    with audit.line(
        "payment.reversal_undone", by=by, now=now, subject=subject, entity=payment.entity
    ) as line:
        tie = reversal.entry.settled_by.in_force().get(credit=payment.entry)
        posting.undo(line, tie, on=on, reason="reversal_undone")
        entry = posting.enter(
            line,
            entity=payment.entity,
            customer=payment.customer,
            kind=Entry.Kind.REVERSAL,
            currency=payment.currency,
            amount=-payment.amount,
            booked_on=on,
            reference=payment.entry.reference,
        )
        posting.allocate(
            line, debit=reversal.entry, credit=entry, amount=payment.amount, reason="reversal_undone"
        )
        undone = ReversalUndone(
            reversal=reversal, undone_on=on, entry=entry, recorded_at=now, audit_seq=line.seq
        )
        undone.save(force_insert=True)
        _settle_again(line, payment, reversal, on)
        write_offs.earn_again(line, unearned=reversal.audit_seq, on=on)
        posting.stop([payment.customer])
    return undone


def _settle_again(line: Line, payment: Payment, reversal: Reversal, on: date) -> None:
    undone_then = Allocation.objects.filter(
        credit=payment.entry, amount__lt=0, audit_seq=reversal.audit_seq
    ).select_related("debit")
    touched = []
    for each in undone_then:
        amount = min(-each.amount, posting.left_of(each.debit), posting.left_of(payment.entry))
        if amount > 0:
            posting.allocate(line, debit=each.debit, credit=payment.entry, amount=amount, not_before=on)
            touched.append(each.debit)
    posting.settle(line, touched)
