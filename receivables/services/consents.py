"""Who may be written to at which address: said by people, by replies such as STOP, by providers, and by the opt-out link.

A word about an address covers every contact that uses it, and stops what was planned for any of their customers.
"""

from datetime import datetime

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Consent, Contact, Customer
from receivables.rules import delivery, text_hygiene
from receivables.rules.refusals import Refused

SALT = "duebook.opt-out"
SOURCES = frozenset({"person", "link", "reply", "provider", "complaint", "import"})
_FIELDS = {"email": "email__iexact", "sms": "phone"}


@transaction.atomic
def record(
    *, channel: str, address: str, given: bool, source: str, note: str, now: datetime, by: Actor
) -> Consent:
    """Somebody agreed, or asked us to stop. Saying the same again changes nothing. Refuses channel_unknown, address_missing."""
    address = _clean(channel, address)
    if source not in SOURCES:
        raise ValueError(f"no source of consent: {source}")
    lock(channel, address)
    said: Consent | None = Consent.objects.in_force(channel, address)
    if said is not None and said.given == given:
        return said
    action = "consent.given" if given else "consent.withdrawn"
    with audit.line(action, by=by, now=now, subject=f"address:{channel}", reason=source) as line:
        return note_new(line, channel, address, given=given, source=source, note=note, by=by, now=now)


def say(*, channel: str, address: str, given: bool, note: str, now: datetime, by: Actor) -> Consent:
    """The same as a person of ours was told it. Agreeing takes a note: how and when they did. Refuses note_missing too."""
    if given and not note.strip():
        raise Refused(
            "note_missing", _("Say how and when they agreed: it may have to be shown."), field="note"
        )
    said = text_hygiene.one_line(note, field="note", limit=300)
    return record(channel=channel, address=address, given=given, source="person", note=said, now=now, by=by)


def addresses_of(contact: Contact) -> list[tuple[str, str]]:
    """(channel, address) of what a word can be about: the contact's e-mail address and its number."""
    return [(c, a) for c, a in (("email", contact.email), ("sms", contact.phone)) if a]


def note(
    line: Line, channel: str, address: str, *, given: bool, source: str, note: str, by: Actor, now: datetime
) -> Consent:
    """The same under an open line, after `lock`; the word in force is answered when it says so already."""
    address = _clean(channel, address)
    said: Consent | None = Consent.objects.in_force(channel, address)
    if said is not None and said.given == given:
        return said
    return note_new(line, channel, address, given=given, source=source, note=note, by=by, now=now)


def note_new(
    line: Line, channel: str, address: str, *, given: bool, source: str, note: str, by: Actor, now: datetime
) -> Consent:
    """Writes the word and looks again at whatever was planned for the customers whose contacts use the address."""
    row = Consent(
        channel=channel, address=address, given=given, source=source, note=note[:300], said_by=by.name,
        recorded_at=now, audit_seq=line.seq,
    )  # fmt: skip
    row.save(force_insert=True)
    line.touch("consent", row.pk, channel, given)
    posting.stop(customers_of(channel, address))
    return row


def lock(channel: str, address: str) -> list[Customer]:
    """Locks the customers whose contacts use the address. Take before the audit line opens."""
    return posting.lock(*(customer.pk for customer in customers_of(channel, address)))


def contacts_of(channel: str, address: str) -> list[Contact]:
    """Every contact with that address, in order."""
    field = _FIELDS.get(channel)
    if not field or not address:
        return []
    return list(Contact.objects.filter(**{field: address}).select_related("customer").order_by("pk"))


def token(channel: str, address: str) -> str:
    """The signed word of an opt-out link: it names one address on one channel, and nothing else, not even when it was made: the
    same message is the same bytes."""
    return signing.Signer(salt=SALT).sign_object([channel, address.strip().lower()], compress=True)


def read_token(token: str) -> tuple[str, str]:
    """Channel and address of a link. Refuses not_found for whatever we have not signed."""
    try:
        channel, address = signing.Signer(salt=SALT).unsign_object(token)
        return str(channel), _clean(str(channel), str(address))
    except (signing.BadSignature, ValueError, TypeError, Refused):
        raise Refused("not_found", _("This link is not valid. Nothing was changed.")) from None


def customers_of(channel: str, address: str) -> list[Customer]:
    """The customers whose contacts use the address."""
    return list({contact.customer_id: contact.customer for contact in contacts_of(channel, address)}.values())


def _clean(channel: str, address: str) -> str:
    address = address.strip().lower()[:320]
    if channel not in delivery.CHANNELS:
        raise Refused(
            "channel_unknown", _("Consent is for e-mail, text messages or letters."), field="channel"
        )
    if not address:
        raise Refused("address_missing", _("Which address is it about?"), field="address")
    return address
