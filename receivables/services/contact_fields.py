"""What a contact's fields may hold: each checked as it is saved, so that nothing unsendable ever reaches a message.

Form of addresses and numbers stands in `rules/recipients`; this room adds what takes the database: doubles, our own domains, and
consent to text messages. The verbs are in `contacts`.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from receivables.models import Consent, Contact, Customer, LegalEntity
from receivables.rules import customer_master as master
from receivables.rules import reach, recipients, text_hygiene
from receivables.rules.contact_hours import PRESETS
from receivables.rules.refusals import Refused

FIELDS = (
    "name", "role", "channel", "email", "phone", "address", "language", "time_zone", "contact_hours", "max_per_week",
)  # fmt: skip
HOURS = tuple(code for code in PRESETS if code != "any")
"""Hours a person may choose: "any" belongs to letters and plain statements, not to somebody's telephone."""
MOST_PER_WEEK = 20
_MANY_ZONES = {"US", "CA", "RU", "AU", "BR", "MX", "ID", "KZ", "MN", "CD", "CL", "PT", "ES"}


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
    given = dict(fields)
    if given.get("channel") == Contact.Channel.SMS and contact.channel != Contact.Channel.SMS:
        given.setdefault("phone", contact.phone)  # a number kept for calls may take no text messages
    for name in FIELDS:
        if name not in given and not (name == "name" and not contact.pk):
            continue
        try:
            value = given.get(name, "")
            if name == "phone" and value:
                number = _number(value, customer, done.get("channel", contact.channel))
                done[name], zones = number.e164, number.zones
            else:
                done[name] = _checked(name, value)
        except Refused as refused:
            faults.append(refused)
    master.raise_gathered(faults)
    if not done.get("time_zone"):
        done["time_zone"] = contact.time_zone or zone_for(zones, customer.country)
    look = _look(done, customer, contact)
    _refuse_channel_without_address(look)
    _refuse_double(look, contact)
    return done


def number_in(fields: Mapping[str, Any], customer: Customer, contact: Contact) -> str:
    """The number (E.164) that text messages would go to, or "" when the channel is another or the number is none."""
    if fields.get("channel", contact.channel) != Contact.Channel.SMS:
        return ""
    try:
        return _number(str(fields.get("phone", contact.phone)), customer, Contact.Channel.SMS).e164
    except Refused:
        return ""


def refuse_unconsented(contact: Contact) -> None:
    """Text messages take consent beforehand (no_consent), and a withdrawn one is never passed over in silence."""
    if contact.channel != Contact.Channel.SMS:
        return
    said = Consent.objects.in_force("sms", contact.phone)
    if said is None or not said.given:
        raise Refused(
            "no_consent",
            _(
                "Nobody has agreed to text messages at %(number)s. Say how and when they did, or choose another channel."
            )
            % {"number": contact.phone},
            field="consent",
            number=contact.phone,
        )


def reachable(contact: Contact) -> bool:
    """Whether the contact's channel has its address (a letter may use the customer's own)."""
    place = contact.address or contact.customer.address
    return {
        Contact.Channel.EMAIL: bool(contact.email),
        Contact.Channel.SMS: bool(contact.phone),
        Contact.Channel.PHONE: bool(contact.phone),
        Contact.Channel.LETTER: bool(place.get("street") and place.get("city")),
    }[Contact.Channel(contact.channel)]


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


def hours(value: Any, *, field: str = "contact_hours", required: bool = False) -> str:
    """A preset of contact hours by its code; "" leaves it to the entity. Refuses hours_unknown."""
    code = text_hygiene.one_line(value, field=field, limit=20, required=required)
    if code and code not in HOURS:
        raise Refused("hours_unknown", _("Choose one of: %(all)s.") % {"all": ", ".join(HOURS)}, field=field)
    return code


def own_domains() -> tuple[str, ...]:
    """The domains we write from: nobody there owes us anything."""
    senders = [settings.MAIL_FROM, *LegalEntity.objects.exclude(mail_from="").values_list("mail_from", flat=True)]  # fmt: skip
    return tuple({sender.rpartition("@")[2].strip().lower() for sender in senders if "@" in sender})


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
        return _email(value) if value else ""
    if name == "time_zone":
        return reach.time_zone(value) if value else ""
    if name == "language":
        return master.CHECKS["language"](value)
    if name == "contact_hours":
        return hours(value)
    if name == "max_per_week":
        return _most(value)
    return text_hygiene.one_line(value, field=name, limit=200, required=name == "name")


def _email(value: Any) -> str:
    """One address, without a word of ours about white space around it."""
    return recipients.check_email(str(value), own_domains=own_domains()).address


def _number(value: str, customer: Customer, channel: str) -> reach.Phone:
    kind = "sms" if channel == Contact.Channel.SMS else "phone"
    return recipients.check_phone(value, customer.country, channel=kind)


def _most(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PER_WEEK:
        raise Refused(
            "max_invalid",
            _("Between 1 and %(most)s messages a week. Example: 3.") % {"most": MOST_PER_WEEK},
            field="max_per_week",
        )
    return value


def _look(done: Mapping[str, Any], customer: Customer, contact: Contact) -> Contact:
    """The contact as it would be, unsaved."""
    names = ("role", "channel", "email", "phone", "address")
    return Contact(customer=customer, **{name: done.get(name, getattr(contact, name)) for name in names})


def _refuse_channel_without_address(look: Contact) -> None:
    if not reachable(look):
        field = {"email": "email", "letter": "street"}.get(look.channel, "phone")
        example = {"email": reach.EMAIL_EXAMPLE, "street": "1 Main Street"}.get(
            field, reach.example_phone(look.customer.country)
        )
        message = _("The channel %(channel)s needs this. Example: %(example)s.") % {
            "channel": look.channel,
            "example": example,
        }
        raise Refused("channel_without_address", message, field=field)


def _refuse_double(look: Contact, contact: Contact) -> None:
    """One address once per role: the same person is not written to twice about the same thing."""
    same = Q(email__iexact=look.email) if look.email else Q(pk__in=[])
    if look.phone and look.channel == Contact.Channel.SMS:
        same |= Q(phone=look.phone, channel=Contact.Channel.SMS)
    others = Contact.objects.filter(same, customer=look.customer, role=look.role, active=True)
    twin = others.exclude(pk=contact.pk).first() if look.customer.pk else None
    if twin is not None:
        field = "email" if twin.email and twin.email.lower() == look.email.lower() else "phone"
        raise Refused(
            f"{field}_doubled",
            _("%(name)s has this address already, in the same role.") % {"name": twin.name},
            field=field,
            name=twin.name,
        )
