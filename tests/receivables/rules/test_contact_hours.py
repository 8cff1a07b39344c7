"""Windows of local time at the recipient: presets, working days, nights in which clocks change, unknown zones."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from receivables.rules import contact_hours
from receivables.rules.business_days import Calendar
from receivables.rules.contact_hours import (
    PRESETS,
    ContactHours,
    calendar_of,
    closes_at,
    first_slot,
    for_channel,
    is_open,
    next_slot,
    preset,
    zones_of,
)
from receivables.rules.refusals import Refused

B2B, US, CHINA, ANY = (PRESETS[code] for code in ("b2b", "us_consumer", "china", "any"))
GERMANY, WEEKDAYS = Calendar("DE"), Calendar()
MINUTE = timedelta(minutes=1)


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def slot(text, zone, hours=B2B, calendar=WEEKDAYS):
    """The next slot after a local time, as local time."""
    return next_slot(at(text, zone), hours, zone, calendar).astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("code", "starts", "ends", "days"),
    [
        ("b2b", time(9), time(17, 30), "business"),
        ("us_consumer", time(8), time(21), "every"),
        ("china", time(9), time(20), "every"),
        ("any", time(0), time(0), "every"),
    ],
)
def test_vectors_9_a_preset_says_its_hours_and_its_source(code, starts, ends, days):
    hours = preset(code)
    assert (hours.starts, hours.ends, hours.days) == (starts, ends, days)
    assert hours.source and hours.note


def test_vectors_9_the_consumer_hours_name_both_rules():
    assert "1006.6(b)(1)(i)" in US.source and "64.1200(c)(1)" in US.source


@pytest.mark.parametrize(
    ("now", "zone", "hours", "calendar", "found"),
    [
        ("2026-04-30T08:59", "Europe/Berlin", B2B, GERMANY, "04-30 09:00"),
        ("2026-04-30T09:00", "Europe/Berlin", B2B, GERMANY, "04-30 09:00"),
        ("2026-04-30T17:29", "Europe/Berlin", B2B, GERMANY, "04-30 17:29"),
        ("2026-04-30T17:30", "Europe/Berlin", B2B, GERMANY, "05-04 09:00"),
        ("2026-12-24T18:00", "Europe/Berlin", B2B, GERMANY, "12-28 09:00"),
        ("2026-12-24T18:00", "America/New_York", B2B, Calendar("US"), "12-28 09:00"),
        ("2025-01-24T18:00", "Asia/Shanghai", B2B, Calendar("CN"), "01-26 09:00"),
        ("2026-01-31T23:00", "Asia/Dubai", B2B, Calendar("AE"), "02-02 09:00"),
        ("2028-02-28T20:00", "Europe/Berlin", B2B, GERMANY, "02-29 09:00"),
        ("2028-02-29T20:00", "Europe/Berlin", B2B, GERMANY, "03-01 09:00"),
        ("2026-12-31T22:00", "America/New_York", US, Calendar(), "01-01 08:00"),
        ("2026-07-04T20:59", "America/New_York", US, Calendar(), "07-04 20:59"),
        ("2026-07-04T21:00", "America/New_York", US, Calendar(), "07-05 08:00"),
        ("2026-10-01T21:00", "Asia/Shanghai", CHINA, Calendar("CN"), "10-02 09:00"),
        ("2026-10-01T03:00", "Asia/Shanghai", ANY, Calendar("CN"), "10-01 03:00"),
    ],
)
def test_the_next_slot_is_in_the_window_on_an_allowed_day(now, zone, hours, calendar, found):
    assert slot(now, zone, hours, calendar) == found


@pytest.mark.parametrize(
    ("day", "zone", "opens", "closes"),
    [
        ("2026-03-29", "Europe/Berlin", "2026-03-29T06:00", "2026-03-29T19:00"),
        ("2026-03-28", "Europe/Berlin", "2026-03-28T07:00", "2026-03-28T20:00"),
        ("2026-10-25", "Europe/Berlin", "2026-10-25T07:00", "2026-10-25T20:00"),
        ("2026-03-08", "America/New_York", "2026-03-08T12:00", "2026-03-09T01:00"),
        ("2026-11-01", "America/New_York", "2026-11-01T13:00", "2026-11-02T02:00"),
        ("2026-04-05", "Australia/Lord_Howe", "2026-04-04T21:30", "2026-04-05T10:30"),
        ("2026-10-04", "Australia/Lord_Howe", "2026-10-03T21:00", "2026-10-04T10:00"),
    ],
)
def test_p5_the_window_keeps_its_wall_clock_on_the_day_clocks_change(day, zone, opens, closes):
    midnight = at(f"{day}T00:00", zone)
    assert next_slot(midnight, US, zone, Calendar()) == at(opens)
    assert closes_at(midnight, US, zone, Calendar()) == at(closes)


@pytest.mark.parametrize(
    ("starts", "ends", "now", "opens", "closes"),
    [
        # 02:00 to 03:00 does not exist on 29 March: what begins inside begins when the clock has jumped.
        (time(2, 30), time(5), "2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T03:00"),
        (time(2, 10), time(2, 50), "2026-03-29T00:00", "2026-03-30T00:10", "2026-03-30T00:50"),
        # 02:00 to 03:00 comes twice on 25 October: open, shut, and open again.
        (time(1), time(2, 30), "2026-10-25T00:20", "2026-10-25T00:20", "2026-10-25T00:30"),
        (time(1), time(2, 30), "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30"),
        (time(2, 30), time(4), "2026-10-25T00:30", "2026-10-25T00:30", "2026-10-25T01:00"),
        (time(1), time(4), "2026-10-25T00:30", "2026-10-25T00:30", "2026-10-25T03:00"),
    ],
)
def test_p5_a_window_in_the_hour_that_is_missing_or_doubled(starts, ends, now, opens, closes):
    night = ContactHours("night", starts, ends, "every")
    assert next_slot(at(now), night, "Europe/Berlin", Calendar()) == at(opens)
    assert closes_at(at(now), night, "Europe/Berlin", Calendar()) == at(closes)


def test_p5_apia_has_no_30_december_2011():
    evening = at("2011-12-29T21:00", "Pacific/Apia")
    assert slot("2011-12-29T21:00", "Pacific/Apia", US) == "12-31 08:00"
    assert next_slot(evening, US, "Pacific/Apia", Calendar()) - evening == timedelta(hours=11)
    friday_in_the_gap = Calendar(extra_workdays=frozenset({date(2011, 12, 30)}))
    assert slot("2011-12-29T18:00", "Pacific/Apia", B2B, friday_in_the_gap) == "01-02 09:00"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Pacific/Pago_Pago", "Pacific/Chatham"])
@pytest.mark.parametrize("now", ["2026-06-30T23:30", "2026-07-01T00:30"])
def test_pitfall_20_the_recipients_date_decides_and_not_that_of_utc(zone, now):
    holiday = Calendar(extra_holidays=frozenset({date(2026, 7, 1)}))
    assert slot(now, zone, B2B, holiday) == "07-02 09:00"
    assert contact_hours.local_date(at(now, zone), zone) == date.fromisoformat(now[:10])


def test_di_16_at_every_offset_it_leaves_on_the_local_date_once():
    morning = ContactHours("at_8", time(8), time(9), "every")
    for hours in range(-12, 15):
        zone = f"Etc/GMT{-hours:+d}"
        now = at("2026-06-09T00:00", zone)
        found = [next_slot(now + timedelta(minutes=15 * n), morning, zone, Calendar()) for n in range(48 * 4)]
        days = [each.astimezone(ZoneInfo(zone)).date() for each in found if each.minute == each.second == 0]
        assert set(days) == {date(2026, 6, 9), date(2026, 6, 10), date(2026, 6, 11)}
        assert found[0] == at("2026-06-09T08:00", zone)
        assert all(each.astimezone(ZoneInfo(zone)).hour == 8 for each in found)


@pytest.mark.parametrize("zone", ["Etc/GMT+12", "America/Havana", "Asia/Beirut", "UTC", "Pacific/Kiritimati"])
@pytest.mark.parametrize("due", ["2026-06-14", "2026-04-02", "2027-01-02", "2028-03-02"])
def test_dl_49_each_reminder_leaves_at_the_send_hour_of_the_recipients_own_date(zone, due):
    at_8 = ContactHours("at_8", time(8), time(21), "every")
    for days in (-4, -2, 3):
        day = date.fromisoformat(due) + timedelta(days=days)
        assert first_slot(day, at_8, zone, Calendar()) == at(f"{day}T08:00", zone)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00"),  # 00:00 does not exist
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),  # 00:00 comes twice
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00"),  # the day does not exist
        (("Asia/Tokyo", "America/New_York"), "2026-06-10", "2026-06-10T04:00"),
    ],
)
def test_p5_a_day_begins_when_its_first_clock_says_so(zone, day, begins):
    assert contact_hours.local_midnight(date.fromisoformat(day), zone) == at(begins)


@pytest.mark.parametrize(
    ("zone", "country", "zones"),
    [
        ("Europe/Paris", "US", ("Europe/Paris",)),
        ("", "CN", ("Asia/Shanghai", "Asia/Urumqi")),
        ("UTC", "JP", ("Asia/Tokyo",)),
        ("UTC", "", ("Europe/Berlin",)),
        ("", "ZZ", ("Europe/Berlin",)),
    ],
)
def test_vectors_9_an_unknown_zone_means_all_of_the_country_else_ours(zone, country, zones):
    assert zones_of(zone, country, "Europe/Berlin") == zones


def test_vectors_9_an_american_without_a_zone_is_called_when_honolulu_and_new_york_both_may():
    zones = zones_of("UTC", "us", "Europe/Berlin")
    now = at("2026-07-06T00:00", "America/New_York")
    found = next_slot(now, US, zones, Calendar("US"))
    assert found == at("2026-07-06T14:00", "America/New_York") == at("2026-07-06T08:00", "Pacific/Honolulu")
    assert closes_at(found, US, zones, Calendar("US")) == at("2026-07-06T21:00", "America/New_York")
    assert not is_open(found - MINUTE, US, zones, Calendar())
    assert all(is_open(found, US, zone, Calendar()) for zone in zones)


def test_zones_too_far_apart_are_refused_and_a_person_must_choose():
    with pytest.raises(Refused, match="no_contact_slot") as caught:
        next_slot(at("2026-07-06T00:00"), B2B, zones_of("", "RU", "Europe/Berlin"), Calendar("RU"))
    assert caught.value.figures["zones"] > 10


def test_hours_run_forward_and_a_preset_has_a_name():
    assert ContactHours("late", time(20), time(0), "every").ends == time(0)
    for ends in (time(8), time(20)):
        with pytest.raises(Refused, match="hours_invalid"):
            ContactHours("wrong", time(20), ends, "every")
    with pytest.raises(Refused, match="hours_unknown"):
        preset("night")


def test_naive_moments_and_unknown_zones_are_refused():
    with pytest.raises(Refused, match="moment_without_zone"):
        next_slot(datetime(2026, 1, 1), B2B, "Europe/Berlin", Calendar())
    with pytest.raises(Refused, match="zone_unknown"):
        zones_of("Mars/Olympus", "DE", "Europe/Berlin")
    with pytest.raises(Refused, match="zone_unknown"):
        is_open(at("2026-01-01T00:00"), B2B, "Mars/Olympus", Calendar())


def test_letters_and_statements_are_free_of_hours_and_texts_are_not():
    assert for_channel(B2B, "letter") is ANY and for_channel(B2B, "email", statement=True) is ANY
    assert for_channel(B2B, "email") is for_channel(B2B, "sms", statement=True) is B2B


@pytest.mark.parametrize(
    ("country", "subdivision", "calendar"),
    [
        ("de", "BY", Calendar("DE", "BY")),
        ("DE", "ZZ", Calendar("DE")),
        ("", None, Calendar()),
        ("XX", None, Calendar()),
    ],
)
def test_a_country_without_a_table_works_monday_to_friday(country, subdivision, calendar):
    assert calendar_of(country, subdivision) == calendar
