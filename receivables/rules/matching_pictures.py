"""What the matching rules look at and what they answer: bank lines, open items, aliases, the policy, and
proposals
with reasons. Frozen pictures only; nothing here decides (see `matching`) and nothing here reads a database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from receivables.rules.refusals import Refused

SEARCHABLE = ("reference", "text", "payer_name")
ALIAS_KINDS = ("name", "iban", "account")


@dataclass(frozen=True, slots=True)
class BankLine:
    """One credit on our bank account. `amount` is signed minor units; only positive lines are matched."""

    id: int
    booked_on: date
    value_on: date
    amount: int
    currency: str
    reference: str = ""
    payer_name: str = ""
    payer_account: str = ""
    text: str = ""
    entity_id: int | None = None


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One debit entry that is still open. `amount_open` and `disputed` are positive minor units.

    `discount` is (amount of the early-payment discount, last value date on which it may be taken).
    `references` are further texts by which a payer may know the item (ISO 11649, QR reference, order number).
    """

    entry_id: int
    customer_id: int
    customer_name: str
    number: str
    po_number: str
    references: tuple[str, ...]
    amount_open: int
    currency: str
    due_on: date
    issued_on: date
    discount: tuple[int, date] | None = None
    disputed: int = 0
    entity_id: int | None = None

    def discount_on(self, value_on: date) -> int:
        """The discount that may still be taken on that value date (its last day included), else 0."""
        if self.discount is None or value_on > self.discount[1]:
            return 0
        return min(self.discount[0], self.amount_open)


@dataclass(frozen=True, slots=True)
class Alias:
    """Something learned: this name, IBAN or account has meant this customer, `hits` times (confirmed by a
    person)."""

    kind: str
    value: str
    customer_id: int
    hits: int = 1


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """How generous the matching is. Amounts are minor units of the line's currency; percent is in basis
    points.

    A short payment is tolerated up to the smaller of the percentage and the amount that are set; neither set:
    not at all.
    `auto_alias` lets a learned account together with one unique exact amount be applied without a person.
    """

    tolerance_basis_points: int | None = None
    tolerance_amount: int | None = None
    accept_fees_up_to: int = 0
    search_in: frozenset[str] = frozenset(SEARCHABLE)
    auto_apply: bool = True
    auto_alias: bool = False
    alias_hits_min: int = 3
    name_score_min: int = 88
    subset_items_max: int = 24
    subset_steps_max: int = 20_000
    proposals_max: int = 10
    issued_from: date | None = None
    issued_to: date | None = None

    def __post_init__(self) -> None:
        if self.issued_from and self.issued_to and self.issued_from > self.issued_to:
            message = f"The first date {self.issued_from} is after the last date {self.issued_to}."
            raise Refused("dates_reversed", message, field="issued_from")
        unknown = sorted(self.search_in - set(SEARCHABLE))
        if unknown:
            message = f"References can be searched in {', '.join(SEARCHABLE)}, not in {', '.join(unknown)}."
            raise Refused("unknown_search_field", message, field="search_in")

    def covers(self, item: OpenItem) -> bool:
        """Whether the item was issued within the policy's dates (both inclusive; None: no bound)."""
        after = self.issued_from is None or item.issued_on >= self.issued_from
        return after and (self.issued_to is None or item.issued_on <= self.issued_to)

    def tolerance(self, expected: int) -> int:
        """How much less than `expected` (minor units) still counts as paid."""
        caps = [] if self.tolerance_amount is None else [self.tolerance_amount]
        if self.tolerance_basis_points is not None:
            caps.append(expected * self.tolerance_basis_points // 10_000)
        return min(caps, default=0)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a proposal stands: a stable code and the texts a sentence about it needs."""

    code: str
    params: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, **params: object) -> "Reason":
        """Build a reason; every parameter becomes text."""
        return cls(code, tuple((name, str(value)) for name, value in params.items()))


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to apply a line. Allocations never exceed an item's open amount, nor together the line.

    `difference` = line amount − open amount of the proposed items, in minor units: below zero something is
    missing, above zero it stays on account. `difference_kind`: none · discount · bank_fee · tolerance ·
    disputed ·
    partial · over_payment · on_account. Discount, fee and tolerance are *proposals* to adjust: nothing is
    written
    off here. `sure` says the allocations may be applied without a person; nothing about adjusting the
    difference.
    """

    customer_id: int
    allocations: tuple[tuple[int, int], ...]
    confidence: int
    reasons: tuple[Reason, ...]
    difference: int = 0
    difference_kind: str = "none"
    sure: bool = False

    @property
    def allocated(self) -> int:
        """Σ of the allocations, minor units."""
        return sum(amount for _, amount in self.allocations)

    @property
    def on_account(self) -> int:
        """What stays with the customer as unapplied cash, minor units (never below zero)."""
        return max(self.difference, 0)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)


def allocation_order(
    items: Iterable[OpenItem], *, quoted: frozenset[int] = frozenset(), amount: int | None = None
) -> list[OpenItem]:
    """Explicit reference before exact amount before oldest due (then oldest issued, then entry id)."""

    def key(item: OpenItem) -> tuple[bool, bool, date, date, int]:
        exact = amount is not None and item.amount_open == amount
        return (item.entry_id not in quoted, not exact, item.due_on, item.issued_on, item.entry_id)

    return sorted(items, key=key)
