"""Payment plans: several promises agreed together over the same items. The plan stands while none of them is broken."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import PaymentPlan, PromiseToPay
from dunning.rules import promises as rules
from dunning.services import promise_ends, promises
from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Contact, Entry
from receivables.rules import text_hygiene
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused

PARTS_MAX = 60


@transaction.atomic
def agree(
    *,
    entries: Sequence[Entry],
    parts: Sequence[tuple[date, int]],
    source: str,
    today: date,
    now: datetime,
    by: Actor,
    contact: Contact | None = None,
    note: str = "",
) -> tuple[PaymentPlan, list[PromiseToPay]]:
    """A plan of dated amounts (minor units), filled over the items in the order given; one promise per date.

    Refuses plan_invalid (fewer than two parts, a day twice, not positive), over_open with figures, and what a promise refuses.
    """
    days = [day for day, _amount in parts]
    if not 2 <= len(parts) <= PARTS_MAX or len(set(days)) != len(days) or min(a for _d, a in parts) <= 0:
        raise Refused(
            "plan_invalid",
            _("A plan has two or more parts, each on its own day and above zero."),
            field="parts",
        )
    posting.lock(*{entry.customer_id for entry in entries})
    drafts = _drafts(entries, sorted(parts), source, today, by, contact, note)
    first = drafts[0]
    with audit.line(
        "plan.agreed", by=by, now=now, subject=f"customer:{first.customer.pk}", entity=first.entity
    ) as line:
        plan = PaymentPlan(
            entity=first.entity, customer=first.customer, currency=first.currency,
            total=sum(each.amount for each in drafts), agreed_on=today, agreed_by=by.name, note=first.note,
            audit_seq=line.seq,
        )  # fmt: skip
        plan.save(force_insert=True)
        line.touch("paymentplan", plan.pk, plan.total, plan.currency)
        made = [promises.write(line, draft, today=today, by=by, plan=plan) for draft in drafts]
    return plan, made


@transaction.atomic
def cancel(*, plan: PaymentPlan, reason: str, on: date, now: datetime, by: Actor) -> PaymentPlan:
    """The plan no longer holds; its open promises count neither way and their items are asked for again. Refuses state."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why, in a few words."), field="reason")
    (customer,) = posting.lock(plan.customer_id)
    plan = PaymentPlan.objects.select_for_update(of=("self",), no_key=True).select_related("entity").get(
        pk=plan.pk
    )  # fmt: skip
    if plan.state != PaymentPlan.State.ACTIVE:
        raise Refused("state", _("This plan is closed."), state=plan.state)
    rows = PromiseToPay.objects.select_for_update(no_key=True).filter(
        plan=plan, state=PromiseToPay.State.OPEN
    )
    reason = text_hygiene.one_line(reason, field="reason", limit=300)
    with audit.line(
        "plan.cancelled", by=by, now=now, subject=f"plan:{plan.pk}", entity=plan.entity, reason=reason
    ) as line:
        for each in rows:
            promise_ends.replaced(line, each, on=on, by=by, reason=reason)
        promise_ends.end_plan(line, plan, PaymentPlan.State.CANCELLED, on=on)
        posting.stop([customer])
    return plan


def _drafts(
    entries: Sequence[Entry],
    parts: Sequence[tuple[date, int]],
    source: str,
    today: date,
    by: Actor,
    contact: Contact | None,
    note: str,
) -> list[promises.Draft]:
    free = {entry.pk: posting.left_of(entry) for entry in entries}
    by_id = {entry.pk: entry for entry in entries}
    if len({(each.entity_id, each.customer_id, each.currency) for each in entries}) > 1:
        raise Refused(
            "crosses", _("A promise never crosses customer, legal entity or currency."), field="items"
        )
    total, left = sum(amount for _day, amount in parts), sum(free.values())
    if total > left and entries:
        raise Refused(
            "over_open",
            _("These items have %(left)s %(currency)s open; the parts come to more.")
            % {"left": format_plain(left, entries[0].currency), "currency": entries[0].currency},
            field="parts",
            left=left,
        )
    drafts = []
    for day, amount in parts:
        taken = rules.spread(amount, [(pk, free[pk]) for pk in by_id])
        for pk, used in taken:
            free[pk] -= used
        drafts.append(
            promises.checked(
                items=[(by_id[pk], used) for pk, used in taken], due_on=day, source=source, today=today,
                by=by, contact=contact, note=note,
            )
        )  # fmt: skip
    return drafts
