"""A day at the collectors' desk of the demo company, by the verbs of people and engine: the night, the messages, the calls.

Time is lent by the caller. The demo lives six weeks of it; the simulation lives on from there.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from credit.services import nightly
from dunning.models import Notice, PromiseItem
from dunning.services import calls, delivery, delivery_follow, notices, policies, promise_settling, runs
from dunning.services.calls import Promised
from receivables import posting
from receivables.actor import Actor
from receivables.models import Entry, LegalEntity, User, WorkItem
from receivables.rules.refusals import Refused
from receivables.services import outbox_resolve, outbox_send
from reports.sandbox.company import Company

ENGINE = Actor.system("engine")
MOST, TICK_MS = 5_000, 100
"""Messages of one delivery at most, and how far the lent time moves on with each look at the queue."""
PROMISE_DAYS = (4, 7, 10, 14)
ANSWERS = (
    "will_pay",
    "will_pay",
    "will_pay",
    "no_answer",
    "no_answer",
    "paid",
    "call_back",
    "cannot_pay",
    "other",
)
CAUSES = ("not_received", "approval", "quality", "cash", "other")
SAID = {
    "will_pay": "Approved on their side; goes out with the next payment run.",
    "no_answer": "Rang out.",
    "paid": "Says it was paid this week; we will see it on the next statement.",
    "call_back": "Bookkeeper is back next week.",
    "cannot_pay": "Waiting for a large customer of theirs to pay.",
    "other": "Wants a copy of the contract before anything else.",
}


@dataclass
class Day:
    """What a day came to, as counts by kind."""

    counts: Counter[str] = field(default_factory=Counter)


def prepare(company: Company, *, now: datetime) -> None:
    """Policies as they are shipped, in force."""
    policies.install_defaults(now=now, by=Actor.system("demo", via="command"))


def night(entities: Iterable[LegalEntity], *, on: date, now: datetime, day: Day) -> None:
    """Promises are judged, age does its work on trust, and the run of the date is made."""
    for entity in entities:
        day.counts["promises_judged"] += promise_settling.settle(on=on, now=now, by=ENGINE, entity=entity)
        day.counts["trust_changed"] += nightly.by_age(entity=entity, on=on, now=now, by=ENGINE)
        run = runs.start(entity=entity, on=on, now=now, by=ENGINE)
        for chunk in runs.undone(run=run):
            figures = runs.do_chunk(chunk_id=chunk, now=now, by=ENGINE) or {}
            day.counts["notices"] += figures.get("notices", 0)


def deliver(*, now: datetime, day: Day, monotonic: Callable[[], float], most: int = MOST) -> None:
    """Everything whose hour has come leaves the house, and the notices hear of it."""
    delivery.look_again(now=now, by=ENGINE)
    done = delivery.hand_over_due(now=now, by=ENGINE)
    day.counts["handed_over"] += done.handed_over
    day.counts["withdrawn"] += done.withdrawn
    post(now=now, day=day, monotonic=monotonic, most=most)
    outbox_resolve.sweep(now=now, by=ENGINE)
    delivery_follow.follow(now=now, by=ENGINE)


def post(*, now: datetime, day: Day, monotonic: Callable[[], float], most: int = MOST) -> None:
    """The outbox alone: what is planned and due is handed over."""
    moments = (now + timedelta(milliseconds=TICK_MS * n) for n in count())
    clocks = outbox_send.Clocks(now=lambda: next(moments), monotonic=monotonic, pause=lambda _seconds: None)
    came = outbox_send.deliver(clocks, seconds=3_600, most=most, by=ENGINE)
    day.counts.update({f"message_{what}": n for what, n in came.items()})


def decide_waiting(dice: Random, company: Company, *, now: datetime, share: float, day: Day) -> None:
    """The finance manager releases part of what waits for a person."""
    waiting = Notice.objects.waiting().order_by("pk").values_list("pk", flat=True)
    chosen = [pk for pk in waiting if dice.random() < share]
    done = notices.approve_all(ids=chosen, now=now, by=company.person("fiona"))
    day.counts.update({f"notice_{what}": n for what, n in done.items()})


def make_calls(dice: Random, company: Company, *, on: date, now: datetime, share: float, day: Day) -> None:
    """Reps and collectors work off part of the open call tasks."""
    tasks = WorkItem.objects.open().filter(kind=calls.KIND, opened_at__lte=now).order_by("due_at", "pk")
    for task in list(tasks.select_related("customer", "entity", "assignee")):
        if dice.random() < share and task.customer is not None:
            day.counts[f"call_{_call(dice, company, task, on, now)}"] += 1


def _call(dice: Random, company: Company, task: WorkItem, on: date, now: datetime) -> str:
    assert task.customer is not None
    outcome = dice.choice(ANSWERS)
    items = _unpromised(task.customer_id or 0, task.entity, on)
    if outcome == "will_pay" and not items:
        outcome = "paid"
    promised = None
    if outcome == "will_pay":
        chosen = items[: dice.choice([1, 2, 4])]
        due_on = _working_day(on + timedelta(days=dice.choice(PROMISE_DAYS)))
        promised = Promised([(entry, posting.left_of(entry)) for entry in chosen], due_on)
    contact = task.customer.contacts.filter(active=True).order_by("pk").first()
    follow_up = _working_day(on + timedelta(days=5)) if outcome == "call_back" else None
    try:
        calls.log(
            customer=task.customer,
            entity=task.entity,
            outcome=outcome,
            cause=dice.choice(CAUSES) if outcome in ("will_pay", "cannot_pay", "other") else "",
            note=SAID[outcome],
            contact=contact,
            work_item=task,
            promised=promised,
            follow_up_on=follow_up,
            today=on,
            now=now,
            by=_caller(company, task.assignee),
        )
    except Refused as refused:
        return f"refused_{refused.code}"
    return outcome


def _unpromised(customer: int, entity: LegalEntity, on: date) -> list[Entry]:
    """Overdue items of one currency that nobody promised or disputes, oldest first."""
    taken = PromiseItem.objects.filter(promise__state="OPEN").values("entry_id")
    rows = (
        Entry.objects.debits()
        .unsettled()
        .filter(customer=customer, entity=entity, due_on__lt=on, kind="invoice")
    )
    free = list(rows.exclude(pk__in=taken).exclude(disputes__state="OPEN").order_by("due_on", "pk")[:8])
    return [entry for entry in free if entry.currency == free[0].currency]


def _caller(company: Company, assignee: User | None) -> Actor:
    return Actor.of(assignee, "page") if assignee else company.person("cem")


def _working_day(on: date) -> date:
    return on + timedelta(days=max(0, 7 - on.weekday())) if on.weekday() > 4 else on
