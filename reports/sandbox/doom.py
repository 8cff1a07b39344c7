"""Kills at chosen statements: an action of the simulation dies in the middle and is begun anew, as a supervisor would."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from django.db import connection

from reports.sandbox.pretend import Killed

LONGEST = 400
"""Statements within which a doomed action dies."""
RETRIES = 25


class Doom:
    """`survive(action)` runs it until it comes through; every tenth time it is killed at a statement first."""

    def __init__(self, dice: Random, share: float) -> None:
        self._dice, self._share = dice, share
        self.kills: Counter[str] = Counter()

    def survive(self, action: Callable[[], Any], name: str) -> Any:
        """The answer of the try that came through. An action that never does is a bug and says so."""
        for _try in range(RETRIES):
            try:
                return self._once(action)
            except Killed:
                self.kills[name] += 1
        raise RuntimeError(f"{name} did not come through in {RETRIES} tries")

    def _once(self, action: Callable[[], Any]) -> Any:
        if self._dice.random() >= self._share:
            return action()
        left = self._dice.randint(1, LONGEST)

        def dies(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return execute(sql, params, many, context)

        with connection.execute_wrapper(dies):
            return action()
