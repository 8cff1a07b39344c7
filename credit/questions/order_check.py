"""The picture of one order: hold, limit, exposure and what is long overdue, as of now; and the rule's answer to it.

Reads a handful of rows by index; it reserves nothing (two orders asked at once both hear what is free).
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import F

from credit.models import CreditAccount, CreditHold
from credit.questions import exposure, limits, long_overdue
from credit.rules import order_check
from credit.rules.classes import Overdue, standing
from credit.rules.order_check import Case, Item, Verdict
from receivables.models import Customer, LegalEntity
from receivables.rules.money import Money


@dataclass(frozen=True)
class Answer:
    """The verdict with what it was reached from."""

    verdict: Verdict
    case: Case
    account: CreditAccount | None
    hold: CreditHold | None


def ask(
    customer: Customer, entity: LegalEntity, amount: Money, *, stage: str, prepaid: bool, on: date
) -> Answer:
    """May this order go on credit on a day? Items as old as a hold needs count even before the night has placed it."""
    account = CreditAccount.objects.current(on).filter(customer=customer, entity=entity).first()
    hold = CreditHold.objects.active().filter(customer=customer, entity=entity).first()
    items = exposure.items(customer, entity, on=on)
    case = Case(
        amount=amount.minor,
        currency=amount.currency,
        stage=stage,
        prepaid=prepaid,
        hold=hold.reason if hold else "",
        exposure=exposure.of(customer, entity, amount.currency),
        limit=account.limit_amount if account else None,
        limit_currency=account.limit_currency if account else "",
        long_overdue=tuple(holding(customer, entity, on=on)),
        items=tuple(items),
    )
    return Answer(order_check.decide(case), case, account, hold)


def holding(customer: Customer, entity: LegalEntity, *, on: date) -> list[Item]:
    """The items that hold orders by age on a day; none while a person's release holds."""
    policy = limits.of(entity)
    if policy.hold_after is None or limits.excused(customer, entity, on=on):
        return []
    old = [item for item in overdue(customer, entity, on=on) if item.days > policy.hold_after]
    currencies = {
        currency
        for currency in {item.currency for item in old}
        if standing([Overdue(currency, i.days, i.left) for i in old if i.currency == currency], policy).hold
    }
    return [item for item in old if item.currency in currencies]


def overdue(customer: Customer, entity: LegalEntity, *, on: date) -> list[Item]:
    """Undisputed principal past due, oldest first: charges on top of it hold nobody."""
    rows = long_overdue.items(entity, on=on).filter(customer=customer).order_by("due_on", "pk")
    found = rows.annotate(left=F("amount") - F("allocated"))
    return [
        Item(reference, currency, due_on, (on - (due_on or on)).days, left)
        for reference, currency, due_on, left in found.values_list("reference", "currency", "due_on", "left")
    ]
