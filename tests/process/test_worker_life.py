"""A worker that consumes nothing is noticed; one told to end ends soon; a bad message harms only itself (P2, T4, P21)."""

import json
import signal
import time

import pytest

from tests.fixtures.chaos_account import still, take

pytestmark = [pytest.mark.process, pytest.mark.django_db]
GRACE = 10


def status(chaos):
    done = chaos.manage("status", "--json")
    return done.returncode, json.loads(done.stdout)


def test_p2_watchdog_names_the_queue_that_is_late_although_a_worker_is_alive(chaos, ask):
    chaos.do("seed")
    chaos.do("overdue", 3)
    deaf = chaos.start("engine", "escalate_work")
    time.sleep(3)
    assert deaf.poll() is None
    code, told = status(chaos)
    assert (code, told["healthy"], list(told["stale"])) == (1, False, ["messages"])
    assert told["messages"] == {"planned": 3}
    chaos.role("engine", "engine")
    chaos.until(lambda: still(ask), 60, "messages are still on their way")
    code, told = status(chaos)
    assert (code, told["healthy"], told["stale"]) == (0, True, {})


def ended(chaos, process, seconds):
    """How long it took to end after SIGTERM."""
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(seconds)
    return time.monotonic() - begun


def test_sigterm_finishes_the_message_in_hand_and_leaves_the_others_planned(chaos, ask):
    chaos.house.late_seconds = 0.5
    chaos.house.faults.set("accept_late:1")
    chaos.set(DUEBOOK_VENDOR_TIMEOUT_SECONDS=20, DUEBOOK_LEASE_SECONDS=90)
    chaos.do("seed")
    chaos.do("batch", 60)
    engine = chaos.start("shipped_engine")
    chaos.until(lambda: len(chaos.house.sends()) >= 2, 60, "nothing was ever sent")
    ended(chaos, engine, 200)
    states = ask("SELECT state, COUNT(*) FROM v_message GROUP BY state ORDER BY state")
    assert [state for state, _n in states] == ["accepted", "planned"]
    assert dict(states)["accepted"] == len(chaos.house.accepted) < 30, (
        "it went on as if nothing had been said"
    )


def test_sigterm_a_call_that_stays_open_is_left_after_ten_seconds_and_its_message_is_in_doubt(chaos, ask):
    chaos.house.faults.set("hang:1")
    chaos.set(DUEBOOK_VENDOR_TIMEOUT_SECONDS=100, DUEBOOK_LEASE_SECONDS=12, DUEBOOK_SETTLE_SECONDS=60)
    chaos.do("seed")
    chaos.do("batch", 2)
    engine = chaos.start("shipped_engine")
    chaos.until(lambda: len(chaos.house.sends()) >= 1, 60, "nothing was ever sent")
    assert ended(chaos, engine, 60) < 2 * GRACE
    chaos.role("sweeper", "engine", "sweep_messages")
    chaos.until(lambda: take(chaos, ask).count("uncertain") == 1, 60, "nobody doubts")
    assert len(chaos.house.sends()) == 1


@pytest.mark.postgres
def test_sigterm_a_celery_worker_ends_soon_and_leaves_the_others_planned(chaos, own_redis, ask):
    chaos.house.late_seconds = 0.5
    chaos.house.faults.set("accept_late:1")
    chaos.set(CELERY_BROKER_URL=own_redis.url, DUEBOOK_VENDOR_TIMEOUT_SECONDS=20, DUEBOOK_LEASE_SECONDS=90)
    chaos.do("seed")
    chaos.do("batch", 80)
    (chaos.folder / "beat").mkdir()
    chaos.role("beat", "beat", chaos.folder / "beat")
    worker = chaos.start("shipped_worker")
    chaos.until(lambda: len(chaos.house.sends()) >= 2, 120, "nothing was ever sent")
    ended(chaos, worker, 200)
    states = dict(ask("SELECT state, COUNT(*) FROM v_message GROUP BY state"))
    assert set(states) == {"accepted", "planned"}
    assert states["accepted"] == len(chaos.house.accepted) < 60


def test_p21_one_percent_of_poison_is_parked_after_three_tries_and_takes_no_tenth_of_the_turns(
    chaos, ask, scale
):
    count = scale(10_000)
    chaos.do("seed_poison", count, 1, seconds=1200)
    told = json.loads(chaos.do("passes", 2 * count, seconds=3000))
    poison = count // 100
    found = take(chaos, ask)
    assert found.count("accepted") == count - poison == sum(found.copies.values()) == len(found.copies)
    bad = ask("SELECT state, reason, tries, fence FROM receivables_message WHERE state <> 'ACCEPTED'")
    assert len(bad) == poison
    assert {(state, reason) for state, reason, _tries, _fence in bad} == {
        ("PARKED", "attachment_missing"),
        ("SUPPRESSED", "bad_recipient"),
        ("PARKED", "content_changed"),
    }
    assert max(tries + fence for _state, _reason, tries, fence in bad) <= 3
    turns = told["turns"]
    assert turns["claimed"] >= 0.9 * sum(turns.values()), turns
