"""The early-payment discount, taken at payment: who pays in time may keep what the terms promise. The value date decides, not
the day of entry; part payments earn no part of it, and who paid the full amount gets nothing back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Allocation, Entry, Instalment, Invoice, Payment, WriteOff
from receivables.rules import terms as terms_rules
from receivables.rules.money import Money, format_plain, share_by_weights
from receivables.rules.refusals import Refused
from receivables.services import write_offs

REASON = "early_payment_discount"


@dataclass(frozen=True)
class Offer:
    """What a payment has to bring so that the rest may be kept; minor units of the invoice's currency.

    `to_pay` still has to come in time (value date up to `valid_until`); then `keep` of the `left` open is forgiven.
    """

    invoice: Invoice
    instalment: Instalment
    valid_until: date
    left: int
    to_pay: int
    keep: int


def offer(invoice: Invoice, value_on: date) -> Offer | None:
    """The discount a payment of that value date could still earn; None when the terms give none or its days are over.

    Credit notes lower the discount in proportion; money that came in time before counts towards it.
    """
    instalment = (
        invoice.instalments.select_related("entry").filter(discount_amount__gt=0, entry__isnull=False).first()
    )
    if instalment is None or instalment.entry is None or instalment.discount_until is None:
        return None
    if value_on > instalment.discount_until or invoice.state not in (
        Invoice.State.ISSUED,
        Invoice.State.SENT,
    ):
        return None
    settled = (
        Allocation.objects.in_force()
        .filter(debit=instalment.entry)
        .values_list("amount", "credit__kind", "credit__document_on")
    )
    credited = in_time = 0
    for amount, kind, document_on in settled:
        if kind == Entry.Kind.CREDIT_NOTE:
            credited += amount
        elif document_on <= instalment.discount_until:
            in_time += amount
    whole = instalment.amount - credited
    most = share_by_weights(instalment.discount_amount, [whole, credited])[0] if whole > 0 else 0
    left = posting.left_of(instalment.entry)
    to_pay = max(0, whole - most - in_time)
    return (
        Offer(invoice, instalment, instalment.discount_until, left, to_pay, left - to_pay)
        if left > to_pay
        else None
    )


@transaction.atomic
def settle(*, payment: Payment, invoices: Sequence[Invoice], now: datetime, by: Actor) -> list[WriteOff]:
    """Applies a payment to invoices with their discounts: each is settled by what it needs and a discount document.

    What the payment brings beyond all needs lowers the discounts, first invoice first; the rest stays unapplied. Refuses
    no_discount (none on offer on the value date) and discount_not_earned (with figures). All or nothing.
    """
    posting.lock(payment.customer_id)
    subject = f"payment:{payment.pk}"
    with audit.line(
        "payment.discounted", by=by, now=now, subject=subject, entity=payment.entity, reason=REASON
    ) as line:
        rows = write(line, payment=payment, invoices=invoices)
        posting.stop([payment.customer])
    return rows


def write(line: Line, *, payment: Payment, invoices: Sequence[Invoice]) -> list[WriteOff]:
    """The same under an open audit line; the caller holds the customer's lock and raises the stop version."""
    offers = [_offer_or_refuse(invoice, payment.value_on) for invoice in invoices]
    left = posting.left_of(payment.entry)
    needed = sum(each.to_pay for each in offers)
    if needed > left:
        raise Refused(
            "discount_not_earned",
            _("With the discount %(needed)s is to be paid, but %(left)s is left of the payment.")
            % {
                "needed": format_plain(needed, payment.currency),
                "left": format_plain(left, payment.currency),
            },
            field="amount",
            needed=needed,
            left=left,
        )
    extra, rows = left - needed, []
    for each in offers:
        more = min(extra, each.keep)
        extra -= more
        rows += _settle_one(line, payment, each, more)
    return rows


def _settle_one(line: Line, payment: Payment, each: Offer, more: int) -> list[WriteOff]:
    debit = each.instalment.entry
    assert debit is not None
    if each.to_pay + more:
        posting.allocate(line, debit=debit, credit=payment.entry, amount=each.to_pay + more, reason=REASON)
    rows = []
    if each.keep > more:
        kept = Money(each.keep - more, each.invoice.currency)
        on = max(payment.entry.booked_on, debit.booked_on)
        row = write_offs.write(
            line,
            invoice=each.invoice,
            amount=kept,
            on=on,
            reason_code=REASON,
            tax=tax_of(each.invoice, kept.minor),
        )
        rows.append(row)
    posting.settle(line, [debit])
    return rows


def tax_of(invoice: Invoice, kept: int) -> int:
    """The tax part of a discount that was kept (minor units): the terms' own split, in proportion when less was kept."""
    assert invoice.invoice_on is not None
    terms = terms_rules.Terms.from_json(invoice.terms)
    gross, tax = Money(invoice.gross, invoice.currency), Money(invoice.tax, invoice.currency)
    promised = terms_rules.discount(terms, invoice.invoice_on, gross, tax=tax)
    return share_by_weights(kept, [promised.net_part.minor, promised.tax_part.minor])[1] if promised else 0


def _offer_or_refuse(invoice: Invoice, value_on: date) -> Offer:
    found = offer(invoice, value_on)
    if found is None:
        raise Refused(
            "no_discount",
            _("%(invoice)s gives no discount for a payment of %(day)s.")
            % {"invoice": invoice, "day": value_on.isoformat()},
            field="invoices",
        )
    return found
