"""Where an item stands on a ladder, and which rung is next. The clock of an item is its due date and the days it was disputed.

Levels belong to the item: another item's rungs say nothing here. Whether anybody may be asked at all is `policy`'s.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dunning.rules.ladder import Ladder, Stage
from dunning.rules.picture import Item, Move
from dunning.rules.reasons import Reason

NONE = -32768
"""The rank of an item that stands on no rung."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an item has reached on a track in its present round. `had`: the rungs it has, waiting ones and other tracks' too."""

    round: int = 1
    rank: int = NONE
    since: date | None = None
    had: frozenset[str] = frozenset()
    waiting: str = ""
    deadline: date | None = None


NOWHERE = Standing()


def days_past_due(item: Item, on: date) -> int:
    """Days since the due date less those on which it was disputed; below zero before it."""
    return (on - item.due_on).days - item.paused_days


def standing(item: Item, track: str) -> Standing:
    """A move by hand counts as reached from its day; what was reached later counts on top."""
    if not item.rungs and not item.moves:
        return NOWHERE
    move = _last_move(item, track)
    number = max([rung.round for rung in item.rungs if rung.track == track], default=1)
    if move is not None:
        number = max(number, move.round)
        move = move if move.round == number else None
    rank, since = (NONE, None) if move is None else (move.rank, move.on)
    had, waiting, deadline = set(), "", None
    for rung in item.rungs:
        if rung.round != number:
            continue
        had.add(rung.stage)
        if rung.track != track:
            continue
        if rung.on is None:
            waiting = rung.stage
        elif move is None or rung.on > move.on:
            rank = max(rank, rung.rank)
            since = rung.on if since is None else max(since, rung.on)
            if rung.deadline_on is not None:
                deadline = rung.deadline_on if deadline is None else max(deadline, rung.deadline_on)
    return Standing(number, rank, since, frozenset(had), waiting, deadline)


def _last_move(item: Item, track: str) -> Move | None:
    found = None
    for move in item.moves:
        if move.track == track:
            found = move
    return found


def over(stage: Stage, dpd: int) -> bool:
    """A note before the due date is not said after its last day; a rung of overdue items never expires."""
    return stage.offset < 0 and dpd > (-1 if stage.until is None else stage.until)


def reached_from(stage: Stage, ladder: Ladder) -> int:
    """The first day past due (inclusive) of a rung; grace moves what comes after the due date."""
    return stage.offset + ladder.grace_days if stage.offset > 0 else stage.offset


def next_stage(ladder: Ladder, at: Standing, dpd: int) -> Stage | None:
    """The lowest rung above the highest reached one that the item does not have. After a terminal one there is none."""
    rank, had, found = at.rank, at.had, None
    for stage in ladder.stages:
        if stage.code in had:
            if stage.terminal:
                return None
        elif found is None and stage.offset > rank and not over(stage, dpd):
            found = stage
    return found


def climb(item: Item, ladder: Ladder, at: Standing, dpd: int, on: date) -> Stage | Reason:
    """The rung an item takes today, or why it takes none: pending, done, not_due, stage_not_due, item_gap, deadline_running."""
    if at.waiting:
        return (item.entry, "pending", at.waiting)
    stage = next_stage(ladder, at, dpd)
    if stage is None:
        return (item.entry, "done")
    first = reached_from(stage, ladder)
    if dpd < first:
        day = item.due_on + timedelta(days=first + item.paused_days)
        return (item.entry, "stage_not_due" if dpd > 0 else "not_due", stage.code, day.isoformat())
    gap = max(1, stage.min_gap)  # one rung a day, however often the night runs
    if at.since is not None and (on - at.since).days < gap:
        day = at.since + timedelta(days=gap)
        return (item.entry, "item_gap", stage.code, day.isoformat())
    if at.deadline is not None and on <= at.deadline:
        return (item.entry, "deadline_running", stage.code, at.deadline.isoformat())
    return stage
