"""What time it is where a contact is, whether they may be called now, and how often they were called lately. Questions only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dunning.models import Call
from dunning.services.calls import NOT_SPOKEN
from receivables.models import Contact, Customer, LegalEntity
from receivables.rules import contact_hours
from receivables.rules.contact import US_CONSUMER_CAPS, Contacted, NotBefore, call_allowed
from receivables.rules.refusals import Refused


@dataclass(frozen=True)
class Place:
    """A contact's wall clock now: quiet means outside the hours in which we call; `opens_at` is the next moment we may."""

    contact: Contact
    local: datetime
    zone: str
    known: bool
    quiet: bool
    opens_at: datetime | None


def places(
    contacts: Sequence[Contact], customer: Customer, entity: LegalEntity, now: datetime
) -> list[Place]:
    """For each contact; a zone that nobody knows is the country's, else the entity's."""
    return [_place(contact, customer, entity, now) for contact in contacts]


def too_often(customer: Customer, today: date) -> NotBefore | None:
    """12 CFR 1006.14(b)(2) for consumers in the United States: a warning for the caller, None where nothing stands against it."""
    if "consumer" not in customer.traits or customer.country != "US":
        return None
    since = today - timedelta(days=8)
    rows = Call.objects.filter(customer=customer, called_at__date__gte=since).select_related("contact")
    history = [
        Contacted("phone", _local(call).date(), conversation=call.outcome not in NOT_SPOKEN) for call in rows
    ]
    said = call_allowed(history, today, frozenset(), US_CONSUMER_CAPS)
    return said if isinstance(said, NotBefore) else None


def _local(call: Call) -> datetime:
    zone = call.contact.time_zone if call.contact else call.entity.time_zone
    return call.called_at.astimezone(ZoneInfo(zone))


def _place(contact: Contact, customer: Customer, entity: LegalEntity, now: datetime) -> Place:
    zones = contact_hours.zones_of(contact.time_zone, customer.country, entity.time_zone)
    hours = contact_hours.preset(contact.contact_hours or entity.contact_hours)
    calendar = contact_hours.calendar_of(customer.country or entity.country)
    quiet = not contact_hours.is_open(now, hours, zones, calendar)
    opens_at = None
    if quiet:
        try:
            opens_at = contact_hours.next_slot(now, hours, zones, calendar)
        except Refused:
            opens_at = None
    local = now.astimezone(ZoneInfo(zones[0]))
    return Place(contact, local, zones[0], len(zones) == 1, quiet, opens_at)
