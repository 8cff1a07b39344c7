"""Hand-overs: items given to legal or an agency with one pack of papers, and their return. While one stands no automatic message
speaks about its items; new orders are held.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from credit.services import holds, risk_events
from dunning.models import HandOver, HandOverItem, PaymentPlan, PromiseItem, PromiseToPay
from dunning.questions import handover_pack
from dunning.rules.handover import KINDS, file_name
from dunning.services import promise_ends
from receivables import audit, posting, storage
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, Entry, LegalEntity, WorkItem
from receivables.rules import text_hygiene
from receivables.rules.refusals import Refused
from receivables.services import invoicing, work

SERIES = "handover"
ROOM = "handover"


@transaction.atomic
def make(
    *,
    entries: Sequence[Entry],
    to: str,
    kind: str,
    reason: str,
    today: date,
    now: datetime,
    by: Actor,
    work_item: WorkItem | None = None,
) -> HandOver:
    """Hands open items of one account over, numbered without gaps, with a pack whose hash stands on the row.

    Orders are held, the fact is recorded, open promises about the items are replaced, and the to-do that proposed it is done.
    Refuses nothing_chosen, crosses, not_open, already_handed_over, to_missing, reason_missing, kind_unknown.
    """
    to = text_hygiene.one_line(to, field="to", limit=200)
    why = text_hygiene.one_line(reason, field="reason", limit=300)
    _refuse_incomplete(entries, to, why, kind)
    (customer,) = posting.lock(entries[0].customer_id)
    rows = _items(entries)
    entity = LegalEntity.objects.get(pk=rows[0].entity_id)
    item = _proposal(work_item, customer)
    number = invoicing.take_number(entity, SERIES)
    case = handover_pack.Case(
        customer=customer, entity=entity, currency=rows[0].currency, entries=tuple(rows), number=number, to=to,
        reason=why, on=today, by=by.user.shown if by.user else "",
    )  # fmt: skip
    pack = handover_pack.archive(case)
    stored_as = storage.keep(pack, room=ROOM)
    try:
        with audit.line(
            "handover.made", by=by, now=now, subject=f"customer:{customer.pk}", entity=entity, reason=why
        ) as line:
            made = _write(line, case, kind, pack, stored_as, by)
            _stop_promises(line, rows, today, by)
            _tell_credit(line, made, by)
            if item is not None:
                work.close(
                    line, item, state=WorkItem.State.DONE, by=by, now=now, outcome="handed_over", note=number
                )
            posting.stop([customer])
    except BaseException:
        storage.drop(stored_as)
        raise
    return made


@transaction.atomic
def end(*, hand_over: HandOver, reason: str, on: date, now: datetime, by: Actor) -> HandOver:
    """The items come back (or are settled): they are asked for again where their age and history put them. Orders stay held until
    a person releases them. Refuses state, reason_missing."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why it ends."), field="reason")
    (customer,) = posting.lock(hand_over.customer_id)
    rows = HandOver.objects.select_for_update(of=("self",), no_key=True).select_related("entity")
    hand_over = rows.get(pk=hand_over.pk)
    if hand_over.ended_on is not None:
        raise Refused("state", _("This hand-over has ended before."))
    why = text_hygiene.one_line(reason, field="reason", limit=300)
    with audit.line(
        "handover.ended",
        by=by,
        now=now,
        subject=f"handover:{hand_over.pk}",
        entity=hand_over.entity,
        reason=why,
    ) as line:
        hand_over.ended_on, hand_over.ended_by, hand_over.end_reason = on, by.name, why
        line.stamp(hand_over)
        hand_over.save(update_fields=["ended_on", "ended_by", "end_reason", "audit_seq"])
        HandOverItem.objects.filter(hand_over=hand_over).update(ended=True)
        posting.stop([customer])
    return hand_over


def _write(
    line: Line, case: handover_pack.Case, kind: str, pack: bytes, stored_as: str, by: Actor
) -> HandOver:
    amounts = [(entry, entry.amount - entry.allocated) for entry in case.entries]
    made = HandOver(
        entity=case.entity, customer=case.customer, to=case.to, kind=kind, currency=case.currency,
        amount=sum(amount for _entry, amount in amounts), number=case.number, reason=case.reason, handed_on=case.on,
        handed_at=line.now, handed_by=by.name, pack_name=file_name(case.number, "zip"), pack_stored_as=stored_as,
        pack_sha256=hashlib.sha256(pack).hexdigest(), audit_seq=line.seq,
    )  # fmt: skip
    made.save(force_insert=True)
    HandOverItem.objects.bulk_create(
        HandOverItem(hand_over=made, entry=entry, amount=amount) for entry, amount in amounts
    )
    line.touch("handover", made.pk, made.number, made.currency, made.amount, made.pack_sha256)
    line.after |= {
        "number": made.number,
        "amount": made.amount,
        "currency": made.currency,
        "items": len(amounts),
    }
    return made


def _tell_credit(line: Line, made: HandOver, by: Actor) -> None:
    key: dict[str, Any] = {"customer": made.customer, "entity": made.entity, "on": made.handed_on}
    figures = {"number": made.number, "amount": made.amount, "currency": made.currency}
    risk_events.write(line, key=f"handover:{made.pk}", kind="handed_over", figures=figures, **key)
    holds.write(line, reason="legal", note=made.number, by=by, **key)


def _stop_promises(line: Line, rows: list[Entry], on: date, by: Actor) -> None:
    """What was promised about these items is the lawyer's matter now; a plan about them is cancelled."""
    ids = PromiseItem.objects.filter(entry__in=rows).values_list("promise_id", flat=True)
    open_ones = PromiseToPay.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=set(ids), state=PromiseToPay.State.OPEN
    )
    for promise in open_ones.select_related("customer", "entity"):
        promise_ends.replaced(line, promise, on=on, by=by, reason="handed_over")
    plans = PaymentPlan.objects.select_for_update(no_key=True).filter(
        promises__in=set(ids), state=PaymentPlan.State.ACTIVE
    )
    for plan in PaymentPlan.objects.filter(pk__in={each.pk for each in plans}):
        for rest in plan.promises.filter(state=PromiseToPay.State.OPEN).select_related("customer", "entity"):
            promise_ends.replaced(line, rest, on=on, by=by, reason="handed_over")
        promise_ends.end_plan(line, plan, PaymentPlan.State.CANCELLED, on=on)


def _items(entries: Sequence[Entry]) -> list[Entry]:
    """The items afresh, in the order of their days; each is open and nowhere else."""
    rows = Entry.objects.filter(pk__in={entry.pk for entry in entries}).select_related("instalment")
    found = sorted(rows, key=lambda each: (each.due_on or each.document_on, each.pk))
    if len({(each.entity_id, each.customer_id, each.currency) for each in found}) > 1:
        raise Refused("crosses", _("A hand-over never crosses customer, legal entity or currency."))
    for each in found:
        if each.amount <= 0 or each.amount == each.allocated:
            raise Refused("not_open", _("Nothing of %(item)s is open.") % {"item": each.reference})
    taken = HandOverItem.objects.filter(entry__in=found, ended=False).select_related("entry").first()
    if taken:
        raise Refused(
            "already_handed_over", _("%(item)s was handed over before.") % {"item": taken.entry.reference}
        )
    return found


def _proposal(item: WorkItem | None, customer: Customer) -> WorkItem | None:
    if item is None:
        return None
    item = WorkItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    fits = item.customer_id == customer.pk and item.state == WorkItem.State.OPEN
    return item if fits and item.kind not in (work.APPROVAL, work.CALL) else None


def _refuse_incomplete(entries: Sequence[Entry], to: str, reason: str, kind: str) -> None:
    if not entries:
        raise Refused("nothing_chosen", _("Choose at least one open item."), field="items")
    if not to:
        raise Refused("to_missing", _("Say who takes it over."), field="to")
    if not reason:
        raise Refused("reason_missing", _("Say why, in a few words."), field="reason")
    if kind not in KINDS:
        raise Refused("kind_unknown", _("Choose one of the listed kinds."), field="kind")
