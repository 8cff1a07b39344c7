"""The way of an invoice as its page draws it: stations with who and when, and the steps of the approval flow it runs through."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from receivables import context, localised
from receivables.models import Audit, Invoice, User
from receivables.questions.invoice_picture import Picture
from receivables.rules import workflow_diagram
from receivables.services import flows
from receivables.templatetags.states import state_words
from receivables.words import request_words

PATH = ("DRAFT", "REQUESTED", "VERIFIED", "APPROVED", "ISSUED", "SENT", "PAID")
_S = Invoice.State


def nodes(picture: Picture, names: dict[str, str]) -> list[dict[str, str]]:
    """The way from draft to paid, each station with who and when; other ends (cancelled, written off) close the way."""
    invoice, notes = picture.invoice, _notes(picture, names)
    steps = list(PATH)
    current = str(invoice.state)
    if current not in steps:
        steps = [step for step in steps if step != "PAID" and step in notes] + [current]
    at = steps.index(current)
    if current == _S.PAID and not invoice.sent_at:
        notes.setdefault("SENT", _("not sent"))
    return [
        {
            "label": state_words(step),
            "status": "done" if i < at else "current" if i == at else "ahead",
            "note": notes.get(step, ""),
        }
        for i, step in enumerate(steps)
    ]


def _notes(picture: Picture, names: dict[str, str]) -> dict[str, str]:
    invoice = picture.invoice
    lines = {row.action: row for row in reversed(picture.events)}
    found: dict[str, str] = {}
    if not invoice.external:
        found["DRAFT"] = _said(invoice.created_at, full_name(invoice.created_by))
    if invoice.requested_at:
        found["REQUESTED"] = _said(invoice.requested_at, full_name(invoice.requested_by))
    for step, action in (("VERIFIED", "request.verified"), ("APPROVED", "request.approved")):
        if action in lines:
            found[step] = _said(lines[action].at, _actor(lines, action, names))
    if invoice.approved_by and "APPROVED" not in found:
        found["APPROVED"] = full_name(invoice.approved_by)
    if invoice.approved_by_rule:
        found["APPROVED"] = _("by rule %(rule)s") % {"rule": invoice.approved_by_rule}
    if invoice.issued_at:
        found["ISSUED"] = (
            _("recorded from outside")
            if invoice.external
            else _said(invoice.issued_at, _actor(lines, "invoice.issued", names))
        )
    if invoice.sent_at:
        found["SENT"] = _said(
            invoice.sent_at, "" if invoice.external else _actor(lines, "invoice.posted", names)
        )
    if invoice.state == _S.PAID and picture.settled_on:
        found["PAID"] = localised.day(picture.settled_on)
    if invoice.state == _S.CANCELLED and picture.credit_notes:
        found["CANCELLED"] = localised.day(picture.credit_notes[-1].issued_on)
    if invoice.state == _S.WRITTEN_OFF and picture.write_offs:
        row = picture.write_offs[-1]
        found["WRITTEN_OFF"] = ", ".join(
            part for part in (localised.day(row.written_off_on), _two_names(row)) if part
        )
    return found


def approval(picture: Picture) -> dict[str, Any] | None:
    """The steps of the flow this request runs through, with owner role and deadline in working hours; None without a flow."""
    invoice = picture.invoice
    if invoice.flow is None:
        return None
    items = {
        item.step: item for item in picture.work if item.kind == "approval" and item.round == invoice.round
    }
    done = [code for code, item in items.items() if item.state == "DONE"]
    current = next((code for code, item in items.items() if item.state == "OPEN"), None)
    words = context.role_words()
    return {
        "name": f"{invoice.flow.code} v{invoice.flow.version}",
        "steps": [
            {
                "label": request_words.step(node.label),
                "role": words.get(node.owner_role, node.owner_role),
                "sla": node.sla,
                "state": node.state,
                "item": items.get(node.code),
            }
            for node in workflow_diagram.diagram(flows.read(invoice.flow), current, done=done)
        ],
    }


def _said(at: datetime, who: str) -> str:
    return f"{localised.day(at.date())}, {who}" if who else localised.day(at.date())


def full_name(user: User | None) -> str:
    """How a person is called on pages."""
    return (user.get_full_name() or user.username) if user else ""


def _actor(lines: dict[str, Audit], action: str, names: dict[str, str]) -> str:
    who = lines[action].actor if action in lines else ""
    return names.get(who, who)


def names_of(picture: Picture) -> dict[str, str]:
    """The full names of those who acted, by their account."""
    rows = User.objects.filter(username__in={row.actor for row in picture.events})
    return {row.username: full_name(row) for row in rows}


def _two_names(row: Any) -> str:
    if row.change is None:
        return ""
    return f"{full_name(row.change.requested_by)} + {full_name(row.change.decided_by)}"
