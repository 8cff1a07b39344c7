"""The demo company lives on: day after virtual day, with a provider that fails and a process that dies, every invariant checked.

One seed gives one life: the same audit hash, whatever the machine and the day it is run on. It needs an empty database.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.test.utils import override_settings

from dunning import books as dunning_books
from dunning.models import NoticeItem
from integrations.messaging.port import Outgoing
from receivables import books, posting
from receivables.actor import Actor
from receivables.models import Attempt, ChainHead, Customer, Dispute, LegalEntity, Message, User
from receivables.rules.refusals import Refused
from receivables.services import outbox_decide, outbox_events
from reports.sandbox import build, characters, collecting, pretend
from reports.sandbox.behaviour import Customers
from reports.sandbox.company import Company
from reports.sandbox.doom import Doom
from reports.sandbox.pretend import Post

HOURS = (1, 8, 11, 14)
"""Hours (UTC) of a day at which somebody delivers: the night in Europe is the morning in China."""
SECRET = "the-simulation-signs-its-links-with-this"  # noqa: S105 - links of invented people
KILLED_SHARE = 0.1
PROVIDER = "pretend"
COUNTED = ("counts", "customers", "fates", "kills")


class Broken(AssertionError):
    """A promise of ours did not hold. The text names the day, the seed and what broke."""


@dataclass
class Life:
    """What a simulated life came to."""

    seed: int
    days: int
    audit_hash: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    customers: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """Plain values, counts by name."""
        named = {name: dict(sorted(getattr(self, name).items())) for name in COUNTED}
        return {"seed": self.seed, "days": self.days, "audit_hash": self.audit_hash, **named}


def live(
    *, seed: int, days: int, customers: int, start: date, folder: Path, say: Callable[[str], None], monotonic: Callable[[], float]
) -> Life:  # fmt: skip
    """Builds the company and lives `days` days. Raises Broken on the first invariant that does not hold."""
    with override_settings(SECRET_KEY=SECRET, ADAPTERS=dict.fromkeys(settings.ADAPTERS, PROVIDER)):
        begin = datetime.combine(start, time(6), tzinfo=UTC)
        build.build(
            today=start, now=begin, customers=customers, seed=seed, say=say, truth_path=folder / "truth.json", collect=False
        )  # fmt: skip
        world = _World(seed, start, monotonic)
        with pretend.every_channel(world.post):
            for n in range(days):
                world.day(start + timedelta(days=n + 1))
                if n % 30 == 29:
                    say(f"day {n + 1}: {dict(world.life.counts)}")
        found = books.check(deep=True)
        if found:
            raise Broken(f"seed {seed}: {found[0]}")
    world.life.days = days
    world.life.audit_hash = ChainHead.objects.get(pk=1).hash
    world.life.kills, world.life.fates = world.doom.kills, world.post.fates
    world.life.customers = world.clients.did
    return world.life


class _World:
    """Everything that moves."""

    def __init__(self, seed: int, start: date, monotonic: Callable[[], float]) -> None:
        self.seed, self.now, self._monotonic = seed, datetime.combine(start, time(6), tzinfo=UTC), monotonic
        self._dice = Random(seed + 1)  # noqa: S311 - not for secrets
        self.life = Life(seed, 0)
        self.post = Post(Random(seed + 2), lambda: self.now, watch=self._watch)  # noqa: S311
        self.doom = Doom(Random(seed + 3), KILLED_SHARE)  # noqa: S311
        self._entities = list(LegalEntity.objects.order_by("pk"))
        users = {user.username: user for user in User.objects.order_by("pk")}
        self._company = Company(self._entities, users, {})
        codes = Random(seed + 4)  # noqa: S311
        tempers = {code: characters.draw(codes, code, start) for code in _codes()}
        self.clients = Customers(Random(seed + 5), tempers)  # noqa: S311
        self._resent: Counter[str] = Counter()
        collecting.prepare(self._company, now=self.now)

    def day(self, on: date) -> None:
        """The night, four deliveries, the customers' and our own people's doings, and the proof."""
        today = collecting.Day(self.life.counts)
        self.now = datetime.combine(on, time(0, 30), tzinfo=UTC)
        for entity in self._entities:
            self.doom.survive(lambda e=entity: collecting.night([e], on=on, now=self.now, day=today), "night")  # type: ignore[misc]
        for hour in HOURS:
            self.now = datetime.combine(on, time(hour), tzinfo=UTC)
            self._deliver(today)
            if hour == HOURS[1]:
                self.clients.live(on=on, now=self.now)
        self._people(on, today)
        self._prove(on)

    def _deliver(self, today: collecting.Day) -> None:
        def turn() -> None:
            collecting.deliver(now=self.now, day=today, monotonic=self._monotonic)

        self.doom.survive(turn, "delivery")
        events = self.post.events()
        self.doom.survive(
            lambda: outbox_events.take_in(
                events=events, provider=PROVIDER, now=self.now, by=collecting.ENGINE
            ),
            "events",
        )

    def _people(self, on: date, today: collecting.Day) -> None:
        if on.weekday() > 4:
            return
        collecting.decide_waiting(self._dice, self._company, now=self.now, share=0.6, day=today)
        collecting.make_calls(self._dice, self._company, on=on, now=self.now, share=0.5, day=today)
        for message in Message.objects.parked().order_by("pk"):
            self._resolve(message, today)

    def _resolve(self, message: Message, today: collecting.Day) -> None:
        """Somebody looks at what is in doubt: mostly they let it be, sometimes they send it again."""
        by, choice = self._company.person("fiona"), self._dice.random()
        tried = message.attempts.exists()
        if choice < 0.4 or not tried:
            outbox_decide.drop(message=message, reason="too late now", now=self.now, by=by)
        elif choice < 0.7:
            outbox_decide.it_was_sent(message=message, reason="they answered it", now=self.now, by=by)
        else:
            self._send_again(message, by)
        today.counts["resolved"] += 1

    def _send_again(self, message: Message, by: Actor) -> None:
        try:
            outbox_decide.send_again(message=message, reason="they have not got it", now=self.now, by=by)
            self._resent[message.reference] += 1
        except Refused:
            self.life.counts["resend_refused"] += 1

    def _watch(self, outgoing: Outgoing) -> None:
        """What leaves is held against the ledger of this very moment."""
        attempt = Attempt.objects.select_related("message").get(token=outgoing.token)
        if attempt.message.kind != "notice":
            return
        items = NoticeItem.objects.filter(notice__message=attempt.message, withdrawn=False).select_related(
            "entry"
        )
        for item in items.order_by("pk"):
            if not posting.left_of(item.entry):
                raise Broken(f"seed {self.seed}, {self.now}: {attempt.message.key} asks for what is paid")
            if Dispute.objects.filter(entry=item.entry, state="OPEN").exists():
                raise Broken(f"seed {self.seed}, {self.now}: {attempt.message.key} asks for what is disputed")

    def _prove(self, on: date) -> None:
        found = [*books.check(deep=False), *dunning_books.check()]
        if found:
            raise Broken(f"seed {self.seed}, {on}: {found[0]}")
        copies = Counter(self.post.taken.values())
        for reference, many in copies.items():
            if many > 1 + self._resent[reference]:
                raise Broken(f"seed {self.seed}, {on}: {reference} was taken {many} times")
        known = dict(Attempt.objects.filter(token__in=list(self.post.taken)).values_list("token", "state"))
        lost = [
            token
            for token in self.post.taken
            if known.get(token) not in ("ACCEPTED", "UNCERTAIN", "IN_FLIGHT")
        ]
        if lost:
            first = f"{self.post.taken[lost[0]]} is {known.get(lost[0], 'unknown')}"
            raise Broken(f"seed {self.seed}, {on}: {len(lost)} acceptances are not in our rows; {first}")


def _codes() -> list[str]:
    return list(Customer.objects.order_by("pk").values_list("code", flat=True))
