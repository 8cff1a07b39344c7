"""`manage.py engine`: rings every bell, and ends by SIGTERM after the job in hand."""

import signal

import pytest

pytestmark = pytest.mark.process


def test_it_runs_until_sigterm(start_process):
    engine = start_process("engine")
    assert engine.stdout.readline().startswith("engine:")
    engine.send_signal(signal.SIGTERM)
    out, err = engine.communicate(timeout=60)
    assert (engine.returncode, out) == (0, "engine: stopped\n"), err


def test_once_rings_every_bell_and_ends(start_process):
    engine = start_process("engine", "--once")
    assert engine.wait(timeout=120) == 0, engine.communicate()[1]
