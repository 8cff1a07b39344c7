"""Who hears a rung, and by which channel: contacts of the customer by role, our own people by role or by name.

Channels of a rung to the customer are tried in their order; our own people get one message and a line in the app.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from dunning.rules.ladder import Stage
from dunning.rules.picture import ContactView, Picture
from receivables.rules import contact_hours
from receivables.rules.refusals import Refused

MESSAGES = ("email", "sms", "letter")
TASKS = ("call", "work")
ROLES = {
    "rep": "sales_rep",
    "collector": "collector",
    "sales_manager": "sales_manager",
    "finance_manager": "finance_manager",
    "cfo": "cfo",
}
STAND_IN = {
    "rep": ("sales_manager", "finance_manager"),
    "collector": ("finance_manager",),
    "sales_manager": ("finance_manager",),
    "finance_manager": ("cfo",),
    "cfo": ("finance_manager",),
}


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of our people: how they can be told, and by which channels they want to be (`told_by`)."""

    id: int
    email: str = ""
    phone: str = ""
    told_by: tuple[str, ...] = ("app", "email")


@dataclass(frozen=True, slots=True)
class House:
    """Our side of a run: the entity's zone and hours, who holds which role, and when a to-do opened now is due."""

    zone: str
    hours: str
    task_due_at: datetime
    people: Mapping[int, Colleague] = field(default_factory=dict)
    roles: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a rung goes. `told` are the users who get a line in the app beside it."""

    channel: str
    recipient: str
    due_at: datetime
    contact: int | None = None
    user: int | None = None
    owner_role: str = ""
    told: tuple[int, ...] = ()


def outside(picture: Picture, stage: Stage, house: House, since: datetime) -> Target | str:
    """The first channel of the rung that reaches a contact of its role, else billing; or why none: no_contact, opted_out, cap."""
    why = "no_contact"
    for channel in stage.channels:
        if channel not in MESSAGES:
            return inside(picture, stage, house, since, channel=channel)
        for contact in _contacts(picture, stage.audience):
            address = contact.addresses.get(channel)
            if not address:
                continue
            if channel in contact.stopped:
                why = "opted_out" if why == "no_contact" else why
            elif contact.recent.get(channel, 0) >= contact.max_per_week:
                why = "cap"
            elif (slot := _slot(contact, channel, house, since)) is not None:
                return Target(channel, address, slot, contact=contact.id)
    return why


def _contacts(picture: Picture, role: str) -> Iterator[ContactView]:
    for contact in picture.contacts:
        if contact.role == role:
            yield contact
    if role != "billing":
        for contact in picture.contacts:
            if contact.role == "billing":
                yield contact


def _slot(contact: ContactView, channel: str, house: House, since: datetime) -> datetime | None:
    """The first open moment at the recipient; None when no zone, hours or calendar allow any."""
    return _opening(contact.hours or house.hours, channel, contact.zone, contact.country, house.zone, since)


@lru_cache(maxsize=4096)
def _opening(
    hours: str, channel: str, zone: str, country: str, house_zone: str, since: datetime
) -> datetime | None:
    """Recipients who share hours, channel, zone and country share the answer; a letter may leave at any time."""
    try:
        window = contact_hours.for_channel(contact_hours.preset(hours), channel)
        zones = contact_hours.zones_of(zone, country, house_zone)
        return contact_hours.next_slot(since, window, zones, contact_hours.calendar_of(country))
    except Refused:
        return None


def inside(
    picture: Picture, stage: Stage, house: House, since: datetime, *, channel: str = ""
) -> Target | str:
    """One of our people, or the holders of a role. A to-do of a role waits for whoever holds it; a message goes to the first."""
    named = {"rep": picture.rep or picture.collector, "collector": picture.collector or picture.rep}
    who = named.get(stage.audience)
    users: tuple[int, ...] = (who,) if who in house.people and who is not None else ()
    role = ROLES.get(stage.audience, "collector")
    if not users:
        choice = (role, *STAND_IN.get(stage.audience, ("finance_manager",)))
        role = next((each for each in choice if house.roles.get(each)), role)
        users = house.roles.get(role, ())
    task = channel or next((each for each in stage.channels if each in TASKS), "")
    if task in TASKS:
        person = users[0] if users and named.get(stage.audience) == users[0] else None
        return Target(
            task,
            f"user:{person}" if person else f"role:{role}",
            house.task_due_at,
            user=person,
            owner_role=role,
        )
    if not users:
        return "no_contact"
    return _told(stage, house.people[users[0]], users, since)


def _told(stage: Stage, first: Colleague, users: tuple[int, ...], since: datetime) -> Target:
    told = users if "app" in stage.channels else ()
    for channel in stage.channels:
        address = {"email": first.email, "sms": first.phone}.get(channel, "")
        if address and channel in first.told_by:
            return Target(channel, address, since, user=first.id, told=told)
    return Target("app", f"user:{first.id}", since, user=first.id, told=users)
