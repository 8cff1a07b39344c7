"""A process that stood still beyond its lease in the middle of a send hands nothing over when it wakes (P1)."""

import json
import os
import signal
import subprocess

import pytest

from tests.fixtures.chaos_account import still, take

pytestmark = [pytest.mark.process, pytest.mark.django_db]
TOGETHER = 4


def frozen(chaos):
    """A process stopped between its committed attempt and the call."""
    process = chaos.start("hesitant", said=subprocess.PIPE)
    assert process.stdout.readline() == b"about\n", chaos.log("hesitant")
    os.kill(process.pid, signal.SIGSTOP)
    return process


def test_p1_a_process_frozen_beyond_its_lease_before_the_call_cannot_send_afterwards(chaos, ask, scale):
    chaos.set(DUEBOOK_LEASE_SECONDS=3, DUEBOOK_SETTLE_SECONDS=3)
    chaos.do("seed")
    count = max(TOGETHER, scale(20))
    chaos.do("batch", count)
    for _round in range(count // TOGETHER):
        sleepers = [frozen(chaos) for _n in range(TOGETHER)]
        chaos.role("sweeper", "engine", "sweep_messages")
        chaos.until(
            lambda: not ask("SELECT key FROM v_message WHERE state IN ('in_flight', 'uncertain')"),
            60,
            "not swept",
        )
        chaos.end("sweeper")
        for sleeper in sleepers:
            os.kill(sleeper.pid, signal.SIGCONT)
        said = [json.loads(each.communicate(timeout=300)[0]) for each in sleepers]
        assert said == [{"gave_up": 1}] * TOGETHER
    found = take(chaos, ask)
    assert chaos.house.sends() == []
    assert found.cut == count
    assert set(found.states.values()) == {("parked", "in_doubt")}


def test_p1_a_process_frozen_while_the_provider_answers_changes_nothing_when_it_wakes(chaos, ask, scale):
    chaos.set(DUEBOOK_LEASE_SECONDS=3, DUEBOOK_SETTLE_SECONDS=30, DUEBOOK_VENDOR_TIMEOUT_SECONDS=20)
    chaos.house.late_seconds = 1.0
    chaos.house.faults.set("accept_late:1")
    chaos.do("seed")
    count = max(2, scale(20))
    chaos.do("batch", count)
    for number in range(count):
        sleeper = chaos.start("engine", "deliver_messages")
        chaos.until(lambda done=number: len(chaos.house.sends()) > done, 60, "never called")
        os.kill(sleeper.pid, signal.SIGSTOP)
        chaos.role("sweeper", "engine", "sweep_messages")
        chaos.until(
            lambda done=number: take(chaos, ask).count("accepted") > done, 60, "no evidence was found"
        )
        chaos.end("sweeper")
        os.kill(sleeper.pid, signal.SIGCONT)
        if number + 1 < count:
            sleeper.kill()
    chaos.until(lambda: still(ask), 60, "messages are still on their way")
    found = take(chaos, ask)
    assert found.strangers == []
    assert sorted(found.copies.values()) == [1] * count
    assert found.count("accepted") == count
    assert ask("SELECT COUNT(*) FROM receivables_attempt WHERE state <> 'ACCEPTED' OR late") == [(0,)]
