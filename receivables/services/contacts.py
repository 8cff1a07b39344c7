"""The people and mailboxes of a customer: added, edited under a version, retired, flagged when they cannot be reached.

Nothing is sent from here; what was rendered for a contact before it changed is looked at again (stop version). What the
fields may hold is in `contact_fields`; words about consent are in `consents`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Contact, Customer
from receivables.rules import text_hygiene
from receivables.rules.refusals import Refused
from receivables.services import consents
from receivables.services.contact_fields import clean, number_in, reachable, refuse_unconsented

__all__ = [
    "add", "clean", "clear_undeliverable", "deactivate", "edit", "flag", "flag_undeliverable", "reachable", "write_new",
]  # fmt: skip


@transaction.atomic
def add(
    *, customer: Customer, fields: Mapping[str, Any], now: datetime, by: Actor, consent: str = ""
) -> Contact:
    """A new contact. `consent` says how they agreed to text messages, where nobody has noted it before.

    Refuses no_consent, and what `clean` refuses (email_own_domain, phone_landline, email_doubled, channel_without_address, …).
    """
    customer, number = _lock_with_number(customer, _blank(customer), fields, consent)
    with audit.line("contact.added", by=by, now=now, subject=f"customer:{customer.pk}") as line:
        if number:
            _note_consent(line, number, consent, by, now)
        contact = write_new(line, customer=customer, fields=fields)
        posting.stop([customer])
    return contact


def write_new(line: Line, *, customer: Customer, fields: Mapping[str, Any]) -> Contact:
    """The contact under an open line. Refuses no_consent for text messages to a number nobody agreed with."""
    contact = Contact(customer=customer, **clean(fields, customer, _blank(customer)))
    refuse_unconsented(contact)
    contact.save(force_insert=True)
    line.after = {
        **line.after,
        "contact": contact.pk,
        "contact_name": contact.name,
        "contact_role": contact.role,
    }
    line.touch("contact", contact.pk, contact.role, contact.channel)
    return contact


@transaction.atomic
def edit(
    *, contact: Contact, version: int, fields: Mapping[str, Any], now: datetime, by: Actor, consent: str = ""
) -> Contact:
    """Changes fields, if nobody else did since `version`. A new e-mail or number clears the undeliverable flag.

    Refuses stale, last_billing_contact (an active customer keeps one that can be reached), no_consent and what `clean` refuses.
    """
    customer, number = _lock_with_number(contact.customer, contact, fields, consent)
    contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if contact.version != version:
        raise Refused(
            "stale",
            _(
                "Somebody changed this contact while you were editing: %(name)s, %(email)s %(phone)s. Look again."
            )
            % {"name": contact.name, "email": contact.email, "phone": contact.phone},
            version=contact.version,
        )
    values = clean(fields, customer, contact)
    changed = {name: value for name, value in values.items() if getattr(contact, name) != value}
    if not changed:
        return contact
    if contact.undeliverable_since and {"email", "phone", "address"} & set(changed):
        changed |= {"undeliverable_since": None, "undeliverable_reason": ""}
    with audit.line("contact.edited", by=by, now=now, subject=f"customer:{customer.pk}") as line:
        if number:
            _note_consent(line, number, consent, by, now)
        _write(line, contact, changed)
        if {"channel", "phone"} & set(changed):
            refuse_unconsented(contact)
        _refuse_losing_last(customer)
        posting.stop([customer])
    return contact


@transaction.atomic
def deactivate(*, contact: Contact, reason: str, now: datetime, by: Actor) -> Contact:
    """Retires a contact; it stays in the history. Refuses last_billing_contact."""
    customer, contact = _locked(contact)
    if not contact.active:
        raise Refused("state", _("This contact is retired already."))
    with audit.line(
        "contact.deactivated", by=by, now=now, subject=f"customer:{customer.pk}", reason=reason.strip()[:300]
    ) as line:
        _write(line, contact, {"active": False})
        _refuse_losing_last(customer)
        posting.stop([customer])
    return contact


@transaction.atomic
def flag_undeliverable(*, contact: Contact, on: date, reason: str, now: datetime, by: Actor) -> Contact:
    """A message bounced or a letter came back: shown on the customer until cleared. Doing it twice changes nothing."""
    customer, contact = _locked(contact)
    if contact.undeliverable_since:
        return contact
    reason = text_hygiene.one_line(reason, field="reason", limit=200) or "undeliverable"
    with audit.line(
        "contact.undeliverable", by=by, now=now, subject=f"customer:{customer.pk}", reason=reason
    ) as line:
        flag(line, contact, on=on, reason=reason)
        posting.stop([customer])
    return contact


def flag(line: Line, contact: Contact, *, on: date, reason: str) -> None:
    """The same under the caller's audit line and customer lock; a contact that is flagged stays as it is."""
    if not contact.undeliverable_since:
        _write(line, contact, {"undeliverable_since": on, "undeliverable_reason": reason[:200]})


@transaction.atomic
def clear_undeliverable(*, contact: Contact, now: datetime, by: Actor) -> Contact:
    """The contact can be reached again."""
    customer, contact = _locked(contact)
    if not contact.undeliverable_since:
        return contact
    with audit.line("contact.reachable_again", by=by, now=now, subject=f"customer:{customer.pk}") as line:
        _write(line, contact, {"undeliverable_since": None, "undeliverable_reason": ""})
        posting.stop([customer])
    return contact


def _write(line: Line, contact: Contact, changed: Mapping[str, Any]) -> None:
    line.before = {"contact": contact.pk, **{name: _plain(getattr(contact, name)) for name in changed}}
    for name, value in changed.items():
        setattr(contact, name, value)
    contact.version += 1
    contact.save(update_fields=[*changed, "version"])
    line.after = {"contact": contact.pk, **{name: _plain(value) for name, value in changed.items()}}
    line.touch("contact", contact.pk, contact.version, *sorted(changed))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _blank(customer: Customer) -> Contact:
    return Contact(customer=customer, language=customer.language, time_zone="")


def _lock_with_number(
    customer: Customer, contact: Contact, fields: Mapping[str, Any], consent: str
) -> tuple[Customer, str]:
    """Locks the customer and, when a word of consent comes with the fields, all who share the number; answers the number."""
    number = number_in(fields, customer, contact) if consent.strip() else ""
    sharing = [each.pk for each in consents.customers_of("sms", number)] if number else []
    locked = {row.pk: row for row in posting.lock(*{customer.pk, *sharing})}
    return locked[customer.pk], number


def _note_consent(line: Line, number: str, consent: str, by: Actor, now: datetime) -> None:
    said = text_hygiene.one_line(consent, field="consent", limit=300)
    consents.note(line, "sms", number, given=True, source="person", note=said, by=by, now=now)


def _locked(contact: Contact) -> tuple[Customer, Contact]:
    (customer,) = posting.lock(contact.customer_id)
    return customer, Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)


def _refuse_losing_last(customer: Customer) -> None:
    """An active customer keeps at least one billing contact with a channel and its address (003-02)."""
    if customer.state != Customer.State.ACTIVE:
        return
    billing = Contact.objects.filter(
        customer=customer, active=True, role=Contact.Role.BILLING
    ).select_related("customer")
    if not any(reachable(each) for each in billing):
        raise Refused(
            "last_billing_contact",
            _(
                "An active customer keeps at least one billing contact who can be reached. Add another one first."
            ),
        )
