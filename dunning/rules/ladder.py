"""A policy's ladder as a value: its stages, limits and gaps, read from and written to the JSON of a policy version.

It says what may be done and when; whether it is done to somebody is decided in `policy`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

OUTSIDE = ("billing", "management", "disputes", "legal")
"""Audiences that are contacts of the customer, by role. Only what goes to them counts for the gap between messages."""
INSIDE = ("rep", "collector", "sales_manager", "finance_manager", "cfo")
"""Audiences that are our own people: the rep and collector of record on that day, or everybody holding the role."""
CHANNELS = ("email", "sms", "letter", "call", "work", "app")
EFFECTS = ("hold", "lower_class", "hand_over")
FEE_KINDS = ("none", "fixed", "percent")


@dataclass(frozen=True, slots=True)
class Fee:
    """What a stage costs the customer: `amounts` per currency in minor units, or `percent` of the open principal (text)."""

    kind: str = "none"
    amounts: Mapping[str, int] = field(default_factory=dict)
    percent: str = ""
    base: str = "open"


@dataclass(frozen=True, slots=True)
class Stage:
    """One rung. `offset` days after the due date (negative: before), reached inclusively; not said any more after `until`."""

    code: str
    offset: int
    audience: str
    channels: tuple[str, ...]
    template: str
    name: str = ""
    until: int | None = None
    min_gap: int = 0
    """Days since this item's previous rung was reached."""
    minimum: Mapping[str, int] = field(default_factory=dict)
    """Net open amount per currency (minor units) below which this rung is not used."""
    person_from: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """Importance (3 = most important) → currency ("*": any) → asked amount from which a person must release it."""
    fee: Fee = Fee()
    interest: bool = False
    effects: tuple[str, ...] = ()
    deadline_days: int = 0
    """The new deadline the message gives; the next rung waits until it is over."""
    terminal: bool = False

    @property
    def outward(self) -> bool:
        """Whether the customer hears it."""
        return self.audience in OUTSIDE


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs of one version, lowest first, and what holds for all of them."""

    policy: str
    version: int
    track: str
    stages: tuple[Stage, ...]
    version_id: int = 0
    grace_days: int = 0
    min_gap: int = 3
    """Days between two messages to one customer (exactly so many days later is enough)."""
    minimum: Mapping[str, int] = field(default_factory=dict)
    stale_bank_hours: int | None = None
    """Say nothing outward while the entity's newest bank file is older."""
    hold_for_receipts: bool = True
    """Say nothing outward while a probable receipt of the customer waits in cash review."""

    def stage(self, code: str) -> Stage | None:
        """The rung of that code, if this version has it."""
        return next((stage for stage in self.stages if stage.code == code), None)

    @property
    def first_offset(self) -> int:
        """How many days before due (negative) or after it the ladder begins."""
        return min((stage.offset for stage in self.stages), default=0)
