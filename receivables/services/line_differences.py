"""The rest of an item that a bank line paid short: given up within the policy or the terms, or put in question. It moves no
cash.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from receivables import posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Dispute, Entry, Invoice, Payment
from receivables.questions.matching_picture import AccountPolicy
from receivables.rules.money import Money, format_plain
from receivables.rules.refusals import Refused
from receivables.services import discounts, disputes, write_offs

DISCOUNT = discounts.REASON
GIVEN_UP = ("bank_fee", "small_difference")
OF_KIND = {"discount": DISCOUNT, "bank_fee": "bank_fee", "tolerance": "small_difference", "disputed": ""}
"""What a proposal's kind of difference becomes when it is accepted."""


def settle(
    opened: Line,
    *,
    payment: Payment,
    pairs: Sequence[tuple[Entry, int]],
    difference: str,
    policy: AccountPolicy,
) -> None:
    """Allocates the pairs and gives up what `difference` allows, under an open audit line; the invoices follow.

    Refuses difference_unknown, and beyond_policy with the figures.
    """
    if difference not in ("", DISCOUNT, *GIVEN_UP, *Dispute.Reason.values):
        raise Refused(
            "difference_unknown",
            _("%(code)s is no reason for a difference.") % {"code": difference[:40]},
            field="difference",
        )
    invoices = _invoices([entry for entry, _amount in pairs])
    if difference == DISCOUNT:
        chosen = [invoices[entry.pk] for entry, _amount in pairs if entry.pk in invoices]
        discounts.write(
            opened, payment=payment, invoices=list({invoice.pk: invoice for invoice in chosen}.values())
        )
        return
    for entry, amount in pairs:
        posting.allocate(opened, debit=entry, credit=payment.entry, amount=amount, reason="matched")
    if difference in GIVEN_UP:
        for entry, _amount in pairs:
            _give_up(opened, entry, invoices.get(entry.pk), payment, difference, policy)
    posting.settle(opened, [entry for entry, _amount in pairs])


def _give_up(
    opened: Line,
    entry: Entry,
    invoice: Invoice | None,
    payment: Payment,
    difference: str,
    policy: AccountPolicy,
) -> None:
    left = posting.left_of(entry)
    if not left:
        return
    if invoice is None or not policy.covers(left, entry.amount) or posting.open_amount(invoice) != left:
        raise Refused(
            "beyond_policy",
            _(
                "%(left)s %(currency)s of %(reference)s is more than the policy gives up. "
                "Leave it open, dispute it, or propose a write-off."
            )
            % {
                "left": format_plain(left, entry.currency),
                "currency": entry.currency,
                "reference": entry.reference,
            },
            field="difference",
            left=left,
        )
    on = max(payment.booked_on, entry.booked_on)
    write_offs.write(
        opened, invoice=invoice, amount=Money(left, entry.currency), on=on, reason_code=difference
    )


def dispute(
    pairs: Sequence[tuple[Entry, int]], *, difference: str, now: datetime, by: Actor, on: date
) -> list[Dispute]:
    """Puts what is left of the items in question, where the difference is a dispute's reason."""
    if difference not in Dispute.Reason.values:
        return []
    opened = []
    for entry, _amount in pairs:
        left = posting.left_of(entry)
        if left and not Dispute.objects.filter(entry=entry, state=Dispute.State.OPEN).exists():
            opened.append(disputes.open_on(entry=entry, reason=difference, today=on, now=now, by=by))
    return opened


def _invoices(entries: Sequence[Entry]) -> dict[int, Invoice]:
    rows = (
        Invoice.objects.filter(instalments__entry__in=entries).distinct().select_related("entity", "customer")
    )
    found: dict[int, Invoice] = {}
    for invoice in rows.prefetch_related("instalments"):
        for instalment in invoice.instalments.all():
            if instalment.entry_id:
                found[instalment.entry_id] = invoice
    return found
