"""What a night would do: candidates, and the verdict on each. The run and the dry run both ask here, so they cannot differ.

It reads only; who writes it down is `services/runs`.
"""

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q

from dunning.questions import in_force, pictures
from dunning.questions.in_force import Choice, Choices
from dunning.questions.sql import among, rows
from dunning.rules import arbiter, policy, reasons
from dunning.rules.arbiter import Verdict, Voice
from dunning.rules.audience import Colleague, House
from dunning.rules.ladder import Ladder
from dunning.rules.picture import Picture
from dunning.rules.policy import Decision
from dunning.rules.reasons import Reason
from receivables.models import LegalEntity, User
from receivables.services import work

R, D = "receivables_", "dunning_"
TASK_HOURS = 8
"""Working hours in which a to-do of a rung is done."""
LAST_ID = 2**63 - 1
_SOFT = frozenset(
    {"pending", "stage_not_due", "not_due", "item_gap", "deadline_running", "done", "gap", "later_stage"}
)
log = logging.getLogger("duebook.dunning")


@dataclass(slots=True)
class Judged:
    """The verdicts on a chunk, and the customers whose facts broke a rule of ours (id → what happened)."""

    verdicts: list[Verdict] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Spoken:
    """What was said to a customer on the day already: voices, currencies the customer itself heard, items with their reason."""

    voices: set[Voice] = field(default_factory=set)
    outward: set[str] = field(default_factory=set)
    items: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)


NOTHING = Spoken()


@contextmanager
def without_collector() -> Iterator[None]:
    """Hundreds of thousands of small values that refer to nothing in a circle: looking for circles took a third of a night."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def candidates_sql(
    entity: int, on: date, horizon: int, first: int = 0, last: int = LAST_ID
) -> tuple[str, list[object]]:
    """Customers with an open debit that is due or nearly so, and those whose reason on record is still about something."""
    return (
        f"""SELECT customer_id FROM {R}entry WHERE allocated <> ABS(amount) AND amount > 0 AND entity_id = %s AND due_on <= %s
              AND customer_id BETWEEN %s AND %s
            UNION SELECT customer_id FROM {D}runoutcome WHERE entity_id = %s AND to_on IS NULL AND code <> 'nothing_open'
              AND customer_id BETWEEN %s AND %s""",
        [entity, on + timedelta(days=horizon), first, last, entity, first, last],
    )


def candidates(entity: int, on: date, *, first: int = 0, last: int = LAST_ID) -> list[int]:
    """Whom a night looks at, among the ids from `first` to `last`."""
    statement, values = candidates_sql(entity, on, in_force.horizon(), first, last)
    return sorted(pk for (pk,) in rows(statement, values))


def bounds(entity: int, on: date, size: int) -> list[tuple[int, int]]:
    """(first, last) id of chunks of about `size` candidates; together they cover every id there is or will be."""
    statement, values = candidates_sql(entity, on, in_force.horizon())
    numbered = f"SELECT customer_id, ROW_NUMBER() OVER (ORDER BY customer_id) AS n FROM ({statement}) found"
    ends = [
        pk
        for (pk,) in rows(
            f"SELECT customer_id FROM ({numbered}) numbered WHERE n %% %s = 0 ORDER BY 1", [*values, size]
        )
    ]
    starts = [0, *(end + 1 for end in ends)]
    return list(zip(starts, [*ends, LAST_ID], strict=True))


def judge(entity: LegalEntity, customers: Sequence[int], on: date, now: datetime) -> Judged:
    """The verdict on each customer, in order of id. One whose facts break a rule is set aside; the others go on."""
    with without_collector():
        return _judge(entity, customers, on, now)


def _judge(entity: LegalEntity, customers: Sequence[int], on: date, now: datetime) -> Judged:
    due_until = on + timedelta(days=in_force.horizon())
    shown = pictures.load(entity, customers, on, now, due_until=due_until, contacts=False)
    chosen = in_force.ladders(entity.pk, shown)
    found = Judged()
    decided: dict[int, list[tuple[Ladder, Decision]]] = {}
    for picture in shown:
        try:
            decided[picture.customer] = _decide(picture, chosen[picture.customer], on, now)
        except Exception as problem:
            _set_aside(found, picture, problem)
    speaking = {pk for pk, pairs in decided.items() if any(pair[1].intents for pair in pairs)}
    outward = [p for p in shown if p.customer in speaking and _outward(decided[p.customer])]
    reachable = {p.customer: p for p in pictures.with_contacts(entity, outward, on, now)}
    spoken = _spoken(entity.pk, customers, on)
    ours = house(entity, now) if speaking else None
    for picture in shown:
        pairs = decided.get(picture.customer)
        if pairs is None:
            continue
        try:
            heard = spoken.get(picture.customer, NOTHING)
            picture = reachable.get(picture.customer, picture)  # noqa: PLW2901
            found.verdicts.append(_merge(picture, pairs, heard, ours, on, now))
        except Exception as problem:
            _set_aside(found, picture, problem)
    return found


def verdicts(entity: LegalEntity, on: date, now: datetime, *, size: int = 2000) -> Iterator[Judged]:
    """The whole night, chunk by chunk."""
    for first, last in bounds(entity.pk, on, size):
        yield judge(entity, candidates(entity.pk, on, first=first, last=last), on, now)


def _decide(picture: Picture, choices: Choices, on: date, now: datetime) -> list[tuple[Ladder, Decision]]:
    """One decision for each ladder that speaks. Where nobody chases, every item says that they are exempt."""
    found = []
    for choice in choices:
        if choice.ladder is not None:
            found.append((choice.ladder, policy.decide(picture, choice.ladder, on=on, now=now)))
        elif choice.track == in_force.TRACKS[0]:
            found.append((_silent(choice), policy.unanimous(picture, "exempt", _because(choice))))
    return found


def _silent(choice: Choice) -> Ladder:
    return Ladder("", 0, choice.track, ())


def _because(choice: Choice) -> str:
    return choice.decided_by.reason if choice.decided_by else "no_policy"


def _outward(pairs: list[tuple[Ladder, Decision]]) -> bool:
    return any(intent.stage.outward for _ladder, decision in pairs for intent in decision.intents)


def _merge(
    picture: Picture, pairs: list[tuple[Ladder, Decision]], heard: Spoken, ours: House | None, on: date, now: datetime
) -> Verdict:  # fmt: skip
    if ours is None or not any(decision.intents for _ladder, decision in pairs):
        found = pairs[0][1].reasons
        merged = Verdict(picture, (), (), found, pairs[0][1].code)
    else:
        merged = arbiter.merge(
            picture, pairs, on=on, now=now, house=ours, spoken=heard.voices, outward_spoken=heard.outward
        )
    if not heard.items:
        return merged
    kept = _remembered(merged.reasons, pairs[0][0].track, heard)
    return Verdict(picture, merged.drafts, merged.tasks, kept, reasons.of_customer(kept))


def _remembered(found: Sequence[Reason], track: str, heard: Spoken) -> tuple[Reason, ...]:
    """What was said earlier on the same day is still the day's reason, unless the item is held by something since."""
    told = dict(heard.items)
    kept: list[Reason] = []
    for reason in found:
        said = told.pop((track, reason[0]), None)
        kept.append((reason[0], *said) if said and reason[1] in _SOFT else reason)
    kept += [(entry, *said) for (other, entry), said in told.items() if other != track]
    return tuple(kept)


def _spoken(entity: int, customers: Sequence[int], on: date) -> dict[int, Spoken]:
    condition, ids = among("n.customer_id", customers)
    found: dict[int, Spoken] = {}
    for customer, recipient, channel, currency, contact, state, track, entry, stage in rows(
        f"""SELECT n.customer_id, n.recipient, n.channel, n.currency, n.contact_id, n.state, i.track, i.entry_id, i.stage
            FROM {D}notice n LEFT JOIN {D}noticeitem i ON i.notice_id = n.id AND NOT i.withdrawn
            WHERE n.entity_id = %s AND n."on" = %s AND {condition} AND n.state <> 'WITHDRAWN' ORDER BY i.id""",
        [entity, on, ids],
    ):
        heard = found.setdefault(customer, Spoken())
        heard.voices.add((recipient, channel, currency))
        if contact is not None:
            heard.outward.add(currency)
        if entry is not None:
            said = reasons.PROPOSED if state == "PROPOSED" else reasons.SENT
            heard.items[track, entry] = (said, stage)
    return found


def house(entity: LegalEntity, now: datetime) -> House:
    """Our people at the entity: who they are, which roles they hold, in order of id."""
    users = User.objects.filter(Q(all_entities=True) | Q(entities=entity), is_active=True).distinct()
    people: dict[int, Colleague] = {}
    roles: dict[str, tuple[int, ...]] = {}
    for user in users.order_by("pk").prefetch_related("roles"):
        people[user.pk] = Colleague(user.pk, user.email, user.phone, tuple(user.told_by))
        for role in user.roles.all():
            roles[role.code] = (*roles.get(role.code, ()), user.pk)
    due_at = work.due_at(entity, now, TASK_HOURS)
    return House(entity.time_zone, entity.contact_hours, due_at, people, roles)


def _set_aside(found: Judged, picture: Picture, problem: Exception) -> None:
    log.error("customer %s could not be judged", picture.customer, exc_info=problem)
    found.failed[picture.customer] = f"{type(problem).__name__}: {problem}"[:200]
