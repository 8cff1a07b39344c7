"""The simulated life: faults and kills every day, every invariant holds, and one seed gives one audit hash."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from reports.sandbox.doom import Doom
from reports.sandbox.pretend import Killed

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.process


def live(folder: Path, seed: int, days: int, hash_seed: str) -> dict[str, Any]:
    """One life in a database of its own, as `manage.py simulate` gives it."""
    named = {"DATABASE_URL": "", "DUEBOOK_DATA_DIR": str(folder), "PYTHONHASHSEED": hash_seed}
    env = {**os.environ, **named, "DUEBOOK_LOG_LEVEL": "CRITICAL"}
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=env, check=True, timeout=600)
    command = [*manage, "simulate", "--seed", str(seed), "--days", str(days), "--customers", "12", "--json"]
    done = subprocess.run(command, env=env, check=False, timeout=1800, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_p27_the_same_seed_gives_the_same_audit_hash(tmp_path: Path, scale: Callable[[int], int]) -> None:
    days = scale(60)
    first, second = (live(tmp_path / word, 7, days, word) for word in ("1", "2"))
    assert first == second
    assert first["counts"]["message_accepted"] > 0
    assert sum(first["kills"].values()) > 0


def test_a_doomed_action_is_begun_anew_until_it_comes_through() -> None:
    tries: list[int] = []

    def action() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise Killed
        return "through"

    doom = Doom(Random(1), 0.0)
    assert doom.survive(action, "night") == "through"
    assert doom.kills["night"] == 2


def test_an_action_that_never_comes_through_is_called_a_bug() -> None:
    def action() -> None:
        raise Killed

    with pytest.raises(RuntimeError, match="night did not come through"):
        Doom(Random(1), 0.0).survive(action, "night")
