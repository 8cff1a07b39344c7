"""When a request will probably be through: from the hours its remaining steps took lately, or from their time limits.

An estimate with a range, never a promise. Questions only; `estimate_errors` says how good the estimates were.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from receivables.models import Audit, Invoice, LegalEntity, WorkItem
from receivables.rules.business_days import Hours, deadline, working_time_between
from receivables.rules.request_checks import URGENT_HOURS
from receivables.rules.workflow import Step
from receivables.services import flows, work

SAMPLES, ENOUGH = 50, 5


@dataclass(frozen=True)
class Span:
    """Working time of one step: P10, median and P90 of its last 50 decisions; `samples` 0 means taken from the time limit."""

    low: timedelta
    middle: timedelta
    high: timedelta
    samples: int


@dataclass(frozen=True)
class Estimate:
    """`expected_at` lies between `earliest_at` and `latest_at`; `samples` decisions of the scarcest step stand behind it."""

    expected_at: datetime
    earliest_at: datetime
    latest_at: datetime
    samples: int


@dataclass(frozen=True)
class EstimateError:
    """How far the estimates of a month were off, in working hours: median of |actual − expected|, and on how many requests."""

    month: date
    requests: int
    median_hours: int
    late: int


@dataclass(frozen=True)
class Forecast:
    """The recent pace of an entity's approvers, loaded once for many requests."""

    now: datetime
    hours: Hours
    paces: dict[str, Span]

    @classmethod
    def load(cls, entity: LegalEntity, now: datetime) -> "Forecast":
        """Reads the last decisions per step (one query)."""
        hours = work.hours_of(entity)
        done = WorkItem.objects.filter(
            entity=entity, kind=work.APPROVAL, outcome="passed", state=WorkItem.State.DONE, closed_at__lte=now
        )
        taken: dict[str, list[timedelta]] = {}
        rows = done.order_by("-closed_at").values_list("step", "opened_at", "closed_at")[: SAMPLES * 6]
        for step, opened_at, closed_at in rows:
            spans = taken.setdefault(step, [])
            if len(spans) < SAMPLES:
                spans.append(working_time_between(opened_at, closed_at, hours))
        return cls(now, hours, {step: _span(spans) for step, spans in taken.items() if len(spans) >= ENOUGH})

    def estimate(self, invoice: Invoice, item: WorkItem | None = None) -> Estimate | None:
        """For a request on its way; None for a draft or one that is through. `item`: its open to-do, if already at hand."""
        item = item or WorkItem.objects.open().filter(invoice=invoice, kind=work.APPROVAL).first()
        if item is None or invoice.flow is None:
            return None
        steps = flows.read(invoice.flow).steps
        at = next((i for i, step in enumerate(steps) if step.code == item.step), 0)
        spent = working_time_between(item.opened_at, self.now, self.hours)
        spans = [self._pace(step, urgent=bool(invoice.urgent_reason)) for step in steps[at:]]
        first, rest = spans[0], spans[1:]
        times = [
            max(timedelta(), getattr(first, name) - spent)
            + sum((getattr(s, name) for s in rest), timedelta())
            for name in ("low", "middle", "high")
        ]
        earliest, expected, latest = (deadline(self.now, time, self.hours) for time in times)
        return Estimate(expected, earliest, latest, min(span.samples for span in spans))

    def _pace(self, step: Step, *, urgent: bool) -> Span:
        limit = timedelta(hours=URGENT_HOURS if urgent else step.sla_hours)
        if step.code in self.paces and not urgent:
            return self.paces[step.code]
        return Span(timedelta(), limit, limit, 0)


def _span(spans: Iterable[timedelta]) -> Span:
    ordered = sorted(spans)
    last = len(ordered) - 1
    return Span(ordered[last // 10], ordered[last // 2], ordered[-(-last * 9 // 10)], len(ordered))


def estimate_errors(entity: LegalEntity, month: date) -> EstimateError | None:
    """The estimates given at submission in a calendar month against the day of the last decision; None when none is through."""
    begins = month.replace(day=1)
    ends = (begins + timedelta(days=32)).replace(day=1)
    given = Audit.objects.filter(
        action="request.submitted", entity=entity, at__date__gte=begins, at__date__lt=ends
    )
    hours, errors, late = work.hours_of(entity), [], 0
    for subject, after in given.values_list("subject", "after"):
        actual = _through_at(int(subject.partition(":")[2] or 0), after.get("round", 0))
        if actual is None or "expected_at" not in after:
            continue
        off = working_time_between(datetime.fromisoformat(after["expected_at"]), actual, hours)
        errors.append(abs(off))
        late += off > timedelta()
    if not errors:
        return None
    return EstimateError(
        begins, len(errors), round(sorted(errors)[(len(errors) - 1) // 2] / timedelta(hours=1)), late
    )


def _through_at(invoice_id: int, round_number: int) -> datetime | None:
    """When the last step of a round was decided, for requests that got through in it."""
    past = Invoice.objects.filter(pk=invoice_id, round=round_number).exclude(
        state__in=[Invoice.State.DRAFT, Invoice.State.REQUESTED, Invoice.State.VERIFIED]
    )
    if not past.exists():
        return None
    items = WorkItem.objects.filter(invoice_id=invoice_id, kind=work.APPROVAL, round=round_number)
    return items.order_by("-closed_at").values_list("closed_at", flat=True).first()
