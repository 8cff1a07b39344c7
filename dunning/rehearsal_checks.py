"""An independent look at what a rehearsal would have said: was anything asked for that was paid, disputed, promised or blocked?

It reads the books again by other questions than the rehearsal did, and shares none of its code; the answer must be: nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dunning.models import DunningBlock, HandOverItem, PromiseItem
from dunning.rehearsal_walk import Said
from receivables.models import Allocation, Dispute, Entry

IN_FLIGHT = "pending_payment"


@dataclass(frozen=True, slots=True)
class Fault:
    """An item that a message to the customer asked for and should not have: paid, disputed, promised, blocked, legal."""

    customer: int
    entry: int
    day: date
    stage: str
    why: str


def faults(said: Iterable[Said]) -> list[Fault]:
    """Every wrong item of every message to a customer that would have left."""
    left = [each for each in said if each.outward and not each.withdrawn]
    entries = {entry for each in left for entry in each.listed}
    if not entries:
        return []
    look = _Look(entries, {each.customer for each in left})
    found = []
    for each in left:
        for entry in each.listed:
            why = look.why_not(each, entry)
            if why:
                found.append(Fault(each.customer, entry, each.day, each.stage, why))
    return found


class _Look:
    """The rows that speak about the items, fetched once."""

    def __init__(self, entries: set[int], customers: set[int]) -> None:
        self.amounts = dict(Entry.objects.filter(pk__in=entries).values_list("pk", "amount"))
        self.settled: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for entry, on, part in Allocation.objects.filter(debit_id__in=entries).values_list(
            "debit_id", "booked_on", "amount"
        ):
            self.settled[entry].append((on, part))
        self.disputes = _by_entry(Dispute.objects.filter(entry_id__in=entries))
        self.promises = _by_entry(PromiseItem.objects.filter(entry_id__in=entries).select_related("promise"))
        self.legal = _by_entry(HandOverItem.objects.filter(entry_id__in=entries).select_related("hand_over"))
        self.blocks = list(DunningBlock.objects.filter(customer_id__in=customers, contact__isnull=True))

    def why_not(self, said: Said, entry: int) -> str:
        left = self.amounts[entry] - sum(part for on, part in self.settled[entry] if on <= said.day)
        if left <= 0:
            return "paid"
        if any(_holds(row.opened_on, row.closed_on, said.day) for row in self.disputes[entry]):
            return "disputed"
        promised = sum(
            row.amount
            for row in self.promises[entry]
            if _holds(row.promise.made_on, row.promise.closed_on, said.day)
        )
        if promised >= left:
            return "promised"
        if any(
            not (row.ended and row.hand_over.ended_on is None)
            and _holds(row.hand_over.handed_on, row.hand_over.ended_on, said.day)
            for row in self.legal[entry]
        ):
            return "legal"
        return "blocked" if any(self._blocks(block, said, entry) for block in self.blocks) else ""

    @staticmethod
    def _blocks(block: DunningBlock, said: Said, entry: int) -> bool:
        if block.customer_id != said.customer or block.entry_id not in (None, entry):
            return False
        if block.entity_id not in (None, said.entity) or (block.reason == IN_FLIGHT and block.amount):
            return False
        inside = block.until_on is None or said.day <= block.until_on
        return inside and _holds(block.from_on, block.released_on, said.day)


def _by_entry(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.entry_id].append(row)
    return found


def _holds(since: date, to: date | None, day: date) -> bool:
    return since <= day and (to is None or day < to)
