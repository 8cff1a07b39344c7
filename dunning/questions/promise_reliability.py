"""How far a customer's, or one contact's, word goes: promises whose day is over, against those of everybody. Questions only.

Renegotiated and withdrawn promises count neither way; how often somebody renegotiated is shown beside the rate.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction

from django.db.models import Count, Q

from dunning.models import PromiseItem, PromiseToPay
from dunning.models.promise import PromiseQuerySet
from dunning.questions import promise_money
from dunning.rules import promises as rules
from dunning.rules.promises import Past, Reliability

State = PromiseToPay.State
CLOSED = (State.KEPT, State.PARTLY_KEPT, State.BROKEN)
NEWEST = 100


def house() -> Fraction:
    """The kept rate of all customers of all entities."""
    rows = PromiseToPay.objects.filter(state__in=CLOSED)
    told = rows.aggregate(number=Count("pk"), kept=Count("pk", filter=Q(state=State.KEPT)))
    return rules.house_rate(told["kept"], told["number"])


def of_customer(customer_id: int) -> Reliability:
    """Of all promises of a customer, the newest hundred."""
    return _of(PromiseToPay.objects.filter(customer_id=customer_id))


def of_contact(contact_id: int) -> Reliability:
    """Of the promises one contact gave."""
    return _of(PromiseToPay.objects.filter(contact_id=contact_id))


def of_contacts(customer_id: int) -> dict[int, Reliability]:
    """Each contact of a customer who gave a promise that is over."""
    rows = PromiseToPay.objects.filter(customer_id=customer_id, contact__isnull=False, state__in=CLOSED)
    by_contact: dict[int, list[PromiseToPay]] = defaultdict(list)
    for row in rows.order_by("-due_on", "-pk")[:NEWEST]:
        by_contact[row.contact_id].append(row)
    ours = house()
    return {pk: rules.reliability(_pasts(mine), house=ours) for pk, mine in by_contact.items()}


def rates(customer_ids: Iterable[int]) -> dict[int, tuple[int, int, int]]:
    """Per customer: kept, number, shrunk rate in whole percent; for lists."""
    rows = PromiseToPay.objects.filter(customer_id__in=set(customer_ids), state__in=CLOSED)
    told = rows.values("customer_id").annotate(n=Count("pk"), k=Count("pk", filter=Q(state=State.KEPT)))
    ours = house()
    found = {}
    for row in told.order_by("customer_id"):
        rate = (row["k"] + rules.PRIOR_WEIGHT * ours) / (row["n"] + rules.PRIOR_WEIGHT)
        found[row["customer_id"]] = (row["k"], row["n"], int(rate * 100 + Fraction(1, 2)))
    return found


def chain(promise: PromiseToPay) -> list[PromiseToPay]:
    """The promise with all it replaced and all that replaced it, oldest first."""
    found = [promise]
    while found[0].replaces_id is not None:
        found.insert(0, PromiseToPay.objects.get(pk=found[0].replaces_id))
    while (after := PromiseToPay.objects.filter(replaces=found[-1]).first()) is not None:
        found.append(after)
    return found


def _of(rows: PromiseQuerySet) -> Reliability:
    mine = list(rows.filter(state__in=CLOSED).order_by("-due_on", "-pk")[:NEWEST])
    return rules.reliability(_pasts(mine), house=house())


def _pasts(promises: list[PromiseToPay]) -> list[Past]:
    """With the day the last counted money came: later money than the grace counts for the slip, up to a year."""
    items: dict[int, list[int]] = defaultdict(list)
    for promise_id, entry_id in PromiseItem.objects.filter(promise__in=promises).values_list(
        "promise_id", "entry_id"
    ):
        items[promise_id].append(entry_id)
    money = promise_money.came_to(
        {entry for entries in items.values() for entry in entries},
        since_seq=min((each.made_seq for each in promises), default=0),
    )
    found = []
    for each in promises:
        last = each.due_on + timedelta(days=365)
        days = [m.on for m in money if m.entry in items[each.pk] and m.seq > each.made_seq and m.on <= last]
        slip = (max(days) - each.due_on).days if days else None
        found.append(Past(each.amount, each.paid, each.state == State.KEPT, slip, each.currency))
    return found
