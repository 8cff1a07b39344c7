"""Promises to pay: made over open items, renegotiated, withdrawn, and a person's own verdict. What the ledger says of them:
`promise_settling`. Several agreed together: `plans`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import HandOverItem, PaymentPlan, PromiseItem, PromiseToPay
from dunning.rules import promises as rules
from dunning.services import promise_ends
from receivables import access, audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Contact, Customer, Dispute, Entry, LegalEntity
from receivables.rules import business_days, text_hygiene
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused
from receivables.services import work


@dataclass(frozen=True)
class Draft:
    """A promise that was checked and is not written yet. `items` are open items and how much of each, in minor units."""

    customer: Customer
    entity: LegalEntity
    currency: str
    items: tuple[tuple[Entry, int], ...]
    due_on: date
    grace_until: date
    tolerance: int
    source: str
    contact: Contact | None
    note: str

    @property
    def amount(self) -> int:
        return sum(amount for _entry, amount in self.items)


@transaction.atomic
def make(
    *,
    items: Sequence[tuple[Entry, int]],
    due_on: date,
    source: str,
    today: date,
    now: datetime,
    by: Actor,
    contact: Contact | None = None,
    note: str = "",
    tolerance: int | None = None,
    grace_days: int | None = None,
) -> PromiseToPay:
    """A promise over open items of one customer, entity and currency; they are not asked for until the grace is over.

    Refuses nothing_promised, crosses, not_open, disputed, handed_over, already_promised, over_open, date_past, beyond_horizon,
    tolerance_invalid, source_unknown, wrong_contact.
    """
    posting.lock(*{entry.customer_id for entry, _amount in items})
    draft = checked(
        items=items, due_on=due_on, source=source, today=today, by=by, contact=contact, note=note,
        tolerance=tolerance, grace_days=grace_days,
    )  # fmt: skip
    with audit.line(
        "promise.made", by=by, now=now, subject=f"customer:{draft.customer.pk}", entity=draft.entity
    ) as line:
        return write(line, draft, today=today, by=by)


def checked(
    *,
    items: Sequence[tuple[Entry, int]],
    due_on: date,
    source: str,
    today: date,
    by: Actor,
    contact: Contact | None = None,
    note: str = "",
    tolerance: int | None = None,
    grace_days: int | None = None,
    replacing: PromiseToPay | None = None,
) -> Draft:
    """What `make` refuses, asked before the audit line opens and under the customer's lock."""
    if not items:
        raise Refused("nothing_promised", _("Choose at least one open item."), field="items")
    first = items[0][0]
    for entry, amount in items:
        _refuse_item(entry, amount, first, replacing)
    if len({entry.pk for entry, _amount in items}) != len(items):
        raise Refused("item_twice", _("An item stands in a promise once."), field="items")
    if source not in PromiseToPay.Source.values:
        raise Refused("source_unknown", _("Choose one of the listed sources."), field="source")
    if contact is not None and contact.customer_id != first.customer_id:
        raise Refused("wrong_contact", _("This contact belongs to another customer."), field="contact")
    _refuse_day(due_on, today, by)
    amount = sum(each for _entry, each in items)
    tolerance = rules.usual_tolerance(amount) if tolerance is None else tolerance
    if not 0 <= tolerance < amount:
        raise Refused(
            "tolerance_invalid", _("The tolerance is less than the promised amount."), field="tolerance"
        )
    grace_days = rules.GRACE_DAYS if grace_days is None else grace_days
    if not 0 <= grace_days <= 30:
        raise Refused("grace_invalid", _("The grace is 0 to 30 bank days."), field="grace_days")
    entity = LegalEntity.objects.get(pk=first.entity_id)
    return Draft(
        customer=first.customer,
        entity=entity,
        currency=first.currency,
        items=tuple(items),
        due_on=due_on,
        grace_until=business_days.add_business_days(due_on, grace_days, work.hours_of(entity).calendar),
        tolerance=tolerance,
        source=source,
        contact=contact,
        note=text_hygiene.one_line(note, field="note", limit=300),
    )


def write(
    line: Line,
    draft: Draft,
    *,
    today: date,
    by: Actor,
    plan: PaymentPlan | None = None,
    replaces: PromiseToPay | None = None,
) -> PromiseToPay:
    """The promise under the caller's audit line and customer lock; what was planned for the customer is looked at again."""
    promise: PromiseToPay = PromiseToPay(
        entity=draft.entity, customer=draft.customer, contact=draft.contact, plan=plan, currency=draft.currency,
        amount=draft.amount, tolerance=draft.tolerance, due_on=draft.due_on, grace_until=draft.grace_until,
        source=draft.source, made_on=today, made_at=line.now, made_seq=line.seq, made_by=by.name, note=draft.note,
        replaces=replaces, audit_seq=line.seq,
    )  # fmt: skip
    promise.save(force_insert=True)
    PromiseItem.objects.bulk_create(
        PromiseItem(promise=promise, entry=entry, amount=amount) for entry, amount in draft.items
    )
    line.touch("promisetopay", promise.pk, draft.currency, draft.amount, draft.due_on, draft.grace_until)
    line.tell("promises", promise.pk, draft.amount, draft.currency, draft.due_on.isoformat())
    posting.stop([draft.customer])
    return promise


@transaction.atomic
def renegotiate(
    *,
    promise: PromiseToPay,
    items: Sequence[tuple[Entry, int]],
    due_on: date,
    source: str,
    today: date,
    now: datetime,
    by: Actor,
    contact: Contact | None = None,
    note: str = "",
) -> PromiseToPay:
    """Another promise takes the place of an open one, which is closed as replaced; the chain is kept and counted.

    Refuses state, in_plan (a plan is agreed anew as a whole), and what `make` refuses.
    """
    promise = locked(promise)
    _refuse_closed(promise)
    if promise.plan_id:
        raise Refused("in_plan", _("This promise belongs to a plan. Cancel the plan and agree a new one."))
    draft = checked(
        items=items, due_on=due_on, source=source, today=today, by=by, contact=contact or promise.contact,
        note=note, replacing=promise,
    )  # fmt: skip
    if (draft.customer.pk, draft.entity.pk) != (promise.customer_id, promise.entity_id):
        raise Refused("crosses", _("The new promise is of another account."), field="items")
    with audit.line(
        "promise.renegotiated", by=by, now=now, subject=f"promise:{promise.pk}", entity=promise.entity
    ) as line:
        promise_ends.replaced(line, promise, on=today, by=by, reason="renegotiated")
        return write(line, draft, today=today, by=by, replaces=promise)


@transaction.atomic
def withdraw(*, promise: PromiseToPay, reason: str, on: date, now: datetime, by: Actor) -> PromiseToPay:
    """Entered by mistake, or taken back: counts neither way, and its items are asked for again. Refuses state, reason_missing."""
    reason = _reason(reason)
    promise = locked(promise)
    _refuse_closed(promise)
    with audit.line(
        "promise.withdrawn",
        by=by,
        now=now,
        subject=f"promise:{promise.pk}",
        entity=promise.entity,
        reason=reason,
    ) as line:
        promise_ends.replaced(line, promise, on=on, by=by, reason=reason)
        promise_ends.follow_plan(line, promise, on=on, by=by)
        posting.stop([promise.customer])
    return promise


@transaction.atomic
def decide(
    *, promise: PromiseToPay, kept: bool, reason: str, on: date, now: datetime, by: Actor
) -> PromiseToPay:
    """A person's own verdict, which the ledger no longer changes. Refuses reason_missing, state (replaced, or so already)."""
    reason = _reason(reason)
    promise = locked(promise)
    target = PromiseToPay.State.KEPT if kept else PromiseToPay.State.BROKEN
    if promise.state in (PromiseToPay.State.REPLACED, target):
        raise Refused("state", _("This promise has been settled so before."), state=promise.state)
    promise_ends.hold_work(promise.customer_id)
    with audit.line(
        "promise.decided",
        by=by,
        now=now,
        subject=f"promise:{promise.pk}",
        entity=promise.entity,
        reason=reason,
    ) as line:
        promise_ends.close(line, promise, target, paid=promise.paid, on=on, by=by, reason=reason)
        promise_ends.follow_plan(line, promise, on=on, by=by)
        posting.stop([promise.customer])
    return promise


def locked(promise: PromiseToPay) -> PromiseToPay:
    """The promise under its customer's lock and its own."""
    posting.lock(promise.customer_id)
    rows = PromiseToPay.objects.select_for_update(of=("self",), no_key=True)
    row: PromiseToPay = rows.select_related("entity", "customer", "contact", "plan").get(pk=promise.pk)
    return row


def _refuse_closed(promise: PromiseToPay) -> None:
    if promise.state != PromiseToPay.State.OPEN:
        raise Refused("state", _("This promise is closed."), state=promise.state)


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused("reason_missing", _("Say why, in a few words."), field="reason")
    return text_hygiene.one_line(text, field="reason", limit=300)


def _refuse_day(due_on: date, today: date, by: Actor) -> None:
    if due_on < today:
        raise Refused("date_past", _("The promised day is over. Choose today or later."), field="due_on")
    days = (due_on - today).days
    wide = by.user is None or access.may(by.user, "promise.close")
    if days > (rules.LONGEST_DAYS if wide else rules.HORIZON_DAYS):
        raise Refused(
            "beyond_horizon",
            _(
                "A promise reaches %(most)s days ahead at most; somebody who may close promises can go further."
            )
            % {"most": rules.HORIZON_DAYS},
            field="due_on",
            most=rules.HORIZON_DAYS,
        )


def _refuse_item(entry: Entry, amount: int, first: Entry, replacing: PromiseToPay | None) -> None:
    key = ("entity_id", "customer_id", "currency")
    if any(getattr(entry, name) != getattr(first, name) for name in key):
        raise Refused(
            "crosses", _("A promise never crosses customer, legal entity or currency."), field="items"
        )
    left, name = posting.left_of(entry), {"item": entry.reference}
    if entry.amount <= 0 or left == 0:
        raise Refused("not_open", _("Nothing of %(item)s is open.") % name, field="items")
    if Dispute.objects.filter(entry=entry, state=Dispute.State.OPEN).exists():
        raise Refused(
            "disputed", _("%(item)s is in dispute. Settle the dispute first.") % name, field="items"
        )
    if HandOverItem.objects.filter(entry=entry, ended=False).exists():
        raise Refused(
            "handed_over", _("%(item)s was handed over. End the hand-over first.") % name, field="items"
        )
    others = PromiseItem.objects.filter(entry=entry, promise__state=PromiseToPay.State.OPEN)
    if others.exclude(promise=replacing).exists():
        raise Refused(
            "already_promised",
            _("%(item)s stands in an open promise already. Renegotiate that one.") % name,
            field="items",
        )
    if not 0 < amount <= left:
        raise Refused(
            "over_open",
            _("Between 0 and %(left)s %(currency)s of %(item)s can be promised.")
            % {**name, "left": format_plain(left, entry.currency), "currency": entry.currency},
            field="amount",
            left=left,
        )
