"""May we write or call now: what only a person heals, what time heals, and which reason is named."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.rules.business_days import Calendar
from receivables.rules.contact import (
    US_CONSUMER_CAPS,
    Allowed,
    Caps,
    Contacted,
    ContactView,
    Defer,
    Go,
    Never,
    NotBefore,
    Quota,
    Reason,
    Rules,
    call_allowed,
    may_send,
    quota_left,
    week_allowed,
)
from receivables.rules.contact_hours import PRESETS, zones_of
from receivables.rules.refusals import Refused
from tests.conftest import FULL

TODAY = date(2026, 6, 10)
DEBT = frozenset({"INV-1"})
EVERYWHERE = frozenset({"email", "sms", "letter", "phone"})


def at(text, zone="Europe/Berlin"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


NOON = at("2026-06-10T12:00")
RULES = Rules(PRESETS["b2b"])
CONSUMER = Rules(PRESETS["us_consumer"], US_CONSUMER_CAPS)


def view(**fields):
    known = {
        "zones": "Europe/Berlin",
        "calendar": Calendar("DE"),
        "addresses": EVERYWHERE,
        "consented": frozenset({"sms"}),
    }
    return ContactView(**known | fields)


def calls(*days_ago, debts=DEBT, **fields):
    return tuple(Contacted("phone", TODAY - timedelta(days=n), debts, **fields) for n in days_ago)


@pytest.mark.parametrize(
    ("history", "next_on"),
    [
        (calls(0, 0, 1, 2, 3, 4), None),
        (calls(0, 0, 1, 2, 3, 4, 6), "2026-06-11"),
        (calls(0, 0, 1, 2, 3, 4, 7), None),
        (calls(0, 0, 0, 0, 0, 0, 0), "2026-06-17"),
        (calls(0, 0, 0, 0, 0, 0, 3, 5), "2026-06-14"),
        (calls(0, 1, 2, 3, 4, 5, 6, debts=frozenset({"INV-2"})), None),
        (calls(0, 1, 2, 3, 4, 5, 6, debts=frozenset()), "2026-06-11"),
        (tuple(Contacted(c, TODAY, DEBT) for c in ("email", "sms", "letter") for _ in range(9)), None),
    ],
)
def test_vectors_9_the_eighth_call_about_one_debt_within_seven_days_waits(history, next_on):
    found = call_allowed(history, TODAY, DEBT)
    if next_on is None:
        assert found == Allowed()
    else:
        assert (found.reason, found.next_on.isoformat()) == ("calls_per_debt", next_on)
        assert call_allowed(history, found.next_on, DEBT) == Allowed()
        assert call_allowed(history, found.next_on - timedelta(days=1), DEBT) != Allowed()


@pytest.mark.parametrize(
    ("days_ago", "next_on"),
    [(0, "2026-06-17"), (1, "2026-06-16"), (6, "2026-06-11"), (7, None), (30, None)],
)
def test_vectors_9_no_call_within_seven_days_of_a_conversation_its_day_being_the_first(days_ago, next_on):
    found = call_allowed(calls(days_ago, conversation=True), TODAY, DEBT)
    if next_on is None:
        assert found == Allowed()
    else:
        assert (found.reason, found.next_on.isoformat()) == ("after_conversation", next_on)


def test_a_call_about_two_debts_is_held_to_the_stricter_of_them():
    spoken = calls(6, conversation=True) + calls(1, debts=frozenset({"INV-2"}), conversation=True)
    assert call_allowed(spoken, TODAY, DEBT).next_on == date(2026, 6, 11)
    for both in (DEBT | {"INV-2"}, frozenset()):
        assert call_allowed(spoken, TODAY, both).next_on == date(2026, 6, 16)


@settings(max_examples=1000 if FULL else 200)
@given(st.lists(st.integers(0, 20), max_size=20), st.integers(1, 9))
def test_a_week_never_holds_more_than_its_cap(days_ago, limit):
    history = tuple(Contacted("email", TODAY - timedelta(days=n)) for n in days_ago)
    found = week_allowed(history, "email", TODAY, Caps({"email": limit}))
    within = sum(1 for n in days_ago if n < 7)
    assert isinstance(found, Allowed) == (within < limit)
    if isinstance(found, NotBefore):
        left = [n for n in days_ago if TODAY - timedelta(days=n) > found.next_on - timedelta(days=7)]
        day_before = found.next_on - timedelta(days=1)
        before = [n for n in days_ago if TODAY - timedelta(days=n) > day_before - timedelta(days=7)]
        assert len(left) < limit <= len(before)
        assert found.figures == {"count": within, "limit": limit, "days": 7}


@pytest.mark.parametrize(
    ("sent", "quota", "left"), [(0, 3, 3), (3, 3, 0), (9, 3, 0), (9, None, None), (0, 0, 0)]
)
def test_the_quota_is_a_hard_stop(sent, quota, left):
    assert quota_left(sent, quota) == left


@pytest.mark.parametrize(
    ("fields", "channel", "reason"),
    [
        ({"active": False}, "email", "contact_retired"),
        ({"opted_out": frozenset({"sms"})}, "sms", "opted_out"),
        ({"opted_out": frozenset({"sms"}), "addresses": frozenset()}, "sms", "opted_out"),
        ({"addresses": frozenset({"email"})}, "sms", "no_address"),
        ({"consented": frozenset()}, "sms", "no_consent"),
        ({"undeliverable": frozenset({"email"})}, "email", "undeliverable"),
    ],
)
@pytest.mark.parametrize("now", [NOON, at("2026-06-13T23:00")])
def test_what_only_a_person_heals_is_never_whatever_the_hour(fields, channel, reason, now):
    assert may_send(view(**fields), channel, now, RULES) == Never(Reason(reason), {"channel": channel})


def test_bad_input_65_a_chinese_number_without_consent_gets_no_text_message():
    chinese = view(zones="Asia/Shanghai", calendar=Calendar("CN"), consented=frozenset())
    assert may_send(chinese, "sms", NOON, Rules(PRESETS["china"])).reason is Reason.NO_CONSENT
    assert isinstance(may_send(chinese, "phone", NOON, Rules(PRESETS["china"])), Go)


def test_bad_input_60_who_said_stop_gets_no_text_and_still_gets_letters():
    stopped = view(opted_out=frozenset({"sms", "email"}))
    assert may_send(stopped, "sms", NOON, RULES).reason is Reason.OPTED_OUT
    assert isinstance(may_send(stopped, "letter", NOON, RULES), Go)


def test_go_says_until_when():
    assert may_send(view(), "email", NOON, RULES) == Go(at("2026-06-10T17:30").astimezone(UTC))


def test_pitfall_112_outside_its_hours_it_waits_for_the_next_working_day():
    eve = at("2026-12-24T18:00")
    found = may_send(view(), "email", eve, RULES)
    assert found == Defer(
        at("2026-12-28T09:00").astimezone(UTC),
        Reason.OUTSIDE_HOURS,
        {"hours": "b2b", "zone": "Europe/Berlin"},
    )
    assert isinstance(may_send(view(), "email", found.until, RULES), Go)


def test_a_full_week_waits_and_says_its_figures():
    past = tuple(Contacted("email", TODAY - timedelta(days=n)) for n in (0, 2, 6))
    found = may_send(view(history=past), "email", NOON, RULES)
    assert (found.reason, found.until) == (Reason.WEEK_CAP, at("2026-06-11T09:00").astimezone(UTC))
    assert found.figures == {"count": 3, "limit": 3, "days": 7}
    assert isinstance(may_send(view(history=past), "email", found.until, RULES), Go)
    assert isinstance(may_send(view(history=past), "sms", NOON, RULES), Go)


def test_all_channels_together_have_a_cap_as_well():
    past = tuple(Contacted("letter", TODAY - timedelta(days=1)) for _ in range(7))
    assert may_send(view(history=past), "email", NOON, RULES).reason is Reason.WEEK_CAP_ALL


@pytest.mark.parametrize("caps", [Caps({"sms": 0}), Caps(all_per_week=0)])
def test_a_channel_with_cap_0_is_closed(caps):
    assert may_send(view(), "sms", NOON, Rules(PRESETS["b2b"], caps)).reason is Reason.CHANNEL_CLOSED


@pytest.mark.parametrize(
    "fields",
    [
        {"per_week": {"sms": -1}},
        {"all_per_week": -1},
        {"calls_per_debt": 0},
        {"quiet_days_after_conversation": -1},
    ],
)
def test_caps_that_are_no_caps_are_refused(fields):
    with pytest.raises(Refused, match="caps_invalid"):
        Caps(**fields)


def test_the_quota_defers_into_the_entitys_next_day_and_the_recipients_hours():
    quota = Quota(100, 100, at("2026-06-11T00:00"))
    found = may_send(view(), "email", NOON, RULES, quota)
    assert found == Defer(
        at("2026-06-11T09:00").astimezone(UTC),
        Reason.QUOTA_REACHED,
        {"channel": "email", "sent": 100, "limit": 100},
    )
    assert isinstance(may_send(view(), "email", NOON, RULES, Quota(100, 99, quota.resets_at)), Go)
    assert isinstance(may_send(view(), "email", NOON, RULES, Quota(None, 999, quota.resets_at)), Go)


def test_of_several_reasons_the_longest_is_named_and_all_are_over_then():
    history = calls(0, conversation=True)
    who = view(zones="America/New_York", calendar=Calendar("US"), history=history)
    quota = Quota(1, 1, at("2026-06-11T00:00"))
    found = may_send(who, "phone", NOON, CONSUMER, quota, DEBT)
    assert found.reason is Reason.AFTER_CONVERSATION
    assert found.until == at("2026-06-17T08:00", "America/New_York")
    assert isinstance(may_send(who, "phone", found.until, CONSUMER, None, DEBT), Go)
    assert isinstance(may_send(who, "phone", NOON, RULES, None, DEBT), Defer)
    assert isinstance(may_send(who, "email", at("2026-06-10T16:00"), CONSUMER, None, DEBT), Go)


def test_vectors_9_the_recipients_clock_decides_and_an_unknown_zone_is_taken_strictly():
    evening = at("2026-06-10T20:59", "America/Los_Angeles")
    west = view(zones="America/Los_Angeles", calendar=Calendar("US"))
    assert may_send(west, "sms", evening, CONSUMER) == Go(
        at("2026-06-10T21:00", "America/Los_Angeles").astimezone(UTC)
    )
    unknown = view(zones=zones_of("UTC", "US", "Europe/Berlin"), calendar=Calendar("US"))
    found = may_send(unknown, "sms", evening, CONSUMER)
    assert (found.reason, found.until) == (Reason.OUTSIDE_HOURS, at("2026-06-11T08:00", "Pacific/Honolulu"))


def test_zones_that_share_no_hour_need_a_person():
    lost = view(zones=zones_of("", "RU", "Europe/Berlin"), calendar=Calendar("RU"))
    found = may_send(lost, "email", NOON, RULES)
    assert found.reason is Reason.NO_COMMON_HOUR and found.figures["zones"] > 10
    assert isinstance(may_send(lost, "letter", NOON, Rules(PRESETS["any"])), Go)


def test_an_unknown_zone_name_is_a_fault_and_not_a_silence():
    with pytest.raises(Refused, match="zone_unknown"):
        may_send(view(zones="Mars/Olympus"), "email", NOON, RULES)


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1), timedelta(hours=-1)])
def test_p22_a_clock_that_jumps_opens_no_tap(jump):
    """What was sent "tomorrow" by a clock set back counts; what waits for a moment still waits for that moment."""
    full = tuple(Contacted("email", TODAY) for _ in range(3))
    seen_from = NOON + jump
    found = may_send(view(history=full), "email", seen_from, RULES)
    assert (found.reason, found.until) == (Reason.WEEK_CAP, at("2026-06-17T09:00").astimezone(UTC))
