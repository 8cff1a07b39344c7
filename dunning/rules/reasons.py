"""Why a customer or an item was, or was not, written to: stable codes, and which of several speaks for the customer.

A reason is a tuple: entry, code, figures. Figures are days and rungs, never ages: a reason stays the same until it changes.
"""

from collections.abc import Iterable
from typing import Any

Reason = tuple[Any, ...]
"""(entry id, code, figures…): figures are text or whole numbers."""

SENT, PROPOSED = "sent", "proposed"

CODES = (
    SENT, PROPOSED, "no_contact", "opted_out", "cap", "gap", "item_gap", "deadline_running", "pending", "receipt_waiting",
    "bank_stale", "covered", "minimum", "disputed", "promised", "plan", "blocked", "legal", "exempt", "closed", "later_stage",
    "stage_not_due", "not_due", "done", "nothing_open",
)  # fmt: skip
"""All codes, the one that says most about a customer first."""

_PLACE = {code: place for place, code in enumerate(CODES)}


def of_customer(reasons: Iterable[Reason]) -> str:
    """The code that speaks for the customer; nothing_open when there is no item."""
    best = len(CODES)
    for reason in reasons:
        place = _PLACE[reason[1]]
        best = min(best, place)
    return CODES[best] if best < len(CODES) else "nothing_open"
