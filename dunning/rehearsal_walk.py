"""Lives one customer's past through under given ladders: the same decisions as a real night, the same second look at sending.

What would have been proposed to a person counts as released at once. Days on which nothing can change are skipped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from dunning.rehearsal_past import Own, Past
from dunning.rules import arbiter, policy
from dunning.rules.arbiter import Draft
from dunning.rules.audience import MESSAGES, House
from dunning.rules.ladder import Ladder
from dunning.rules.picture import Picture, Reached
from dunning.rules.policy import Decision
from dunning.rules.second_look import NoticeFacts, Right, still_right
from receivables.rules import contact_hours

_DAY = timedelta(days=1)
TIMELESS = frozenset(
    {
        "disputed",
        "promised",
        "plan",
        "blocked",
        "legal",
        "pending",
        "done",
        "closed",
        "exempt",
        "nothing_open",
    }
)
"""Reasons that last until something happens."""
DATED = frozenset({"not_due", "stage_not_due", "item_gap", "gap"})
"""Reasons that name the day on which they are over."""

UNHEARD = frozenset({"no_contact", "opted_out"})
"""Reasons that stop an item at a stage until somebody finds an address or another channel."""

Laws = Callable[[date, Picture], Sequence[Ladder]]
"""Which ladders speak about a customer on a day, the leading one first."""


@dataclass(slots=True)
class Said:
    """Something the ladders would have said or done: decided on a day, delivered on a later or the same one, or withdrawn."""

    customer: int
    entity: int
    decided_on: date
    day: date
    track: str
    stage: str
    audience: str
    channel: str
    recipient: str
    currency: str
    total: int
    proposed: bool
    climbing: tuple[tuple[int, str], ...]
    listed: tuple[int, ...]
    outward: bool
    contact: int | None = None
    withdrawn: str = ""

    @property
    def deferred(self) -> int:
        return (self.day - self.decided_on).days


@dataclass(slots=True)
class Walked:
    """What a customer's year would have been."""

    customer: int
    entity: int
    said: list[Said] = field(default_factory=list)
    owed_days: int = 0
    """Days with something overdue that were looked at."""
    why: dict[str, int] = field(default_factory=dict)
    """Reason of the customer → on how many days looked at."""
    gaps: int = 0
    stuck: set[tuple[int, str, str]] = field(default_factory=set)
    """(entry, stage, why): items that could not take a stage because nobody can be written to on its channels."""


@dataclass(slots=True)
class _Waiting:
    said: Said
    draft: Draft
    ladders: dict[str, Ladder]


@dataclass(slots=True)
class Walk:
    """The state of one walk. `laws` says which ladders speak; `house` is our side as it is now; `moment` when a night runs."""

    past: Past
    laws: Laws
    house: House
    moment: Callable[[date], datetime]
    own: Own = field(default_factory=Own)
    waiting: list[_Waiting] = field(default_factory=list)

    def through(self, since: date, until: date) -> Walked:
        """All days from the first to the last."""
        found = Walked(self.past.customer, self.past.entity)
        events = sorted(day for day in self.past.events() if since < day <= until)
        day, place = since, 0
        while day <= until:
            following = self._night(day, found)
            self._deliver(day, found)
            while place < len(events) and events[place] <= day:
                place += 1
            ahead = [following] if following else []
            ahead += [each.said.day for each in self.waiting if each.said.day > day]
            ahead += events[place : place + 1]
            day = max(day + _DAY, min(ahead)) if ahead else until + _DAY
        return found

    def _night(self, day: date, found: Walked) -> date | None:
        """Decides as a run would; the next day on which a decision can differ without anything happening (None: never)."""
        now = self.moment(day)
        picture = self.past.picture(day, self.own, now)
        if not picture.items:
            return None
        laws = self.laws(day, picture)
        decisions = [(ladder, policy.decide(picture, ladder, on=day, now=now)) for ladder in laws]
        verdict = arbiter.merge(picture, decisions, on=day, now=now, house=self.house)
        if any(item.due_on < day for item in picture.items):
            found.owed_days += 1
            found.why[verdict.code] = found.why.get(verdict.code, 0) + 1
        found.stuck |= {(each[0], each[2], each[1]) for each in verdict.reasons if each[1] in UNHEARD}
        found.gaps += sum(reason[1] == "gap" for _ladder, each in decisions for reason in each.reasons)
        by_track = {ladder.track: ladder for ladder in laws}
        for draft in verdict.drafts:
            self._take(draft, day, by_track, found)
        if verdict.drafts or verdict.tasks:
            return day + _DAY
        return _next_day(decisions, day)

    def _take(self, draft: Draft, day: date, ladders: dict[str, Ladder], found: Walked) -> None:
        """Keeps a draft: a to-do or app line is there at once, a message waits for its hour."""
        message = draft.target.channel in MESSAGES
        arrives = contact_hours.local_date(draft.target.due_at, self.house.zone) if message else day
        said = Said(
            customer=draft.customer,
            entity=self.past.entity,
            decided_on=day,
            day=max(day, arrives),
            track=draft.track,
            stage=draft.stage.code,
            audience=draft.stage.audience,
            channel=draft.target.channel,
            recipient=draft.target.recipient,
            currency=draft.currency,
            total=draft.total,
            proposed=draft.state == "PROPOSED",
            climbing=tuple((intent.item.entry, intent.stage.code) for intent in draft.climbing),
            listed=tuple(item.entry for item, _ask in draft.rows),
            outward=draft.stage.outward,
            contact=draft.target.contact,
        )
        found.said.append(said)
        self._stand(draft, ladders, None if message else day)
        if message:
            self.waiting.append(_Waiting(said, draft, ladders))
        self._remember(found)

    def _remember(self, found: Walked) -> None:
        """The last message to the customer per currency: the day it left, or was decided on while it waits."""
        waiting = {id(each.said) for each in self.waiting}
        self.own.outward = {}
        for said in found.said:
            if said.contact is not None and not said.withdrawn:
                day = said.decided_on if id(said) in waiting else said.day
                self.own.outward[said.currency] = max(day, self.own.outward.get(said.currency, day))

    def _stand(self, draft: Draft, ladders: dict[str, Ladder], on: date | None) -> None:
        """Puts the items of a draft on their rungs, waiting or reached."""
        for intent in draft.climbing:
            stage = intent.stage
            track = next((t for t, each in ladders.items() if each.stage(stage.code) is stage), draft.track)
            deadline = on + _DAY * stage.deadline_days if on and stage.deadline_days else None
            rung = Reached(track, stage.code, stage.offset, on, intent.round, deadline)
            rungs = self.own.rungs.setdefault(intent.item.entry, [])
            rungs[:] = [each for each in rungs if each.stage != stage.code or each.round != intent.round]
            rungs.append(rung)

    def _deliver(self, day: date, found: Walked) -> None:
        """Looks again at what is due, as the outbox would, and says it or withdraws it."""
        due = [each for each in self.waiting if each.said.day <= day]
        self.waiting = [each for each in self.waiting if each.said.day > day]
        for each in due:
            said, draft = each.said, each.draft
            notice = NoticeFacts(
                said.currency, said.audience, said.channel, said.recipient, said.contact,
                tuple((intent.item.entry, intent.stage.code, intent.round) for intent in draft.climbing),
            )  # fmt: skip
            now = self.moment(day)
            picture = self.past.picture(day, self.own, now)
            right = still_right(picture, notice, each.ladders.get(draft.track), on=day, now=now)
            self._leave(draft)
            if not isinstance(right, Right):
                said.withdrawn = right.code
                continue
            said.stage, said.total = right.stage.code, right.total
            said.climbing = tuple((intent.item.entry, intent.stage.code) for intent in right.climbing)
            said.listed = tuple(item.entry for item, _ask in right.rows)
            self._stand(replace(draft, climbing=list(right.climbing)), each.ladders, day)
            if said.contact is not None:
                self.own.messages.append((day, said.contact, said.channel))
        if due:
            self._remember(found)

    def _leave(self, draft: Draft) -> None:
        """Takes the waiting rungs of a draft away."""
        for intent in draft.climbing:
            rungs = self.own.rungs.get(intent.item.entry, [])
            rungs[:] = [r for r in rungs if not (r.on is None and r.stage == intent.stage.code)]


def _next_day(decisions: Sequence[tuple[Ladder, Decision]], day: date) -> date | None:
    """The first day on which one of the reasons may be over by itself; tomorrow where a reason does not say."""
    ahead: list[date] = []
    for _ladder, decision in decisions:
        for _entry, code, *figures in decision.reasons:
            if code in TIMELESS:
                continue
            if code in DATED and len(figures) > 1:
                ahead.append(date.fromisoformat(figures[1]))
            elif code == "deadline_running":
                ahead.append(date.fromisoformat(figures[1]) + _DAY)
            else:
                return day + _DAY
    return max(day + _DAY, min(ahead)) if ahead else None
