"""Everything one call needs on one screen: whom, about what, with which words, and what was said before. Questions only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dunning.models import Call, Notice, PromiseToPay
from dunning.questions import call_times, notice_list, promise_money, promise_reliability
from dunning.questions.call_times import Place
from dunning.rules.promises import Reliability
from dunning.words import collecting_words
from receivables import localised
from receivables.models import (
    Contact,
    Customer,
    CustomerProfile,
    Dispute,
    Entry,
    LegalEntity,
    MessageTemplate,
    User,
    WorkItem,
)
from receivables.rules import templates
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

ROWS = 100
PAST = 8


@dataclass(frozen=True)
class Due:
    """An open item with what stands against asking for it."""

    entry: Entry
    left: int
    days: int
    disputed: bool
    promised: int

    @property
    def askable(self) -> bool:
        return not self.disputed and self.promised == 0


@dataclass(frozen=True)
class Panel:
    """One customer at one entity, as of today."""

    customer: Customer
    entity: LegalEntity
    items: tuple[Due, ...]
    totals: tuple[Money, ...]
    script: str
    places: tuple[Place, ...]
    warning: Any
    promises: tuple[PromiseToPay, ...]
    reliability: Reliability
    disputes: tuple[Dispute, ...]
    calls: tuple[Call, ...]
    notices: tuple[tuple[Notice, str], ...]
    rep: User | None


def of(
    customer: Customer, entity: LegalEntity, user: User, item: WorkItem | None, *, today: date, now: datetime
) -> Panel:
    """The panel of a customer, for a call task or without one."""
    key = {"customer": customer, "entity": entity}
    items = due(customer, entity, today)
    promises = PromiseToPay.objects.for_user(user).filter(**key).select_related("contact")
    newest = list(promises.order_by("-made_on", "-pk")[:PAST])
    contacts = Contact.objects.filter(customer=customer, active=True).order_by("role", "pk")[:20]
    profile = CustomerProfile.objects.current(today).filter(**key).select_related("rep").first()
    return Panel(
        customer=customer,
        entity=entity,
        items=tuple(items),
        totals=tuple(_totals(items)),
        script=_script(customer, entity, user, item, items, newest),
        places=tuple(call_times.places(list(contacts), customer, entity, now)),
        warning=call_times.too_often(customer, today),
        promises=tuple(newest),
        reliability=promise_reliability.of_customer(customer.pk),
        disputes=tuple(Dispute.objects.filter(state=Dispute.State.OPEN, **key).select_related("entry")[:20]),
        calls=tuple(
            Call.objects.filter(**key).select_related("contact").order_by("-called_at", "-pk")[:PAST]
        ),
        notices=tuple(_notices(key)),
        rep=profile.rep if profile else None,
    )


def _notices(key: dict[str, Any]) -> list[tuple[Notice, str]]:
    """The last notices that reached somebody, each with the name of its rung."""
    rows = Notice.objects.filter(reached_on__isnull=False, **key).order_by("-reached_on", "-pk")[:PAST]
    stages = notice_list.stage_names(row.stage for row in rows)
    return [(row, stages[row.stage]) for row in rows]


def due(customer: Customer, entity: LegalEntity, today: date) -> list[Due]:
    """The open debits of an account, oldest first, undated last."""
    rows = Entry.objects.debits().unsettled().filter(customer=customer, entity=entity)
    found = sorted(
        rows.select_related("instalment__invoice"), key=lambda e: (e.due_on is None, e.due_on or today, e.pk)
    )[:ROWS]
    ids = [entry.pk for entry in found]
    disputed = set(
        Dispute.objects.filter(entry__in=ids, state=Dispute.State.OPEN).values_list("entry_id", flat=True)
    )
    promised = promise_money.standing(ids)
    return [
        Due(
            entry, entry.amount - entry.allocated, (today - entry.due_on).days if entry.due_on else 0,
            entry.pk in disputed, promised[entry.pk].amount if entry.pk in promised else 0,
        )
        for entry in found
    ]  # fmt: skip


def main_entity(customer: Customer, user: User) -> LegalEntity | None:
    """The entity this customer owes most items to, among those the person may see."""
    rows = Entry.objects.for_user(user).debits().unsettled().filter(customer=customer)
    owed: dict[int, int] = {}
    for entity_id in rows.values_list("entity_id", flat=True):
        owed[entity_id] = owed.get(entity_id, 0) + 1
    if not owed:
        return None
    found: LegalEntity = LegalEntity.objects.get(pk=max(owed, key=lambda pk: (owed[pk], -pk)))
    return found


def _totals(items: list[Due]) -> list[Money]:
    """What is overdue and may be asked for, per currency."""
    found: dict[str, int] = {}
    for each in items:
        if each.days > 0 and not each.disputed:
            found[each.entry.currency] = found.get(each.entry.currency, 0) + max(0, each.left - each.promised)
    return [Money(minor, code) for code, minor in sorted(found.items()) if minor]


def _script(
    customer: Customer,
    entity: LegalEntity,
    user: User,
    item: WorkItem | None,
    items: list[Due],
    promises: list[PromiseToPay],
) -> str:
    """A template of channel "call" for the task's stage; without one, or with a hole in it, the built-in words."""
    stage = item.step if item else ""
    late = [each for each in items if each.days > 0]
    broken = next((each for each in promises if each.state in ("BROKEN", "PARTLY_KEPT")), None)
    days = max((each.days for each in late), default=0)
    days_due = [each.entry.due_on for each in late if each.entry.due_on]
    values = {
        "customer": customer.legal_name,
        "entity": entity.name,
        "caller": user.shown,
        "sender_name": user.shown,
        "amount_total": " + ".join(localised.money(m.minor, m.currency) for m in _totals(items)) or "–",
        "oldest_due_on": localised.day(min(days_due)) if days_due else "–",
        "days_past_due": str(days),
        "item_count": str(len(late)),
        "promised_amount": localised.money(broken.amount, broken.currency) if broken else "–",
        "promised_on": localised.day(broken.due_on) if broken else "–",
    }
    text = MessageTemplate.objects.filter(
        code=stage or "call", channel="call", active=True, entity__in=[entity]
    ).first()
    text = text or MessageTemplate.objects.filter(code=stage or "call", channel="call", active=True).first()
    if text is not None:
        try:
            return templates.fill(text.body, values)
        except Refused:
            pass
    said = collecting_words.script(stage, days)
    for name, value in values.items():
        said = said.replace("{" + name + "}", value)
    return said
