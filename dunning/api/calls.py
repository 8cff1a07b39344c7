"""Calls: the tasks that wait, what was said, and one call logged with everything that follows from it."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from dunning.api.promises import ItemIn
from dunning.models import Call
from dunning.services import calls
from dunning.services.calls import Disputed, Promised
from receivables.models import Contact, Customer, Entry, LegalEntity, WorkItem
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, all_seen, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import Amount, Day, Id, In, Note, Out, QueryId, moment, money

room = Room("calls")


class CallOut(Out):
    """One conversation, or a try at one."""

    id: int
    entity: int
    customer: int
    contact: int | None
    work_item: int | None
    outcome: str
    cause: str
    note: str
    promise: int | None
    dispute: int | None
    follow_up_on: str | None
    called_at: str
    called_by: str


class TaskOut(Out):
    """A call that waits. `about` is the ladder's stage, a broken promise or a follow-up."""

    id: int
    entity: int
    customer: int | None
    kind: str
    about: str
    assignee: str | None
    due_at: str
    tries: int


class Filters(Listing):
    """Narrowing the list."""

    customer: QueryId | None = None
    outcome: str | None = None


class Tasks(Listing):
    """Narrowing the tasks."""

    customer: QueryId | None = None


class PromisedIn(In):
    """With outcome will_pay."""

    items: list[ItemIn] = Field(min_length=1, max_length=200)
    due_on: Day


class DisputedIn(In):
    """With outcome disputes; without `amount` all that is open of the item."""

    entry: Id
    reason: Literal[
        "not_received", "quality", "price", "quantity", "wrong_invoice", "already_paid", "deduction", "other"
    ]
    amount: Amount | None = None


class Logging(In):
    """`task` is the call task that this answers; the outcome decides what else must be there."""

    customer: Id
    entity: Id
    outcome: Literal[
        "will_pay", "paid", "disputes", "no_answer", "call_back", "wrong_contact", "refuses", "cannot_pay", "other"
    ]  # fmt: skip
    cause: Literal["", "not_received", "approval", "quality", "price", "cash", "other"] = ""
    contact: Id | None = None
    task: Id | None = None
    note: Note = ""
    promised: PromisedIn | None = None
    disputed: DisputedIn | None = None
    follow_up_on: Day | None = None


@room.get("/calls", "call.view", Page[CallOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Calls, newest first."""
    caller = guards.of(request)
    given = {name: getattr(wanted, name) for name in ("customer", "outcome") if getattr(wanted, name)}
    return page(Call.objects.for_user(caller.user).filter(**given), wanted, show)


@room.get("/call-tasks", "call.view", Page[TaskOut])
def tasks(request: HttpRequest, wanted: Query[Tasks]) -> Any:
    """Calls that wait, oldest task first."""
    caller = guards.of(request)
    rows = WorkItem.objects.for_user(caller.user).open().filter(kind__in=calls.KINDS)
    if wanted.customer:
        rows = rows.filter(customer=wanted.customer)
    return page(rows.select_related("assignee"), wanted, show_task, rising=True)


@room.post("/calls", "call.log", CallOut, status=201, needs_key=True)
def log(request: HttpRequest, data: Logging) -> Any:
    """Logs a call. will_pay makes the promise, disputes opens the dispute, both in the same transaction."""
    caller = guards.of(request)
    customer = seen(Customer.objects, caller, data.customer)
    entity = seen(LegalEntity.objects, caller, data.entity)
    promised = disputed = None
    if data.promised is not None and data.outcome == "will_pay":
        caller.require("promise.make")
        found = all_seen(
            Entry.objects.select_related("entity", "customer"), caller, [i.entry for i in data.promised.items]
        )
        items = []
        for each in data.promised.items:
            entry = found[each.entry]
            left = max(0, entry.amount - entry.allocated)
            items.append((entry, left if each.amount is None else money(each.amount, entry.currency).minor))
        promised = Promised(items, data.promised.due_on)
    if data.disputed is not None and data.outcome == "disputes":
        caller.require("dispute.open")
        entry = seen(Entry.objects.select_related("entity", "customer"), caller, data.disputed.entry)
        amount = money(data.disputed.amount, entry.currency) if data.disputed.amount is not None else None
        disputed = Disputed(entry, data.disputed.reason, amount)
    row = calls.log(
        customer=customer, entity=entity, outcome=data.outcome, cause=data.cause, note=data.note,
        contact=seen(Contact.objects, caller, data.contact) if data.contact else None,
        work_item=seen(WorkItem.objects, caller, data.task) if data.task else None, promised=promised,
        disputed=disputed, follow_up_on=data.follow_up_on, today=caller.day(entity), now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(row)


def show(row: Any) -> dict[str, Any]:
    """A call as the API writes it."""
    same = ("outcome", "cause", "note", "follow_up_on", "called_by")
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "contact": row.contact_id,
        "work_item": row.work_item_id,
        "promise": row.promise_id,
        "dispute": row.dispute_id,
        "called_at": moment(row.called_at),
    }


def show_task(row: Any) -> dict[str, Any]:
    """A call task as the API writes it."""
    return {
        "id": row.pk,
        "entity": row.entity_id,
        "customer": row.customer_id,
        "kind": row.kind,
        "about": row.step,
        "assignee": row.assignee.username if row.assignee else None,
        "due_at": moment(row.due_at),
        "tries": calls.tries(row),
    }
