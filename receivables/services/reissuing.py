"""A cancelled invoice begins anew: a draft copied from it, linked both ways. It goes through approval like any other request;
nothing of the old one changes, and reminders of the new one begin at the first stage.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Invoice, InvoiceLine
from receivables.rules.refusals import Refused

_COPIED = (
    "kind",
    "currency",
    "net",
    "tax",
    "gross",
    "po_number",
    "contract_ref",
    "order_ref",
    "description",
    "terms",
)


@transaction.atomic
def reissue(*, invoice: Invoice, now: datetime, by: Actor) -> Invoice:
    """A new DRAFT with the lines and terms of a cancelled invoice, `copied_from` it. Refuses state and duplicate."""
    posting.lock(invoice.customer_id)
    old = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if old.state != Invoice.State.CANCELLED:
        raise Refused(
            "state",
            _("Only a cancelled invoice is issued anew; this one is %(state)s.") % {"state": old.state},
        )
    if Invoice.objects.filter(copied_from=old).exclude(state=Invoice.State.CANCELLED).exists():
        raise Refused("duplicate", _("A new request for %(number)s exists already.") % {"number": old.number})
    subject = f"invoice:{old.pk}"
    with audit.line("invoice.reissued", by=by, now=now, subject=subject, entity=old.entity) as line:
        new: Invoice = Invoice(
            entity=old.entity, customer=old.customer, copied_from=old, created_by=by.user, created_at=now,
            audit_seq=line.seq, **{name: getattr(old, name) for name in _COPIED},
        )  # fmt: skip
        new.save(force_insert=True)
        InvoiceLine.objects.bulk_create(
            InvoiceLine(
                invoice=new, position=row.position, description=row.description, quantity=row.quantity,
                unit_price=row.unit_price, net=row.net, tax_bp=row.tax_bp, tax=row.tax,
            )
            for row in old.lines.all()
        )  # fmt: skip
        line.after |= {"new": new.pk, "old": old.number}
        line.touch("invoice", new.pk, new.gross, new.currency)
    return new
