"""Waits double, channels close in time, codes can be read aloud: the rules of delivery by themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.rules import delivery
from receivables.rules.delivery import Limits, Trouble

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
LIMITS = Limits()


def gate(**trouble):
    return delivery.gate(Trouble(**trouble), LIMITS, now=NOW)


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        ({}, "open"),
        ({"doubtful": 2, "failed_at": NOW}, "open"),
        ({"in_flight": 4}, "open"),
        ({"in_flight": 5}, "busy"),
        ({"doubtful": 2, "in_flight": 3, "failed_at": NOW}, "busy"),
        ({"doubtful": 3, "failed_at": NOW}, "wait"),
        ({"doubtful": 3, "failed_at": NOW - timedelta(seconds=60)}, "trial"),
        ({"doubtful": 3, "in_flight": 1, "failed_at": NOW - timedelta(seconds=60)}, "busy"),
        ({"refused": 30, "failed_at": NOW - timedelta(seconds=60)}, "trial"),
        ({"doubtful": 7, "failed_at": NOW - timedelta(seconds=959)}, "wait"),
        ({"doubtful": 7, "failed_at": NOW - timedelta(seconds=960)}, "trial"),
        ({"doubtful": 8, "failed_at": NOW - timedelta(days=30)}, "held"),
        ({"doubtful": 8, "failed_at": NOW - timedelta(days=30), "resumed_at": NOW}, "trial"),
        ({"doubtful": 9, "failed_at": NOW, "resumed_at": NOW - timedelta(days=1)}, "held"),
    ],
)
def test_p4_a_channel_closes_after_three_failures_and_opens_by_single_messages(trouble, state):
    assert gate(**trouble).state == state


def test_waiting_doubles_up_to_its_bound_and_is_never_less_than_the_provider_asked():
    waits = [delivery.backoff(n, LIMITS).total_seconds() for n in range(1, 9)]
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert delivery.backoff(1, LIMITS, asked=900) == timedelta(seconds=900)
    assert delivery.backoff(10**6, LIMITS).total_seconds() == 3600


@given(st.integers(0, 899))
def test_evidence_is_asked_for_at_most_every_minute_and_the_last_time_when_the_settling_ends(seconds):
    wait = delivery.evidence_wait(timedelta(seconds=seconds), LIMITS)
    assert wait.total_seconds() <= 900 - seconds
    assert wait.total_seconds() >= min(60, 900 - seconds)


@given(st.text(max_size=60))
def test_a_reference_is_seven_signs_that_nobody_mistakes(key):
    code = delivery.reference(key)
    assert len(code) == 7 and set(code) <= set(delivery.LETTERS) and not set(code) & set("01ILOU")
    assert code == delivery.reference(key)


def test_references_of_many_keys_differ():
    assert len({delivery.reference(f"notice:{n}") for n in range(50_000)}) >= 49_999


@pytest.mark.parametrize(
    ("reason", "closed"),
    [
        ("email: bounced", {"email"}),
        ("sms: failed 30003", {"sms"}),
        ("came back", {"letter"}),
        ("", {"letter"}),
    ],
)
def test_a_flag_closes_the_channel_it_names_else_the_preferred_one(reason, closed):
    assert delivery.undeliverable(reason, "letter") == closed


@given(st.permutations(["processed", "delivered", "bounced", "opened", "odd"]))
def test_bad_input_55_the_highest_word_holds_in_any_order(kinds):
    assert delivery.outcome(kinds) == "bounced"
    assert delivery.outcome([]) == ""
