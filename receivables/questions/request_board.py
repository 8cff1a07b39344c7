"""Requests as people follow them: stage, holder, time spent against the limit, expected end; and how the steps have been doing.

Questions only. Loads what a page of rows needs in a few queries per legal entity.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from receivables.models import Invoice, LegalEntity, User, WorkItem
from receivables.questions import staffing
from receivables.questions.request_forecast import Estimate, Forecast
from receivables.rules import workflow_diagram
from receivables.rules.business_days import working_time_between
from receivables.rules.workflow import Step
from receivables.rules.workflow_diagram import Node
from receivables.services import approving, flows, work
from receivables.words import request_words

OPEN = (Invoice.State.DRAFT, Invoice.State.REQUESTED, Invoice.State.VERIFIED, Invoice.State.APPROVED)
WAITING = (Invoice.State.REQUESTED, Invoice.State.VERIFIED)
MOST = 200
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Row:
    """One request. `left` is working time until the deadline (negative: over it), `used` per cent of it, None without a to-do."""

    invoice: Invoice
    item: WorkItem | None = None
    step: Step | None = None
    holder: str = ""
    instead_of: str = ""
    held_by: int | None = None
    mine: bool = False
    spent: timedelta | None = None
    left: timedelta | None = None
    used: int | None = None
    estimate: Estimate | None = None

    @property
    def breached(self) -> bool:
        """Whether the deadline of the open step has passed."""
        return self.left is not None and self.left < timedelta()

    @property
    def returned(self) -> bool:
        """Sent back (or withdrawn) and not yet submitted again."""
        return self.invoice.state == Invoice.State.DRAFT and bool(self.invoice.sent_back_code)


@dataclass(frozen=True)
class StepRecord:
    """How one step did in a stretch of days. `median` and `p90` in working time; a step that never rejects asks to be dropped."""

    step: str
    label: str
    decided: int
    sent_back: int
    automatic: int
    breached: int
    median: timedelta | None
    p90: timedelta | None

    @property
    def never_rejects(self) -> bool:
        """Ten decisions or more by people, and not one sent back."""
        return self.decided >= 10 and self.sent_back == 0


@dataclass
class Board:
    """Builds rows at one moment for one reader; staffing and pace are loaded once per legal entity."""

    now: datetime
    user: User
    _staff: dict[int, staffing.Staffing] = field(default_factory=dict)
    _pace: dict[int, Forecast] = field(default_factory=dict)

    def rows(self, invoices: Iterable[Invoice]) -> list[Row]:
        """Rows in the order given."""
        chosen = list(invoices)
        items = (
            WorkItem.objects.open().filter(kind=work.APPROVAL, invoice__in=chosen).select_related("assignee")
        )
        by_invoice = {item.invoice_id: item for item in items}
        return [self.row(invoice, by_invoice.get(invoice.pk)) for invoice in chosen]

    def row(self, invoice: Invoice, item: WorkItem | None) -> Row:
        """One request with its open to-do."""
        if item is None or invoice.flow is None:
            return Row(invoice)
        staff, pace = self._of(invoice.entity)
        step = flows.read(invoice.flow).step(item.step)
        late = item.due_at < self.now
        held = staff.holder(step, staffing.outsiders(invoice), breached=late)
        kept = item.assignee_id if item.assignee_id and not staff.is_away(item.assignee_id) else None
        limit = working_time_between(item.opened_at, item.due_at, pace.hours)
        spent = working_time_between(item.opened_at, self.now, pace.hours)
        return Row(
            invoice=invoice,
            item=item,
            step=step,
            holder=staff.name(kept or held.person),
            instead_of=staff.name(held.on_behalf_of) if not kept else "",
            held_by=kept or held.person,
            mine=staffing.may_act(staff, step, invoice, item, self.user, breached=late),
            spent=spent,
            left=working_time_between(self.now, item.due_at, pace.hours),
            used=min(999, round(spent * 100 / limit)) if limit else None,
            estimate=pace.estimate(invoice, item),
        )

    def _of(self, entity: LegalEntity) -> tuple[staffing.Staffing, Forecast]:
        if entity.pk not in self._staff:
            self._staff[entity.pk] = staffing.of(entity, work.local_day(entity, self.now))
            self._pace[entity.pk] = Forecast.load(entity, self.now)
        return self._staff[entity.pk], self._pace[entity.pk]


def visible(user: User, entity_id: int | None) -> QuerySet[Invoice]:
    """Requests and what became of them, within the user's scope; imported invoices were never requests."""
    rows: QuerySet[Invoice] = Invoice.objects.for_user(user).filter(external=False)
    rows = rows.filter(entity_id=entity_id) if entity_id else rows
    return rows.select_related("entity", "customer", "flow", "requested_by", "created_by")


def entities(user: User, entity_id: int | None) -> list[LegalEntity]:
    """The legal entities a reader sees, or the one chosen."""
    rows = LegalEntity.objects.for_user(user).order_by("name")
    return list(rows.filter(pk=entity_id) if entity_id else rows)


def returned_first(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Sent back first, then the oldest."""
    return rows.annotate(
        returned=Count("pk", filter=Q(state=Invoice.State.DRAFT) & ~Q(sent_back_code=""))
    ).order_by("-returned", "created_at", "pk")


def nodes(invoice: Invoice, item: WorkItem | None) -> list[Node]:
    """The flow's nodes of a request, lit where it stands; before submission all ahead, after the last all done."""
    flow = flows.read(invoice.flow) if invoice.flow else flows.in_force()
    skipped = set(
        WorkItem.objects.filter(invoice=invoice, round=invoice.round, outcome=approving.SKIPPED).values_list(
            "step", flat=True
        )
    )
    past = invoice.state not in (Invoice.State.DRAFT, *WAITING)
    done = approving.done_steps(invoice) | ({step.code for step in flow.steps} if past else set())
    return workflow_diagram.diagram(flow, item.step if item else None, done=done - skipped, skipped=skipped)


def step_records(entity_id: int | None, user: User, since: datetime) -> list[StepRecord]:
    """Per step since a moment: decisions, rejections, automatic passes, missed deadlines, median and P90 working time."""
    items = WorkItem.objects.for_user(user).filter(
        kind=work.APPROVAL, state=WorkItem.State.DONE, closed_at__gte=since
    )
    items = items.filter(entity_id=entity_id) if entity_id else items
    found: dict[str, list[WorkItem]] = {}
    for item in items.select_related("entity").order_by("-closed_at")[:5_000]:
        found.setdefault(item.step, []).append(item)
    steps = flows.in_force().steps
    labels, order = {step.code: step.label for step in steps}, [step.code for step in steps]
    codes = sorted(found, key=lambda code: (order.index(code) if code in order else len(order), code))
    return [_record(code, labels.get(code, code), found[code]) for code in codes]


def _record(step: str, label: str, items: Sequence[WorkItem]) -> StepRecord:
    people = [item for item in items if item.outcome in (approving.PASSED, approving.SENT_BACK)]
    hours = {item.entity_id: work.hours_of(item.entity) for item in people}
    taken = sorted(
        working_time_between(i.opened_at, i.closed_at, hours[i.entity_id]) for i in people if i.closed_at
    )
    last = len(taken) - 1
    return StepRecord(
        step=step,
        label=request_words.step(label),
        decided=len(people),
        sent_back=sum(item.outcome == approving.SENT_BACK for item in people),
        automatic=sum(item.outcome == approving.AUTOMATIC for item in items),
        breached=sum(item.closed_at is not None and item.closed_at > item.due_at for item in people),
        median=taken[last // 2] if taken else None,
        p90=taken[-(-last * 9 // 10)] if taken else None,
    )


def urgent_usage(user: User, entity_id: int | None, month: date) -> list[dict[str, Any]]:
    """Who used the fast lane this month, and how often: rows {"requested_by__username", "count"}."""
    begins = month.replace(day=1)
    rows = visible(user, entity_id).exclude(urgent_reason="").filter(requested_at__date__gte=begins)
    counted = rows.order_by().values("requested_by__username").annotate(count=Count("pk")).order_by("-count")
    return [dict(row) for row in counted[:20]]


def first_pass(user: User, entity_id: int | None, since: datetime) -> tuple[int, int]:
    """(approved at the first attempt, approved) among requests submitted since a moment."""
    through = visible(user, entity_id).filter(requested_at__gte=since).exclude(state__in=OPEN[:3])
    return through.filter(round=1).count(), through.count()


def entitled(user: User) -> list[User]:
    """Whom an item can be handed to: others who may decide on requests, who has least to do first."""
    busy = Count("work_items", filter=Q(work_items__state=WorkItem.State.OPEN))
    others = (
        User.objects.filter(is_active=True)
        .exclude(pk=user.pk)
        .annotate(busy=busy)
        .order_by("busy", "username")
    )
    return [other for other in others.prefetch_related("roles") if staffing.entitled(other)]
