"""The demo company's last weeks of collecting: nights, messages, calls and promises between one week's bank files and the next.

The earlier weeks have one night each, the last two all their working days: enough history to read, little enough to wait for.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random

from reports.sandbox import collecting
from reports.sandbox.collecting import Day
from reports.sandbox.company import Company

DAILY = 10
"""For so many days before today every working day is lived."""
HOURS = (2, 10, 15)
POISONED = "fault-uncertain@parked.example.com"
"""The demo's post answers this address with a doubt, so that one message waits for a person from the beginning."""


class Weeks:
    """Called with the last day of each week, once its bank files are in."""

    def __init__(self, company: Company, dice: Random, *, today: date, now: datetime) -> None:
        self.day = Day()
        self._company, self._today, self._now = company, today, now
        self._dice = Random(dice.random())  # noqa: S311 - not for secrets
        self._steady = count()
        self._ready = False

    def live(self, week: date) -> None:
        """The working days between this week's files and the next that are worth living."""
        if not self._ready:
            collecting.prepare(self._company, now=self._at(week, 1))
            self._ready = True
        for on in self._days(week):
            self._one(on)

    def _days(self, week: date) -> list[date]:
        after = [week + timedelta(days=n) for n in range(1, 8)]
        worked = [on for on in after if on.weekday() < 5 and on <= self._today]
        return [on for on in worked if on.weekday() == 2 or on > self._today - timedelta(days=DAILY)]

    def _one(self, on: date) -> None:
        entities = self._company.entities
        collecting.night(entities, on=on, now=self._at(on, 0), day=self.day)
        for hour in HOURS:
            now = self._at(on, hour)
            collecting.deliver(now=now, day=self.day, monotonic=lambda: float(next(self._steady)) / 1000)
            if now >= self._now:
                return  # the rest of today is still to come
        collecting.decide_waiting(self._dice, self._company, now=self._at(on, 16), share=0.5, day=self.day)
        collecting.make_calls(
            self._dice, self._company, on=on, now=self._at(on, 16), share=0.35, day=self.day
        )

    def _at(self, on: date, hour: int) -> datetime:
        return min(datetime.combine(on, time(hour), tzinfo=UTC), self._now)
