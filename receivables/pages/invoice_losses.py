"""Giving up and taking back on the invoice page: proposals of one person, the decision of another, and allocations undone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from receivables import clock, localised, posting
from receivables.doors import LOGGED_IN, actor, policy
from receivables.models import Allocation, Change
from receivables.pages import invoice_forms as forms
from receivables.pages.invoice_acts import READ_AND_POST, act
from receivables.pages.invoices import visible
from receivables.rules.refusals import Refused
from receivables.services import allocation, changes, losses


@policy("invoice.write_off_propose")
@require_http_methods(READ_AND_POST)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes to give up what is open. Nothing moves before another person approves."""
    invoice = visible(request, pk)
    form = forms.LossForm(request.POST or None)

    def do(given: dict[str, Any]) -> HttpResponse:
        losses.propose(invoice=invoice, now=clock.now(), by=actor(request), **given)
        return _proposed(request, pk)

    lead = _(
        "%(amount)s is open and would be given up as loss. Nothing moves until a second person approves."
    ) % {"amount": localised.money(posting.open_amount(invoice), invoice.currency)}
    return act(
        request, invoice, form, do, title=_("Propose write-off"), yes=_("Propose"), lead=lead, tone="bad"
    )


@policy("invoice.write_off_propose")
@require_http_methods(READ_AND_POST)
def take_back(request: HttpRequest, pk: int, write_off_id: int) -> HttpResponse:
    """Proposes that a written-off invoice lives again."""
    invoice = visible(request, pk)
    row = get_object_or_404(invoice.write_offs, pk=write_off_id)
    form = forms.ReasonForm(request.POST or None)

    def do(given: dict[str, Any]) -> HttpResponse:
        losses.propose_take_back(write_off=row, now=clock.now(), by=actor(request), **given)
        return _proposed(request, pk)

    lead = _("%(amount)s would be owed again. Nothing moves until a second person approves.")
    amount = localised.money(row.amount, invoice.currency)
    return act(
        request,
        invoice,
        form,
        do,
        title=_("Take the write-off back"),
        yes=_("Propose"),
        lead=lead % {"amount": amount},
    )


@policy("invoice.cancel")
@require_http_methods(READ_AND_POST)
def void(request: HttpRequest, pk: int, note_id: int) -> HttpResponse:
    """Proposes to take a wrong credit note back."""
    invoice = visible(request, pk)
    note = get_object_or_404(invoice.credit_notes, pk=note_id)
    form = forms.ReasonForm(request.POST or None)

    def do(given: dict[str, Any]) -> HttpResponse:
        losses.propose_void(note=note, now=clock.now(), by=actor(request), **given)
        return _proposed(request, pk)

    lead = _(
        "Credit note %(number)s over %(amount)s would be voided and the amount owed again. A second person decides."
    )
    words = {"number": note.number, "amount": localised.money(note.gross, note.currency)}
    return act(
        request,
        invoice,
        form,
        do,
        title=_("Void credit note"),
        yes=_("Propose"),
        lead=lead % words,
        tone="bad",
    )


@policy(LOGGED_IN)
@require_POST
def decide(request: HttpRequest, pk: int, change_id: int) -> HttpResponse:
    """Approves or rejects a proposal about this invoice; the verb asks for the right and for another person."""
    invoice = visible(request, pk)
    subjects = [change.pk for change in losses.waiting(invoice)]
    if change_id not in subjects:
        raise Refused("already_decided", _("Somebody has decided this before."))
    approve = request.POST.get("decision") == "approve"
    changes.decide(
        change=get_object_or_404(Change, pk=change_id),
        approve=approve,
        content_hash=request.POST.get("content_hash", ""),
        note=request.POST.get("note", "")[:300],
        today=clock.today(invoice.entity),
        now=clock.now(),
        by=actor(request),
    )
    messages.success(
        request, _("Approved and carried out.") if approve else _("Rejected; nothing was changed.")
    )
    return redirect("receivables:invoice", pk=pk)


@policy("payment.unallocate")
@require_POST
def undo(request: HttpRequest, pk: int, allocation_id: int) -> HttpResponse:
    """Takes one allocation back: the invoice is open again by that much, and the money is unapplied."""
    invoice = visible(request, pk)
    mine = Allocation.objects.filter(debit__instalment__invoice=invoice).select_related("debit", "credit")
    row = get_object_or_404(mine, pk=allocation_id)
    reason = request.POST.get("reason", "").strip()[:60]
    if not reason:
        raise Refused("reason_missing", _("Say why the allocation is taken back."), field="reason")
    allocation.unapply(
        allocations=[row], on=clock.today(invoice.entity), now=clock.now(), by=actor(request), reason=reason
    )
    words = {"amount": localised.money(row.amount, invoice.currency)}
    messages.success(request, _("%(amount)s taken back; it is unapplied now.") % words)
    return redirect("receivables:invoice", pk=pk)


def _proposed(request: HttpRequest, pk: int) -> HttpResponse:
    messages.success(request, _("Proposed. It waits for a second person; nothing has moved."))
    return redirect("receivables:invoice", pk=pk)
