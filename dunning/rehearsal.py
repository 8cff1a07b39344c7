"""Rehearsals: what a night would do, what a ladder would have done over a past year, what would go out if a block ended today.

It reads and changes nothing. A dry run asks the very questions the real run asks; a back-test keeps its own history in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from dunning import rehearsal_checks, rehearsal_facts
from dunning.models import Assignment, DunningBlock, PolicyVersion
from dunning.questions import in_force, night, picture_contacts, pictures
from dunning.rehearsal_past import Past
from dunning.rehearsal_tally import Tally, changes
from dunning.rehearsal_walk import Laws, Said, Walk, Walked
from dunning.rules import arbiter, policy, precedence
from dunning.rules.arbiter import Verdict
from dunning.rules.ladder import Ladder
from dunning.rules.picture import Block, Picture
from dunning.rules.precedence import Assigned
from receivables.models import Allocation, Entry, LegalEntity

LawsOf = Callable[[Past], Laws]
NIGHT = time(2)
DAYS, CHUNK = 365, 40
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """A ladder on trial for a policy, over the days from `since` to `until`. The ladders in force are the other side."""

    policy: int
    track: str
    ladder: Ladder
    since: date
    until: date
    now: datetime


def trial(version: PolicyVersion, ladder: Ladder, *, until: date, now: datetime, days: int = DAYS) -> Trial:
    """A year of a version, up to a day."""
    return Trial(version.policy_id, ladder.track, ladder, until - timedelta(days=days - 1), until, now)


def dry_run(entity: LegalEntity, *, on: date, now: datetime) -> Iterator[Verdict]:
    """Exactly what the run of a night would decide: the same question, and nothing is written."""
    for judged in night.verdicts(entity, on, now):
        yield from judged.verdicts


def chunks(*, since: date, size: int = CHUNK) -> list[tuple[int, list[int]]]:
    """(entity, customers) in pieces: everybody who owed something on or after a day."""
    found = []
    for entity in LegalEntity.objects.order_by("pk").values_list("pk", flat=True):
        later = Allocation.objects.filter(debit=OuterRef("pk"), booked_on__gte=since)
        open_later = Q(allocated__lt=F("amount")) | Exists(later)
        ids = list(
            Entry.objects.debits()
            .filter(open_later, entity_id=entity)
            .order_by("customer_id")
            .values_list("customer_id", flat=True)
            .distinct()
        )
        found += [(entity, ids[n : n + size]) for n in range(0, len(ids), size)]
    return found


def back_test(tried: Trial, entity_id: int, customers: Sequence[int]) -> tuple[Tally, Tally]:
    """One chunk: (what was in force, the ladder on trial), each with what the independent check found."""
    entity = LegalEntity.objects.get(pk=entity_id)
    pasts = rehearsal_facts.load(entity, customers, since=tried.since, until=tried.until, now=tried.now)
    before, after = Tally(), Tally()
    sides = ((before, None), (after, tried))
    for tally, changed in sides:
        told: list[Said] = []
        book = _Book(entity.pk, customers, changed, tried)
        for past, walked in walks(entity, pasts, tried, book.laws):
            mine = [each for each in walked.said if each.track == tried.track]
            if book.speaks(past, tried.since, tried.until):
                tally.add(walked, mine)
                told += mine
        tally.blame(rehearsal_checks.faults(told))
    return before, after


def walks(
    entity: LegalEntity, pasts: Sequence[Past], tried: Trial, laws: LawsOf
) -> Iterator[tuple[Past, Walked]]:
    """Each customer walked through the days; the night is at two o'clock at the entity."""
    zone = ZoneInfo(entity.time_zone)
    ours = night.house(entity, tried.now)

    def moment(day: date) -> datetime:
        return datetime.combine(day, NIGHT, tzinfo=zone)

    for past in pasts:
        yield past, Walk(past, laws(past), ours, moment).through(tried.since, tried.until)


def whole(tried: Trial) -> dict[str, Any]:
    """All chunks at once, as the summary that is kept with the version."""
    before, after = Tally(), Tally()
    for entity, customers in chunks(since=tried.since):
        one, other = back_test(tried, entity, customers)
        before, after = before.plus(one), after.plus(other)
    return summary(tried, before, after)


def summary(tried: Trial, before: Tally, after: Tally) -> dict[str, Any]:
    """What is kept: both tallies, the span, and the customers who would have heard more or less."""
    return {
        "since": tried.since.isoformat(),
        "until": tried.until.isoformat(),
        "at": tried.now.isoformat(timespec="seconds"),
        "before": before.to_json(),
        "after": after.to_json(),
        "changes": [list(row) for row in changes(before, after)],
    }


class _Book:
    """Which ladders speak about whom, with one policy's ladder replaced by the one on trial."""

    def __init__(self, entity: int, customers: Sequence[int], changed: Trial | None, tried: Trial) -> None:
        self.entity, self.tried = entity, tried
        self.rows = in_force.assigned(entity, customers)
        self.active = in_force.active_ladders()
        self.everybody = not Assignment.objects.filter(policy=tried.policy, removed_at__isnull=True).exists()
        """A policy that speaks about nobody yet is tried on everybody."""
        if changed is not None:
            self.active[changed.policy] = changed.ladder
            if self.everybody:
                self.rows = [row for row in self.rows if row.track != changed.track]
                self.rows.append(Assigned(0, changed.track, changed.policy))
        self.cache: dict[tuple[int | None, str, str], list[Ladder]] = {}
        self.own = {row.customer for row in self.rows if row.customer is not None}

    def laws(self, past: Past) -> Laws:
        def of(_day: date, picture: Picture) -> list[Ladder]:
            own = past.customer if past.customer in self.own else None
            key = (own, picture.segment, picture.risk_class)
            if key not in self.cache:
                chosen = [self._first(track, past, *key[1:]) for track in in_force.TRACKS]
                self.cache[key] = [
                    self.active[row.policy] for row in chosen if row and row.policy in self.active
                ]
            return self.cache[key]

        return of

    def speaks(self, past: Past, since: date, until: date) -> bool:
        """Whether the policy on trial is the one of this customer at any time: others are not part of the comparison."""
        if self.everybody:
            return True
        days = {since, until, *(m.since for m in past.manners), *(d for d, _c in past.classes)}
        for day in (each for each in days if since <= each <= until):
            manner = past.manner(day)
            row = self._first(self.tried.track, past, manner.segment, past.risk_class(day))
            if row is not None and row.policy == self.tried.policy:
                return True
        return False

    def _first(self, track: str, past: Past, segment: str, risk_class: str) -> Assigned | None:
        found = precedence.fitting(
            self.rows,
            track=track,
            customer=past.customer,
            entity=self.entity,
            segment=segment,
            risk_class=risk_class,
        )
        return found[0] if found else None


def on_resume(
    block: DunningBlock, *, entities: "QuerySet[LegalEntity]", on: date, now: datetime
) -> list[Verdict]:
    """What a night would say to the customer if this block had ended: one verdict per entity (of those given) it covers."""
    if block.entity_id:
        entities = entities.filter(pk=block.entity_id)
    others = DunningBlock.objects.standing(on).filter(customer=block.customer_id).exclude(pk=block.pk)
    found = []
    for entity in entities.order_by("pk"):
        shown = pictures.one(entity, block.customer_id, on, now)
        if not shown.items:
            continue
        standing = [row for row in others if row.entity_id in (None, entity.pk)]
        found.append(_without(entity, shown, standing, on, now))
    return found


def _without(
    entity: LegalEntity, shown: Picture, standing: Sequence[DunningBlock], on: date, now: datetime
) -> Verdict:
    """The verdict on a picture in which only the other blocks stand."""
    whole_customer = [row for row in standing if row.entry_id is None and row.contact_id is None]
    items = tuple(
        replace(
            item,
            block=_longest(
                [r for r in standing if r.entry_id == item.entry and r.reason != "pending_payment"]
            ),
            pending=min(
                item.open_amount,
                sum(
                    r.amount if r.amount is not None else item.open_amount
                    for r in standing
                    if r.entry_id == item.entry and r.reason == "pending_payment"
                ),
            ),
        )
        for item in shown.items
    )
    bare = replace(shown, block=_longest(whole_customer), items=items, contacts=())
    quiet = {row.contact_id for row in standing if row.contact_id is not None}
    (picture,) = picture_contacts.add(entity, [bare], quiet, on, now)
    choices = in_force.ladders(entity.pk, [picture])[picture.customer]
    laws = [choice.ladder for choice in choices if choice.ladder is not None]
    decisions = [(ladder, policy.decide(picture, ladder, on=on, now=now)) for ladder in laws]
    return arbiter.merge(picture, decisions, on=on, now=now, house=night.house(entity, now))


def _longest(rows: Sequence[DunningBlock]) -> Block | None:
    if not rows:
        return None
    row = max(rows, key=lambda each: each.until_on or date.max)
    return Block(row.reason, row.until_on)
