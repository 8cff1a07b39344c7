"""How promises end, under the caller's audit line and locks: kept, partly kept, broken, replaced, or open again; and what follows
for the plan, the collector and the customer's standing. Who decided it, and why, is the caller's matter.
"""

from datetime import date

from credit.services import risk_events
from dunning.models import PaymentPlan, PromiseToPay
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import CustomerProfile, WorkItem
from receivables.services import status, work

WORK = "broken_promise"
WORK_HOURS = 8
State = PromiseToPay.State
_FAILED = (State.BROKEN, State.PARTLY_KEPT)


def close(
    line: Line, promise: PromiseToPay, target: str, *, paid: int, on: date, by: Actor, reason: str = ""
) -> None:
    """Moves a promise to KEPT, PARTLY_KEPT or BROKEN. A failed one opens a to-do and is a fact about the customer, once each.

    An empty `reason` marks the ledger's verdict, which it may change again; a person's has one.
    """
    step = {State.KEPT: promise.keep, State.PARTLY_KEPT: promise.keep_partly, State.BROKEN: promise.break_}
    step[State(target)]()
    promise.paid, promise.closed_on, promise.closed_by = paid, max(on, promise.made_on), by.name
    promise.close_reason = reason
    line.stamp(promise)
    promise.save()
    if promise.state in _FAILED:
        _tell_collector(line, promise, on)
        _push(line, promise, by)
        _remember(line, promise, on)
    else:
        _drop_work(line, promise, by)


def _push(line: Line, promise: PromiseToPay, by: Actor) -> None:
    """Collector and sales rep hear of it, on the channels they chose."""
    figures = {
        "customer": promise.customer.legal_name,
        "amount": promise.amount,
        "currency": promise.currency,
        "due_on": promise.due_on.isoformat(),
    }
    status.push(
        line, status.carers(promise.customer, promise.entity), key=f"promise:{promise.pk}:failed", kind="broken_promise",
        figures=figures, link=f"/promises/{promise.pk}/", entity=promise.entity, customer=promise.customer, now=line.now,
        by=by,
    )  # fmt: skip


def reopen(line: Line, promise: PromiseToPay, *, paid: int, by: Actor) -> None:
    """Kept early, and the money was taken back while its days still run."""
    promise.reopen()
    promise.paid, promise.closed_on, promise.closed_by, promise.close_reason = paid, None, "", ""
    line.stamp(promise)
    promise.save()
    _drop_work(line, promise, by)


def replaced(line: Line, promise: PromiseToPay, *, on: date, by: Actor, reason: str) -> None:
    """It stands no more and counts neither way."""
    promise.replace()
    promise.closed_on, promise.closed_by = max(on, promise.made_on), by.name
    promise.close_reason = reason
    line.stamp(promise)
    promise.save()


def follow_plan(line: Line, promise: PromiseToPay, *, on: date, by: Actor) -> None:
    """A plan is broken with its first failed promise (the others are replaced), kept when none is left open."""
    if promise.plan_id is None:
        return
    plan = PaymentPlan.objects.select_for_update(no_key=True).get(pk=promise.plan_id)
    if plan.state in (PaymentPlan.State.BROKEN, PaymentPlan.State.CANCELLED):
        return
    rows = list(
        PromiseToPay.objects.select_for_update(of=("self",), no_key=True)
        .filter(plan=plan)
        .select_related("customer", "entity")
    )
    states = {each.state for each in rows}
    target = PaymentPlan.State.ACTIVE
    if states & set(_FAILED):
        target = PaymentPlan.State.BROKEN
    elif State.OPEN not in states:
        target = PaymentPlan.State.KEPT if State.KEPT in states else PaymentPlan.State.CANCELLED
    if target == plan.state:
        return
    if target == PaymentPlan.State.BROKEN:
        for each in rows:
            if each.state == State.OPEN:
                replaced(line, each, on=on, by=by, reason="plan_broken")
    end_plan(line, plan, target, on=on)


def end_plan(line: Line, plan: PaymentPlan, target: str, *, on: date) -> None:
    """Writes a plan's new state."""
    plan.state = target
    plan.closed_on = None if target == PaymentPlan.State.ACTIVE else on
    line.stamp(plan)
    plan.save(update_fields=["state", "closed_on", "audit_seq"])


def _tell_collector(line: Line, promise: PromiseToPay, on: date) -> None:
    step = f"promise:{promise.pk}"
    if WorkItem.objects.filter(kind=WORK, step=step, state=WorkItem.State.OPEN).exists():
        return
    profile = (
        CustomerProfile.objects.current(on)
        .filter(customer_id=promise.customer_id, entity_id=promise.entity_id)
        .select_related("collector")
        .first()
    )
    work.open_item(
        line, kind=WORK, entity=promise.entity, customer=promise.customer, step=step, owner_role="collector",
        assignee=profile.collector if profile else None, now=line.now,
        deadline=work.due_at(promise.entity, line.now, WORK_HOURS),
        checks=[{"promise": promise.pk, "amount": promise.amount, "paid": promise.paid, "currency": promise.currency}],
    )  # fmt: skip


def hold_work(customer_id: int) -> None:
    """Row locks on the to-dos that a verdict may close. Take after the customer's and before the audit line opens."""
    rows = WorkItem.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(rows.filter(kind=WORK, customer_id=customer_id, state=WorkItem.State.OPEN))


def _drop_work(line: Line, promise: PromiseToPay, by: Actor) -> None:
    rows = WorkItem.objects.filter(kind=WORK, step=f"promise:{promise.pk}", state=WorkItem.State.OPEN)
    for item in rows:
        work.close(
            line,
            item,
            state=WorkItem.State.CANCELLED,
            by=by,
            now=line.now,
            outcome=str(promise.state).lower(),
        )


def _remember(line: Line, promise: PromiseToPay, on: date) -> None:
    risk_events.write(
        line,
        key=f"promise:{promise.pk}:broken",
        kind="broken_promise",
        customer=promise.customer,
        entity=promise.entity,
        on=on,
        figures={
            "promise": promise.pk,
            "amount": promise.amount,
            "paid": promise.paid,
            "currency": promise.currency,
        },
    )
