"""Business days and working hours: weekends, public holidays and make-up workdays of a country, in elapsed
time.

Pure functions of dates, aware moments and a calendar; it never asks what day it is. Holidays come from the
`holidays` tables; what a government has not yet announced is not known here either (see `extra_*` of
Calendar).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from receivables.rules.refusals import Refused

_LONGEST_BREAK = 60
_LONGEST_DEADLINE = 3660
_MICROSECONDS_PER_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose holidays count: ISO country (None = Monday to Friday, no holidays), subdivision, own exceptions.

    `extra_holidays` and `extra_workdays` win over the tables (a company's bridge day, a late announcement).
    """

    country: str | None = None
    subdivision: str | None = None
    extra_holidays: frozenset[date] = field(default=frozenset())
    extra_workdays: frozenset[date] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours at one place: local `start`..`end` (end <= start runs into the next day), IANA `zone`.

    A shift over midnight belongs to the business day on which it starts.
    """

    start: time
    end: time
    zone: str
    calendar: Calendar = Calendar()


def is_business_day(on: date, calendar: Calendar) -> bool:
    """Whether people work on that date: no weekend (make-up workdays count), no public holiday.

    Refuses a country or subdivision without a holiday table (calendar_unknown).
    """
    if on in calendar.extra_workdays:
        return True
    if on in calendar.extra_holidays:
        return False
    if calendar.country is None:
        return on.weekday() < 5
    return on in _working_days(calendar.country, calendar.subdivision, on.year)


def next_business_day(on: date, calendar: Calendar) -> date:
    """`on` itself when it is a business day, else the first one after it."""
    return _walk(on, 1, calendar)


def previous_business_day(on: date, calendar: Calendar) -> date:
    """`on` itself when it is a business day, else the last one before it."""
    return _walk(on, -1, calendar)


def add_business_days(on: date, days: int, calendar: Calendar) -> date:
    """The `days`-th business day after `on` (before it when negative); 0 is next_business_day(on)."""
    if days == 0:
        return next_business_day(on, calendar)
    if abs(days) > _LONGEST_DEADLINE:
        raise Refused(
            "deadline_too_far",
            f"{days} business days are more than {_LONGEST_DEADLINE}.",
        )
    step = 1 if days > 0 else -1
    for _ in range(abs(days)):
        on = _walk(on + timedelta(days=step), step, calendar)
    return on


def deadline(started_at: datetime, hours: Decimal | int | timedelta, hours_of_work: Hours) -> datetime:
    """The moment (in the zone of `hours_of_work`) when so many working hours have passed since `started_at`.

    Hours are elapsed time, so a night in which clocks change neither gives nor takes one. No hours at all
    give `started_at`, or the next opening when nobody works then. Refuses negative or float hours and naive
    moments.
    """
    left = _duration(hours)
    begin = _utc(started_at)
    zone = _zone(hours_of_work.zone)
    first = begin.astimezone(zone).date()
    for opens, closes in _shifts(first, _LONGEST_DEADLINE, hours_of_work):
        start = max(opens, begin)
        if start < closes and left <= closes - start:
            return (start + left).astimezone(zone)
        left -= max(timedelta(), closes - start)
    raise Refused(
        "deadline_too_far",
        f"The deadline lies more than {_LONGEST_DEADLINE} days ahead.",
    )


def working_time_between(a: datetime, b: datetime, hours_of_work: Hours) -> timedelta:
    """Working time from `a` to `b` in elapsed (not wall-clock) time; negative when `b` is before `a`."""
    begin, end = _utc(a), _utc(b)
    if end < begin:
        return -working_time_between(b, a, hours_of_work)
    zone = _zone(hours_of_work.zone)
    first, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    total = timedelta()
    for opens, closes in _shifts(first, (last - first).days, hours_of_work):
        total += max(timedelta(), min(closes, end) - max(opens, begin))
    return total


def _shifts(first: date, days: int, work: Hours) -> Iterator[tuple[datetime, datetime]]:
    """Shifts (UTC) that start from the day before `first` (last night's may still run) to `days` after it."""
    zone = _zone(work.zone)
    overnight = timedelta(days=1 if work.end <= work.start else 0)
    for offset in range(-1, days + 1):
        on = first + timedelta(days=offset)
        if is_business_day(on, work.calendar):
            opens = datetime.combine(on, work.start, zone).astimezone(UTC)
            yield (
                opens,
                datetime.combine(on + overnight, work.end, zone).astimezone(UTC),
            )


def _walk(on: date, step: int, calendar: Calendar) -> date:
    for offset in range(_LONGEST_BREAK):
        found = on + timedelta(days=step * offset)
        if is_business_day(found, calendar):
            return found
    raise Refused("no_business_day", f"No business day within {_LONGEST_BREAK} days of {on}.")


def _duration(hours: Decimal | int | timedelta) -> timedelta:
    if isinstance(hours, timedelta):
        left = hours
    elif isinstance(hours, bool) or not isinstance(hours, Decimal | int):
        raise Refused(
            "hours_invalid",
            f"Hours are a decimal, not {type(hours).__name__}.",
            field="hours",
        )
    else:
        exact = Decimal(hours)
        if not exact.is_finite() or abs(exact) > 24 * _LONGEST_DEADLINE:
            raise Refused("hours_invalid", f"{hours} hours are no deadline.", field="hours")
        left = timedelta(microseconds=int(exact * _MICROSECONDS_PER_HOUR))
    if left < timedelta():
        raise Refused("hours_invalid", "Hours must not be negative.", field="hours")
    return left


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Refused("moment_without_zone", f"{moment.isoformat()} has no time zone.")
    return moment.astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("zone_unknown", f"{name[:40]!r} is not a time zone such as Europe/Berlin.") from None


@lru_cache(maxsize=1024)
def _working_days(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """One year as a set: the library fills its years lazily and not thread-safely, so it is asked once and
    dropped."""
    try:
        if len(country) != 2:
            raise NotImplementedError
        table = holidays.country_holidays(country, subdiv=subdivision, years=year)
    except NotImplementedError:
        place = f"{country}-{subdivision}" if subdivision else country
        raise Refused(
            "calendar_unknown",
            f"No holiday table for {place[:40]!r}.",
            country=country,
            subdivision=subdivision,
        ) from None
    first = date(year, 1, 1)
    days = 366 if (date(year, 12, 31) - first).days == 365 else 365
    dates = (first + timedelta(days=n) for n in range(days))
    return frozenset(on for on in dates if table.is_working_day(on))
