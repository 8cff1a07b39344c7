"""To-dos with an owner role and a deadline in working hours: opened and closed by other verbs under their audit line, handed on,
and escalated when their time is up. What a step asks for is the flow's matter (`rules/workflow`).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, Delegation, Invoice, LegalEntity, User, WorkItem
from receivables.questions import staffing
from receivables.questions.staffing import Staffing
from receivables.rules import business_days
from receivables.rules.business_days import Calendar, Hours
from receivables.rules.refusals import Refused
from receivables.rules.request_checks import URGENT_HOURS
from receivables.rules.workflow import Flow, Step

APPROVAL = "approval"
CALL = "dunning_call"
ESCALATE_OTHERS_TO = "finance_manager"
CHUNK = 200


def hours_of(entity: LegalEntity) -> Hours:
    """The entity's working hours in its zone with its country's holidays (Monday to Friday where no table is known)."""
    calendar = Calendar(entity.country or None, entity.subdivision or None)
    try:
        business_days.is_business_day(date(2026, 1, 5), calendar)
    except Refused:
        calendar = Calendar()
    return Hours(entity.work_starts, entity.work_ends, entity.time_zone, calendar)


def due_at(entity: LegalEntity, now: datetime, hours: Decimal | int | timedelta) -> datetime:
    """When so many working hours of the entity will have passed."""
    return business_days.deadline(now, hours, hours_of(entity))


def local_day(entity: LegalEntity, now: datetime) -> date:
    """What day it is at the entity at a moment."""
    return now.astimezone(ZoneInfo(entity.time_zone)).date()


def open_item(
    line: Line,
    *,
    kind: str,
    entity: LegalEntity,
    owner_role: str,
    now: datetime,
    deadline: datetime,
    customer: Customer | None = None,
    invoice: Invoice | None = None,
    step: str = "",
    round: int = 1,
    assignee: User | None = None,
    checks: Sequence[dict[str, Any]] = (),
) -> WorkItem:
    """Writes one open to-do under the caller's audit line. One per invoice, kind, step and round."""
    item = WorkItem(
        kind=kind, entity=entity, customer=customer, invoice=invoice, step=step, round=round, owner_role=owner_role,
        assignee=assignee, checks=list(checks), opened_at=now, due_at=deadline, audit_seq=line.seq,
    )  # fmt: skip
    item.save(force_insert=True)
    line.touch("workitem", item.pk, kind, step, owner_role, deadline)
    return item


def open_step(
    line: Line, *, invoice: Invoice, step: Step, now: datetime, checks: Sequence[dict[str, Any]]
) -> WorkItem:
    """Opens the to-do of a step: its holder by role and delegations, its deadline in working hours (urgent ones their own)."""
    staff = staffing.of(invoice.entity, local_day(invoice.entity, now))
    held = staff.holder(step, staffing.outsiders(invoice), breached=False)
    hours = URGENT_HOURS if invoice.urgent_reason else step.sla_hours
    return open_item(
        line,
        kind=APPROVAL,
        entity=invoice.entity,
        customer=invoice.customer,
        invoice=invoice,
        step=step.code,
        round=invoice.round,
        owner_role=step.owner_role,
        assignee=staff.people.get(held.person) if held.person else None,
        checks=checks,
        now=now,
        deadline=due_at(invoice.entity, now, hours),
    )


def close(
    line: Line, item: WorkItem, *, state: str, by: Actor, now: datetime, outcome: str, note: str = ""
) -> WorkItem:
    """Closes an open to-do under the caller's audit line. Refuses already_decided."""
    if item.state != WorkItem.State.OPEN:
        raise Refused(
            "already_decided", _("This has been dealt with already, by %(who)s.") % {"who": item.closed_by}
        )
    item.state, item.outcome, item.note = state, outcome, note[:500]
    item.closed_at, item.closed_by = now, by.name
    line.stamp(item)
    item.save()
    return item


@transaction.atomic
def complete(*, item: WorkItem, outcome: str, now: datetime, by: Actor, note: str = "") -> WorkItem:
    """A to-do is done. Refuses already_decided, and wrong_kind for approvals (decided) and calls (closed by their outcome)."""
    if item.kind == CALL:
        raise Refused("wrong_kind", _("A call is closed by its outcome, it is not ticked off."))
    return _end(item, WorkItem.State.DONE, outcome=outcome, note=note, now=now, by=by)


@transaction.atomic
def cancel(*, item: WorkItem, reason: str, now: datetime, by: Actor) -> WorkItem:
    """A to-do that is not an approval is no longer needed. Refuses already_decided, wrong_kind."""
    return _end(item, WorkItem.State.CANCELLED, outcome="cancelled", note=reason, now=now, by=by)


def _end(item: WorkItem, state: str, *, outcome: str, note: str, now: datetime, by: Actor) -> WorkItem:
    item = WorkItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    if item.kind == APPROVAL:
        raise Refused("wrong_kind", _("An approval is decided on its request, it is not ticked off."))
    with audit.line(
        f"work.{state.lower()}",
        by=by,
        now=now,
        subject=f"work:{item.pk}",
        entity=item.entity,
        reason=note[:200],
    ) as line:
        return close(line, item, state=state, by=by, now=now, outcome=outcome, note=note)


@transaction.atomic
def reassign(*, item: WorkItem, to: User, reason: str, now: datetime, by: Actor) -> WorkItem:
    """Hands one open to-do to somebody else; the deadline stays. Refuses already_decided, own_request, not_entitled."""
    item = WorkItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    if item.state != WorkItem.State.OPEN:
        raise Refused(
            "already_decided", _("This has been dealt with already, by %(who)s.") % {"who": item.closed_by}
        )
    if item.invoice and to.pk in staffing.outsiders(item.invoice):
        raise Refused(
            "own_request",
            _("%(who)s asked for this request and cannot decide on it.") % {"who": to.shown},
            field="to",
        )
    sees = to.is_active and (to.all_entities or to.entities.filter(pk=item.entity_id).exists())
    if not sees or (item.kind == APPROVAL and not staffing.entitled(to)):
        raise Refused(
            "not_entitled", _("%(who)s may not decide on requests here.") % {"who": to.shown}, field="to"
        )
    subject = f"work:{item.pk}"
    with audit.line(
        "work.reassigned", by=by, now=now, subject=subject, entity=item.entity, reason=reason
    ) as line:
        line.before, line.after = {"assignee": item.assignee_id}, {"assignee": to.pk}
        item.assignee = to
        line.stamp(item)
        item.save(update_fields=["assignee", "audit_seq"])
    return item


@transaction.atomic
def escalate_breached(*, now: datetime, by: Actor) -> list[WorkItem]:
    """The sweeper: whose time is up goes to the step's escalation role, once; what its holder left behind goes to the stand-in.

    The breach itself is a question (`due_at` < now); its escalation is recorded, so a second call finds nothing.
    """
    overdue = Q(due_at__lt=now, escalated_at__isnull=True)
    away = Q(kind=APPROVAL, assignee__delegations__in=_delegations_around(now))
    ids = (
        WorkItem.objects.open()
        .filter(overdue | away)
        .order_by("due_at")
        .values_list("pk", flat=True)
        .distinct()[:CHUNK]
    )
    items = (
        WorkItem.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(ids)).order_by("pk")
    )
    todo = [
        item for item in items.select_related("entity", "invoice__flow") if item.state == WorkItem.State.OPEN
    ]
    staffs: dict[int, Staffing] = {}
    plans = [(item, _holder_now(item, now, staffs)) for item in todo]
    plans = [
        (item, held) for item, held in plans if _late(item, now) or held[0] not in (None, item.assignee_id)
    ]
    if not plans:
        return []
    with audit.line("work.escalated", by=by, now=now, subject=f"{len(plans)} work items"[:80]) as line:
        for item, (person, role) in plans:
            if _late(item, now):
                item.escalated_at, item.escalated_to = now, role
            item.assignee_id = person or item.assignee_id
            line.stamp(item)
            line.touch("escalation", item.pk, role, person)
            item.save(update_fields=["assignee", "escalated_at", "escalated_to", "audit_seq"])
    return [item for item, _held in plans]


def step_of(item: WorkItem) -> Step | None:
    """The step of an approval, in the version of the flow its request keeps."""
    if item.kind != APPROVAL or item.invoice is None or item.invoice.flow is None:
        return None
    flow = item.invoice.flow
    return Flow.from_json({"code": flow.code, "version": flow.version, "steps": flow.steps}).step(item.step)


def _late(item: WorkItem, now: datetime) -> bool:
    return item.due_at < now and item.escalated_at is None


def _holder_now(item: WorkItem, now: datetime, staffs: dict[int, Staffing]) -> tuple[int | None, str]:
    """(person or None, escalation role) for an item whose time is up or whose holder is away; None: it stays where it is."""
    step = step_of(item)
    if step is None:
        return None, ESCALATE_OTHERS_TO
    assert item.invoice is not None
    if item.entity_id not in staffs:
        staffs[item.entity_id] = staffing.of(item.entity, local_day(item.entity, now))
    staff, late = staffs[item.entity_id], item.due_at < now
    if not late and not (item.assignee_id and staff.is_away(item.assignee_id)):
        return None, ""
    held = staff.holder(step, staffing.outsiders(item.invoice), breached=late)
    return held.person, step.escalate_to_role or step.owner_role


def _delegations_around(now: datetime) -> Any:
    """Delegations in force somewhere in the world at the moment; the holder is then found by the entity's own day."""
    day = timedelta(days=1)
    return Delegation.objects.filter(
        starts_on__lte=(now + day).date(), ends_on__gte=(now - day).date(), revoked_at__isnull=True
    )
