"""What money reached the items of promises since they were made, and what is still promised of an item. Questions only.

Money is cash, credit moved from a relative and the discount taken with it; a credit note or new due dates are not. It counts by
its value date, so a bank file that comes a day later changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import F, Max, Sum
from django.db.models.functions import Coalesce

from dunning.models import PromiseItem, PromiseToPay
from dunning.rules import promises as rules
from dunning.rules.promises import Count
from receivables.models import Allocation, Entry, Statement

MONEY = (Entry.Kind.PAYMENT, Entry.Kind.TRANSFER, Entry.Kind.OPENING, Entry.Kind.DISCOUNT)


@dataclass(frozen=True)
class Came:
    """One allocation in force that counts: which item, how much, when it was worth it, when we learned it."""

    entry: int
    amount: int
    on: date
    seq: int


@dataclass(frozen=True)
class Standing:
    """What is still promised of an item: not asked for until `until` is over."""

    amount: int
    until: date
    on_plan: bool


def came_to(entry_ids: Iterable[int], *, since_seq: int) -> list[Came]:
    """The money that settles these items now and was not known at an audit number."""
    rows = Allocation.objects.in_force().filter(
        debit_id__in=set(entry_ids), audit_seq__gt=since_seq, credit__kind__in=MONEY
    )
    dated = rows.annotate(day=Coalesce(F("credit__payment__value_on"), F("credit__booked_on")))
    return [Came(*row) for row in dated.order_by("pk").values_list("debit_id", "amount", "day", "audit_seq")]


def counts(promises: Sequence[PromiseToPay], *, on: date) -> dict[int, Count]:
    """The figures each promise is judged by. Promises of a plan must come with all that stand in it; they share its money."""
    items: dict[int, list[PromiseItem]] = defaultdict(list)
    for item in PromiseItem.objects.filter(promise__in=promises).order_by("pk"):
        items[item.promise_id].append(item)
    entries = {item.entry_id for rows in items.values() for item in rows}
    left = {
        pk: amount - allocated
        for pk, amount, allocated in Entry.objects.filter(pk__in=entries).values_list(
            "pk", "amount", "allocated"
        )
    }
    money = came_to(entries, since_seq=min((each.made_seq for each in promises), default=0))
    found: dict[int, Count] = {}
    for group in _groups(promises):
        found |= _of_group(group, items, left, money)
    return {each.pk: _or_held(found[each.pk], each, on) for each in promises}


def standing(entry_ids: Iterable[int]) -> dict[int, Standing]:
    """What open promises still hold of each item: the promised amount less the money that reached the item since."""
    rows = PromiseItem.objects.filter(entry_id__in=set(entry_ids), promise__state=PromiseToPay.State.OPEN)
    held = list(rows.select_related("promise").order_by("promise__due_on", "pk"))
    money = came_to(
        {row.entry_id for row in held}, since_seq=min((row.promise.made_seq for row in held), default=0)
    )
    left: dict[int, int] = defaultdict(int)
    since: dict[int, int] = {}
    for row in held:
        since[row.entry_id] = min(since.get(row.entry_id, row.promise.made_seq), row.promise.made_seq)
    for each in money:
        if each.seq > since[each.entry]:
            left[each.entry] += each.amount
    found: dict[int, Standing] = {}
    for row in held:
        used = min(row.amount, left[row.entry_id])
        left[row.entry_id] -= used
        before = found.get(row.entry_id)
        until = max(row.promise.grace_until, before.until) if before else row.promise.grace_until
        amount = row.amount - used + (before.amount if before else 0)
        found[row.entry_id] = Standing(amount, until, row.promise.plan_id is not None)
    return found


def _groups(promises: Sequence[PromiseToPay]) -> list[list[PromiseToPay]]:
    """Each promise alone, those of one plan together in order of their days."""
    groups: dict[tuple[str, int], list[PromiseToPay]] = defaultdict(list)
    for each in sorted(promises, key=lambda row: (row.due_on, row.pk)):
        groups[("plan", each.plan_id) if each.plan_id else ("one", each.pk)].append(each)
    return list(groups.values())


def _of_group(
    group: list[PromiseToPay], items: dict[int, list[PromiseItem]], left: dict[int, int], money: list[Came]
) -> dict[int, Count]:
    since = min(each.made_seq for each in group)
    own = {item.entry_id for each in group for item in items[each.pk]}
    mine = [each for each in money if each.entry in own and each.seq > since]
    room = {pk: left[pk] + sum(each.amount for each in mine if each.entry == pk) for pk in own}
    wanted = []
    for promise in group:
        asked = 0
        for item in items[promise.pk]:
            take = max(0, min(item.amount, room[item.entry_id]))
            room[item.entry_id] -= take
            asked += take
        wanted.append(asked)
    in_time = [sum(each.amount for each in mine if each.on <= promise.grace_until) for promise in group]
    if len(group) > 1 or group[0].plan_id:
        in_time = rules.waterfall(in_time, wanted)
    return {
        promise.pk: Count(promise.amount, promise.tolerance, asked, came, promise.grace_until)
        for promise, asked, came in zip(group, wanted, in_time, strict=True)
    }


def _or_held(count: Count, promise: PromiseToPay, on: date) -> Count:
    """Looks for reasons to wait only where the day has just passed and not enough came."""
    missing = count.wanted - count.tolerance - count.in_time
    if missing <= 0 or not 0 < (on - count.grace_until).days <= rules.HELD_DAYS:
        return count
    held = _bank_is_silent(promise) or _unapplied(promise) >= missing
    return replace(count, held=held)


def _unapplied(promise: PromiseToPay) -> int:
    """Cash of the customer in time that settled nothing yet."""
    rows = Entry.objects.credits().unsettled().filter(
        customer_id=promise.customer_id, entity_id=promise.entity_id, currency=promise.currency,
        kind=Entry.Kind.PAYMENT, payment__value_on__lte=promise.grace_until,
    )  # fmt: skip
    return -(rows.aggregate(total=Sum(F("amount") + F("allocated")))["total"] or 0)


def _bank_is_silent(promise: PromiseToPay) -> bool:
    """Whether the entity takes in statements and none of them reaches the last day of grace yet."""
    rows = Statement.objects.filter(
        account__entity_id=promise.entity_id, state=Statement.State.TAKEN_IN, currency=promise.currency
    )
    newest: date | None = rows.aggregate(day=Max("closing_on"))["day"]
    return newest is not None and newest < promise.grace_until
