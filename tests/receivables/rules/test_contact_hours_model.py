"""Contact hours against a model of plain arithmetic, in all zones near the changes of their clocks; and their speed at night."""

import random
import time as stopwatch
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.rules import contact_hours
from receivables.rules.business_days import Calendar, is_business_day
from receivables.rules.contact_hours import PRESETS, ContactHours, closes_at, is_open, next_slot
from tests.conftest import FULL

B2B, US, CHINA = (PRESETS[code] for code in ("b2b", "us_consumer", "china"))
MINUTE = timedelta(minutes=1)
ZONES = sorted(zone for zone in available_timezones() if zone not in ("localtime", "posixrules"))


@lru_cache(maxsize=1024)
def changes(zone):
    """Moments near which the zone's clock changes, 2007 to 2035 (within a day)."""
    tz = ZoneInfo(zone)
    days = [datetime(2007, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(28 * 365)]
    offsets = [day.astimezone(tz).utcoffset() for day in days]
    return [day for day, a, b in zip(days, offsets, offsets[1:], strict=False) if a != b] or days[:1]


CALENDARS = (Calendar("DE"), Calendar("US"), Calendar("CN"), Calendar("AE"), Calendar())


@st.composite
def near_a_change(draw):
    zone = draw(st.sampled_from(ZONES))
    near = draw(st.sampled_from(changes(zone)))
    now = near + timedelta(seconds=draw(st.integers(-36 * 3600, 36 * 3600)))
    starts, ends = sorted(draw(st.lists(st.integers(0, 1440), min_size=2, max_size=2, unique=True)))
    clock = [time(minute // 60 % 24, minute % 60) for minute in (min(starts, 1439), ends)]
    own = ContactHours("own", *clock, draw(st.sampled_from(["every", "business"])))
    return zone, now, draw(st.sampled_from([own, B2B, US, CHINA])), draw(st.sampled_from(CALENDARS))


def allowed(moment, hours, zone, calendar):
    """The model: what the wall clock shows at that moment."""
    local = moment.astimezone(ZoneInfo(zone))
    in_time = hours.starts <= local.time() and (local.time() < hours.ends or hours.ends == time(0))
    return in_time and (hours.days == "every" or is_business_day(local.date(), calendar))


@settings(max_examples=5000 if FULL else 500)
@given(near_a_change())
def test_p5_the_slot_is_open_not_before_now_and_the_first_one(drawn):
    zone, now, hours, calendar = drawn
    found, end = next_slot(now, hours, zone, calendar), closes_at(now, hours, zone, calendar)
    assert now <= found < end and allowed(found, hours, zone, calendar)
    assert is_open(now, hours, zone, calendar) == (found == now) == allowed(now, hours, zone, calendar)
    if found > now:
        assert not allowed(found - timedelta(seconds=1), hours, zone, calendar)
    moment = now
    while moment < found:
        assert not allowed(moment, hours, zone, calendar), moment
        moment += MINUTE
    last = end - timedelta(microseconds=1)
    assert allowed(last, hours, zone, calendar)
    shut = not allowed(end, hours, zone, calendar)
    assert shut or end.astimezone(ZoneInfo(zone)).date() != last.astimezone(ZoneInfo(zone)).date()
    assert is_open(end, hours, zone, calendar) != shut
    assert next_slot(found, hours, zone, calendar) == found


@settings(max_examples=300 if FULL else 40)
@given(near_a_change(), st.sampled_from(ZONES))
def test_p5_two_zones_are_open_when_each_of_them_is(drawn, other):
    zone, now, hours, calendar = drawn
    for moment in (now + timedelta(minutes=37 * n) for n in range(60)):
        both = allowed(moment, hours, zone, calendar) and allowed(moment, hours, other, calendar)
        assert is_open(moment, hours, (zone, other), calendar) == both


def test_31_000_recipients_of_fifty_kinds_are_answered_in_a_fifth_of_a_second():
    zones = random.Random(9).sample(ZONES, 10)
    kinds = [(zone, calendar) for zone in zones for calendar in CALENDARS]
    now = datetime(2026, 12, 24, 19, tzinfo=UTC)
    best = 9.0
    for _ in range(3):
        for cache in ("_ahead", "_open_on", "_local_spans", "_offsets"):
            getattr(contact_hours, cache).cache_clear()
        began = stopwatch.process_time()
        for n in range(31_000):
            next_slot(now, B2B, *kinds[n % len(kinds)])
        best = min(best, stopwatch.process_time() - began)
    assert best < 0.2, best
