"""Is a notice that was decided earlier still right? Asked at the moment of sending, of a fresh picture.

It never makes a message say more than was decided: items only fall out, and what is left may speak at a lower rung.
"""

from dataclasses import dataclass
from datetime import date, datetime

from dunning.rules.ladder import OUTSIDE, Ladder, Stage
from dunning.rules.picture import ContactView, Item, Picture
from dunning.rules.policy import Intent, askable, customer_stop, item_stop, listed, net, outward_hold
from dunning.rules.standing import days_past_due, over, reached_from, standing


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What a notice says, to whom. `items`: (entry, stage, round) of each climbing item."""

    currency: str
    audience: str
    channel: str
    recipient: str
    contact: int | None
    items: tuple[tuple[int, str, int], ...]


@dataclass(frozen=True, slots=True)
class Right:
    """It may go: at `stage`, about `climbing`, listing `rows` (item, asked amount), for `total`; `dropped` are (entry, why)."""

    stage: Stage
    climbing: tuple[Intent, ...]
    rows: tuple[tuple[Item, int], ...]
    total: int
    dropped: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """It must not go any more, and why: a reason code, or `paid`, `too_late`, `policy`."""

    code: str


def still_right(
    picture: Picture, notice: NoticeFacts, ladder: Ladder | None, *, on: date, now: datetime
) -> Right | Wrong:
    """1. the customer; 2. the recipient; 3. what holds messages; 4. each item; 5. amounts. Gaps were kept when it was decided."""
    stop = customer_stop(picture)
    if stop is not None:
        return Wrong(stop[0])
    if ladder is None:
        return Wrong("exempt")
    if notice.audience in OUTSIDE:
        why = _unreachable(picture, notice) or outward_hold(picture, ladder, notice.currency, now=now)
        if why is not None:
            return Wrong(why[0])
    climbing: list[Intent] = []
    dropped: list[tuple[int, str]] = []
    items = {item.entry: item for item in picture.items}
    for entry, code, number in notice.items:
        found = _item(items.get(entry), ladder.stage(code), number, ladder, on)
        if isinstance(found, Intent):
            climbing.append(found)
        else:
            dropped.append((entry, found))
    if not climbing:
        return Wrong(dropped[0][1] if dropped else "paid")
    return _amounts(picture, notice, ladder, climbing, tuple(dropped), on)


def _amounts(
    picture: Picture, notice: NoticeFacts, ladder: Ladder, climbing: list[Intent], dropped: tuple[tuple[int, str], ...], on: date
) -> Right | Wrong:  # fmt: skip
    rows = listed(picture, notice.currency, climbing, on, overdue=lists_all(climbing))
    total = net(picture, notice.currency, rows)
    stage = max((intent.stage for intent in climbing), key=lambda each: each.offset)
    if total <= 0:
        return Wrong("covered")
    if total < max(ladder.minimum.get(notice.currency, 0), stage.minimum.get(notice.currency, 0)):
        return Wrong("minimum")
    return Right(stage, tuple(climbing), tuple(rows), total, dropped)


def lists_all(climbing: list[Intent]) -> bool:
    """A word to our own people before the due date speaks of its items only; all else shows everything that is overdue."""
    return any(intent.stage.outward or intent.stage.offset >= 0 for intent in climbing)


def _item(item: Item | None, stage: Stage | None, number: int, ladder: Ladder, on: date) -> Intent | str:
    if item is None or item.open_amount <= 0:
        return "paid"
    if stage is None:
        return "policy"
    stop = item_stop(item)
    if stop is not None:
        return stop[0]
    at = standing(item, ladder.track)
    if number != at.round or stage.offset <= at.rank:
        return "done"  # somebody moved it on the ladder since
    dpd = days_past_due(item, on)
    if over(stage, dpd):
        return "too_late"
    if dpd < reached_from(stage, ladder):
        return "stage_not_due"
    return Intent(item, stage, number, dpd, askable(item))


def _unreachable(picture: Picture, notice: NoticeFacts) -> tuple[str] | None:
    """The contact is gone, its address changed or bounced, or it asked us to stop."""
    if notice.contact is None:
        return None
    contact: ContactView | None = next((c for c in picture.contacts if c.id == notice.contact), None)
    if contact is None:
        return ("no_contact",)
    if notice.channel in contact.stopped:
        return ("opted_out",)
    return None if contact.addresses.get(notice.channel) == notice.recipient else ("no_contact",)
