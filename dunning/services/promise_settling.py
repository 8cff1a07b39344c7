"""Lets the ledger speak about promises: after payments and bounces, and when the days of grace are over. Re-runnable; what it
decides depends on the books and the day alone, not on when or how often it is asked.
"""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Exists, OuterRef, Q

from dunning.models import PaymentPlan, PromiseItem, PromiseToPay
from dunning.models.promise import PromiseQuerySet
from dunning.questions import promise_money
from dunning.rules import promises as rules
from dunning.rules.promises import Count, Verdict
from dunning.services import promise_ends
from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Allocation, LegalEntity

CHUNK = 500
log = logging.getLogger("duebook.dunning")
State = PromiseToPay.State
_LEDGERS = Q(close_reason="", state__in=(State.KEPT, State.PARTLY_KEPT, State.BROKEN))
"""Closed by the ledger, not by a person."""
_FIRM = (PaymentPlan.State.BROKEN, PaymentPlan.State.CANCELLED)


def settle(*, on: date, now: datetime, by: Actor, entity: LegalEntity | None = None) -> int:
    """Judges every promise (of an entity, whose day it is) that something happened to; answers how many changed their state.

    Kept early closes at once; too little by the end of the grace breaks. A closed promise follows its money for 90 days after
    its grace: a bounce breaks it (or opens it again while its days run), money found late that came in time keeps it.
    """
    moved = 0
    for customer in _customers(on, entity):
        try:
            moved += _settle_customer(customer, on=on, now=now, by=by, entity=entity)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:  # the others' promises do not wait for this one
            log.exception("the promises of customer %s cannot be settled", customer)
    return moved


def _customers(on: date, entity: LegalEntity | None) -> Iterator[int]:
    found: set[int] = set()
    for pk in _candidates(on, entity).order_by("customer_id").values_list("customer_id", flat=True):
        if pk not in found:
            found.add(pk)
            yield pk


def _candidates(on: date, entity: LegalEntity | None) -> PromiseQuerySet:
    """Open ones whose grace is over, and all whose items moved since they were last looked at (those of a plan together)."""
    moved_items = PromiseItem.objects.filter(
        Q(promise=OuterRef("pk")) | Q(promise__plan=OuterRef("plan"), promise__plan__isnull=False)
    )
    moved = Exists(
        moved_items.filter(
            Exists(
                Allocation.objects.filter(
                    debit=OuterRef("entry"), audit_seq__gt=OuterRef(OuterRef("audit_seq"))
                )
            )
        )
    )
    rows = PromiseToPay.objects.exclude(plan__state__in=_FIRM)
    fresh = Q(grace_until__gte=on - timedelta(days=rules.LOOK_BACK_DAYS))
    found: PromiseQuerySet = rows.filter(
        Q(state=State.OPEN, grace_until__lt=on) | (Q(state=State.OPEN) & moved) | (_LEDGERS & fresh & moved)
    )
    return found.filter(entity=entity) if entity else found


@transaction.atomic
def _settle_customer(
    customer_id: int, *, on: date, now: datetime, by: Actor, entity: LegalEntity | None
) -> int:
    """What is judged with an entity's day is that entity's only: elsewhere the day may not be over yet."""
    (customer,) = posting.lock(customer_id)
    rows = PromiseToPay.objects.select_for_update(of=("self",), no_key=True)
    fresh = Q(grace_until__gte=on - timedelta(days=rules.LOOK_BACK_DAYS))
    planned = Q(plan__isnull=False) & ~Q(state=State.REPLACED)
    mine = rows.filter(Q(state=State.OPEN) | (_LEDGERS & fresh) | planned, customer=customer)
    mine = mine.exclude(plan__state__in=_FIRM).select_related("entity", "customer", "contact")
    if entity is not None:
        mine = mine.filter(entity=entity)
    promises = list(mine.order_by("due_on", "pk"))
    counts = promise_money.counts(promises, on=on)
    changes = [
        (each, verdict, counts[each.pk])
        for each in promises
        if (verdict := _changed(each, counts[each.pk], on)) is not None
    ]
    if not changes:
        return 0
    moved = 0
    promise_ends.hold_work(customer.pk)
    with audit.line("promise.settled", by=by, now=now, subject=f"customer:{customer.pk}") as line:
        for promise, verdict, count in changes:
            moved += _apply(line, promise, verdict, count, on, by)
        posting.stop([customer])
    return moved


def _changed(promise: PromiseToPay, count: Count, on: date) -> Verdict | None:
    """The verdict when it differs from what stands, or the paid amount does; else None."""
    verdict, closed = rules.judge(count, on=on), promise.state != State.OPEN
    if closed and promise.close_reason:
        return None  # a person's verdict
    if closed and (verdict == Verdict.NOTHING_LEFT or (verdict == Verdict.OPEN and on > count.grace_until)):
        return None
    same = str(verdict) == promise.state and promise.paid == count.in_time
    return None if same else verdict


def _apply(line: Line, promise: PromiseToPay, verdict: Verdict, count: Count, on: date, by: Actor) -> bool:
    broken = promise.plan_id and PaymentPlan.objects.filter(pk=promise.plan_id, state__in=_FIRM).exists()
    if broken:
        return False  # the plan broke a moment ago, and this one went with it
    if str(verdict) == promise.state:
        promise.paid = count.in_time
        line.touch("promisetopay", promise.pk, "paid", count.in_time)
        promise.audit_seq = line.seq
        promise.save(update_fields=["paid", "audit_seq"])
        return False
    if verdict == Verdict.NOTHING_LEFT:
        promise_ends.replaced(line, promise, on=on, by=by, reason="nothing_left")
    elif verdict == Verdict.OPEN:
        if _taken(promise):  # another promise stands for the item by now: this one was not kept
            promise_ends.close(line, promise, State.BROKEN, paid=count.in_time, on=on, by=by)
        else:
            promise_ends.reopen(line, promise, paid=count.in_time, by=by)
    else:
        promise_ends.close(line, promise, str(verdict), paid=count.in_time, on=on, by=by)
    promise_ends.follow_plan(line, promise, on=on, by=by)
    return True


def _taken(promise: PromiseToPay) -> bool:
    others = PromiseItem.objects.filter(
        entry__in=promise.items.values("entry"), promise__state=State.OPEN
    ).exclude(promise=promise)
    if promise.plan_id:
        others = others.exclude(promise__plan=promise.plan_id)
    return others.exists()
