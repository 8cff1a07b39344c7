"""Giving money back: proposed by one person, decided by another (services.changes); a debit entry ties up the credit.

A refund never touches more than what is unapplied; to give back money that settles an invoice, its allocation is released
first, and the invoice is open again unless a credit note lowered it before.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from receivables import posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Allocation, Change, Entry, Payment, Refund
from receivables.rules.money import Money, format_plain
from receivables.rules.refusals import Refused
from receivables.services import allocation, changes

KIND = "payment.refund"
Release = Sequence[tuple[Allocation, int]]


def propose(
    *, payment: Payment, amount: Money, reason: str, now: datetime, by: Actor, release: Release = ()
) -> Change:
    """Writes the proposal down; nothing moves until a second person approves it.

    `release` names allocations of this payment and how much of each (minor units) is taken back first. Refuses
    currency_mismatch, refund_exceeds (with figures), not_released and what `changes.propose` refuses.
    """
    if amount.currency != payment.currency:
        sentence = _("The refund must be in %(currency)s.") % {"currency": payment.currency}
        raise Refused("currency_mismatch", sentence, field="amount")
    pairs = [(each, taken) for each, taken in release if taken]
    _refuse_beyond(payment, amount.minor, pairs)
    return changes.propose(
        kind=KIND,
        subject=f"payment:{payment.pk}",
        proposal={
            "payment": payment.pk,
            "amount": amount.minor,
            "currency": amount.currency,
            "release": [[each.pk, taken] for each, taken in pairs],
        },
        reason=reason,
        customer=payment.customer,
        entity=payment.entity,
        now=now,
        by=by,
    )


def prepare(*, change: Change, today: date) -> None:
    """Looks again before the decision's line opens: the books may have moved since the proposal."""
    payment, amount, release = _read(change)
    posting.refuse_closed(payment.entity, max(today, payment.booked_on))
    _refuse_beyond(payment, amount, release)


def carry_out(line: Line, *, change: Change, today: date, by: Actor) -> Refund:
    """1. takes the named allocations back; 2. debit entry and refund; 3. the invoices follow the money."""
    payment, amount, release = _read(change)
    on = max(today, payment.booked_on)
    for each, taken in release:
        _release(line, each, taken, on)
    entry = posting.enter(
        line,
        entity=payment.entity,
        customer=payment.customer,
        kind=Entry.Kind.REFUND,
        currency=payment.currency,
        amount=amount,
        booked_on=on,
        reference=payment.entry.reference,
    )
    posting.allocate(line, debit=entry, credit=payment.entry, amount=amount, reason="refund")
    refund = Refund(
        payment=payment,
        amount=amount,
        refunded_on=on,
        reason=change.reason[:200],
        entry=entry,
        change=change,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    refund.save(force_insert=True)
    line.touch("refund", refund.pk, payment.pk, amount, payment.currency)
    posting.settle(line, [each.debit for each, _taken in release])
    posting.stop([payment.customer])
    return refund


def refundable(payment: Payment) -> Money:
    """What could be given back without releasing anything: the payment's unapplied cash."""
    return Money(posting.left_of(payment.entry), payment.currency)


def _release(line: Line, tied: Allocation, taken: int, on: date) -> None:
    """Takes back `taken` of an allocation: the whole by its opposite row, and what stays is settled anew."""
    posting.undo(line, tied, on=on, reason="refund")
    if taken < tied.amount:
        posting.allocate(
            line,
            debit=tied.debit,
            credit=tied.credit,
            amount=tied.amount - taken,
            not_before=on,
            reason="refund",
        )


def _read(change: Change) -> tuple[Payment, int, list[tuple[Allocation, int]]]:
    proposal: dict[str, Any] = change.proposal
    payment = Payment.objects.select_related("entry", "entity", "customer").get(pk=proposal["payment"])
    rows = Allocation.objects.select_related("debit", "credit").in_bulk(
        [pk for pk, _taken in proposal["release"]]
    )
    return payment, proposal["amount"], [(rows[pk], taken) for pk, taken in proposal["release"]]


def _refuse_beyond(payment: Payment, amount: int, release: Release) -> None:
    for each, taken in release:
        in_force = Allocation.objects.in_force().filter(pk=each.pk, credit=payment.entry).exists()
        if not in_force or not 0 < taken <= each.amount:
            raise Refused(
                "not_released", _("This allocation is no longer there to be taken back."), field="release"
            )
        allocation.refuse_bound(each)
    unapplied, released = posting.left_of(payment.entry), sum(taken for _each, taken in release)
    if amount <= 0 or amount > unapplied + released:
        raise Refused(
            "refund_exceeds",
            _("%(left)s %(currency)s of this payment can be given back, not %(wanted)s.")
            % {
                "left": format_plain(unapplied + released, payment.currency),
                "currency": payment.currency,
                "wanted": format_plain(amount, payment.currency),
            },
            field="amount",
            wanted=amount,
            left=unapplied + released,
        )
