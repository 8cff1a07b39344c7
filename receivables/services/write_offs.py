"""Amounts given up as loss: proposed by one person and decided by another, small differences by the policy, and recoveries."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Allocation, Change, Entry, Invoice, Payment, Recovery, WriteOff, WriteOffUndone
from receivables.rules.money import Money, format_plain, share_by_weights
from receivables.rules.refusals import Refused

POLICY_REASONS = {"bank_fee", "small_difference", "early_payment_discount"}
"""Differences that the matching policy may give up by itself, within its tolerance."""


def write(
    line: Line,
    *,
    invoice: Invoice,
    amount: Money,
    on: date,
    reason_code: str,
    reason: str = "",
    change: Change | None = None,
    tax: int = 0,
) -> WriteOff:
    """Gives up `amount` of what is open of an invoice, oldest instalment first, under an open audit line.

    `tax`: the part of it that lowers the tax owed (minor units). The caller holds the customer's lock
    and settles the invoice's state afterwards. Refuses over_open.
    """
    _refuse_other_currency(amount, invoice)
    left_open = posting.open_amount(invoice)
    if amount.minor <= 0 or amount.minor > left_open:
        raise Refused(
            "over_open",
            _("%(left)s is open of %(invoice)s; no more than that can be written off.")
            % {"left": format_plain(left_open, invoice.currency), "invoice": invoice},
            field="amount",
            left=left_open,
        )
    early = reason_code == "early_payment_discount"
    entry = posting.enter(
        line,
        entity=invoice.entity,
        customer=invoice.customer,
        kind=Entry.Kind.DISCOUNT if early else Entry.Kind.WRITE_OFF,
        currency=invoice.currency,
        amount=-amount.minor,
        booked_on=on,
        reference=invoice.number or "",
    )
    left = amount.minor
    for debit in Entry.objects.filter(instalment__invoice=invoice).order_by("due_on", "pk"):
        part = min(left, debit.amount - debit.allocated)
        if part > 0:
            posting.allocate(line, debit=debit, credit=entry, amount=part, reason=reason_code[:60])
            left -= part
    row = WriteOff(
        invoice=invoice,
        amount=amount.minor,
        tax=tax,
        written_off_on=on,
        reason_code=reason_code,
        reason=reason,
        entry=entry,
        change=change,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    row.save(force_insert=True)
    line.touch("write_off", row.pk, invoice.pk, amount.minor, reason_code)
    return row


def write_whole(
    line: Line, *, invoice: Invoice, on: date, reason_code: str, reason: str, change: Change
) -> WriteOff:
    """Everything still open of an invoice, given up by two people: ISSUED or SENT → WRITTEN_OFF."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    refuse_unless_open(invoice)
    amount = Money(posting.open_amount(invoice), invoice.currency)
    row = write(
        line, invoice=invoice, amount=amount, on=on, reason_code=reason_code, reason=reason, change=change
    )
    invoice.write_off()
    line.stamp(invoice)
    invoice.save(update_fields=["state", "audit_seq"])
    posting.stop([invoice.customer])
    return row


def refuse_unless_open(invoice: Invoice) -> None:
    """Only what was issued and still has something open can be given up (state)."""
    if invoice.state not in (Invoice.State.ISSUED, Invoice.State.SENT):
        raise Refused(
            "state", _("An invoice in state %(state)s cannot be written off.") % {"state": invoice.state}
        )


def refuse_unless_standing(write_off: WriteOff) -> None:
    """A write-off is taken back once, and not when money came for it: already_undone, recovered."""
    if WriteOffUndone.objects.filter(write_off=write_off).exists():
        raise Refused("already_undone", _("This write-off has been taken back before."))
    if write_off.reason_code == "overpayment":
        raise Refused("state", _("An overpayment that was kept is given back by a refund, not here."))
    if write_off.recoveries.exists():
        raise Refused("recovered", _("Money came for this write-off; it can no longer be taken back."))


def write_undone(
    line: Line, *, write_off: WriteOff, on: date, reason: str, change: Change | None = None
) -> WriteOffUndone:
    """Takes a write-off back under an open audit line: 1. its allocations are undone; 2. the opposite entry closes it;
    3. the invoice lives again (revive, reopen). The caller holds the customer's lock."""
    settled = list(write_off.entry.settles.in_force().select_related("debit"))
    row = write_opposite(line, write_off=write_off, on=on, reason=reason, change=change)
    posting.settle(line, [each.debit for each in settled])
    posting.stop([write_off.invoice.customer])
    return row


def write_opposite(
    line: Line, *, write_off: WriteOff, on: date, reason: str, change: Change | None = None
) -> WriteOffUndone:
    """Steps 1 and 2 of `write_undone` alone, for a caller that settles the invoice's state itself."""
    refuse_unless_standing(write_off)
    invoice, entry = write_off.invoice, write_off.entry
    on = max(on, write_off.written_off_on)
    posting.undo_all(
        line, list(entry.settles.in_force().select_related("debit")), on=on, reason="write_off_undone"
    )
    opposite = posting.enter(
        line,
        entity=invoice.entity,
        customer=invoice.customer,
        kind=entry.kind,
        currency=invoice.currency,
        amount=write_off.amount,
        booked_on=on,
        reference=entry.reference,
    )
    posting.allocate(line, debit=opposite, credit=entry, amount=write_off.amount, reason="write_off_undone")
    row = WriteOffUndone(
        write_off=write_off, undone_on=on, reason=reason[:300], entry=opposite, change=change,
        recorded_at=line.now, audit_seq=line.seq,
    )  # fmt: skip
    row.save(force_insert=True)
    line.touch("write_off_undone", row.pk, write_off.pk, write_off.amount)
    return row


def unearn(line: Line, *, settled: Sequence[Allocation], on: date, reason: str) -> None:
    """The bank took money back: discounts, and differences given up together with it, were not earned and are owed again.

    `settled` are the payment's allocations, just undone. Losses that two people gave up stay. The caller settles the states.
    """
    together = Q(reason_code="early_payment_discount") | Q(audit_seq__in={each.audit_seq for each in settled})
    rows = WriteOff.objects.filter(
        together, invoice__instalments__entry__in={each.debit_id for each in settled}, change__isnull=True,
        undone__isnull=True, recoveries__isnull=True,
    )  # fmt: skip
    for row in rows.select_related("invoice", "entry").distinct().order_by("pk"):
        write_opposite(line, write_off=row, on=on, reason=reason)


def earn_again(line: Line, *, unearned: int, on: date) -> None:
    """The money is back after all: what `unearn` took back under the audit number `unearned` is given up again, as far as
    it is still open."""
    rows = WriteOff.objects.filter(undone__audit_seq=unearned, change__isnull=True)
    for row in rows.select_related("invoice__entity", "invoice__customer").order_by("pk"):
        invoice, amount = row.invoice, min(row.amount, posting.open_amount(row.invoice))
        if amount:
            tax = share_by_weights(amount, [row.amount - row.tax, row.tax])[1]
            write(
                line, invoice=invoice, amount=Money(amount, invoice.currency), on=max(on, row.written_off_on),
                reason_code=row.reason_code, reason=row.reason, tax=tax,
            )  # fmt: skip
            posting.settle(line, Entry.objects.filter(instalment__invoice=invoice))


@transaction.atomic
def take_back(*, write_off: WriteOff, on: date, reason: str, now: datetime, by: Actor) -> WriteOffUndone:
    """Takes a difference back that the policy had given up. Losses need two people: services.losses (two_people)."""
    if write_off.change_id or write_off.reason_code not in POLICY_REASONS:
        raise Refused("two_people", _("Two people wrote this off; taking it back needs two people as well."))
    posting.lock(write_off.invoice.customer_id)
    posting.refuse_closed(write_off.invoice.entity, max(on, write_off.written_off_on))
    subject = f"invoice:{write_off.invoice_id}"
    entity = write_off.invoice.entity
    with audit.line(
        "write_off.taken_back", by=by, now=now, subject=subject, entity=entity, reason=reason[:300]
    ) as line:
        return write_undone(line, write_off=write_off, on=on, reason=reason)


@transaction.atomic
def write_difference(
    *, invoice: Invoice, amount: Money, on: date, reason_code: str, now: datetime, by: Actor
) -> WriteOff:
    """A small difference within the matching policy (bank fee, rounding, early-payment discount): needs no second person.

    Refuses reason_not_allowed for any other reason: losses need two people.
    """
    if reason_code not in POLICY_REASONS:
        raise Refused(
            "reason_not_allowed",
            _("Only differences within the policy need no second person."),
            field="reason",
        )
    posting.lock(invoice.customer_id)
    posting.refuse_closed(invoice.entity, on)
    subject = f"invoice:{invoice.pk}"
    with audit.line(
        "invoice.difference_written_off",
        by=by,
        now=now,
        subject=subject,
        entity=invoice.entity,
        reason=reason_code,
    ) as line:
        row = write(line, invoice=invoice, amount=amount, on=on, reason_code=reason_code)
        posting.settle(line, Entry.objects.filter(instalment__invoice=invoice))
        posting.stop([invoice.customer])
    return row


@transaction.atomic
def recover(
    *, write_off: WriteOff, payment: Payment, amount: Money, on: date, now: datetime, by: Actor
) -> Recovery:
    """Money came for something written off: recovered income. The payment settles a recovery entry; the invoice stays as it is.

    Refuses over_recovered beyond the amount written off, over_allocated beyond what is left of the payment, state for an
    overpayment that was kept (nothing was lost) and currency_mismatch.
    """
    invoice = write_off.invoice
    posting.lock(invoice.customer_id)
    posting.refuse_closed(invoice.entity, on)
    if WriteOffUndone.objects.filter(write_off=write_off).exists():
        raise Refused("already_undone", _("This write-off was taken back; apply the payment to the invoice."))
    if write_off.reason_code == "overpayment":
        raise Refused("state", _("An overpayment that was kept is no loss; nothing of it can be recovered."))
    _refuse_other_currency(amount, invoice)
    done = sum(write_off.recoveries.values_list("amount", flat=True))
    if amount.minor <= 0 or amount.minor > write_off.amount - done:
        raise Refused(
            "over_recovered",
            _("At most %(left)s of this write-off can still be recovered.")
            % {"left": format_plain(write_off.amount - done, invoice.currency)},
            field="amount",
        )
    subject = f"invoice:{invoice.pk}"
    with audit.line("write_off.recovered", by=by, now=now, subject=subject, entity=invoice.entity) as line:
        entry = posting.enter(
            line,
            entity=invoice.entity,
            customer=invoice.customer,
            kind=Entry.Kind.RECOVERY,
            currency=invoice.currency,
            amount=amount.minor,
            booked_on=on,
            reference=invoice.number or "",
        )
        posting.allocate(line, debit=entry, credit=payment.entry, amount=amount.minor, reason="recovery")
        row = Recovery(
            write_off=write_off,
            amount=amount.minor,
            recovered_on=on,
            entry=entry,
            recorded_at=now,
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.touch("recovery", row.pk, write_off.pk, amount.minor)
    return row


def _refuse_other_currency(amount: Money, invoice: Invoice) -> None:
    if amount.currency != invoice.currency:
        sentence = _("The invoice is in %(currency)s.") % {"currency": invoice.currency}
        raise Refused("currency_mismatch", sentence, field="amount")
