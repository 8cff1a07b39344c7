"""A customer's past at one entity, loaded once, and the picture of it on any day: what was open, disputed, promised or blocked.

Pure values: who loads them is `rehearsal_facts`, who walks through the days is `rehearsal_walk`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from dunning.questions.picture_facts import disputed, paused_days
from dunning.rules.picture import Block, ContactView, Item, Picture, Reached

_DAY = timedelta(days=1)
PENDING = "pending_payment"


class Steps:
    """An amount that changes by day: what it adds up to at the end of any day."""

    __slots__ = ("_days", "_sums", "changes")

    def __init__(self, changes: Sequence[tuple[date, int]]) -> None:
        self.changes = sorted(changes)
        self._days: list[date] = []
        self._sums: list[int] = []
        total = 0
        for day, amount in self.changes:
            total += amount
            self._days.append(day)
            self._sums.append(total)

    def on(self, day: date) -> int:
        place = bisect_right(self._days, day)
        return self._sums[place - 1] if place else 0


@dataclass(slots=True)
class Span:
    """Something that held from a day until before another (`to` empty: still)."""

    since: date
    to: date | None
    reason: str = ""
    until: date | None = None
    amount: int | None = None
    on_plan: bool = False

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.to is None or day < self.to)


@dataclass(slots=True)
class Debit:
    """One open item of the past, with what was settled of it day by day and what kept us from asking."""

    entry: int
    invoice: int | None
    number: str
    currency: str
    due_on: date
    amount: int
    booked_on: date
    settled: Steps
    disputes: list[tuple[date, date | None]] = field(default_factory=list)
    blocks: list[Span] = field(default_factory=list)
    legal: list[Span] = field(default_factory=list)
    promises: list[Span] = field(default_factory=list)

    def open_on(self, day: date) -> int:
        return 0 if day < self.booked_on else self.amount - self.settled.on(day)


@dataclass(frozen=True, slots=True)
class Manner:
    """How the customer stood with us from a day on: what their profile and class said."""

    since: date
    segment: str
    importance: int
    rep: int | None
    collector: int | None


@dataclass(slots=True)
class Own:
    """What the rehearsed ladders have said so far: kept by the walk, never written anywhere."""

    rungs: dict[int, list[Reached]] = field(default_factory=dict)
    outward: dict[str, date] = field(default_factory=dict)
    """Currency → day of the last message to the customer, or the day on which it was decided while it waits."""
    messages: list[tuple[date, int, str]] = field(default_factory=list)
    """(day, contact, channel) of each message that left."""


@dataclass(slots=True)
class Past:
    """One customer at one entity."""

    customer: int
    entity: int
    code: str
    closed: bool
    debits: list[Debit] = field(default_factory=list)
    unapplied: dict[str, Steps] = field(default_factory=dict)
    manners: list[Manner] = field(default_factory=list)
    classes: list[tuple[date, str]] = field(default_factory=list)
    blocks: list[Span] = field(default_factory=list)
    contacts: tuple[ContactView, ...] = ()
    muted: dict[int, list[Span]] = field(default_factory=dict)
    """Contact → when it was blocked."""
    bank_files: list[datetime] = field(default_factory=list)
    """When the entity's bank files were taken in."""

    def picture(self, day: date, own: Own, now: datetime) -> Picture:
        """The customer as they stood at the end of a day, with the rungs that the rehearsal has climbed."""
        manner = self.manner(day)
        items = tuple(self._item(debit, day, own) for debit in self.debits if debit.open_on(day) > 0)
        return Picture(
            customer=self.customer,
            entity=self.entity,
            on=day,
            code=self.code,
            closed=self.closed,
            importance=manner.importance,
            segment=manner.segment,
            risk_class=self.risk_class(day),
            rep=manner.rep,
            collector=manner.collector,
            items=items,
            contacts=tuple(self._contacts(day, own)),
            unapplied={c: left for c, steps in self.unapplied.items() if (left := steps.on(day)) > 0},
            block=_block(self.blocks, day),
            last_outward_on=dict(own.outward),
            newest_bank_file=self.bank_files[place - 1]
            if (place := bisect_left(self.bank_files, now))
            else None,
        )

    def manner(self, day: date) -> Manner:
        """The profile of that day."""
        return next(
            (each for each in reversed(self.manners) if each.since <= day), Manner(day, "", 2, None, None)
        )

    def risk_class(self, day: date) -> str:
        return next((code for since, code in reversed(self.classes) if since <= day), "N")

    def events(self) -> set[date]:
        """Every day on which something of this may change what is decided, but for the passing of days."""
        days: set[date] = {each.since for each in self.manners} | {since for since, _code in self.classes}
        spans = [*self.blocks, *(span for each in self.muted.values() for span in each)]
        for debit in self.debits:
            days.add(debit.booked_on)
            days |= {day for day, _amount in debit.settled.changes}
            spans += [*debit.blocks, *debit.legal, *debit.promises]
            days |= {day for span in debit.disputes for day in span if day}
        for steps in self.unapplied.values():
            days |= {day for day, _amount in steps.changes}
        for span in spans:
            days |= {span.since} | ({span.to} if span.to else set())
        return days

    def _item(self, debit: Debit, day: date, own: Own) -> Item:
        promised = [span for span in debit.promises if span.holds(day)]
        open_amount = debit.open_on(day)
        on_its_way = [span for span in debit.blocks if span.reason == PENDING and span.holds(day)]
        return Item(
            entry=debit.entry,
            invoice=debit.invoice,
            number=debit.number,
            currency=debit.currency,
            due_on=debit.due_on,
            original=debit.amount,
            open_amount=open_amount,
            disputed=disputed([span for span in debit.disputes if span[0] <= day], day),
            paused_days=paused_days([span for span in debit.disputes if span[0] <= day], debit.due_on, day),
            promised=min(sum(span.amount or 0 for span in promised), open_amount),
            promised_until=max((span.until for span in promised if span.until), default=None),
            on_plan=any(span.on_plan for span in promised),
            pending=min(sum(open_amount if s.amount is None else s.amount for s in on_its_way), open_amount),
            block=_block([span for span in debit.blocks if span.reason != PENDING], day),
            legal=any(span.holds(day) for span in debit.legal),
            rungs=tuple(own.rungs.get(debit.entry, ())),
        )

    def _contacts(self, day: date, own: Own) -> Iterator[ContactView]:
        week = day - 7 * _DAY
        for contact in self.contacts:
            if any(span.holds(day) for span in self.muted.get(contact.id, ())):
                continue
            recent: dict[str, int] = {}
            for on, who, channel in own.messages:
                if who == contact.id and week <= on <= day:
                    recent[channel] = recent.get(channel, 0) + 1
            yield replace(contact, recent=recent)


def _block(spans: Sequence[Span], day: date) -> Block | None:
    """The block in force; of several the one that lasts longest."""
    held = [span for span in spans if span.holds(day)]
    if not held:
        return None
    longest = max(held, key=lambda span: span.until or date.max)
    return Block(longest.reason, longest.until)
