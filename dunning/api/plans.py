"""Payment plans: several promises agreed together, read, agreed and cancelled."""

from typing import Any

from django.http import HttpRequest
from pydantic import Field

from dunning.api.promises import Ending, PromiseOut, Source, contact_of, show
from dunning.models import PaymentPlan
from dunning.services import plans
from receivables.models import Entry
from receivables.wire import guards
from receivables.wire.lists import all_seen, seen
from receivables.wire.room import Room
from receivables.wire.shapes import Amount, Day, Id, In, Out, Said, Text300, money, plain

room = Room("plans")


class PlanOut(Out):
    """A plan with its promises in order of their days."""

    id: int
    entity: int
    customer: int
    currency: str
    total: Said
    state: str
    agreed_on: str
    promises: list[PromiseOut]


class Part(In):
    """One date of a plan."""

    due_on: Day
    amount: Amount


class Agreeing(In):
    """A plan's parts are filled over the items in the order given."""

    entries: list[Id] = Field(min_length=1, max_length=200)
    parts: list[Part] = Field(min_length=2, max_length=60)
    source: Source = "call"
    contact: Id | None = None
    note: Text300 = ""


@room.get("/plans/{int:plan_id}", "promise.view", PlanOut)
def plan(request: HttpRequest, plan_id: int) -> Any:
    """One plan."""
    return show_plan(seen(PaymentPlan.objects, guards.of(request), plan_id))


@room.post("/plans", "promise.make", PlanOut, status=201, needs_key=True)
def agree(request: HttpRequest, data: Agreeing) -> Any:
    """Agrees a payment plan."""
    caller = guards.of(request)
    found = all_seen(Entry.objects.select_related("entity", "customer"), caller, data.entries)
    entries = [found[pk] for pk in dict.fromkeys(data.entries)]
    currency = entries[0].currency
    made, _promises = plans.agree(
        entries=entries, parts=[(part.due_on, money(part.amount, currency).minor) for part in data.parts],
        source=data.source, contact=contact_of(caller, data.contact), note=data.note,
        today=caller.day(entries[0].entity), now=caller.now, by=caller.by,
    )  # fmt: skip
    return show_plan(made)


@room.post("/plans/{int:plan_id}/cancel", "promise.close", PlanOut)
def cancel(request: HttpRequest, plan_id: int, data: Ending) -> Any:
    """Ends a plan; its open promises count neither way."""
    caller = guards.of(request)
    row = seen(PaymentPlan.objects.select_related("entity"), caller, plan_id)
    on = caller.day(row.entity)
    return show_plan(plans.cancel(plan=row, reason=data.reason, on=on, now=caller.now, by=caller.by))


def show_plan(row: Any) -> dict[str, Any]:
    """A plan as the API writes it."""
    return {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "currency": row.currency,
        "total": plain(row.total, row.currency),
        "state": row.state,
        "agreed_on": row.agreed_on,
        "promises": [show(each) for each in row.promises.order_by("due_on", "pk").prefetch_related("items")],
    }
