"""Due rules: the order of the steps is the rule; ends of months, leap years and weekdays."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.rules.due_rules import due_on, steps_from_json, steps_to_json
from receivables.rules.refusals import Refused

DATES = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def led(start, *steps):
    return due_on(steps_from_json(list(steps)), date.fromisoformat(start)).isoformat()


@pytest.mark.parametrize(
    ("start", "steps", "result"),
    [
        ("2025-01-31", [], "2025-01-31"),
        ("2025-01-31", [{"days": 30}], "2025-03-02"),
        ("2024-01-31", [{"months": 1}], "2024-02-29"),
        ("2025-01-31", [{"months": 1}], "2025-02-28"),
        ("2025-11-30", [{"months": 3}], "2026-02-28"),
        ("2024-02-29", [{"months": 12}], "2025-02-28"),
        ("2025-01-10", [{"end_of_month": True}, {"days": 45}], "2025-03-17"),
        ("2025-01-10", [{"days": 45}, {"end_of_month": True}], "2025-02-28"),
        ("2025-01-10", [{"end_of_month": True}, {"days": -5}], "2025-01-26"),
        ("2025-01-10", [{"months": 1}, {"day": 31}], "2025-02-28"),
        ("2025-01-15", [{"next_day": 15}], "2025-01-15"),
        ("2025-01-16", [{"next_day": 15}], "2025-02-15"),
        ("2025-02-10", [{"next_day": 31}], "2025-02-28"),
        ("2025-12-20", [{"next_day": 5}], "2026-01-05"),
        ("2025-03-31", [{"weekday": "fri"}], "2025-04-04"),
        ("2025-04-04", [{"weekday": "fri"}], "2025-04-04"),
        ("2025-04-12", [{"weekday": "fri", "nth": 2}], "2025-05-09"),
        ("2025-04-11", [{"weekday": "fri", "nth": 2}], "2025-04-11"),
        ("2025-04-26", [{"weekday": "fri", "nth": -1}], "2025-05-30"),
    ],
)
def test_steps_lead_to_the_due_date_in_their_order(start, steps, result):
    assert led(start, *steps) == result


@pytest.mark.parametrize(
    "bad",
    [
        None,
        {"days": 30},
        ["30 days"],
        [{}],
        [{"days": "30"}],
        [{"days": 30.0}],
        [{"days": True}],
        [{"days": 99999}],
        [{"months": -1}],
        [{"day": 0}],
        [{"day": 32}],
        [{"weeks": 2}],
        [{"days": 1, "months": 1}],
        [{"end_of_month": False}],
        [{"weekday": "friday"}],
        [{"weekday": ["fri"]}],
        [{"weekday": "fri", "nth": 5}],
        [{"weekday": "fri", "nth": 1, "days": 3}],
        [{"days": 1}] * 9,
    ],
)
def test_a_step_nobody_understands_is_refused(bad):
    with pytest.raises(Refused) as no:
        steps_from_json(bad)
    assert (no.value.code, no.value.field) == ("terms_invalid", "due")


def test_a_date_beyond_the_calendar_is_refused():
    for steps in ([{"days": 30}], [{"months": 2}], [{"next_day": 1}]):
        with pytest.raises(Refused, match="date_out_of_range"):
            led("9999-12-31", *steps)


def test_steps_are_written_and_read_back():
    stored = [
        {"months": 2},
        {"day": 15},
        {"days": -3},
        {"end_of_month": True},
        {"weekday": "mon", "nth": -1},
        {"weekday": "sun"},
    ]
    assert steps_to_json(steps_from_json(stored)) == stored


@given(DATES, st.integers(1, 31))
def test_the_next_such_day_is_never_before_and_within_a_month(start, day):
    found = due_on((("next_day", day),), start)
    assert 0 <= (found - start).days <= 31
    assert found.day == day or (found.day < day and found.day >= 28)


@given(DATES, st.sampled_from([1, 2, 3, 4, -1]))
def test_the_nth_weekday_is_never_before_and_lies_in_its_week(start, nth):
    found = due_on((("weekday", ("wed", nth)),), start)
    assert found >= start
    assert found.weekday() == 2
    if nth > 0:
        assert (found.day - 1) // 7 + 1 == nth
