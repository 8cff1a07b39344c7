"""The approval flow of an invoice request as data: steps with owner role, time limit and checks, which step is next,
who holds it, and how it is drawn. It moves nothing and reads no clock; deadlines are counted by `business_days`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One node. `sla_hours` are working hours. `condition` is text or the form's JSON; empty: the step always applies.

    `auto_below` (currency → minor units): an amount strictly below passes the step without a person; empty: never.
    `checks` are what the person ticks pass or fail.
    """

    code: str
    label: str
    owner_role: str
    sla_hours: int
    condition: str | Mapping[str, Any] = ""
    checks: tuple[str, ...] = ()
    escalate_to_role: str = ""
    auto_below: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """One version of a flow. Editing makes a new version; running cases keep theirs."""

    code: str
    version: int
    steps: tuple[Step, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Flow":
        """Read and validate. Refused: flow_invalid with the place in `field`."""
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """The inverse of `from_json`."""
        raise NotImplementedError

    def validate(self) -> None:
        """Refused (flow_invalid) unless codes are unique, limits positive, conditions readable."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `next_steps` says about one step: state done | automatic | skipped | next | todo, and why."""

    step: Step
    state: str
    reason: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Delegation:
    """From one person to another, first and last day included; `role` empty: all roles."""

    from_person: int
    to_person: int
    starts_on: date
    ends_on: date
    role: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a step: a person (or None: the role's queue), the role, and the reason."""

    person: int | None
    role: str
    reason: str
    on_behalf_of: int | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One box of the picture. state: done | current | todo | skipped."""

    code: str
    label: str
    owner_role: str
    sla: str
    state: str


def next_steps(flow: Flow, request: Mapping[str, Any], done: Collection[str]) -> list[Outcome]:
    """One outcome per step, in order; at most one has state `next`; none: the flow is through."""
    raise NotImplementedError


def holder(
    step: Step,
    roles: Mapping[str, Iterable[int]],
    delegations: Iterable[Delegation],
    on: date,
    *,
    requester: int,
    breached: bool = False,
) -> Holder:
    """Who should act on the step on that day; never the requester, also not through a delegation."""
    raise NotImplementedError


def breached(due_at: datetime, now: datetime) -> bool:
    """True once the deadline has passed; the deadline's own instant is still in time."""
    return now > due_at


def diagram(flow: Flow, current: str | None, *, done: Collection[str] = (), skipped: Collection[str] = ()) -> list[Node]:
    """The nodes to draw, in order. Without `done`, everything before `current` counts as done."""
    raise NotImplementedError
