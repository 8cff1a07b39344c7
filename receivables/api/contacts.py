"""People and mailboxes of a customer: list, add, edit under a version, retire."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.models import Consent, Contact, Customer
from receivables.services import consents, contacts
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room, version
from receivables.wire.shapes import In, Out, Reason, Text40, Text80, Text200, Text300, moment

room = Room("contacts")
_PLAIN = (
    "id", "name", "role", "channel", "email", "phone", "address", "language", "time_zone", "contact_hours", "max_per_week",
    "undeliverable_since", "undeliverable_reason", "active", "version",
)  # fmt: skip


class ContactOut(Out):
    """A contact; `undeliverable_since` when messages to it bounced."""

    id: int
    customer: int
    name: str
    role: str
    channel: str
    email: str
    phone: str
    address: dict[str, Any]
    language: str
    time_zone: str
    contact_hours: str
    max_per_week: int
    undeliverable_since: str | None
    undeliverable_reason: str
    active: bool
    version: int


class Fields(In):
    """What can be written. `consent`: how they agreed to text messages, for a number nobody has noted it of."""

    name: Text200 | None = None
    role: Literal["billing", "disputes", "management", "legal", "other"] | None = None
    channel: Literal["email", "sms", "letter", "phone"] | None = None
    email: Text300 | None = None
    phone: Text40 | None = None
    address: dict[str, Text200] | None = None
    language: Text40 | None = None
    time_zone: Text80 | None = None
    contact_hours: Literal["", "b2b", "us_consumer", "china"] | None = None
    max_per_week: int | None = None
    consent: Text300 | None = None


class New(Fields):
    """A new contact needs a name."""

    name: Text200


class Retiring(In):
    """Why."""

    reason: Reason


class Saying(In):
    """A word about writing to the contact's address on a channel."""

    channel: Literal["email", "sms"]
    given: bool
    note: Reason | None = None


class Word(Out):
    """The word in force."""

    channel: str
    address: str
    given: bool | None
    source: str
    note: str
    said_at: str | None


class Words(Out):
    """One word a channel."""

    words: list[Word]


@room.get("/customers/{int:customer_id}/contacts", "contact.view", Page[ContactOut])
def index(request: HttpRequest, customer_id: int, wanted: Query[Listing]) -> Any:
    """The customer's contacts, retired ones too."""
    caller = guards.of(request)
    customer = seen(Customer.objects, caller, customer_id)
    return page(Contact.objects.for_user(caller.user).filter(customer=customer), wanted, show, rising=True)


@room.post("/customers/{int:customer_id}/contacts", "contact.edit", ContactOut, status=201)
def add(request: HttpRequest, customer_id: int, data: New) -> Any:
    """A new contact."""
    caller = guards.of(request)
    customer = seen(Customer.objects, caller, customer_id)
    fields = data.model_dump(exclude_none=True)
    consent = fields.pop("consent", "")
    return show(contacts.add(customer=customer, fields=fields, consent=consent, now=caller.now, by=caller.by))


@room.patch("/contacts/{int:contact_id}", "contact.edit", ContactOut)
def edit(request: HttpRequest, contact_id: int, data: Fields) -> Any:
    """Changes the given fields, if nobody else did since the version in If-Match."""
    caller = guards.of(request)
    row = seen(Contact.objects, caller, contact_id)
    fields = data.model_dump(exclude_unset=True, exclude_none=True)
    consent = fields.pop("consent", "")
    row = contacts.edit(
        contact=row, version=version(request), fields=fields, consent=consent, now=caller.now, by=caller.by
    )
    return show(row)


@room.post("/contacts/{int:contact_id}/retire", "contact.edit", ContactOut)
def retire(request: HttpRequest, contact_id: int, data: Retiring) -> Any:
    """Out of use; it stays in the history."""
    caller = guards.of(request)
    row = seen(Contact.objects, caller, contact_id)
    return show(contacts.deactivate(contact=row, reason=data.reason, now=caller.now, by=caller.by))


@room.get("/contacts/{int:contact_id}/consents", "contact.view", Words)
def words(request: HttpRequest, contact_id: int) -> Any:
    """What was last said about the contact's e-mail address and number; `given` is null where nobody said anything."""
    caller = guards.of(request)
    row = seen(Contact.objects, caller, contact_id)
    return {"words": [_word(channel, address) for channel, address in consents.addresses_of(row)]}


@room.post("/contacts/{int:contact_id}/consents", "contact.edit", Word)
def say(request: HttpRequest, contact_id: int, data: Saying) -> Any:
    """Records that they agreed to be written to at this contact's address, or that they asked us to stop.

    The word belongs to the address: it covers every contact of every customer that uses it. Agreeing needs a note.
    """
    caller = guards.of(request)
    row = seen(Contact.objects, caller, contact_id)
    address = dict(consents.addresses_of(row)).get(data.channel, "")
    consents.say(
        channel=data.channel,
        address=address,
        given=data.given,
        note=data.note or "",
        now=caller.now,
        by=caller.by,
    )
    return _word(data.channel, address)


def _word(channel: str, address: str) -> dict[str, Any]:
    said = Consent.objects.in_force(channel, address)
    return {
        "channel": channel,
        "address": address,
        "given": said.given if said else None,
        "source": said.source if said else "",
        "note": said.note if said else "",
        "said_at": moment(said.recorded_at) if said else None,
    }


def show(row: Any) -> dict[str, Any]:
    """A contact as the API writes it."""
    return {name: getattr(row, name) for name in _PLAIN} | {"customer": row.customer_id}
