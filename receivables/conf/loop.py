"""The embedded engine: rings the schedule's bells in turn, in one thread. It keeps no record; the rows know what is due.

Time is passed in as `monotonic`, so tests need not wait. One job's failure is logged and never stops the others.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

from django.db import close_old_connections
from django.utils.module_loading import import_string

from receivables.conf.schedule import Job

log = logging.getLogger(__name__)
LONGEST_SLEEP = 5.0
BACK_OFF_FACTOR, BACK_OFF_MOST = 2, 32


@dataclass(slots=True)
class _Bell:
    job: Job
    due: float
    failures: int = 0


class Loop:
    """Calls each job of the page at its interval, the longest overdue first. `stop()` ends it after the job in hand."""

    def __init__(self, jobs: Sequence[Job], monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._bells = [_Bell(job, monotonic()) for job in jobs]
        self._stopped = Event()

    def stop(self) -> None:
        """May be called from any thread and from a signal handler."""
        self._stopped.set()

    def run(self) -> None:
        """Runs until `stop()`. At the start every bell rings once: what was missed while we were away is served now."""
        while not self._stopped.is_set():
            self._stopped.wait(min(self.ring(), LONGEST_SLEEP))

    def ring(self) -> float:
        """Rings every bell that is due, once. Answers the seconds until the next one."""
        for bell in sorted(self._bells, key=lambda bell: bell.due):
            if self._stopped.is_set():
                return 0.0
            if bell.due <= self._monotonic():
                self._ring(bell)
        nearest = min((bell.due for bell in self._bells), default=self._monotonic() + LONGEST_SLEEP)
        return max(0.0, nearest - self._monotonic())

    def _ring(self, bell: _Bell) -> None:
        close_old_connections()
        try:
            import_string(bell.job.task)()
            bell.failures = 0
        except Exception:
            bell.failures += 1
            log.exception("job %s failed, %s times in a row", bell.job.name, bell.failures)
        finally:
            close_old_connections()
        pause = bell.job.every.total_seconds() * min(BACK_OFF_FACTOR**bell.failures, BACK_OFF_MOST)
        bell.due = self._monotonic() + pause
