"""Business days and working hours: weekends, public holidays and make-up workdays of a country, in real time.

Pure functions of dates, aware datetimes and a calendar; it never asks what day it is.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose holidays count: ISO country (None = Monday to Friday, no holidays), subdivision, own exceptions."""

    country: str | None = None
    subdivision: str | None = None
    extra_holidays: frozenset[date] = field(default=frozenset())
    extra_workdays: frozenset[date] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours at one place: local `start`..`end` (end <= start runs into the next day), IANA `zone`."""

    start: time
    end: time
    zone: str
    calendar: Calendar = Calendar()


def is_business_day(on: date, calendar: Calendar) -> bool:
    """Whether people work on that date: no weekend (make-up workdays count), no public holiday."""
    raise NotImplementedError


def next_business_day(on: date, calendar: Calendar) -> date:
    """`on` itself when it is a business day, else the first one after it."""
    raise NotImplementedError


def previous_business_day(on: date, calendar: Calendar) -> date:
    """`on` itself when it is a business day, else the last one before it."""
    raise NotImplementedError


def add_business_days(on: date, days: int, calendar: Calendar) -> date:
    """The `days`-th business day after `on` (before it when negative); 0 is next_business_day(on)."""
    raise NotImplementedError


def deadline(started_at: datetime, hours: Decimal | int | timedelta, hours_of_work: Hours) -> datetime:
    """The moment (in the zone of `hours_of_work`) when so many working hours have passed since `started_at`."""
    raise NotImplementedError


def working_time_between(a: datetime, b: datetime, hours_of_work: Hours) -> timedelta:
    """Working time from `a` to `b` in elapsed (not wall-clock) time; negative when `b` is before `a`."""
    raise NotImplementedError
