"""Which open items a bank line pays: ranked proposals with reasons. Reference beats amount, two equal candidates are
never sure, nothing crosses a currency or a customer. It proposes; applying, and adjusting differences, is done elsewhere.
"""

from collections.abc import Iterable, Sequence

from receivables.rules.matching_pictures import (
    Alias,
    BankLine,
    MatchPolicy,
    OpenItem,
    Proposal,
    Reason,
    allocation_order,
)
from receivables.rules.references import normalise_reference, reference_tokens

__all__ = [
    "Alias",
    "BankLine",
    "MatchPolicy",
    "OpenItem",
    "Proposal",
    "Reason",
    "allocation_order",
    "normalise_reference",
    "propose",
    "reference_tokens",
]


def propose(
    line: BankLine, items: Iterable[OpenItem], aliases: Iterable[Alias], policy: MatchPolicy
) -> list[Proposal]:
    """Ranked proposals for one line, best first; empty when nothing speaks for any customer."""
    raise NotImplementedError


def propose_together(
    lines: Sequence[BankLine], items: Iterable[OpenItem], aliases: Iterable[Alias], policy: MatchPolicy
) -> list[tuple[tuple[int, Proposal], ...]]:
    """Several lines of one payer seen as one sum; each answer holds (line id, its part of the proposal)."""
    raise NotImplementedError
