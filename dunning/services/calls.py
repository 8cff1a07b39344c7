"""Calls: one save logs what was said and does what follows – a promise, a dispute, a contact that is wrong, the next try.

A call task is closed by an outcome only. Whether now is a good time to call is said on its page (`questions/call_times`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from dunning.models import Call, PromiseToPay
from dunning.services import promise_ends, promises
from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Contact, Customer, Dispute, Entry, LegalEntity, WorkItem
from receivables.rules import business_days, text_hygiene
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import contacts, disputes, work

KIND = work.CALL
ESCALATION = "dunning_escalation"
KINDS = (KIND, promise_ends.WORK, ESCALATION)
"""To-dos that a call answers."""
TRIES_MOST = 3
ESCALATE_TO = "sales_manager"
DISPUTE_HOURS = disputes.SLA_HOURS
Outcome = Call.Outcome
NOT_SPOKEN = frozenset({Outcome.NO_ANSWER, Outcome.WRONG_CONTACT})


@dataclass(frozen=True)
class Promised:
    """What "will pay" promises: open items with amounts in minor units, and the day."""

    items: Sequence[tuple[Entry, int]]
    due_on: date | None


@dataclass(frozen=True)
class Disputed:
    """What "disputes" puts in question; without an amount all that is open of the item."""

    entry: Entry
    reason: str
    amount: Money | None = None


@dataclass(frozen=True)
class _Checked:
    promise: promises.Draft | None
    dispute: tuple[Entry, str, int] | None


@transaction.atomic
def log(
    *,
    customer: Customer,
    entity: LegalEntity,
    outcome: str,
    today: date,
    now: datetime,
    by: Actor,
    contact: Contact | None = None,
    work_item: WorkItem | None = None,
    cause: str = "",
    note: str = "",
    promised: Promised | None = None,
    disputed: Disputed | None = None,
    follow_up_on: date | None = None,
) -> Call:
    """Writes the call and everything that follows from its outcome.

    will_pay makes the promise, disputes opens the dispute, wrong_contact flags the contact, call_back needs a day, no_answer
    keeps the task for the next bank day (the third try goes to the sales manager). Refuses outcome_unknown, cause_unknown,
    date_missing, entry_missing, contact_missing, note_missing, crosses, already_decided, and what promise and dispute refuse.
    """
    posting.lock(customer.pk)
    item = _task(work_item, customer, entity)
    note = text_hygiene.many_lines(note, field="note", limit=4000)
    _refuse_incomplete(outcome, cause, note, contact, customer, promised, disputed, follow_up_on, today)
    checked = _checked(customer, entity, outcome, contact, note, promised, disputed, today, by)
    if outcome == Outcome.WRONG_CONTACT and contact is not None:
        contact = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    with audit.line(
        "call.logged", by=by, now=now, subject=f"customer:{customer.pk}", entity=entity, reason=_short(note)
    ) as line:
        call = _write(
            line, customer, entity, outcome, cause, note, contact, item, follow_up_on, checked, today, by
        )
        if outcome == Outcome.WRONG_CONTACT and contact is not None:
            contacts.flag(line, contact, on=today, reason="wrong contact")
        _go_on(line, call, item, today, by)
        posting.stop([customer])
    return call


def tries(item: WorkItem) -> int:
    """How often nobody answered this task."""
    return tries_of([item.pk]).get(item.pk, 0)


def tries_of(items: Iterable[int]) -> dict[int, int]:
    """The same for many tasks; those without a try are left out."""
    rows = Call.objects.filter(work_item__in=set(items), outcome=Outcome.NO_ANSWER)
    return dict(rows.order_by().values_list("work_item").annotate(n=Count("pk")))


def _write(
    line: Line,
    customer: Customer,
    entity: LegalEntity,
    outcome: str,
    cause: str,
    note: str,
    contact: Contact | None,
    item: WorkItem | None,
    follow_up_on: date | None,
    checked: _Checked,
    today: date,
    by: Actor,
) -> Call:
    promise: PromiseToPay | None = None
    dispute: Dispute | None = None
    if checked.promise is not None:
        promise = promises.write(line, checked.promise, today=today, by=by)
    if checked.dispute is not None:
        entry, reason, minor = checked.dispute
        due_at = work.due_at(entry.entity, line.now, DISPUTE_HOURS)
        dispute = disputes.write(
            line, entry=entry, reason=reason, disputed=minor, today=today, by=by, due_at=due_at, note=note
        )
    call = Call(
        entity=entity, customer=customer, contact=contact, work_item=item, outcome=outcome, cause=cause, note=note,
        promise=promise, dispute=dispute, follow_up_on=follow_up_on, called_at=line.now, called_by=by.name,
        user=by.user, recorded_at=line.now, audit_seq=line.seq,
    )  # fmt: skip
    call.save(force_insert=True)
    line.touch("call", call.pk, outcome, cause, follow_up_on)
    line.after |= {"call": call.pk, "outcome": outcome, "cause": cause}
    return call


def _go_on(line: Line, call: Call, item: WorkItem | None, today: date, by: Actor) -> None:
    """The task is closed by its outcome, or waits for the next try; a follow-up is a task of its own on its day."""
    if call.outcome == Outcome.NO_ANSWER and call.follow_up_on is None:
        _try_again(line, call, item, today)
        return
    if item is not None:
        work.close(
            line, item, state=WorkItem.State.DONE, by=by, now=line.now, outcome=call.outcome, note=call.note
        )
    if call.follow_up_on is not None:
        _open(line, call, item, _end_of(call.entity, call.follow_up_on), "follow_up")


def _try_again(line: Line, call: Call, item: WorkItem | None, today: date) -> None:
    next_day = business_days.add_business_days(today, 1, work.hours_of(call.entity).calendar)
    if item is None:
        _open(line, call, None, _end_of(call.entity, next_day), "follow_up")
        return
    item.due_at = _end_of(call.entity, next_day)
    if tries(item) >= TRIES_MOST and item.escalated_at is None:
        item.escalated_at, item.escalated_to = line.now, ESCALATE_TO
    line.stamp(item)
    item.save(update_fields=["due_at", "escalated_at", "escalated_to", "audit_seq"])


def _open(line: Line, call: Call, item: WorkItem | None, deadline: datetime, step: str) -> WorkItem:
    return work.open_item(
        line, kind=KIND, entity=call.entity, customer=call.customer, step=item.step if item else step,
        owner_role=item.owner_role if item else "collector", assignee=item.assignee if item else call.user,
        now=line.now, deadline=deadline,
    )  # fmt: skip


def _short(note: str) -> str:
    """The note on one line."""
    return " ".join(note.split())[:300]


def _end_of(entity: LegalEntity, day: date) -> datetime:
    """When work ends at the entity on a day."""
    return datetime.combine(day, entity.work_ends, ZoneInfo(entity.time_zone))


def _task(item: WorkItem | None, customer: Customer, entity: LegalEntity) -> WorkItem | None:
    if item is None:
        return None
    item = WorkItem.objects.select_for_update(of=("self",), no_key=True).select_related("assignee").get(
        pk=item.pk
    )  # fmt: skip
    if item.kind not in KINDS:
        raise Refused("wrong_kind", _("This to-do is not answered by a call."))
    if (item.customer_id, item.entity_id) != (customer.pk, entity.pk):
        raise Refused("crosses", _("This task belongs to another account."))
    if item.state != WorkItem.State.OPEN:
        raise Refused(
            "already_decided", _("This has been dealt with already, by %(who)s.") % {"who": item.closed_by}
        )
    return item


def _refuse_incomplete(
    outcome: str,
    cause: str,
    note: str,
    contact: Contact | None,
    customer: Customer,
    promised: Promised | None,
    disputed: Disputed | None,
    follow_up_on: date | None,
    today: date,
) -> None:
    if outcome not in Outcome.values:
        raise Refused("outcome_unknown", _("A call ends with one of the listed outcomes."), field="outcome")
    if cause and cause not in Call.Cause.values:
        raise Refused("cause_unknown", _("Choose one of the listed causes."), field="cause")
    if outcome == Outcome.WILL_PAY and (promised is None or promised.due_on is None):
        raise Refused("date_missing", _("By which day will they pay?"), field="promised_on")
    if outcome == Outcome.DISPUTES and disputed is None:
        raise Refused("entry_missing", _("Choose the item they question, and why."), field="disputed")
    if outcome == Outcome.CALL_BACK and follow_up_on is None:
        raise Refused("date_missing", _("On which day will you call back?"), field="follow_up_on")
    if outcome == Outcome.WRONG_CONTACT and contact is None:
        raise Refused("contact_missing", _("Choose the contact that is wrong."), field="contact")
    if outcome == Outcome.OTHER and not note.strip():
        raise Refused("note_missing", _("Write down what was said."), field="note")
    if follow_up_on is not None and not 0 <= (follow_up_on - today).days <= 366:
        raise Refused("date_past", _("Choose a day from today, within a year."), field="follow_up_on")
    if contact is not None and contact.customer_id != customer.pk:
        raise Refused("crosses", _("This contact belongs to another customer."), field="contact")


def _checked(
    customer: Customer,
    entity: LegalEntity,
    outcome: str,
    contact: Contact | None,
    note: str,
    promised: Promised | None,
    disputed: Disputed | None,
    today: date,
    by: Actor,
) -> _Checked:
    draft = question = None
    if outcome == Outcome.WILL_PAY and promised is not None and promised.due_on is not None:
        draft = promises.checked(
            items=promised.items, due_on=promised.due_on, source="call", today=today, by=by, contact=contact,
            note=_short(note),
        )  # fmt: skip
        if (draft.customer.pk, draft.entity.pk) != (customer.pk, entity.pk):
            raise Refused("crosses", _("These items belong to another account."), field="items")
    if outcome == Outcome.DISPUTES and disputed is not None:
        if (disputed.entry.customer_id, disputed.entry.entity_id) != (customer.pk, entity.pk):
            raise Refused("crosses", _("This item belongs to another account."), field="disputed")
        question = (
            disputed.entry,
            disputed.reason,
            disputes.checked(disputed.entry, disputed.reason, disputed.amount),
        )
    return _Checked(draft, question)
