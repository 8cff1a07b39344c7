"""One request: where it stands in its flow and why, its lines and papers, and what may be done with it now."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from receivables import access, clock
from receivables.doors import actor, policy
from receivables.models import Audit, Invoice, WorkItem
from receivables.questions import request_board, request_picture
from receivables.rules import request_checks
from receivables.services import requesting
from receivables.templatetags.states import state_words
from receivables.words import request_words

TAKEN = ("ISSUED", "SENT", "PAID", "CANCELLED", "WRITTEN_OFF")


@policy("request.view")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The request's page."""
    user: Any = request.user
    invoice, now = visible(request, pk), clock.now()
    today = clock.today(invoice.entity)
    item = WorkItem.objects.open().filter(invoice=invoice, kind="approval").select_related("assignee").first()
    row = request_board.Board(now, user).row(invoice, item)
    picture = request_picture.of(invoice, today=today, confirmed=invoice.state != Invoice.State.DRAFT)
    is_draft = invoice.state == Invoice.State.DRAFT
    mine = user.pk in (invoice.created_by_id, invoice.requested_by_id)
    return render(
        request,
        "receivables/requests/detail.html",
        {
            "invoice": invoice,
            "row": row,
            "nodes": _nodes(invoice, item, row),
            "checks": [
                {
                    "label": request_words.label(c),
                    "state": c.state,
                    "said": "" if c.state == "passed" else request_words.wrong(c),
                }
                for c in request_checks.check(picture)
            ],
            "lines": invoice.lines.order_by("position"),
            "papers": invoice.attachments.order_by("pk"),
            "events": _events(invoice),
            "content_hash": request_picture.content_hash(invoice),
            "person_checks": [
                (c, request_words.person_check(c)) for c in (row.step.checks if row.step else ())
            ],
            "reasons": request_words.SEND_BACK.items(),
            "people": request_board.entitled(user) if row.mine else [],
            "sent_back": request_words.SEND_BACK.get(invoice.sent_back_code, _("Withdrawn")),
            "may_edit": is_draft and access.may(user, "request.create"),
            "may_withdraw": invoice.state in request_board.WAITING and mine,
            "may_copy": access.may(user, "request.create"),
            "may_to_person": invoice.state == Invoice.State.APPROVED
            and bool(invoice.approved_by_rule)
            and access.may(user, "request.send_back"),
            "is_issued": invoice.state in TAKEN,
            "agreed_due": request_picture.last_due(invoice, today),
        },
    )


@policy("request.submit")
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Submits a draft as it stands."""
    invoice = visible(request, pk)
    confirmed = request.POST.get("duplicate_confirmed") == "on"
    requesting.submit(
        invoice=invoice,
        today=clock.today(invoice.entity),
        now=clock.now(),
        by=actor(request),
        duplicate_confirmed=confirmed,
    )
    messages.success(request, _("Submitted. You can follow it here."))
    return redirect("receivables:request", pk=pk)


@policy("request.create")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The requester takes it back."""
    reason = request.POST.get("reason", "").strip()
    requesting.withdraw(invoice=visible(request, pk), reason=reason, now=clock.now(), by=actor(request))
    messages.success(request, _("Taken back. It is a draft again."))
    return redirect("receivables:request_edit", pk=pk)


@policy("request.create")
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft like this one."""
    invoice = visible(request, pk)
    made = requesting.copy_from(
        invoice=invoice, today=clock.today(invoice.entity), now=clock.now(), by=actor(request)
    )
    messages.success(request, _("Copied into a new draft. Order number and papers are not copied."))
    return redirect("receivables:request_edit", pk=made.pk)


@policy("request.send_back")
@require_POST
def to_person(request: HttpRequest, pk: int) -> HttpResponse:
    """An approval by rule goes to people after all."""
    reason = request.POST.get("reason", "")
    requesting.to_person(invoice=visible(request, pk), reason=reason, now=clock.now(), by=actor(request))
    messages.success(request, _("People look at it now. The rule's approval is taken back."))
    return redirect("receivables:request", pk=pk)


def visible(request: HttpRequest, pk: int) -> Invoice:
    """The request, or 404: what belongs to others and what is not there cannot be told apart."""
    rows = Invoice.objects.for_user(request.user).select_related(
        "entity", "customer", "flow", "created_by", "requested_by", "approved_by", "copied_from"
    )
    invoice: Invoice = get_object_or_404(rows, pk=pk)
    return invoice


def _nodes(invoice: Invoice, item: WorkItem | None, row: request_board.Row) -> list[dict[str, str]]:
    """Draft, the steps of its flow, issue and sending, for the state diagram; each with who and when, or its limit."""
    done_items = {
        i.step: i
        for i in WorkItem.objects.filter(invoice=invoice, kind="approval", round=invoice.round, state="DONE")
    }
    is_draft = invoice.state == Invoice.State.DRAFT
    nodes = [
        {"label": _("Draft"), "status": "current" if is_draft else "done", "note": _name(invoice.created_by)}
    ]
    words = {"done": "done", "current": "current", "todo": "ahead", "skipped": "off"}
    for node in request_board.nodes(invoice, item):
        note = _("%(hours)s working hours") % {"hours": node.sla}
        if node.code in done_items and node.state == "done":
            note = done_items[node.code].closed_by
        elif node.state == "current":
            note = row.holder or _("nobody may act")
        nodes.append({"label": request_words.step(node.label), "status": words[node.state], "note": note})
    approved = invoice.state == Invoice.State.APPROVED
    taken = invoice.state in TAKEN
    nodes.append(
        {
            "label": _("Issue"),
            "status": "current" if approved else "done" if taken else "ahead",
            "note": invoice.number or "",
        }
    )
    sent = invoice.sent_at is not None
    status = "done" if sent else "current" if invoice.state == Invoice.State.ISSUED else "ahead"
    nodes.append({"label": state_words("SENT"), "status": status, "note": ""})
    return nodes


def _events(invoice: Invoice) -> list[dict[str, Any]]:
    """What happened, newest first, from the audit rows of this request."""
    said = {
        "request.drafted": _("Draft written"),
        "request.copied": _("Copied from an earlier request"),
        "request.saved": _("Draft changed"),
        "request.submitted": _("Submitted"),
        "request.verified": _("Step passed"),
        "request.approved": _("Approved"),
        "request.sent_back": _("Sent back"),
        "request.withdrawn": _("Withdrawn"),
        "request.to_person": _("Given to a person"),
        "attachment.added": _("Paper attached"),
        "attachment.removed": _("Paper removed"),
        "invoice.issued": _("Issued"),
    }
    tones = {
        "request.sent_back": "warn",
        "request.withdrawn": "warn",
        "request.approved": "ok",
        "invoice.issued": "ok",
    }
    rows = Audit.objects.filter(subject=f"invoice:{invoice.pk}").order_by("-seq")[:60]
    return [
        {
            "at": row.at,
            "text": said.get(row.action, row.action),
            "who": row.actor,
            "detail": _detail(row),
            "tone": tones.get(row.action, "brand"),
        }
        for row in rows
    ]


def _detail(row: Audit) -> str:
    if row.action == "request.sent_back":
        why = str(request_words.SEND_BACK.get(row.reason, row.reason))
        return " · ".join(part for part in (why, row.after.get("note", "")) if part)
    name: str = row.after.get("name", "") or row.before.get("name", "")
    return name or row.reason


def _name(user: Any) -> str:
    return (user.get_full_name() or user.username) if user else ""
