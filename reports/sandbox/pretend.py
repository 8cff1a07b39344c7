"""A provider of the simulation only: it takes, refuses, drops, answers late and kills, as its dice say, and remembers.

What it took is the truth that our rows are held against: at most once, and nothing lost.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from integrations.errors import Rejected, Unavailable, Uncertain
from integrations.messaging.port import Accepted, Event, Evidence, InboundText, Outgoing
from receivables.services import outbox_send

FATES = (
    ("taken", 860), ("busy", 40), ("unreachable", 25), ("taken_then_cut", 20), ("timeout", 20), ("refused", 10),
    ("killed_before", 12), ("taken_then_killed", 13),
)  # fmt: skip
"""What becomes of a thousand calls."""
BOUNCED, DOUBLED = 0.015, 0.3
"""Shares of what was taken that comes back, and of events that are told twice."""


class Killed(BaseException):
    """The process dies here. Nothing may catch it but the simulation, which starts the process anew."""


@dataclass
class Post:
    """The other side of every channel. `taken` maps the token of each attempt it took to its reference."""

    dice: Random
    now: Callable[[], datetime]
    watch: Callable[[Outgoing], None] = lambda outgoing: None
    taken: dict[str, str] = field(default_factory=dict)
    fates: Counter[str] = field(default_factory=Counter)
    told: list[Event] = field(default_factory=list)
    calm: bool = False

    def send(self, outgoing: Outgoing) -> Accepted:
        """One call and its fate."""
        self.watch(outgoing)
        names, weights = zip(*FATES, strict=True)
        fate = "taken" if self.calm else self.dice.choices(names, weights)[0]
        self.fates[fate] += 1
        match fate:
            case "busy":
                raise Unavailable("rate_limited", retry_after=30)
            case "unreachable":
                raise Unavailable("no_connection")
            case "timeout":
                raise Uncertain("timeout")
            case "refused":
                raise Rejected("bad_recipient")
            case "killed_before":
                raise Killed
        self._take(outgoing)
        if fate == "taken_then_cut":
            raise Uncertain("cut")
        if fate == "taken_then_killed":
            raise Killed
        return Accepted(f"pretend-{len(self.taken)}")

    def events(self) -> list[Event]:
        """What it has to tell since the last time, shuffled, some of it twice."""
        found = [each for each in self.told for _twice in range(2 if self.dice.random() < DOUBLED else 1)]
        self.told.clear()
        self.dice.shuffle(found)
        return found

    def _take(self, outgoing: Outgoing) -> None:
        self.taken[outgoing.token] = outgoing.reference
        kinds = ["processed", "bounced" if self.dice.random() < BOUNCED else "delivered"]
        for kind in kinds:
            self.told.append(
                Event(
                    kind=kind, token=outgoing.token, provider_id="", recipient=outgoing.recipient, occurred_at=self.now(),
                    reason="", raw={}, fingerprint=f"pretend:{len(self.taken)}:{kind}",
                )
            )  # fmt: skip


@dataclass(frozen=True)
class Adapter:
    """One channel of the post, as the outbox sees a provider."""

    channel: str
    post: Post
    name: str = "pretend"
    supports_idempotency_key: bool = False

    def send(self, outgoing: Outgoing) -> Accepted:
        return self.post.send(outgoing)

    def probe(self) -> bool:
        return self.post.dice.random() < 0.9

    def search(self, *, token: str, recipient: str, subject: str, since: datetime) -> Evidence | None:
        """Its records, which answer four times of five."""
        if self.post.dice.random() < 0.2:
            return None
        return Evidence(found=token in self.post.taken, provider_id="", canary_seen=True)

    def parse_events(
        self, raw: bytes, headers: Mapping[str, str], *, url: str, now: datetime, max_age_seconds: int
    ) -> list[Event]:
        raise NotImplementedError("the simulation hands its events over itself")

    def parse_inbound(self, raw: bytes, headers: Mapping[str, str], *, url: str) -> InboundText:
        raise NotImplementedError("the simulation hands its texts over itself")


@contextmanager
def every_channel(post: Post) -> Iterator[None]:
    """While it lasts the outbox hands everything to the post."""
    real = outbox_send.adapter_for
    outbox_send.adapter_for = lambda channel: Adapter(channel, post)  # type: ignore[assignment,return-value]
    try:
        yield
    finally:
        outbox_send.adapter_for = real
