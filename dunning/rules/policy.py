"""Who is asked for what today, and why not: one customer's picture judged by one ladder. Every item gets a reason.

Next rung only, however long the silence was. It chooses no recipient and no channel (`arbiter`), and it sends nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dunning.rules import reasons
from dunning.rules.ladder import Ladder, Stage
from dunning.rules.picture import Block, Item, Picture
from dunning.rules.reasons import Reason
from dunning.rules.standing import Standing, climb, days_past_due, standing

LATER_FROM = 16
"""Who hears of an item this many days overdue is not reminded of others before they are due."""


@dataclass(slots=True)
class Intent:
    """An item that climbs to a rung. `ask` is what is asked for it: open, less what is promised or on its way."""

    item: Item
    stage: Stage
    round: int
    dpd: int
    ask: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a ladder wants said, and the reason of every item in the order of the picture. `code` speaks for the customer."""

    intents: tuple[Intent, ...]
    reasons: tuple[Reason, ...]
    code: str


def decide(picture: Picture, ladder: Ladder, *, on: date, now: datetime) -> Decision:
    """The rung each item takes on a day, or why it takes none.

    1. what holds for the whole customer; 2. what holds an item; 3. the next rung; 4. what holds messages to the customer: gap,
    receipts, stale bank files; 5. amounts: net of unapplied credit, against the minimum.
    """
    stop = customer_stop(picture)
    if stop is not None:
        return unanimous(picture, *stop)
    found: list[Reason] = []
    open_intents: dict[str, list[tuple[int, Intent]]] = {}
    late: set[str] = set()
    for item in picture.items:
        dpd = (on - item.due_on).days - item.paused_days
        held = item_stop(item)
        if held is not None:
            found.append((item.entry, *held))
            continue
        at = standing(item, ladder.track)
        if dpd > 0 and at.had and item.currency not in late and _on_late_rung(item, ladder, at):
            late.add(item.currency)
        step = climb(item, ladder, at, dpd, on)
        if isinstance(step, tuple):
            found.append(step)
            continue
        open_intents.setdefault(item.currency, []).append(
            (len(found), Intent(item, step, at.round, dpd, askable(item)))
        )
        found.append((item.entry, reasons.SENT, step.code))
    if not open_intents:
        return Decision((), tuple(found), reasons.of_customer(found))
    chosen: list[Intent] = []
    for currency, pairs in open_intents.items():
        free = _outward_only_if_free(picture, ladder, currency, pairs, found, late, on, now)
        chosen += [intent for _place, intent in _worth_it(picture, ladder, currency, free, found, on)]
    return Decision(tuple(chosen), tuple(found), reasons.of_customer(found))


def unanimous(picture: Picture, code: str, *figures: object) -> Decision:
    """The same reason for every item."""
    found = tuple((item.entry, code, *figures) for item in picture.items)
    return Decision((), found, code if found else "nothing_open")


def customer_stop(picture: Picture) -> tuple[str, ...] | None:
    """Why nobody speaks with this customer at all: closed, blocked, legal."""
    if picture.closed:
        return ("closed",)
    return None if picture.block is None else _blocked(picture.block)


def item_stop(item: Item) -> tuple[str, ...] | None:
    """Why nobody asks for this item: legal, disputed, blocked, plan, promised, pending (on its way)."""
    if item.legal:
        return ("legal",)
    if item.disputed:
        return ("disputed",)
    if item.block is not None:
        return _blocked(item.block)
    if item.on_plan:
        return ("plan",)
    if (item.promised or item.pending) and item.promised + item.pending >= item.open_amount:
        if not item.promised:
            return ("pending",)
        return ("promised", item.promised_until.isoformat()) if item.promised_until else ("promised",)
    return None


def _blocked(block: Block) -> tuple[str, ...]:
    code = "legal" if block.reason == "legal" else "blocked"
    return (code, block.reason, block.until.isoformat()) if block.until else (code, block.reason)


def askable(item: Item) -> int:
    """What may be asked for of an item that nothing holds."""
    return max(0, item.open_amount - item.promised - item.pending)


def _on_late_rung(item: Item, ladder: Ladder, at: Standing) -> bool:
    """Whether the customer already hears of this item on a rung of the later weeks."""
    for rung in item.rungs:
        if rung.track == ladder.track and rung.round == at.round and rung.rank >= LATER_FROM:
            stage = ladder.stage(rung.stage)
            if stage is None or stage.outward:
                return True
    return False


def listed(
    picture: Picture, currency: str, climbing: Sequence[Intent], on: date, *, overdue: bool = True
) -> list[tuple[Item, int]]:
    """What a message lists, oldest first: the climbing items, and all other overdue items that may be asked for."""
    asked = {intent.item.entry: intent.ask for intent in climbing}
    rows = []
    for item in picture.items:
        if item.currency != currency:
            continue
        if item.entry in asked:
            rows.append((item, asked[item.entry]))
        elif overdue and days_past_due(item, on) > 0 and item_stop(item) is None:
            rows.append((item, askable(item)))
    rows.sort(key=lambda row: (row[0].due_on, row[0].entry))
    return rows


def net(picture: Picture, currency: str, rows: Sequence[tuple[Item, int]]) -> int:
    """The asked amount: the items less unapplied credit, never below zero."""
    return max(0, sum(ask for _item, ask in rows) - picture.unapplied.get(currency, 0))


def outward_hold(picture: Picture, ladder: Ladder, currency: str, *, now: datetime) -> tuple[str, ...] | None:
    """Why the customer hears nothing in a currency just now: bank_stale, receipt_waiting. Asked again when it is sent."""
    hours = ladder.stale_bank_hours
    if hours is not None:
        newest = picture.newest_bank_file
        if newest is None or now - newest > timedelta(hours=hours):
            return ("bank_stale",)
    if ladder.hold_for_receipts and picture.receipts.get(currency, 0) > 0:
        return ("receipt_waiting",)
    return None


def _gap(picture: Picture, ladder: Ladder, currency: str, on: date) -> tuple[str, ...] | None:
    last = picture.last_outward_on.get(currency)
    if last is None or (on - last).days >= ladder.min_gap:
        return None
    return ("gap", (last + timedelta(days=ladder.min_gap)).isoformat())


Pairs = list[tuple[int, Intent]]


def _outward_only_if_free(
    picture: Picture, ladder: Ladder, currency: str, pairs: Pairs, found: list[Reason], late: set[str], on: date, now: datetime
) -> Pairs:  # fmt: skip
    """Drops messages to the customer that must wait; what concerns our own people goes on."""
    if not any(intent.stage.outward for _place, intent in pairs):
        return pairs
    hold = outward_hold(picture, ladder, currency, now=now) or _gap(picture, ladder, currency, on)
    hushed = currency in late or (
        hold is None and any(i.stage.outward and i.stage.offset >= LATER_FROM for _place, i in pairs)
    )
    kept = []
    for place, intent in pairs:
        why = None
        if intent.stage.outward:
            why = hold or (("later_stage",) if hushed and intent.stage.offset < 0 else None)
        if why is None:
            kept.append((place, intent))
        else:
            found[place] = (intent.item.entry, why[0], intent.stage.code, *why[1:])
    return kept


def _worth_it(
    picture: Picture, ladder: Ladder, currency: str, pairs: Pairs, found: list[Reason], on: date
) -> Pairs:
    """Drops what is covered by the customer's own credit or lies below the minimum of the rung or the ladder (net amounts)."""
    if not pairs:
        return pairs
    total = net(picture, currency, listed(picture, currency, [intent for _place, intent in pairs], on))
    kept = []
    for place, intent in pairs:
        if total < intent.stage.minimum.get(currency, 0):
            found[place] = (intent.item.entry, "minimum", intent.stage.code)
        else:
            kept.append((place, intent))
    if len(kept) != len(pairs):
        total = net(picture, currency, listed(picture, currency, [intent for _place, intent in kept], on))
    code = "covered" if total <= 0 else "minimum" if total < ladder.minimum.get(currency, 0) else ""
    if not code:
        return kept
    for place, intent in kept:
        found[place] = (intent.item.entry, code, intent.stage.code)
    return []
