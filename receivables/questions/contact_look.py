"""A contact as the page shows it: what time it is there, whether it is quiet now, and what was said about writing to it.

Questions only. Whether a particular message may go is decided when it is claimed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from receivables.models import Consent, Contact, LegalEntity
from receivables.rules import contact_hours
from receivables.rules.refusals import Refused
from receivables.services import consents


@dataclass(frozen=True, slots=True)
class There:
    """The clock on their wall. `known` is False where the country has several zones: then all must be open.

    `quiet`: outside contact hours; `opens_at` (None when never) and `closes_at` are moments.
    """

    zone: str
    zones: int
    local: datetime
    hours: str
    own_hours: bool
    quiet: bool
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def known(self) -> bool:
        return self.zones == 1


@dataclass(frozen=True, slots=True)
class Word:
    """What was said about an address on a channel, newest first; `others` share it, `hidden` more that the asker may not see."""

    channel: str
    address: str
    said: Consent | None
    history: tuple[Consent, ...]
    others: tuple[Contact, ...]
    hidden: int

    @property
    def stopped(self) -> bool:
        return self.said is not None and not self.said.given


def there(contact: Contact, entity: LegalEntity, now: datetime) -> There:
    """The time at the contact and whether it is quiet, by the contact's own hours or else the entity's."""
    customer = contact.customer
    zones = contact_hours.zones_of(contact.time_zone, customer.country, entity.time_zone)
    code = contact.contact_hours or entity.contact_hours
    hours = contact_hours.preset(code)
    calendar = contact_hours.calendar_of(customer.country or entity.country)
    quiet = not contact_hours.is_open(now, hours, zones, calendar)
    opens_at = closes_at = None
    try:
        if quiet:
            opens_at = contact_hours.next_slot(now, hours, zones, calendar)
        else:
            closes_at = contact_hours.closes_at(now, hours, zones, calendar)
    except Refused:
        opens_at = None
    local = now.astimezone(ZoneInfo(zones[0]))
    return There(zones[0], len(zones), local, code, bool(contact.contact_hours), quiet, opens_at, closes_at)


def words(contact: Contact, user: Any) -> list[Word]:
    """One for the e-mail address and one for the number, where the contact has them."""
    return [_word(contact, channel, address, user) for channel, address in consents.addresses_of(contact)]


def _word(contact: Contact, channel: str, address: str, user: Any) -> Word:
    said = Consent.objects.filter(channel=channel, address=address.lower()).order_by("-audit_seq", "-id")
    history = tuple(said[:10])
    sharing = [other.pk for other in consents.contacts_of(channel, address) if other.pk != contact.pk]
    seen = Contact.objects.for_user(user).filter(pk__in=sharing).select_related("customer").order_by("pk")
    others = tuple(seen[:20])
    return Word(
        channel, address, history[0] if history else None, history, others, len(sharing) - len(others)
    )
