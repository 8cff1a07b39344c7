"""How an issued invoice reaches its customer: posted or handed over, courier number within one working hour, receipt confirmed.

ISSUED → SENT happens when the sending is complete: at once by e-mail, portal or hand, with the tracking number by courier.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Contact, Customer, Dispatch, Invoice, WorkItem
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused
from receivables.services import outbox, work

TRACKING_HOURS = Decimal(1)
"""Working hours within which a posted invoice gets its courier number (REQUIREMENTS 003-12)."""
RECEIPT_LINK_DAYS = 60
WORK_KIND = "courier_number"


@dataclass(frozen=True)
class Sent:
    """A dispatch and, once and never again, the token of the customer's receipt link."""

    dispatch: Dispatch
    receipt_token: str


@transaction.atomic
def send(
    *,
    invoice: Invoice,
    channel: str,
    contact: Contact | None,
    now: datetime,
    by: Actor,
    courier: str = "",
    tracking_number: str = "",
    seen: int | None = None,
) -> Sent:
    """Posts or hands over an issued invoice. By courier a work item asks for the tracking number within one working hour;
    any other way, or with the number given, it is SENT at once and the customer told. `seen`: dispatches the sender was shown.

    Refuses state, no_address, required (a number without its courier), and stale: somebody else sent it meanwhile."""
    posting.lock(invoice.customer_id)
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if invoice.state not in (Invoice.State.ISSUED, Invoice.State.SENT, Invoice.State.PAID):
        raise Refused(
            "state",
            _("Only an issued invoice can be sent; this one is %(state)s.") % {"state": invoice.state},
        )
    if seen is not None and invoice.dispatches.count() != seen:
        raise Refused(
            "stale", _("It was sent meanwhile. Look at its deliveries before you send it once more.")
        )
    if channel == Dispatch.Channel.EMAIL and not (contact and contact.email):
        raise Refused("no_address", _("Choose a contact with an e-mail address."), field="contact")
    if tracking_number.strip() and not courier.strip():
        raise Refused("required", _("Enter the courier and its tracking number."), field="courier")
    token = secrets.token_urlsafe(24)
    by_courier = channel == Dispatch.Channel.COURIER
    with audit.line(
        "invoice.posted", by=by, now=now, subject=f"invoice:{invoice.pk}", entity=invoice.entity
    ) as line:
        row = Dispatch(
            invoice=invoice,
            contact=contact,
            channel=channel,
            recipient=_recipient(contact),
            posted_at=now,
            posted_by=by.name,
            courier=courier.strip() if by_courier else "",
            tracking_number=tracking_number.strip() if by_courier else "",
            tracking_entered_at=now if by_courier and tracking_number.strip() else None,
            tracking_due_at=work.due_at(invoice.entity, now, TRACKING_HOURS) if by_courier else None,
            receipt_hash=hash_of(token),
            receipt_expires_at=now + timedelta(days=RECEIPT_LINK_DAYS),
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.touch("dispatch", row.pk, invoice.pk, channel)
        if by_courier and not row.tracking_number:
            _ask_for_tracking(line, row, now)
        else:
            _complete(line, row, now)
    return Sent(row, token)


@transaction.atomic
def enter_tracking(
    *, dispatch: Dispatch, courier: str, tracking_number: str, now: datetime, by: Actor
) -> Dispatch:
    """The courier's number: the invoice is SENT, the to-do closed, and one notification to the customer planned."""
    posting.lock(dispatch.invoice.customer_id)
    dispatch = Dispatch.objects.select_for_update(no_key=True).get(pk=dispatch.pk)
    if dispatch.channel != Dispatch.Channel.COURIER:
        raise Refused("not_posted", _("Only what went by courier has a tracking number."))
    if dispatch.tracking_entered_at:
        raise Refused(
            "duplicate", _("The tracking number was entered before: %(n)s.") % {"n": dispatch.tracking_number}
        )
    if not tracking_number.strip() or not courier.strip():
        raise Refused("required", _("Enter the courier and its tracking number."), field="tracking_number")
    subject = f"invoice:{dispatch.invoice_id}"
    with audit.line(
        "dispatch.tracked", by=by, now=now, subject=subject, entity=dispatch.invoice.entity
    ) as line:
        dispatch.courier, dispatch.tracking_number = courier.strip(), tracking_number.strip()
        dispatch.tracking_entered_at = now
        line.stamp(dispatch)
        dispatch.save()
        for item in WorkItem.objects.open().filter(invoice=dispatch.invoice, kind=WORK_KIND):
            item.state, item.closed_at, item.closed_by = WorkItem.State.DONE, now, by.name
            line.stamp(item)
            item.save()
        _complete(line, dispatch, now)
    return dispatch


@transaction.atomic
def confirm_receipt(*, token: str, name: str, now: datetime, by: Actor) -> Dispatch:
    """The customer says that the invoice arrived, answering the same when asked twice. Refuses not_found (unknown, expired)."""
    dispatch: Dispatch = by_token(token, now=now)
    dispatch = Dispatch.objects.select_for_update(no_key=True).get(pk=dispatch.pk)
    if dispatch.received_at:
        return dispatch
    if not name.strip():
        raise Refused("required", _("Please enter your name."), field="name")
    subject = f"invoice:{dispatch.invoice_id}"
    with audit.line(
        "dispatch.received", by=by, now=now, subject=subject, entity=dispatch.invoice.entity
    ) as line:
        dispatch.received_at, dispatch.received_by = now, name.strip()[:120]
        line.stamp(dispatch)
        dispatch.save()
    return dispatch


def by_token(token: str, *, now: datetime) -> Dispatch:
    """The dispatch of a receipt link, while it is valid. Unknown, altered and expired links cannot be told apart."""
    valid = Dispatch.objects.filter(receipt_hash=hash_of(token), receipt_expires_at__gt=now)
    found = valid.select_related("invoice__entity", "invoice__customer", "contact").first()
    if found is None or not _still_theirs(found):
        raise Refused("not_found", _("This link is not valid any more. Ask us for a new one."))
    row: Dispatch = found
    return row


@transaction.atomic
def revoke_link(*, dispatch: Dispatch, now: datetime, by: Actor) -> Dispatch:
    """The receipt link answers nobody from now on. Refuses state when receipt was confirmed or the link is over."""
    posting.lock(dispatch.invoice.customer_id)
    dispatch = Dispatch.objects.select_for_update(no_key=True).get(pk=dispatch.pk)
    if dispatch.received_at or not dispatch.receipt_expires_at or dispatch.receipt_expires_at <= now:
        raise Refused("state", _("This link has been used or is over already."))
    subject = f"invoice:{dispatch.invoice_id}"
    with audit.line(
        "dispatch.link_revoked", by=by, now=now, subject=subject, entity=dispatch.invoice.entity
    ) as line:
        dispatch.receipt_expires_at = now
        line.stamp(dispatch)
        dispatch.save()
    return dispatch


def _still_theirs(dispatch: Dispatch) -> bool:
    """A link written for an address that is no longer the contact's, or for a customer that is gone, answers nobody."""
    contact = dispatch.contact
    return dispatch.invoice.customer.state != Customer.State.CLOSED and (
        contact is None or (contact.active and _recipient(contact) == dispatch.recipient)
    )


def hash_of(token: str) -> str:
    """What is kept of a link's token."""
    return sha256(token.encode()).hexdigest()


def _ask_for_tracking(line: Line, dispatch: Dispatch, now: datetime) -> None:
    invoice = dispatch.invoice
    assert dispatch.tracking_due_at is not None
    item = WorkItem(
        kind=WORK_KIND,
        entity=invoice.entity,
        customer=invoice.customer,
        invoice=invoice,
        step=f"dispatch-{dispatch.pk}",
        owner_role="accountant",
        opened_at=now,
        due_at=dispatch.tracking_due_at,
        audit_seq=line.seq,
    )
    item.save(force_insert=True)
    line.touch("work_item", item.pk, WORK_KIND)


def _complete(line: Line, dispatch: Dispatch, now: datetime) -> None:
    invoice = dispatch.invoice
    if invoice.state == Invoice.State.ISSUED:
        invoice.send(at=now)
        line.stamp(invoice)
        invoice.save(update_fields=["state", "sent_at", "audit_seq"])
    if dispatch.contact and dispatch.contact.channel == Contact.Channel.EMAIL and dispatch.contact.email:
        _plan_notification(line, dispatch, now)


def _plan_notification(line: Line, dispatch: Dispatch, now: datetime) -> None:
    invoice, contact = dispatch.invoice, dispatch.contact
    assert contact is not None
    with translation.override(contact.language):
        figures = {
            "number": invoice.number,
            "amount": f"{format_plain(invoice.gross, invoice.currency)} {invoice.currency}",
            "seller": invoice.entity.name,
        }
        subject = _("Invoice %(number)s from %(seller)s") % figures
        body = _("Your invoice %(number)s over %(amount)s is on its way.") % figures
        if dispatch.tracking_number:
            body += " " + _("Courier: %(courier)s, number %(tracking)s.") % {
                "courier": dispatch.courier,
                "tracking": dispatch.tracking_number,
            }
    outbox.plan(
        line,
        key=f"dispatch:{dispatch.pk}",
        kind="dispatch",
        about=f"invoice:{invoice.pk}",
        entity=invoice.entity,
        customer=invoice.customer,
        contact=contact,
        invoice=invoice,
        channel="email",
        recipient=contact.email,
        language=contact.language,
        rendered=outbox.plain(subject, body),
        now=now,
        due_at=now,
    )


def _recipient(contact: Contact | None) -> str:
    if contact is None:
        return ""
    return contact.email or contact.phone or contact.name
