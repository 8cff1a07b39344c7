"""The night's rule by age: an episode opens when something is more than 30 days overdue, lowers the class one step once, tells
management and holds new orders; it closes when nothing is. Run as often as you like: each step states its key.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from credit.models import CreditAccount, CreditHold, Episode
from credit.questions import limits as policies
from credit.questions import long_overdue
from credit.rules import classes
from credit.rules.classes import Limits, Standing
from credit.services import accounts, holds, risk_events
from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, LegalEntity
from receivables.services import notifications, status

CHUNK = 200
log = logging.getLogger("duebook.credit")
MANAGEMENT = "cfo"
BY_RULE = "by age"
NOTHING_LEFT = "nothing is long overdue any more"


def by_age(*, entity: LegalEntity, on: date, now: datetime, by: Actor) -> int:
    """Applies the rule to everybody it concerns, a chunk a transaction. Returns how many customers changed."""
    limits = policies.of(entity)
    shortest = min(limits.lower_after, limits.lower_after if limits.hold_after is None else limits.hold_after)
    concerned = set(long_overdue.customers_beyond(entity, shortest, on=on))
    concerned |= set(
        Episode.objects.filter(entity=entity, ended_on__isnull=True).values_list("customer_id", flat=True)
    )
    held = CreditHold.objects.active().filter(entity=entity, reason=CreditHold.Reason.OVERDUE)
    concerned |= set(held.values_list("customer_id", flat=True))
    ids = sorted(concerned)
    parts = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    return sum(_by_itself(entity, part, limits, on, now, by) for part in parts)


def _by_itself(
    entity: LegalEntity, part: Sequence[int], limits: Limits, on: date, now: datetime, by: Actor
) -> int:
    """One chunk; where it breaks its customers go one by one, so that only the broken one is left for the next night."""
    try:
        return _chunk(entity, part, limits, on, now, by)
    except Exception:
        if len(part) == 1:
            log.exception("trust in customer %s could not be judged by age", part[0])
            return 0
        return sum(_by_itself(entity, [pk], limits, on, now, by) for pk in part)


@transaction.atomic
def _chunk(
    entity: LegalEntity, ids: Sequence[int], limits: Limits, on: date, now: datetime, by: Actor
) -> int:
    customers = posting.lock(*ids)
    overdue = long_overdue.by_customer(entity, ids, on=on)
    episodes = {
        row.customer_id: row
        for row in Episode.objects.filter(entity=entity, customer_id__in=ids, ended_on__isnull=True)
    }
    standing_holds = {
        row.customer_id: row for row in CreditHold.objects.active().filter(entity=entity, customer_id__in=ids)
    }
    plans = []
    for customer in customers:
        now_standing = classes.standing(overdue.get(customer.pk, []), limits)
        episode, hold = episodes.get(customer.pk), standing_holds.get(customer.pk)
        begins = now_standing.long_overdue and episode is None
        ends = episode is not None and not now_standing.long_overdue
        places = now_standing.hold and hold is None and not policies.excused(customer, entity, on=on)
        frees = hold is not None and hold.reason == CreditHold.Reason.OVERDUE and not now_standing.hold
        if begins or ends or places or frees:
            plans.append((customer, now_standing, episode, hold, begins, ends, places, frees))
    if not plans:
        return 0
    with audit.line(
        "credit.by_age", by=by, now=now, subject=f"{len(plans)} customers", entity=entity
    ) as line:
        for customer, now_standing, episode, hold, begins, ends, places, frees in plans:
            if begins:
                _begin(line, customer, entity, now_standing, on, by)
            if ends and episode is not None:
                _end(line, episode, on)
            if places:
                holds.write(
                    line, customer=customer, entity=entity, reason="overdue", note=BY_RULE, on=on, by=by
                )
            if frees and hold is not None:
                locked = CreditHold.objects.select_for_update(no_key=True).get(pk=hold.pk)
                holds.let_go(line, locked, reason=NOTHING_LEFT, until=None, on=on, by=by)
    return len(plans)


def _begin(
    line: Line, customer: Customer, entity: LegalEntity, standing: Standing, on: date, by: Actor
) -> None:
    episode = Episode(customer=customer, entity=entity, started_on=on, audit_seq=line.seq)
    episode.save(force_insert=True)
    line.touch("episode", episode.pk, customer.pk, on)
    figures = {"days": standing.days, "amounts": dict(standing.amounts)}
    key = f"episode:{episode.pk}"
    risk_events.write(
        line,
        key=f"{key}:overdue",
        kind="overdue_30",
        customer=customer,
        entity=entity,
        on=on,
        figures=figures,
    )
    row = accounts.newest(customer, entity)
    was = row.risk_class if row else CreditAccount.Class.NEW
    to = classes.lowered(str(was))
    if to != was and not (row and row.valid_from > on):
        accounts.write(
            line, customer=customer, entity=entity, on=on, values={"risk_class": to}, reason=BY_RULE, by=by
        )
        risk_events.write(
            line,
            key=f"{key}:class",
            kind="class_lowered",
            customer=customer,
            entity=entity,
            on=on,
            figures={**figures, "from": str(was), "to": to},
        )
    notifications.tell(
        line,
        users=status.staff_of(entity, MANAGEMENT),
        key=f"{key}:class",
        kind="class_lowered",
        figures={**figures, "from": str(was), "to": to, "customer": customer.legal_name},
        link=f"/customers/{customer.pk}/credit/",
        customer=customer,
        now=line.now,
        entity=entity,
    )


def _end(line: Line, episode: Episode, on: date) -> None:
    episode.ended_on = max(on, episode.started_on)
    line.stamp(episode)
    episode.save(update_fields=["ended_on", "audit_seq"])
