"""Makes one voice of what all tracks want to say about a customer: drafts of notices, to-dos for what cannot be said, reasons.

One message per recipient, channel, currency and day, at the highest rung of its items; items keep their own. It writes nothing.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime

from dunning.rules import audience, reasons
from dunning.rules.audience import MESSAGES, House, Target
from dunning.rules.ladder import Ladder, Stage
from dunning.rules.picture import Item, Picture
from dunning.rules.policy import Decision, Intent, listed, net
from dunning.rules.reasons import Reason
from dunning.rules.second_look import lists_all
from receivables.rules import contact_hours


@dataclass(slots=True)
class Draft:
    """A notice about to be: PROPOSED waits for a person (`why`), RELEASED for its time, HANDED_OVER is a to-do or app line."""

    customer: int
    currency: str
    track: str
    stage: Stage
    version_id: int
    target: Target
    climbing: list[Intent]
    rows: list[tuple[Item, int]]
    total: int
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Somebody must find a way to reach the customer: no address, or they asked us to stop everywhere."""

    customer: int
    stage: str
    reason: str
    user: int | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """All of a customer's day: what is said, what somebody must do first, and the reason of every item."""

    picture: Picture
    drafts: tuple[Draft, ...]
    tasks: tuple[Task, ...]
    reasons: tuple[Reason, ...]
    code: str


Voice = tuple[str, str, str]
"""(recipient, channel, currency): what may speak once a day."""


def merge(
    picture: Picture,
    decisions: Sequence[tuple[Ladder, Decision]],
    *,
    on: date,
    now: datetime,
    house: House,
    spoken: Set[Voice] = frozenset(),
    outward_spoken: Set[str] = frozenset(),
) -> Verdict:
    """Drafts in a stable order. The first decision gives the items' reasons; others add theirs where an item climbs.

    `spoken` are the voices that spoke to this customer on this day already, `outward_spoken` the currencies the customer
    heard of: what they would say more waits for the next run.
    """
    since = max(now, contact_hours.local_midnight(on, house.zone))
    table = _Table(picture, on, since, house, spoken, outward_spoken)
    for ladder, decision in decisions:
        for bundle in _bundles(decision.intents):
            table.speak(ladder, bundle)
    found = _reasons(decisions, table.final)
    return Verdict(picture, tuple(table.drafts), tuple(table.tasks), found, reasons.of_customer(found))


@dataclass(slots=True)
class _Table:
    """Where all tracks put down what they want said: `final` is the reason of each (track, entry) that climbs."""

    picture: Picture
    on: date
    since: datetime
    house: House
    spoken: Set[Voice]
    outward_spoken: Set[str]
    drafts: list[Draft] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    final: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)

    def speak(self, ladder: Ladder, climbing: list[Intent]) -> None:
        """Adds one draft for a bundle, or joins it to the draft of the same voice; or says why it is not said."""
        stage = max((intent.stage for intent in climbing), key=lambda each: each.offset)
        find = audience.outside if stage.outward else audience.inside
        target = find(self.picture, stage, self.house, self.since)
        currency = climbing[0].item.currency
        if isinstance(target, Target) and self._spoke(target, currency, stage):
            target = "gap"
        if isinstance(target, str):
            highest = [intent for intent in climbing if intent.stage is stage]
            self._silent(ladder, highest, stage, target)
            lower = [intent for intent in climbing if intent.stage is not stage]
            if lower:  # a rung that reaches nobody holds up its own items only
                self.speak(ladder, lower)
            return
        draft = _same_voice(self.drafts, target, currency)
        if draft is None:
            customer, version = self.picture.customer, ladder.version_id
            draft = Draft(customer, currency, ladder.track, stage, version, target, [], [], 0, "")
            self.drafts.append(draft)
        elif stage.offset > draft.stage.offset:
            draft.track, draft.stage, draft.version_id = ladder.track, stage, ladder.version_id
        draft.climbing += climbing
        draft.rows = listed(
            self.picture, currency, draft.climbing, self.on, overdue=lists_all(draft.climbing)
        )
        draft.total = net(self.picture, currency, draft.rows)
        draft.state, draft.why = _state(self.picture, draft)
        said = reasons.PROPOSED if draft.state == "PROPOSED" else reasons.SENT
        for intent in climbing:
            self.final[ladder.track, intent.item.entry] = (said, intent.stage.code)

    def _spoke(self, target: Target, currency: str, stage: Stage) -> bool:
        voice = (target.recipient, target.channel, currency)
        return voice in self.spoken or (stage.outward and currency in self.outward_spoken)

    def _silent(self, ladder: Ladder, climbing: list[Intent], stage: Stage, why: str) -> None:
        for intent in climbing:
            self.final[ladder.track, intent.item.entry] = (why, intent.stage.code)
        if why in ("no_contact", "opted_out") and not self.tasks:
            user = self.picture.collector or self.picture.rep
            self.tasks.append(Task(self.picture.customer, stage.code, why, user, self.house.task_due_at))


def _bundles(intents: Sequence[Intent]) -> list[list[Intent]]:
    """What the customer is told in a currency is one bundle; what our own people hear one for each audience and means."""
    found: dict[tuple[object, ...], list[Intent]] = {}
    for intent in intents:
        stage, currency = intent.stage, intent.item.currency
        key: tuple[object, ...] = (currency,) if stage.outward else (currency, stage.audience, stage.channels)
        found.setdefault(key, []).append(intent)
    return list(found.values())


def _same_voice(drafts: list[Draft], target: Target, currency: str) -> Draft | None:
    for draft in drafts:
        at = draft.target
        if (at.recipient, at.channel, draft.currency) == (target.recipient, target.channel, currency):
            return draft
    return None


def _state(picture: Picture, draft: Draft) -> tuple[str, str]:
    if draft.target.channel not in MESSAGES:
        return "HANDED_OVER", ""
    important = any(
        needs_person(i.stage, picture.importance, draft.currency, draft.total) for i in draft.climbing
    )
    return ("PROPOSED", "important") if important else ("RELEASED", "")


def needs_person(stage: Stage, importance: int, currency: str, total: int) -> bool:
    """Importance × amount: whether somebody looks at it before it leaves. Only messages to the customer are looked at."""
    limits = stage.person_from.get(importance) if stage.outward else None
    if not limits:
        return False
    limit = limits.get(currency, limits.get("*"))
    return limit is not None and total >= limit


def _reasons(
    decisions: Sequence[tuple[Ladder, Decision]], final: dict[tuple[str, int], tuple[str, ...]]
) -> tuple[Reason, ...]:
    if not final:
        return decisions[0][1].reasons if decisions else ()
    found: list[Reason] = []
    for place, (ladder, decision) in enumerate(decisions):
        for reason in decision.reasons:
            told = final.get((ladder.track, reason[0]))
            if told is not None and reason[1] == reasons.SENT:
                found.append((reason[0], *told))
            elif place == 0:
                found.append(reason)
    return tuple(found)
