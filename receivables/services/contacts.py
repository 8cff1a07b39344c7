"""The people and mailboxes of a customer: added, edited under a version, retired, flagged when they cannot be reached.

Nothing is sent from here; what was rendered for a contact before it changed is looked at again (stop version).
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
from receivables.rules import customer_master as master
from receivables.rules import reach, text_hygiene
from receivables.rules.refusals import Refused

FIELDS = ("name", "role", "channel", "email", "phone", "address", "language", "time_zone")
_MANY_ZONES = {"US", "CA", "RU", "AU", "BR", "MX", "ID", "KZ", "MN", "CD", "CL", "PT", "ES"}


@transaction.atomic
def add(*, customer: Customer, fields: Mapping[str, Any], now: datetime, by: Actor) -> Contact:
    """A new contact. Refuses what `clean` refuses (email_invalid, phone_invalid, channel_without_address, …)."""
    (customer,) = posting.lock(customer.pk)
    with audit.line("contact.added", by=by, now=now, subject=f"customer:{customer.pk}") as line:
        contact = write_new(line, customer=customer, fields=fields)
        posting.stop([customer])
    return contact


def write_new(line: Line, *, customer: Customer, fields: Mapping[str, Any]) -> Contact:
    """The contact under an open line."""
    values = clean(fields, customer, Contact(customer=customer, language=customer.language, time_zone=""))
    contact = Contact(customer=customer, **values)
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
def edit(*, contact: Contact, version: int, fields: Mapping[str, Any], now: datetime, by: Actor) -> Contact:
    """Changes fields, if nobody else did since `version`. A new e-mail or number clears the undeliverable flag.

    Refuses stale, last_billing_contact (an active customer keeps one that can be reached), and what `clean` refuses.
    """
    customer, contact = _locked(contact)
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
        _write(line, contact, changed)
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


def reachable(contact: Contact) -> bool:
    """Whether the contact's channel has its address (a letter may use the customer's own)."""
    place = contact.address or contact.customer.address
    return {
        Contact.Channel.EMAIL: bool(contact.email),
        Contact.Channel.SMS: bool(contact.phone),
        Contact.Channel.PHONE: bool(contact.phone),
        Contact.Channel.LETTER: bool(place.get("street") and place.get("city")),
    }[Contact.Channel(contact.channel)]


def clean(fields: Mapping[str, Any], customer: Customer, contact: Contact) -> dict[str, Any]:
    """Checked values of the fields given. Refuses with `field` and, as figures, `errors` = {field: sentence}."""
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise Refused(
            "unknown_field",
            _("A contact has no field %(name)s.") % {"name": unknown[0][:40]},
            field=unknown[0],
        )
    done: dict[str, Any] = {}
    faults: list[Refused] = []
    zones: tuple[str, ...] = ()
    for name in FIELDS:
        if name not in fields and not (name == "name" and not contact.pk):
            continue
        try:
            value = fields.get(name, "")
            if name == "phone" and value:
                number = reach.phone(value, customer.country)
                done[name], zones = number.e164, number.zones
            else:
                done[name] = _checked(name, value)
        except Refused as refused:
            faults.append(refused)
    master.raise_gathered(faults)
    if not done.get("time_zone"):
        done["time_zone"] = contact.time_zone or zone_for(zones, customer.country)
    _refuse_channel_without_address(done, customer, contact)
    return done


def zone_for(zones: tuple[str, ...], country: str) -> str:
    """The zone a number or country surely means, else UTC: a person must choose where several are possible."""
    if len(zones) == 1:
        return zones[0]
    if country and country not in _MANY_ZONES:
        number = reach.example_phone(country)
        found = reach.phone(number, country).zones if number != reach.PHONE_EXAMPLE or country == "DE" else ()
        if len(found) == 1:
            return found[0]
    return "UTC"


def _checked(name: str, value: Any) -> Any:
    if name in ("role", "channel"):
        choices = Contact.Role.values if name == "role" else Contact.Channel.values
        if value not in choices:
            raise Refused(
                f"{name}_unknown", _("Choose one of: %(all)s.") % {"all": ", ".join(choices)}, field=name
            )
        return value
    if name == "address":
        return master.address(value)
    if name == "email":
        return reach.email(value) if value else ""
    if name == "time_zone":
        return reach.time_zone(value) if value else ""
    if name == "language":
        return master.CHECKS["language"](value)
    return text_hygiene.one_line(value, field=name, limit=200, required=name == "name")


def _refuse_channel_without_address(done: Mapping[str, Any], customer: Customer, contact: Contact) -> None:
    look = Contact(
        customer=customer,
        **{name: done.get(name, getattr(contact, name)) for name in ("channel", "email", "phone", "address")},
    )
    if not reachable(look):
        field = {"email": "email", "letter": "street"}.get(look.channel, "phone")
        example = {"email": reach.EMAIL_EXAMPLE, "street": "1 Main Street"}.get(
            field, reach.example_phone(customer.country)
        )
        message = _("The channel %(channel)s needs this. Example: %(example)s.") % {
            "channel": look.channel,
            "example": example,
        }
        raise Refused("channel_without_address", message, field=field)


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
