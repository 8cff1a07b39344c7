"""What comes next for a message: how long to wait, whether a channel is open, what a refusal means, which code people quote.

Pure: it is given counts and moments and answers with a decision and its reason. Hours of contact are in `contact_hours`.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 and O, no 1, I and L, no U: a code is read aloud on the telephone."""
REFERENCE_LENGTH = 7
NEVER = frozenset({"opted_out", "bad_recipient"})
"""Refusals that speak about the recipient: the message is given up and its owner looks for another way."""
RANKS = (
    "unknown",
    "deferred",
    "processed",
    "delivered",
    "opened",
    "clicked",
    "dropped",
    "failed",
    "bounced",
    "complained",
)
"""What became of a message, least to most: the highest ever told holds, in whatever order it was told."""
UNDELIVERED = frozenset({"dropped", "failed", "bounced"})
CHANNELS = ("email", "sms", "letter")


@dataclass(frozen=True, slots=True)
class Limits:
    """Every waiting time and bound of delivery, in seconds and counts; set in `conf`."""

    lease: int = 90
    settle: int = 900
    evidence: int = 60
    backoff: int = 60
    backoff_most: int = 3600
    tries: int = 10
    poison_tries: int = 3
    breaker_count: int = 3
    breaker_wait: int = 60
    doubtful_most: int = 8
    in_flight_most: int = 5
    size_most: int = 28_000_000
    per_second: dict[str, int] = field(default_factory=lambda: {"email": 20, "sms": 10, "letter": 0})


@dataclass(frozen=True, slots=True)
class Trouble:
    """A channel since the provider last took a message: attempts in doubt, attempts surely not done, and those in the air."""

    doubtful: int = 0
    refused: int = 0
    in_flight: int = 0
    failed_at: datetime | None = None
    resumed_at: datetime | None = None


State = Literal["open", "busy", "wait", "trial", "held"]


@dataclass(frozen=True, slots=True)
class Gate:
    """May a message go on this channel? `open` yes; `busy` not while others are in the air; `wait` not before `until`;
    `trial` one, if the provider answers a harmless question; `held` not until a person says so."""

    state: State
    until: datetime | None = None


def gate(trouble: Trouble, limits: Limits, *, now: datetime) -> Gate:
    """The breaker. After `breaker_count` failures without an acceptance one message at a time goes, and each further doubtful
    one doubles the wait, so that an outage of any length leaves at most `doubtful_most` in doubt."""
    failures = trouble.doubtful + trouble.refused
    if failures < limits.breaker_count or trouble.failed_at is None:
        room = min(limits.in_flight_most, limits.doubtful_most)
        return Gate("open" if trouble.doubtful + trouble.in_flight < room else "busy")
    if trouble.in_flight:
        return Gate("busy")
    resumed = trouble.resumed_at is not None and trouble.resumed_at > trouble.failed_at
    if trouble.doubtful >= limits.doubtful_most:
        return Gate("trial") if resumed else Gate("held")
    further = max(0, trouble.doubtful - limits.breaker_count)
    until = trouble.failed_at + timedelta(seconds=limits.breaker_wait * 2**further)
    return Gate("trial", until) if now >= until or resumed else Gate("wait", until)


def backoff(tries: int, limits: Limits, *, asked: int | None = None) -> timedelta:
    """How long to wait after so many failed tries: doubling, at most `backoff_most`; never less than the provider asked."""
    own = min(limits.backoff * 2 ** min(max(tries - 1, 0), 20), limits.backoff_most)
    return timedelta(seconds=max(own, asked or 0))


def evidence_wait(since: timedelta, limits: Limits) -> timedelta:
    """How long until evidence is looked for again: a quarter of the time passed, never less than `evidence` seconds nor
    beyond the end of the settling time."""
    own = timedelta(seconds=max(limits.evidence, round(since.total_seconds() / 4)))
    left = timedelta(seconds=limits.settle) - since
    return min(own, left) if left > timedelta() else own


def after_rejection(code: str) -> tuple[Literal["SUPPRESSED", "PARKED"], str]:
    """The state and reason of a message that the provider refused for good."""
    return ("SUPPRESSED", code) if code in NEVER else ("PARKED", f"rejected:{code}")


def reference(key: str) -> str:
    """The short code of a message, from its key: the same for ever, seven signs that cannot be mistaken for each other."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    signs = []
    for _position in range(REFERENCE_LENGTH):
        number, place = divmod(number, len(LETTERS))
        signs.append(LETTERS[place])
    return "".join(signs)


def undeliverable(reason: str, preferred: str) -> frozenset[str]:
    """The channels that a contact's flag closes: the one it names first (`email: …`), else the one the contact prefers."""
    named = reason.partition(":")[0]
    return frozenset({named}) if named in CHANNELS else frozenset({preferred})


def outcome(kinds: Iterable[str]) -> str:
    """The highest of what was told about a message; "" when nothing was."""
    known = [kind for kind in kinds if kind in RANKS]
    return max(known, key=RANKS.index, default="")
