"""The embedded engine: bells ring at their interval, failures stay alone, stopping is prompt."""

import logging
from datetime import timedelta

import pytest

from receivables.conf import loop
from receivables.conf.schedule import Job


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def rung(monkeypatch):
    """Names of the jobs called, in order; a job called `broken` fails."""
    calls = []

    def find(task):
        def call():
            calls.append(task)
            if "broken" in task:
                raise RuntimeError("vendor is down")

        return call

    monkeypatch.setattr(loop, "import_string", find)
    monkeypatch.setattr(loop, "close_old_connections", lambda: None)
    return calls


def job(task, seconds):
    return Job(task, every=timedelta(seconds=seconds))


def test_every_bell_rings_at_the_start_and_then_at_its_interval(rung):
    clock = Clock()
    engine = loop.Loop([job("fast", 10), job("slow", 60)], clock)
    assert engine.ring() == 10
    clock.seconds = 9.9
    engine.ring()
    assert rung == ["fast", "slow"]
    clock.seconds = 60
    engine.ring()
    assert rung == ["fast", "slow", "fast", "slow"]


def test_a_failing_job_is_logged_waits_longer_and_stops_no_other(rung, caplog):
    clock = Clock()
    engine = loop.Loop([job("broken", 10), job("fine", 10)], clock)
    with caplog.at_level(logging.ERROR):
        engine.ring()
    assert "job broken failed" in caplog.text
    clock.seconds = 10
    engine.ring()
    assert rung == ["broken", "fine", "fine"]
    clock.seconds = 20
    engine.ring()
    assert rung[3:] == ["broken", "fine"]


def test_a_stopped_engine_rings_no_further_bell(rung, monkeypatch):
    engine = loop.Loop([job("first", 10), job("second", 10)], Clock())
    monkeypatch.setattr(loop, "import_string", lambda task: lambda: (rung.append(task), engine.stop()))
    engine.run()
    assert rung == ["first"]


def test_an_empty_page_waits_instead_of_spinning():
    assert loop.Loop([], Clock()).ring() == loop.LONGEST_SLEEP
