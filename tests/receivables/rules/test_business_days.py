"""Business days and working hours: weekends, holidays, make-up workdays, nights and clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.rules.business_days import (
    Calendar,
    Hours,
    add_business_days,
    deadline,
    is_business_day,
    next_business_day,
    previous_business_day,
    working_time_between,
)
from receivables.rules.refusals import Refused

GERMANY, BAVARIA, CHINA = Calendar("DE"), Calendar("DE", "BY"), Calendar("CN")
BERLIN = Hours(time(9), time(17), "Europe/Berlin", GERMANY)
SHANGHAI = Hours(time(9), time(18), "Asia/Shanghai", CHINA)
NEW_YORK_NIGHT = Hours(time(22), time(6), "America/New_York", Calendar())
AROUND_THE_CLOCK = Hours(time(0), time(0), "Europe/Berlin", Calendar())


def day(text):
    return date.fromisoformat(text)


def at(text, zone="Europe/Berlin"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("on", "calendar", "works"),
    [
        ("2025-04-30", GERMANY, True),
        ("2025-05-01", GERMANY, False),
        ("2025-05-03", GERMANY, False),
        ("2025-01-06", GERMANY, True),
        ("2025-01-06", BAVARIA, False),
        ("2025-01-26", CHINA, True),
        ("2025-02-08", CHINA, True),
        ("2025-02-09", CHINA, False),
        ("2025-01-29", CHINA, False),
        ("2025-10-11", CHINA, True),
        ("2025-05-01", Calendar(), True),
        ("2025-05-03", Calendar(), False),
        ("2025-05-02", Calendar("AE"), True),
        ("2025-05-04", Calendar("IL"), True),
        ("2025-05-02", Calendar("IL"), False),
    ],
)
def test_a_business_day_is_no_weekend_and_no_holiday(on, calendar, works):
    assert is_business_day(day(on), calendar) is works


def test_own_exceptions_win_over_the_tables():
    own = Calendar("DE", None, frozenset({day("2025-05-02")}), frozenset({day("2025-05-03")}))
    assert not is_business_day(day("2025-05-02"), own)
    assert is_business_day(day("2025-05-03"), own)


def test_the_next_and_the_previous_business_day_may_be_the_day_itself():
    assert next_business_day(day("2025-05-01"), GERMANY) == day("2025-05-02")
    assert previous_business_day(day("2025-05-01"), GERMANY) == day("2025-04-30")
    assert next_business_day(day("2025-05-02"), GERMANY) == day("2025-05-02")
    assert next_business_day(day("2025-10-01"), CHINA) == day("2025-10-09")


@pytest.mark.parametrize(
    ("on", "days", "result"),
    [
        ("2025-04-30", 1, "2025-05-02"),
        ("2025-04-30", 2, "2025-05-05"),
        ("2025-05-03", 0, "2025-05-05"),
        ("2025-05-03", 1, "2025-05-05"),
        ("2025-05-05", -2, "2025-04-30"),
    ],
)
def test_business_days_are_counted_over_holidays(on, days, result):
    assert add_business_days(day(on), days, GERMANY) == day(result)


@pytest.mark.parametrize("calendar", [Calendar("XX"), Calendar("DE", "ZZ"), Calendar("Germany")])
def test_a_calendar_nobody_knows_is_refused(calendar):
    with pytest.raises(Refused, match="calendar_unknown"):
        is_business_day(day("2025-05-01"), calendar)


def test_a_calendar_without_work_is_refused_instead_of_searched_for_ever():
    never = Calendar(None, None, frozenset(day("2025-01-01") + timedelta(days=n) for n in range(200)))
    with pytest.raises(Refused, match="no_business_day"):
        next_business_day(day("2025-01-01"), never)


@pytest.mark.parametrize(
    ("started", "hours", "due"),
    [
        ("2025-04-30T10:00", 4, "2025-04-30T14:00"),
        ("2025-04-30T09:00", 8, "2025-04-30T17:00"),
        ("2025-04-30T15:00", 4, "2025-05-02T11:00"),
        ("2025-04-30T20:00", 1, "2025-05-02T10:00"),
        ("2025-05-02T16:30", Decimal("1.5"), "2025-05-05T10:00"),
        ("2025-05-03T12:00", 0, "2025-05-05T09:00"),
        ("2025-04-30T17:00", 0, "2025-05-02T09:00"),
        ("2025-04-30T07:00", timedelta(minutes=10), "2025-04-30T09:10"),
        ("2025-04-28T09:00", 24, "2025-04-30T17:00"),
    ],
)
def test_a_deadline_counts_working_hours_only(started, hours, due):
    assert deadline(at(started), hours, BERLIN) == at(due)


def test_a_deadline_in_china_uses_the_make_up_sunday():
    friday = at("2025-01-24T17:00", "Asia/Shanghai")
    assert deadline(friday, 2, SHANGHAI) == at("2025-01-26T10:00", "Asia/Shanghai")
    assert deadline(friday, 20, SHANGHAI) == at("2025-02-05T10:00", "Asia/Shanghai")


def test_a_deadline_is_the_same_wherever_its_start_was_written():
    start = at("2025-04-30T15:00")
    assert deadline(start.astimezone(UTC), 4, BERLIN) == deadline(start, 4, BERLIN)
    assert deadline(start.astimezone(UTC), 4, BERLIN).utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("started", "due"), [("2025-03-28T12:00", "2025-03-31T12:00"), ("2025-03-29T12:00", "2025-04-01T00:00")]
)
def test_a_weekend_with_a_clock_change_does_not_count(started, due):
    assert deadline(at(started), 24, AROUND_THE_CLOCK) == at(due)


@pytest.mark.parametrize(
    ("started", "ended", "elapsed"),
    [("2025-03-30T01:00", "2025-03-30T04:00", 2), ("2025-10-26T01:00", "2025-10-26T04:00", 4)],
)
def test_a_clock_change_gives_23_or_25_real_hours(started, ended, elapsed):
    every_day = Calendar(extra_workdays=frozenset({day("2025-03-30"), day("2025-10-26")}))
    work = Hours(time(0), time(0), "Europe/Berlin", every_day)
    assert working_time_between(at(started), at(ended), work) == timedelta(hours=elapsed)
    assert deadline(at(started), elapsed, work) == at(ended)


def test_a_night_shift_belongs_to_the_day_it_starts():
    zone = "America/New_York"
    assert deadline(at("2025-05-02T23:00", zone), 3, NEW_YORK_NIGHT) == at("2025-05-03T02:00", zone)
    assert deadline(at("2025-05-03T05:00", zone), 3, NEW_YORK_NIGHT) == at("2025-05-06T00:00", zone)


def test_a_night_with_a_clock_change_is_measured_in_real_hours():
    zone = "America/New_York"
    sunday = Calendar(extra_workdays=frozenset({day("2025-11-01"), day("2025-03-08")}))
    night = Hours(time(22), time(6), zone, sunday)
    autumn = working_time_between(at("2025-11-01T22:00", zone), at("2025-11-02T06:00", zone), night)
    spring = working_time_between(at("2025-03-08T22:00", zone), at("2025-03-09T06:00", zone), night)
    assert (autumn, spring) == (timedelta(hours=9), timedelta(hours=7))


def test_working_time_leaves_out_nights_weekends_and_holidays():
    assert working_time_between(at("2025-04-30T15:00"), at("2025-05-02T11:00"), BERLIN) == timedelta(hours=4)
    assert working_time_between(at("2025-05-03T09:00"), at("2025-05-04T17:00"), BERLIN) == timedelta()
    assert working_time_between(at("2025-05-02T11:00"), at("2025-04-30T15:00"), BERLIN) == timedelta(hours=-4)


@pytest.mark.parametrize(
    "hours", [1.5, -1, Decimal("NaN"), Decimal("Infinity"), True, timedelta(hours=-1), 10**9, "4"]
)
def test_hours_that_are_no_span_are_refused(hours):
    with pytest.raises(Refused, match="hours_invalid"):
        deadline(at("2025-04-30T15:00"), hours, BERLIN)


def test_a_naive_moment_is_refused():
    with pytest.raises(Refused, match="moment_without_zone"):
        deadline(datetime(2025, 4, 30, 15), 1, BERLIN)


def test_an_unknown_zone_is_refused():
    with pytest.raises(Refused, match="zone_unknown"):
        deadline(at("2025-04-30T15:00"), 1, Hours(time(9), time(17), "Mars/Olympus"))


@settings(max_examples=60)
@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)), st.integers(1, 60 * 200))
def test_the_time_worked_until_a_deadline_is_the_time_allowed(start, minutes):
    begin = start.replace(tzinfo=UTC)
    allowed = timedelta(minutes=minutes)
    for work in (BERLIN, SHANGHAI, NEW_YORK_NIGHT):
        due = deadline(begin, allowed, work)
        assert working_time_between(begin, due, work) == allowed
        assert deadline(begin, allowed, work) >= deadline(begin, allowed - timedelta(minutes=1), work)
