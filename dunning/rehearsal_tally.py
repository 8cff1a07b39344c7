"""The figures of a rehearsal: added up chunk by chunk, kept as JSON, shown by the pages. It decides nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any, Self

from dunning.rehearsal_checks import Fault
from dunning.rehearsal_walk import Said, Walked

FAULTS_SHOWN, NAMES_SHOWN, CHANGES_SHOWN = 20, 8, 400
Counts = dict[str, int]


@dataclass(slots=True)
class Tally:
    """Sums only, so that two of them can be added. Keys are codes and ISO days."""

    customers: int = 0
    looked: int = 0
    messages: Counts = field(default_factory=dict)
    """stage|channel → how many left (or were opened, for to-dos)."""
    weeks: dict[str, Counts] = field(default_factory=dict)
    """Monday → channel → how many."""
    days: Counts = field(default_factory=dict)
    """Day → messages to customers."""
    calls: dict[str, Counts] = field(default_factory=dict)
    """Who → day → call tasks."""
    proposed: int = 0
    merged: int = 0
    """Items that went along in somebody else's message instead of one of their own."""
    deferred: int = 0
    deferred_days: int = 0
    gaps: int = 0
    withdrawn: Counts = field(default_factory=dict)
    faults: Counts = field(default_factory=dict)
    shown_faults: list[dict[str, Any]] = field(default_factory=list)
    reached: int = 0
    unreached: dict[str, list[int]] = field(default_factory=dict)
    """Reason → customers who owed something overdue and never heard of it."""
    stuck: Counts = field(default_factory=dict)
    """stage|why → items that stood before a stage they could not take."""
    by_customer: Counts = field(default_factory=dict)
    """Customer → messages they would have got."""

    def add(self, walked: Walked, said: list[Said]) -> None:
        """A customer's walk; `said` is what of it belongs to the policy that is rehearsed."""
        self.customers += 1
        self.looked += walked.owed_days
        self.gaps += walked.gaps
        for _entry, stage, why in walked.stuck:
            _count(self.stuck, f"{stage}|{why}")
        heard = 0
        for each in said:
            if each.withdrawn:
                _count(self.withdrawn, each.withdrawn)
                continue
            heard += each.outward
            self._one(each)
        if heard:
            _count(self.by_customer, str(walked.customer), heard)
            self.reached += 1
        elif walked.owed_days:
            why = max(walked.why, key=lambda code: (walked.why[code], code))
            self.unreached.setdefault(why, []).append(walked.customer)

    def _one(self, said: Said) -> None:
        _count(self.messages, f"{said.stage}|{said.channel}")
        monday = said.day - timedelta(days=said.day.weekday())
        _count(self.weeks.setdefault(monday.isoformat(), {}), said.channel)
        if said.outward:
            _count(self.days, said.day.isoformat())
        if said.channel == "call":
            _count(self.calls.setdefault(said.recipient, {}), said.day.isoformat())
        self.proposed += said.proposed
        self.merged += len(said.climbing) - 1
        if said.deferred and said.outward:
            self.deferred += 1
            self.deferred_days += said.deferred

    def blame(self, found: Iterable[Fault]) -> None:
        """What the independent check found."""
        for fault in found:
            _count(self.faults, fault.why)
            if len(self.shown_faults) < FAULTS_SHOWN:
                self.shown_faults.append({**asdict(fault), "day": fault.day.isoformat()})

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        mine, theirs = self.to_json(), other.to_json()
        return Tally(**{name: _sum(mine[name], theirs[name]) for name in mine})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)

    @property
    def outward(self) -> int:
        """Messages to customers."""
        return sum(self.days.values())

    @property
    def tasks(self) -> int:
        return sum(sum(each.values()) for each in self.calls.values())

    def by_stage(self) -> list[tuple[str, str, int]]:
        """(stage, channel, how many), in the order in which they were first said."""
        return [(*key.split("|", 1), n) for key, n in self.messages.items()]  # type: ignore[misc]

    def load(self, workdays: int) -> list[tuple[str, int, int, str, int]]:
        """Per person: calls, most on one day, the day, and the 95th percentile over working days."""
        found = []
        for who, days in sorted(self.calls.items()):
            worst = max(days, key=lambda day: (days[day], day))
            found.append(
                (who, sum(days.values()), days[worst], worst, percentile(days.values(), workdays, 95))
            )
        return found


def percentile(counts: Iterable[int], of: int, share: int) -> int:
    """The smallest number that so many per cent of all days do not exceed; days without anything count as 0."""
    known = sorted(counts)
    values = [0] * max(0, of - len(known)) + known
    return values[max(0, -(-share * len(values) // 100) - 1)] if values else 0


def workdays(since: date, until: date) -> int:
    """Mondays to Fridays from the first to the last day."""
    return sum((since + timedelta(days=n)).weekday() < 5 for n in range((until - since).days + 1))


def changes(before: Tally, after: Tally) -> list[tuple[int, int, int]]:
    """(customer, messages before, messages after) where they differ, the largest difference first."""
    customers = {*before.by_customer, *after.by_customer}
    rows = [(int(c), before.by_customer.get(c, 0), after.by_customer.get(c, 0)) for c in customers]
    differing = [row for row in rows if row[1] != row[2]]
    return sorted(differing, key=lambda row: (-abs(row[2] - row[1]), row[0]))[:CHANGES_SHOWN]


def _count(counts: Counts, key: str, more: int = 1) -> None:
    counts[key] = counts.get(key, 0) + more


def _sum(one: Any, other: Any) -> Any:
    """Numbers are added, lists joined, counts merged key by key."""
    if isinstance(one, int):
        return one + other
    if isinstance(one, list):
        return [*one, *other]
    found = dict(one)
    for key, value in other.items():
        found[key] = _sum(found[key], value) if key in found else value
    return found
