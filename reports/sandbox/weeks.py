"""The demo company's last weeks of collecting: nights, messages, calls and promises between one week's bank files and the next.

The earlier weeks have one night each, the last two all their working days: enough history to read, little enough to wait for.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random

from django.conf import settings
from django.test.utils import override_settings

from receivables.models import Message
from receivables.services import notifications
from reports.sandbox import collecting
from reports.sandbox.collecting import Day
from reports.sandbox.company import Company

DAILY = 10
"""For so many days before today every working day is lived."""
HOURS = (2, 10, 15)
DOUBT_DAYS, CUT = 3, 3
"""So many days before today the line was cut once in the middle of a message: it waits for a person from the beginning."""


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

    def read_the_old(self) -> None:
        """Our people have seen what the bell told them up to three days ago."""
        for user in self._company.users.values():
            seen = (
                user.notifications.filter(at__lt=self._now - timedelta(days=DOUBT_DAYS))
                .order_by("-pk")
                .first()
            )
            if seen is not None:
                notifications.read_all(user=user, until=seen.pk, now=self._now)

    def _days(self, week: date) -> list[date]:
        after = [week + timedelta(days=n) for n in range(1, 8)]
        worked = [on for on in after if on.weekday() < 5 and on <= self._today]
        return [on for on in worked if on.weekday() == 2 or on > self._today - timedelta(days=DAILY)]

    def _one(self, on: date) -> None:
        entities = self._company.entities
        collecting.night(entities, on=on, now=self._at(on, 0), day=self.day)
        for hour in HOURS:
            now = self._at(on, hour)
            if hour == HOURS[1] and on >= self._today - timedelta(days=DOUBT_DAYS):
                self._cut_the_line_once(now)
            collecting.deliver(now=now, day=self.day, monotonic=self._clock)
            if now >= self._now:
                return  # the rest of today is still to come
        collecting.decide_waiting(self._dice, self._company, now=self._at(on, 16), share=0.5, day=self.day)
        collecting.make_calls(
            self._dice, self._company, on=on, now=self._at(on, 16), share=0.35, day=self.day
        )

    def _cut_the_line_once(self, now: datetime) -> None:
        if Message.objects.filter(state__in=("UNCERTAIN", "PARKED")).exists():
            return
        wiring = {
            **settings.ADAPTER_WIRING,
            "console": {**settings.ADAPTER_WIRING.get("console", {}), "fault": "uncertain"},
        }
        collecting.post(
            now=now, day=self.day, monotonic=self._clock
        )  # what waited goes first: a notice is to be cut
        with override_settings(ADAPTER_WIRING=wiring):
            collecting.deliver(now=now, day=self.day, monotonic=self._clock, most=CUT)

    def _clock(self) -> float:
        return next(self._steady) / 1000

    def _at(self, on: date, hour: int) -> datetime:
        return min(datetime.combine(on, time(hour), tzinfo=UTC), self._now)
