"""New due dates for what is open of an invoice, agreed with the customer. The amount stays; nothing is forgiven here."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Entry, Instalment, Invoice
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused

INSTALMENTS_MAX = 120


@transaction.atomic
def reschedule(
    *, invoice: Invoice, plan: Sequence[tuple[date, int]], reason: str, on: date, now: datetime, by: Actor
) -> list[Instalment]:
    """Replaces the open rest by instalments of `plan` (due date, minor units), effective `on`.

    1. one credit entry settles what is open of the old instalments; 2. a new instalment and entry per due date; both sides are
    of kind RESCHEDULE, so turnover does not see them, and sum to zero. Old instalments stay in history. Refuses state,
    plan_invalid, sum_differs (with figures), reason_missing, period_closed.
    """
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the dates change."), field="reason")
    posting.lock(invoice.customer_id)
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if invoice.state not in (Invoice.State.ISSUED, Invoice.State.SENT):
        raise Refused(
            "state",
            _("Only an open invoice can get new dates; this one is %(state)s.") % {"state": invoice.state},
        )
    debits = list(
        Entry.objects.debits().unsettled().filter(instalment__invoice=invoice).order_by("due_on", "pk")
    )
    on = max([on, *(each.booked_on for each in debits)])
    posting.refuse_closed(invoice.entity, on)
    _refuse_wrong(invoice, plan, posting.open_amount(invoice))
    subject, why = f"invoice:{invoice.pk}", reason.strip()[:300]
    with audit.line(
        "invoice.rescheduled", by=by, now=now, subject=subject, entity=invoice.entity, reason=why
    ) as line:
        line.before = {"due": [[str(each.due_on), each.amount - each.allocated] for each in debits]}
        line.after |= {"due": [[due_on.isoformat(), amount] for due_on, amount in plan]}
        credit = _enter(line, invoice, -sum(amount for _due_on, amount in plan), on, None)
        for each in debits:
            posting.allocate(
                line, debit=each, credit=credit, amount=each.amount - each.allocated, reason="reschedule"
            )
        rows = _write_instalments(line, invoice, plan, on)
        posting.stop([invoice.customer])
    return rows


def _write_instalments(
    line: Line, invoice: Invoice, plan: Sequence[tuple[date, int]], on: date
) -> list[Instalment]:
    last = max(invoice.instalments.values_list("position", flat=True))
    rows = []
    for position, (due_on, amount) in enumerate(sorted(plan), start=last + 1):
        entry = _enter(line, invoice, amount, on, due_on)
        rows.append(
            Instalment.objects.create(
                invoice=invoice, position=position, due_on=due_on, amount=amount, entry=entry
            )
        )
    return rows


def _enter(line: Line, invoice: Invoice, amount: int, on: date, due_on: date | None) -> Entry:
    return posting.enter(
        line,
        entity=invoice.entity,
        customer=invoice.customer,
        kind=Entry.Kind.RESCHEDULE,
        currency=invoice.currency,
        amount=amount,
        booked_on=on,
        document_on=invoice.invoice_on,
        due_on=due_on,
        reference=invoice.number or "",
    )


def _refuse_wrong(invoice: Invoice, plan: Sequence[tuple[date, int]], left: int) -> None:
    if not plan or len(plan) > INSTALMENTS_MAX or any(amount <= 0 for _due_on, amount in plan):
        raise Refused(
            "plan_invalid", _("Give one or more due dates, each with an amount above zero."), field="plan"
        )
    total = sum(amount for _due_on, amount in plan)
    if total != left:
        raise Refused(
            "sum_differs",
            _("The new instalments come to %(total)s, but %(left)s %(currency)s is open.")
            % {
                "total": format_plain(total, invoice.currency),
                "left": format_plain(left, invoice.currency),
                "currency": invoice.currency,
            },
            field="plan",
            total=total,
            left=left,
        )
