"""What the decision looks at: one customer at one entity as of a date, frozen. `questions/pictures` loads, `policy` judges.

Amounts are minor units of the item's currency; days are local to the entity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """A rung an item stands on, or is about to: `on` is empty while its message has not been accepted yet."""

    track: str
    stage: str
    rank: int
    on: date | None
    round: int = 1
    deadline_on: date | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """The last move by hand of an item on a track."""

    track: str
    rank: int
    round: int
    on: date


@dataclass(frozen=True, slots=True)
class Block:
    """Why nobody asks, and until which day inclusive (empty: no end)."""

    reason: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Item:
    """One open instalment. `open_amount` is what is left of it; what is promised or on its way is not asked for."""

    entry: int
    invoice: int | None
    number: str
    currency: str
    due_on: date
    original: int
    open_amount: int
    disputed: bool = False
    paused_days: int = 0
    """Days since the due date on which it was disputed, closed disputes included: its clock stood still."""
    promised: int = 0
    promised_until: date | None = None
    on_plan: bool = False
    pending: int = 0
    """On its way (direct debit, card): not asked for until the block that says so is over."""
    block: Block | None = None
    legal: bool = False
    rungs: tuple[Reached, ...] = ()
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactView:
    """Somebody at the customer. `addresses` maps each channel that can be used (address known, not bounced) to its address."""

    id: int
    role: str
    name: str
    language: str
    zone: str
    country: str
    hours: str
    addresses: Mapping[str, str]
    stopped: frozenset[str] = frozenset()
    """Channels on which the address asked us to stop (or never agreed, where consent is needed)."""
    recent: Mapping[str, int] = field(default_factory=dict)
    """Messages in the last seven days, by channel."""
    max_per_week: int = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the decision about one customer at one entity may look at."""

    customer: int
    entity: int
    on: date
    code: str
    closed: bool
    importance: int
    segment: str
    risk_class: str
    rep: int | None
    collector: int | None
    items: tuple[Item, ...]
    contacts: tuple[ContactView, ...] = ()
    unapplied: Mapping[str, int] = field(default_factory=dict)
    """Unapplied cash and credit notes per currency, as a positive amount."""
    receipts: Mapping[str, int] = field(default_factory=dict)
    """Probable receipts of this customer that wait in cash review, per currency."""
    block: Block | None = None
    last_outward_on: Mapping[str, date] = field(default_factory=dict)
    """Currency → day on which the customer last got a message of ours (or will: a standing notice counts with its day)."""
    newest_bank_file: datetime | None = None
    stop_version: int = 0
