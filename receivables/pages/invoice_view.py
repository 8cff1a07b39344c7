"""The picture of an invoice turned into what its page draws: nodes, sentences, links and the acts open to this person."""

from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from receivables import access, context, localised
from receivables.models import Audit, Dispute, Invoice, User
from receivables.pages import invoice_way
from receivables.questions.invoice_picture import PARTS, Picture
from receivables.services import adjustments, changes, losses, write_offs
from receivables.words import invoice_words

_S = Invoice.State


def build(picture: Picture, user: User | None, now: datetime) -> dict[str, Any]:
    """Everything the template reads."""
    assert user is not None
    invoice = picture.invoice
    visible = access.fields(user, "invoice")
    names = invoice_way.names_of(picture)
    _put_into_words(picture, names)
    return {
        "p": picture,
        "invoice": invoice,
        "today": picture.today,
        "now": now,
        "nodes": invoice_way.nodes(picture, names),
        "approval": invoice_way.approval(picture),
        "parts": parts(picture),
        "says": says(picture, now),
        "facts": facts(picture),
        "acts": acts(picture, user),
        "may": {
            verb: access.may(user, f"{noun}.{verb}")
            for noun, verb in (
                ("payment", "unallocate"),
                ("invoice", "cancel"),
                ("invoice", "dispatch"),
                ("invoice", "write_off_propose"),
            )
        }
        | {"papers": access.may(user, "request.view"), "see_disputes": access.may(user, "dispute.view")},
        "hide_tax": not access.fields(user, "customer").readable("tax_id"),
        "show_loss_reason": visible.readable("write_off_reason"),
        "waiting": [
            (change, changes.KINDS[change.kind].label, changes.may_decide(user, change))
            for change in picture.waiting
        ],
        "events": [_event(row, names, visible.readable("write_off_reason")) for row in picture.events],
        "links": {name: context.address(f"receivables:{name}") for name in ("work", "outbox")},
        "link_open": _link_open(picture, now),
        "take_back_ids": {
            row.pk
            for row in picture.write_offs
            if not hasattr(row, "undone") and invoice.state == _S.WRITTEN_OFF
        },
        "differences": {
            row.pk
            for row in picture.write_offs
            if row.change_id is None
            and row.reason_code in write_offs.POLICY_REASONS
            and not hasattr(row, "undone")
        },
        "customer_url": _customer_url(invoice),
        "creditable": invoice.gross - adjustments.credited(invoice) if invoice.number else 0,
    }


def _put_into_words(picture: Picture, names: dict[str, str]) -> None:
    """Each row says what its code means, so that the template asks no table."""
    rows: list[Any]
    row: Any
    for rows, words, code in (
        ([*picture.dispatches], invoice_words.CHANNELS, "channel"),
        ([*picture.disputes], invoice_words.DISPUTE_REASONS, "reason"),
        ([*picture.work], invoice_words.WORK, "kind"),
    ):
        for row in rows:
            row.words = invoice_words.word(words, getattr(row, code))
    for row in picture.dispatches:
        row.sender = names.get(row.posted_by, row.posted_by)
    for row in [*picture.credit_notes, *picture.write_offs]:
        row.words = invoice_words.reason(row.reason_code.removeprefix("dispute_"))


def parts(picture: Picture) -> list[dict[str, Any]]:
    """The lines of the reckoning between the original amount and what is open, each with its documents."""
    labels = {
        "credits": _("Credit notes"), "payments": _("Payments"),
        "discounts": _("Early-payment discount"), "write_offs": _("Write-offs"),
    }  # fmt: skip
    return [
        {
            "key": part,
            "label": labels[part],
            "amount": getattr(picture.balance, part),
            "rows": [each for each in picture.settlements if each.part == part],
        }
        for part in PARTS
        if getattr(picture.balance, part) or part in ("credits", "payments")
    ]


def facts(picture: Picture) -> list[tuple[str, str]]:
    """Words in colour beside the number: what merely is, as of today."""
    found = []
    if picture.overdue:
        found.append((_("Overdue"), "warn"))
    if picture.disputed:
        found.append((_("Disputed"), "calm"))
    if 0 < picture.balance.ledger < picture.invoice.gross and picture.invoice.state in (_S.ISSUED, _S.SENT):
        paid = picture.balance.payments or picture.balance.discounts
        found.append((_("Partly paid") if paid else _("Partly credited"), "brand"))
    return found


def says(picture: Picture, now: datetime) -> list[dict[str, str]]:
    """What is the matter now and what comes next, in sentences."""
    invoice, found = picture.invoice, []
    if invoice.state == _S.APPROVED:
        found.append(
            _say("", _("Ready to be issued"), _("Approved. Issuing gives it a number and makes it a debt."))
        )
    late = [row for row in picture.dispatches if row.tracking_due_at and not row.tracking_entered_at]
    for row in late:
        over = row.tracking_due_at < now
        words = _("Was due %(at)s.") if over else _("Due %(at)s.")
        found.append(
            _say(
                "bad" if over else "",
                _("Courier number is missing"),
                words % {"at": localised.moment(row.tracking_due_at)},
            )
        )
    if invoice.state == _S.ISSUED and not picture.dispatches:
        found.append(
            _say(
                "",
                _("Not sent yet"),
                _("The customer has not got it. Send it to start the clock of reminders."),
            )
        )
    if picture.overdue:
        days = picture.days_past_due
        text = ngettext("Overdue by %(days)s day", "Overdue by %(days)s days", days) % {
            "days": localised.number(days)
        }
        found.append(
            _say("bad" if days > 30 else "", text, localised.money(picture.overdue, invoice.currency))
        )
    if picture.disputed:
        found.append(_say("calm", _("In dispute"), localised.money(picture.disputed, invoice.currency)))
    if picture.receipt:
        who, at = picture.receipt.received_by, localised.moment(picture.receipt.received_at)
        found.append(_say("ok", _("Receipt confirmed"), _("%(who)s, %(at)s") % {"who": who, "at": at}))
    elif picture.dispatches and invoice.state in (_S.ISSUED, _S.SENT, _S.PAID):
        days = (now - picture.dispatches[0].posted_at).days
        text = (
            ngettext("Sent %(days)s day ago.", "Sent %(days)s days ago.", days) % {"days": days}
            if days
            else _("Sent today.")
        )
        found.append(_say("", _("Receipt not confirmed yet"), text))
    if invoice.state == _S.WRITTEN_OFF:
        found.append(_say("", _("Given up as loss"), _("Nothing is open. Two people can take it back.")))
    if invoice.state == _S.CANCELLED:
        found.append(_say("", _("Taken back by a credit note"), _("Nothing is open. It can be issued anew.")))
    if invoice.state == _S.PAID:
        found.append(_say("ok", _("Paid"), _("Nothing is open.")))
    return found


def acts(picture: Picture, user: User) -> list[dict[str, str]]:
    """What this person may do with the invoice in its state: label, address, key and tone."""
    invoice, state = picture.invoice, picture.invoice.state
    issued = state in (_S.ISSUED, _S.SENT)
    waits = {change.kind for change in picture.waiting}
    first = not picture.dispatches
    send, tone = (_("Send"), "go" if state == _S.ISSUED else "") if first else (_("Send again"), "")
    loss = issued and losses.WRITE_OFF not in waits
    entry = _disputable(picture)
    offered = (
        (state == _S.APPROVED, "invoice.issue", _("Issue"), "invoice_issue", "i", "go"),
        (issued or state == _S.PAID, "invoice.dispatch", send, "invoice_send", "s", tone),
        (issued or state == _S.PAID, "invoice.cancel", _("Credit note"), "invoice_credit", "c", ""),
        (issued and entry is not None, "dispute.open", _("Dispute"), "dispute_open", "q", ""),
        (issued and bool(picture.balance.ledger), "invoice.issue", _("New due dates"), "invoice_dates", "e", ""),
        (loss, "invoice.write_off_propose", _("Propose write-off"), "invoice_write_off", "w", ""),
        (issued or state == _S.PAID, "invoice.cancel", pgettext("invoice", "Cancel"), "invoice_cancel", "d", "bad"),
        (state == _S.CANCELLED, "request.create", _("Issue anew"), "invoice_reissue", "n", "go"),
    )  # fmt: skip
    return [
        {
            "label": label,
            "url": reverse(f"receivables:{name}", args=[entry if name == "dispute_open" else invoice.pk]),
            "key": key,
            "tone": tone,
        }
        for open_to, verb, label, name, key, tone in offered
        if open_to and access.may(user, verb)
    ]


def _disputable(picture: Picture) -> int | None:
    """The entry of the oldest open instalment that is not in dispute, or None."""
    taken = {dispute.entry_id for dispute in picture.disputes if dispute.state == Dispute.State.OPEN}
    found = [
        due.instalment.entry_id for due in picture.dues if due.left and due.instalment.entry_id not in taken
    ]
    return found[0] if found else None


def _event(row: Audit, names: dict[str, str], reasons: bool) -> dict[str, Any]:
    hidden = not reasons and row.action.startswith(("change.", "write_off."))
    why = "" if hidden else row.reason
    if why.isidentifier() and why.islower():
        why = (
            invoice_words.word(invoice_words.DISPUTE_REASONS, why)
            if row.action.startswith("dispute.")
            else invoice_words.reason(why)
        )
    kind = row.after.get("kind") if row.action.startswith("change.") else None
    text = invoice_words.word(invoice_words.ACTIONS, row.action)
    if kind in changes.KINDS:
        text = f"{changes.KINDS[kind].label}: {text}"
    return {
        "at": row.at,
        "text": text,
        "who": names.get(row.actor, row.actor),
        "detail": why,
        "tone": invoice_words.TONES.get(row.action, ""),
    }


def _say(tone: str, head: str, text: str) -> dict[str, str]:
    return {"tone": tone, "head": head, "text": text}


def _link_open(picture: Picture, now: datetime) -> set[int]:
    return {
        row.pk
        for row in picture.dispatches
        if not row.received_at and row.receipt_expires_at and row.receipt_expires_at > now
    }


def _customer_url(invoice: Invoice) -> str:
    try:
        return reverse("receivables:customer", args=[invoice.customer_id])
    except NoReverseMatch:
        return ""
