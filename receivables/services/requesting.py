"""An invoice request from a rep's draft until it is in the approvers' hands, and back. What follows the last approval is issuing.

The decisions (`verify`, `approve`, `send_back`, `to_person`) live in `approving`; they are named here so that callers find every
verb of a request in one place.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, Invoice, LegalEntity, WorkItem
from receivables.questions import request_picture
from receivables.questions.request_forecast import Forecast
from receivables.rules import request_checks
from receivables.rules.refusals import Refused
from receivables.rules.request_checks import Check
from receivables.services import drafting, flows, work
from receivables.services.approving import advance, approve, current_item, send_back, to_person, verify
from receivables.services.drafting import Content
from receivables.words import request_words

__all__ = [
    "Content", "approve", "copy_from", "draft", "problems", "save_draft", "send_back", "submit", "submit_line", "to_person",
    "verify", "withdraw",
]  # fmt: skip

WITHDRAWN = "withdrawn"


@transaction.atomic
def draft(
    *, entity: LegalEntity, customer: Customer, content: Content, today: date, now: datetime, by: Actor
) -> Invoice:
    """A new draft, priced and summed. It may be incomplete (no line, no PO number); refused is only what cannot be read.

    Codes with their field: description_missing, quantity_invalid, unit_price_invalid, tax_rate_invalid, currency_unknown,
    kind_unknown, text_too_long, title_mismatch, too_many_lines, amount_out_of_range.
    """
    with audit.line("request.drafted", by=by, now=now, entity=entity) as line:
        invoice = drafting.new(
            line, entity=entity, customer=customer, content=content, today=today, now=now, user=by.user
        )
        line.subject = f"invoice:{invoice.pk}"
        line.stamp(invoice)
        invoice.save(update_fields=["audit_seq"])
        line.after |= {"customer": customer.code, "gross": invoice.gross, "currency": invoice.currency}
    return invoice


@transaction.atomic
def save_draft(
    *, invoice: Invoice, content: Content, version: int, today: date, now: datetime, by: Actor
) -> Invoice:
    """Replaces the content of a draft. Refuses state, stale (somebody saved `version` + 1 meanwhile), and as `draft`."""
    invoice = _locked_draft(invoice)
    if invoice.version != version:
        raise Refused(
            "stale",
            _("Somebody else has saved this draft meanwhile. Open it again; nothing was overwritten."),
        )
    with audit.line(
        "request.saved", by=by, now=now, subject=f"invoice:{invoice.pk}", entity=invoice.entity
    ) as line:
        line.before = {"gross": invoice.gross, "currency": invoice.currency}
        drafting.fill(line, invoice, content, today)
        line.after = {"gross": invoice.gross, "currency": invoice.currency}
        line.stamp(invoice)
        invoice.save(update_fields=["audit_seq"])
    return invoice


@transaction.atomic
def copy_from(*, invoice: Invoice, today: date, now: datetime, by: Actor) -> Invoice:
    """A new draft with the lines and references of an earlier request or invoice; papers and the PO number are not copied.

    A PO number is used up by its order, and a copied paper would prove nothing.
    """
    source = drafting.of(invoice)
    content = Content(
        lines=source.lines,
        currency=source.currency,
        kind=source.kind,
        contract_ref=source.contract_ref,
        description=source.description,
    )
    with audit.line("request.copied", by=by, now=now, entity=invoice.entity) as line:
        copy = drafting.new(
            line,
            entity=invoice.entity,
            customer=invoice.customer,
            content=content,
            today=today,
            now=now,
            user=by.user,
        )
        copy.copied_from = invoice
        line.stamp(copy)
        copy.save(update_fields=["copied_from", "audit_seq"])
        line.subject = f"invoice:{copy.pk}"
        line.after = {"copied_from": invoice.pk}
    return copy


def problems(*, invoice: Invoice, today: date, confirmed: bool = False) -> list[Check]:
    """What keeps the request from being submitted, all of it, in the order to repair. A question; changes nothing."""
    return request_checks.blocking(
        request_checks.check(request_picture.of(invoice, today=today, confirmed=confirmed))
    )


@transaction.atomic
def submit(
    *, invoice: Invoice, today: date, now: datetime, by: Actor, duplicate_confirmed: bool = False
) -> Invoice:
    """DRAFT → REQUESTED: the checks hold, the first to-do is open, and what rules may pass has passed (perhaps to APPROVED).

    1. locks the draft; 2. every check of `rules/request_checks`; 3. the active flow (a request sent back keeps its version);
    4. the first step. Refuses state, needs_person, and the first failed check with all of them in `figures["problems"]`.
    """
    invoice = _locked_draft(invoice)
    subject = f"invoice:{invoice.pk}"
    refuse_unfit(invoice, today=today, by=by, duplicate_confirmed=duplicate_confirmed)
    with audit.line("request.submitted", by=by, now=now, subject=subject, entity=invoice.entity) as line:
        submit_line(line, invoice, now=now, by=by)
        if duplicate_confirmed:
            line.after["duplicate_confirmed"] = True
    return invoice


def refuse_unfit(invoice: Invoice, *, today: date, by: Actor, duplicate_confirmed: bool) -> None:
    """Refuses with the first check that does not hold; `figures["problems"]` names all: [{"code", "field", "message"}]."""
    if by.user is None:
        raise Refused("needs_person", _("A request is submitted by a person."))
    found = problems(invoice=invoice, today=today, confirmed=duplicate_confirmed)
    if found:
        said = [{"code": c.code, "field": c.field, "message": request_words.wrong(c)} for c in found]
        raise Refused(found[0].code, said[0]["message"], field=found[0].field, problems=said)


def submit_line(line: Line, invoice: Invoice, *, now: datetime, by: Actor) -> None:
    """Submits a checked draft under an open audit line (a row of a batch, or `submit`)."""
    invoice.flow = invoice.flow or flows.active_or_default()
    invoice.submit(by=by.user, at=now)
    advance(line, invoice, now=now)
    line.stamp(invoice)
    invoice.save()
    line.after |= {
        "round": invoice.round,
        "flow": str(invoice.flow),
        "content": request_picture.content_hash(invoice),
        "urgent": bool(invoice.urgent_reason),
    }
    estimate = Forecast.load(invoice.entity, now).estimate(invoice)
    if estimate:
        line.after["expected_at"] = estimate.expected_at.isoformat()


@transaction.atomic
def withdraw(*, invoice: Invoice, reason: str, now: datetime, by: Actor) -> Invoice:
    """The requester takes an undecided request back into a draft. Refuses state and forbidden (somebody else's request)."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if invoice.state not in (Invoice.State.REQUESTED, Invoice.State.VERIFIED):
        raise Refused("state", _("Only a request that waits for a decision can be withdrawn."))
    askers: Collection[int | None] = (invoice.requested_by_id, invoice.created_by_id)
    if by.user is None or by.user.pk not in askers:
        raise Refused("forbidden", _("A request is withdrawn by the person who asked for it."))
    subject = f"invoice:{invoice.pk}"
    with audit.line(
        "request.withdrawn", by=by, now=now, subject=subject, entity=invoice.entity, reason=reason[:200]
    ) as line:
        item = current_item(invoice)
        if item is not None:
            work.close(
                line, item, state=WorkItem.State.CANCELLED, by=by, now=now, outcome=WITHDRAWN, note=reason
            )
        invoice.send_back(code=WITHDRAWN, note=reason[:500])
        line.stamp(invoice)
        invoice.save()
    return invoice


def _locked_draft(invoice: Invoice) -> Invoice:
    locked: Invoice = Invoice.objects.select_for_update(no_key=True).select_related(None).get(pk=invoice.pk)
    if locked.state != Invoice.State.DRAFT:
        raise Refused(
            "state", _("This request is %(state)s; only a draft can be changed.") % {"state": locked.state}
        )
    return locked
