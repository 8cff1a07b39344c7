"""Facts about open items, a handful of queries for a chunk of customers: disputes, promises, blocks, hand-overs, rungs, moves.

Each answer is keyed by entry (or customer) and holds only what exists, so an ordinary item costs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dunning.questions import in_force, promise_money
from dunning.questions.sql import among, rows
from dunning.rules.picture import Block, Move, Reached

R, D = "receivables_", "dunning_"


@dataclass(slots=True)
class Facts:
    """What is known beside the ledger, of one chunk. `disputes` are (opened, closed or None) spans, oldest first."""

    disputes: dict[int, list[tuple[date, date | None]]] = field(default_factory=dict)
    promised: dict[int, tuple[int, date]] = field(default_factory=dict)
    on_plan: set[int] = field(default_factory=set)
    item_blocks: dict[int, Block] = field(default_factory=dict)
    pending: dict[int, int | None] = field(default_factory=dict)
    """Entry → amount on its way; None: all of it."""
    customer_blocks: dict[int, Block] = field(default_factory=dict)
    quiet_contacts: set[int] = field(default_factory=set)
    legal: set[int] = field(default_factory=set)
    rungs: dict[int, list[Reached]] = field(default_factory=dict)
    moves: dict[int, list[Move]] = field(default_factory=dict)
    entries: frozenset[int] = frozenset()
    """All entries that something is known about; the others are plain."""


def load(entity: int, customers: Sequence[int], on: date) -> Facts:
    """Everything as it stands on a day."""
    found = Facts()
    _disputes(found, entity, customers, on)
    _promises(found, entity, customers)
    _blocks(found, entity, customers, on)
    _hand_overs(found, entity, customers)
    _rungs(found, entity, customers)
    _moves(found, entity, customers)
    found.entries = frozenset().union(
        found.disputes,
        found.promised,
        found.item_blocks,
        found.pending,
        found.legal,
        found.rungs,
        found.moves,
    )
    return found


def _disputes(found: Facts, entity: int, customers: Sequence[int], on: date) -> None:
    condition, ids = among("customer_id", customers)
    for entry, opened, closed in rows(
        f"""SELECT entry_id, opened_on, closed_on FROM {R}dispute
            WHERE entity_id = %s AND {condition} AND opened_on <= %s ORDER BY opened_on, id""",
        [entity, ids, on],
    ):
        found.disputes.setdefault(entry, []).append((opened, closed))


def disputed(spans: Sequence[tuple[date, date | None]], on: date) -> bool:
    """Whether one of the disputes stands open at the end of a day."""
    return any(closed is None or closed > on for _opened, closed in spans)


def paused_days(spans: Sequence[tuple[date, date | None]], due_on: date, on: date) -> int:
    """Days since the due date on which the item was disputed, each counted once."""
    total, since = 0, due_on
    for opened, closed in spans:
        begins, ends = max(opened, since), min(closed or on, on)
        if ends > begins:
            total += (ends - begins).days
            since = ends
    return total


def _promises(found: Facts, entity: int, customers: Sequence[int]) -> None:
    condition, ids = among("p.customer_id", customers)
    for entry, amount, until, plan in rows(
        f"""SELECT i.entry_id, i.amount, p.grace_until, l.id FROM {D}promisetopay p JOIN {D}promiseitem i ON i.promise_id = p.id
            LEFT JOIN {D}paymentplan l ON l.id = p.plan_id AND l.state = 'ACTIVE'
            WHERE p.state = 'OPEN' AND p.entity_id = %s AND {condition}""",
        [entity, ids],
    ):
        before, latest = found.promised.get(entry, (0, until))
        found.promised[entry] = (before + amount, max(latest, until))
        if plan is not None:
            found.on_plan.add(entry)
    if found.promised:  # what came since the promise was made is promised no more
        for entry, still in promise_money.standing(found.promised).items():
            found.promised[entry] = (still.amount, found.promised[entry][1])


def _blocks(found: Facts, entity: int, customers: Sequence[int], on: date) -> None:
    condition, ids = among("customer_id", customers)
    for customer, entry, contact, reason, amount, until in rows(
        f"""SELECT customer_id, entry_id, contact_id, reason, amount, until_on FROM {D}dunningblock
            WHERE (entity_id = %s OR entity_id IS NULL) AND {condition} AND from_on <= %s
            AND (until_on IS NULL OR until_on >= %s) AND (released_on IS NULL OR released_on > %s) ORDER BY id""",
        [entity, ids, on, on, on],
    ):
        block = Block(reason, until)
        if contact is not None:
            found.quiet_contacts.add(contact)
        elif entry is None:
            found.customer_blocks[customer] = _longer(found.customer_blocks.get(customer), block)
        elif reason == "pending_payment":
            before = found.pending.get(entry, 0)
            found.pending[entry] = None if amount is None or before is None else before + amount
        else:
            found.item_blocks[entry] = _longer(found.item_blocks.get(entry), block)


def _longer(one: Block | None, other: Block) -> Block:
    """The block that holds longer speaks for both."""
    if one is None or (one.until is not None and (other.until is None or other.until > one.until)):
        return other
    return one


def _hand_overs(found: Facts, entity: int, customers: Sequence[int]) -> None:
    condition, ids = among("h.customer_id", customers)
    statement = f"""SELECT i.entry_id FROM {D}handover h JOIN {D}handoveritem i ON i.hand_over_id = h.id
        WHERE NOT i.ended AND h.entity_id = %s AND {condition}"""
    found.legal = {entry for (entry,) in rows(statement, [entity, ids])}


def _rungs(found: Facts, entity: int, customers: Sequence[int]) -> None:
    """Standing rungs of unsettled items only: the history of years is not walked through each night."""
    condition, ids = among("e.customer_id", customers)
    told = rows(
        f"""SELECT i.entry_id, i.track, i.stage, i.rank, i.reached_on, i.round, n.policy_version_id
            FROM {R}entry e JOIN {D}noticeitem i ON i.entry_id = e.id AND NOT i.withdrawn JOIN {D}notice n ON n.id = i.notice_id
            WHERE e.allocated <> ABS(e.amount) AND e.amount > 0 AND e.entity_id = %s AND {condition} ORDER BY i.id""",
        [entity, ids],
    )
    deadlines = _deadlines({row[6] for row in told if row[6] is not None})
    for entry, track, stage, rank, reached, number, version in told:
        days = deadlines.get((version, stage), 0)
        until = date.fromordinal(reached.toordinal() + days) if days and reached is not None else None
        found.rungs.setdefault(entry, []).append(Reached(track, stage, rank, reached, number, until))


def _deadlines(versions: set[int]) -> dict[tuple[Any, str], int]:
    """(version, rung) → days of the new deadline that its message gives."""
    ladders = in_force.of_versions(versions) if versions else {}
    return {
        (number, stage.code): stage.deadline_days
        for number, ladder in ladders.items()
        for stage in ladder.stages
        if stage.deadline_days
    }


def _moves(found: Facts, entity: int, customers: Sequence[int]) -> None:
    condition, ids = among("e.customer_id", customers)
    for entry, track, rank, number, on in rows(
        f"""SELECT m.entry_id, m.track, m.rank, m.round, m.moved_on FROM {R}entry e JOIN {D}laddermove m ON m.entry_id = e.id
            WHERE e.allocated <> ABS(e.amount) AND e.amount > 0 AND e.entity_id = %s AND {condition}
            ORDER BY m.audit_seq, m.id""",
        [entity, ids],
    ):
        found.moves.setdefault(entry, []).append(Move(track, rank, number, on))
