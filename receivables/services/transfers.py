"""A parent pays for a child, or the other way round: credit moves by a pair of entries, as no allocation crosses customers."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Customer, Entry, Transfer
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

GENERATIONS_MAX = 10


@transaction.atomic
def move(
    *, credit: Entry, to: Customer, amount: Money, reason: str, on: date, now: datetime, by: Actor
) -> Transfer:
    """Moves unapplied credit to a related customer, at the same entity and in the same currency.

    1. a debit at the giver settles the credit; 2. a credit of the same size stands at the taker, to be applied there. To take
    it back, move it from there. Refuses not_related, wrong_side, currency_mismatch, over_allocated, period_closed.
    """
    if credit.amount >= 0:
        raise Refused("wrong_side", _("Only credit can be moved."))
    if amount.currency != credit.currency:
        raise Refused(
            "currency_mismatch",
            _("The credit is in %(currency)s.") % {"currency": credit.currency},
            field="amount",
        )
    if amount.minor <= 0:
        raise Refused("amount_not_positive", _("A transfer must be more than zero."), field="amount")
    if to.pk == credit.customer_id or not related(credit.customer, to):
        raise Refused(
            "not_related",
            _("%(giver)s and %(taker)s are not parent and child; money of one does not pay for the other.")
            % {"giver": credit.customer, "taker": to},
            field="to",
        )
    customers = posting.lock(credit.customer_id, to.pk)
    on = max(on, credit.booked_on)
    posting.refuse_closed(credit.entity, on)
    subject = f"entry:{credit.pk}"
    with audit.line(
        "credit.transferred", by=by, now=now, subject=subject, entity=credit.entity, reason=reason
    ) as line:
        out_entry, in_entry = (
            posting.enter(
                line,
                entity=credit.entity,
                customer=customer,
                kind=Entry.Kind.TRANSFER,
                currency=credit.currency,
                amount=signed,
                booked_on=on,
                reference=credit.reference,
            )
            for customer, signed in ((credit.customer, amount.minor), (to, -amount.minor))
        )
        posting.allocate(line, debit=out_entry, credit=credit, amount=amount.minor, reason="transfer")
        row = Transfer(
            out_entry=out_entry,
            in_entry=in_entry,
            amount=amount.minor,
            transferred_on=on,
            reason=reason[:200],
            recorded_at=now,
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.touch("transfer", row.pk, credit.customer_id, to.pk, amount.minor, amount.currency)
        posting.stop(customers)
    return row


def related(one: Customer, other: Customer) -> bool:
    """Whether one of the two stands above the other in the group."""
    return other.pk in _above(one) or one.pk in _above(other)


def _above(customer: Customer) -> set[int]:
    found: set[int] = set()
    parent_id = customer.parent_id
    for _generation in range(GENERATIONS_MAX):
        if parent_id is None or parent_id in found:
            break
        found.add(parent_id)
        parent_id = Customer.objects.values_list("parent_id", flat=True).get(pk=parent_id)
    return found
