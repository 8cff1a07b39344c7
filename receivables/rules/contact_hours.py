"""When somebody may be contacted: windows of local time as data, the next open moment, the end of a window.

A moment is open when the clock *on the recipient's wall* shows a time in [starts, ends) on an allowed day, so a
night in which clocks change, a half-hour change and a day that never was need no exception. Who does not tell a zone
gets the strictest answer: open means open in every zone of the country. Consent and caps are in `contact`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

from receivables.rules import business_days
from receivables.rules.business_days import Calendar
from receivables.rules.refusals import Refused

Zones = str | tuple[str, ...]
Span = tuple[datetime, datetime]
_DAY = timedelta(days=1)
_LONGEST_WAIT = 60
_SAMPLE = timedelta(hours=6)
_NO_ZONE = frozenset({"", "UTC", "Etc/UTC", "Etc/Unknown", "GMT", "Etc/GMT"})


@dataclass(frozen=True, slots=True)
class ContactHours:
    """A window of local time: [starts, ends), `ends` 00:00 is the day's end; on working days or every day.

    `source` says which text asks for it, `note` where it applies.
    """

    code: str
    starts: time
    ends: time
    days: Literal["business", "every"]
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.ends != time(0) and self.ends <= self.starts:
            raise Refused(
                "hours_invalid",
                f"Contact hours end after they start, on the same day: {self.starts:%H:%M} to {self.ends:%H:%M}.",
                field="ends",
            )


_REG_F = "12 CFR 1006.6(b)(1)(i); 47 CFR 64.1200(c)(1)"
_ANY_NOTE = "letters and plain account statements: nobody is rung out of bed by them"
PRESETS = {
    hours.code: hours
    for hours in (
        ContactHours(
            "b2b", time(9), time(17, 30), "business", "policy choice", "business customers, default"
        ),
        ContactHours(
            "us_consumer", time(8), time(21), "every", _REG_F, "consumer debts in the United States"
        ),
        ContactHours("china", time(9), time(20), "every", "policy choice", "no citable rule was found"),
        ContactHours("any", time(0), time(0), "every", "policy choice", _ANY_NOTE),
    )
}


def preset(code: str) -> ContactHours:
    """The contact hours of that name. Refuses hours_unknown."""
    if code not in PRESETS:
        raise Refused("hours_unknown", f"Contact hours are one of: {', '.join(PRESETS)}.", field="hours")
    return PRESETS[code]


def for_channel(hours: ContactHours, channel: str, *, statement: bool = False) -> ContactHours:
    """The hours that bind this channel: letters, and e-mails that only state an account, may leave at any time."""
    free = channel == "letter" or (channel == "email" and statement)
    return PRESETS["any"] if free else hours


def zones_of(zone: str, country: str, entity_zone: str) -> tuple[str, ...]:
    """The zones in all of which it must be open: the recipient's own, else all of the country's, else the entity's.

    UTC is nobody's wall clock: it stands for "not known". Zones of a country that agree today may differ tomorrow, so
    all are kept.
    """
    if zone not in _NO_ZONE:
        _zone(zone)
        return (zone,)
    return _country_zones(country.upper()) or (entity_zone,)


@lru_cache(maxsize=512)
def calendar_of(country: str, subdivision: str | None = None) -> Calendar:
    """The country's calendar; Monday to Friday without holidays where no table of holidays is known."""
    for calendar in (Calendar(country.upper(), subdivision), Calendar(country.upper())):
        try:
            business_days.is_business_day(date(2026, 1, 1), calendar)
        except Refused:
            continue
        return calendar
    return Calendar()


def next_slot(now: datetime, hours: ContactHours, zone: Zones, calendar: Calendar) -> datetime:
    """The first open moment (UTC) that is not before `now`; several zones must all be open.

    Refuses no_contact_slot: none within 60 days (zones too far apart, a calendar without work).
    """
    return _opening(now, hours, zone, calendar)[0]


def first_slot(on: date, hours: ContactHours, zone: Zones, calendar: Calendar) -> datetime:
    """The first open moment (UTC) of the recipient's `on`, or after it when that day stays shut."""
    return next_slot(local_midnight(on, zone), hours, zone, calendar)


def is_open(now: datetime, hours: ContactHours, zone: Zones, calendar: Calendar) -> bool:
    """Whether the recipient may be contacted at that very moment."""
    moment = _utc(now)
    return any(a <= moment < b for a, b in _ahead(_all(zone), hours, calendar, moment.date()))


def closes_at(slot: datetime, hours: ContactHours, zone: Zones, calendar: Calendar) -> datetime:
    """The end (UTC, itself closed) of the window that holds `slot`, or of the next one; never past local midnight."""
    return _opening(slot, hours, zone, calendar)[1]


def local_midnight(on: date, zone: Zones) -> datetime:
    """The moment (UTC) from which `on` has begun in every one of the zones."""
    return max(datetime.combine(on, time(0), _zone(name)).astimezone(UTC) for name in _all(zone))


def local_date(now: datetime, zone: Zones) -> date:
    """The recipient's date at that moment; the earliest of several."""
    return min(_utc(now).astimezone(_zone(name)).date() for name in _all(zone))


def _opening(now: datetime, hours: ContactHours, zone: Zones, calendar: Calendar) -> Span:
    moment = _utc(now)
    for opens, closes in _ahead(_all(zone), hours, calendar, moment.date()):
        if moment < closes:
            return max(opens, moment), closes
    raise Refused(
        "no_contact_slot",
        f"No moment within {_LONGEST_WAIT} days is open in all time zones of this contact. Choose the contact's time zone.",
        zones=len(_all(zone)),
        hours=hours.code,
    )


@lru_cache(maxsize=8192)
def _ahead(zones: tuple[str, ...], hours: ContactHours, calendar: Calendar, day: date) -> tuple[Span, ...]:
    """What is open on one UTC day, in order, and behind it the first opening of a later day. One answer serves all
    recipients who share zone, hours, calendar and day."""
    spans = list(_open_on(zones, hours, calendar, day))
    for offset in range(1, _LONGEST_WAIT + 1):
        later = _open_on(zones, hours, calendar, day + offset * _DAY)
        if later:
            return (*spans, *later)
    return tuple(spans)


@lru_cache(maxsize=16384)
def _open_on(zones: tuple[str, ...], hours: ContactHours, calendar: Calendar, day: date) -> tuple[Span, ...]:
    """Spans open in every zone that touch one UTC day, in order and whole (a span may begin the day before)."""
    found: list[Span] | None = None
    for zone in zones:
        own = [
            span
            for offset in (-1, 0, 1)
            if hours.days == "every" or business_days.is_business_day(day + offset * _DAY, calendar)
            for span in _local_spans(zone, hours.starts, hours.ends, day + offset * _DAY)
        ]
        found = own if found is None else list(_common(found, own))
    begin = datetime.combine(day, time(0), UTC)
    return tuple(sorted(s for s in found or () if s[0] < begin + _DAY and s[1] > begin))


def _common(ones: list[Span], others: list[Span]) -> Iterator[Span]:
    for a, b in ones:
        for c, d in others:
            if max(a, c) < min(b, d):
                yield max(a, c), min(b, d)


@lru_cache(maxsize=16384)
def _local_spans(zone: str, starts: time, ends: time, on: date) -> tuple[Span, ...]:
    """The spans (UTC) in which a wall clock shows `on` and a time in [starts, ends); none for a day that never was.

    Under each offset that holds that day the window is plain arithmetic; it counts as far as the offset holds.
    """
    last = on + _DAY if ends == time(0) else on
    opens = datetime.combine(on, starts, UTC)
    closes = datetime.combine(last, ends, UTC)
    spans: list[Span] = []
    for since, until, offset in _offsets(zone, on):
        a, b = max(opens - offset, since), min(closes - offset, until)
        if a < b and spans and spans[-1][1] == a:
            spans[-1] = (spans[-1][0], b)
        elif a < b:
            spans.append((a, b))
    return tuple(spans)


@lru_cache(maxsize=16384)
def _offsets(zone: str, on: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """(since, until, offset from UTC) of the days round `on`: one row, or one more for each change of clocks."""
    tz = _zone(zone)
    begin = datetime.combine(on, time(0), UTC) - 2 * _DAY
    end = begin + 5 * _DAY
    rows: list[tuple[datetime, datetime, timedelta]] = []
    since, offset, at = begin, _offset(begin, tz), begin
    while at < end:
        step = at + _SAMPLE
        changed = _offset(step, tz)
        if changed != offset:
            change = _change(at, step, tz)
            rows.append((since, change, offset))
            since, offset = change, changed
        at = step
    return (*rows, (since, end, offset))


def _change(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """The second in which the offset of `after` begins."""
    offset = _offset(before, tz)
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(before + timedelta(seconds=middle), tz) == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _offset(moment: datetime, tz: ZoneInfo) -> timedelta:
    return moment.astimezone(tz).utcoffset() or timedelta()


def _all(zone: Zones) -> tuple[str, ...]:
    return (zone,) if isinstance(zone, str) else zone


@lru_cache(maxsize=512)
def _country_zones(country: str) -> tuple[str, ...]:
    return tuple(
        name for name in get_global("territory_zones").get(country, ()) if not name.startswith("Etc/")
    )


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Refused("moment_without_zone", f"{moment.isoformat()} has no time zone.")
    return moment.astimezone(UTC)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("zone_unknown", f"{name[:40]!r} is not a time zone such as Europe/Berlin.") from None
