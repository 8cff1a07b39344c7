"""What people do to an invoice: issue, send, enter the courier's number, credit, cancel, issue anew. Each door reads its form,
asks for the right, makes one call and goes back to the invoice. Giving up and taking back stand in invoice_losses.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from receivables import clock, localised, posting
from receivables.doors import actor, policy, status_of
from receivables.models import Invoice
from receivables.pages import invoice_forms as forms
from receivables.pages.acting import once
from receivables.pages.form_base import PlacedForm
from receivables.pages.invoices import visible
from receivables.rules.money import Money, format_plain
from receivables.rules.refusals import Refused
from receivables.services import adjustments, dispatch, invoicing, reissuing

READ_AND_POST = ["GET", "HEAD", "POST"]


@policy("invoice.issue")
@require_http_methods(READ_AND_POST)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """APPROVED becomes a debt under the next number."""
    invoice = visible(request, pk)
    form = forms.IssueForm(request.POST or None, initial=forms.initial_date(clock.today(invoice.entity)))

    def do(given: dict[str, Any]) -> HttpResponse:
        issued = invoicing.issue(invoice=invoice, on=given["on"], now=clock.now(), by=actor(request))
        messages.success(request, _("Issued as %(number)s.") % {"number": issued.number})
        return redirect("receivables:invoice", pk=issued.pk)

    amount = localised.money(invoice.gross, invoice.currency)
    lead = _(
        "%(customer)s will owe %(amount)s. The number comes from the series without a gap; what is issued cannot be edited."
    )
    return act(
        request,
        invoice,
        form,
        do,
        title=_("Issue invoice"),
        yes=_("Issue"),
        lead=lead % {"customer": invoice.customer, "amount": amount},
    )


@policy("invoice.dispatch")
@never_cache
@require_http_methods(READ_AND_POST)
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Posts or hands over an invoice, and shows the customer's receipt link: this once, for only its hash is kept."""
    invoice = visible(request, pk)
    initial = {
        "channel": "email",
        "contact": forms.first_contact(invoice),
        "seen": invoice.dispatches.count(),
    }
    form = forms.SendForm(request.POST or None, invoice=invoice, initial=initial)

    def do(given: dict[str, Any]) -> HttpResponse:
        sent = dispatch.send(invoice=invoice, now=clock.now(), by=actor(request), **given)
        link = settings.PUBLIC_URL.rstrip("/") + reverse("receipt", args=[sent.receipt_token])
        return render(
            request,
            "receivables/invoices/sent.html",
            {"invoice": sent.dispatch.invoice, "dispatch": sent.dispatch, "link": link},
        )

    return act(
        request, invoice, form, do, title=_("Send invoice"), yes=_("Send"), template="receivables/invoices/send.html",
        lead=_("The customer is told once, and asked to confirm receipt by a link that needs no account."),
    )  # fmt: skip


@policy("invoice.dispatch")
@require_http_methods(READ_AND_POST)
def track(request: HttpRequest, pk: int, dispatch_id: int) -> HttpResponse:
    """The courier's number of a posting."""
    invoice = visible(request, pk)
    row = get_object_or_404(invoice.dispatches, pk=dispatch_id)
    form = forms.TrackForm(request.POST or None, initial={"courier": row.courier})

    def do(given: dict[str, Any]) -> HttpResponse:
        dispatch.enter_tracking(dispatch=row, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Courier number saved; the notice to the customer is planned."))
        return redirect("receivables:invoice", pk=pk)

    lead = _("Due %(at)s. The customer is then told courier and number.") % {
        "at": localised.moment(row.tracking_due_at) if row.tracking_due_at else "–"
    }
    return act(request, invoice, form, do, title=_("Courier number"), yes=_("Save"), lead=lead)


@policy("invoice.dispatch")
@require_POST
def revoke(request: HttpRequest, pk: int, dispatch_id: int) -> HttpResponse:
    """The receipt link of a sending answers nobody from now on."""
    row = get_object_or_404(visible(request, pk).dispatches, pk=dispatch_id)
    dispatch.revoke_link(dispatch=row, now=clock.now(), by=actor(request))
    messages.success(request, _("The link is revoked. Send again for a new one."))
    return redirect("receivables:invoice", pk=pk)


@policy("invoice.cancel")
@require_http_methods(READ_AND_POST)
def credit(request: HttpRequest, pk: int) -> HttpResponse:
    """A credit note over part or all of an invoice."""
    invoice = visible(request, pk)
    left = invoice.gross - adjustments.credited(invoice)
    shown = min(left, posting.open_amount(invoice)) or left
    initial = {
        **forms.initial_date(clock.today(invoice.entity)),
        "amount": format_plain(shown, invoice.currency),
    }
    form = forms.CreditForm(request.POST or None, initial=initial)

    def do(given: dict[str, Any]) -> HttpResponse:
        amount = Money.of(given.pop("amount").strip(), invoice.currency)
        note = adjustments.credit(invoice=invoice, amount=amount, now=clock.now(), by=actor(request), **given)
        messages.success(
            request,
            _("Credit note %(number)s over %(amount)s written.")
            % {"number": note.number, "amount": localised.money(note.gross, note.currency)},
        )
        return redirect("receivables:invoice", pk=pk)

    lead = _(
        "At most %(left)s can still be credited. The credit note and the invoice name each other, and both stay."
    )
    return act(
        request, invoice, form, do, title=_("Credit note"), yes=_("Write the credit note"), unit=invoice.currency,
        lead=lead % {"left": localised.money(left, invoice.currency)},
    )  # fmt: skip


@policy("invoice.cancel")
@require_http_methods(READ_AND_POST)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an invoice back as a whole by a credit note."""
    invoice = visible(request, pk)
    form = forms.CancelForm(request.POST or None, initial=forms.initial_date(clock.today(invoice.entity)))

    def do(given: dict[str, Any]) -> HttpResponse:
        note = adjustments.cancel(invoice=invoice, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Cancelled by credit note %(number)s.") % {"number": note.number})
        return redirect("receivables:invoice", pk=pk)

    lead = _(
        "A credit note over the whole amount is written and the invoice ends as cancelled. Money that had settled it becomes "
        "unapplied cash. This cannot be undone; the invoice can then be issued anew."
    )
    return act(
        request,
        invoice,
        form,
        do,
        title=_("Cancel invoice"),
        yes=_("Cancel the invoice"),
        lead=lead,
        tone="bad",
    )


@policy("request.create")
@require_http_methods(READ_AND_POST)
def reissue(request: HttpRequest, pk: int) -> HttpResponse:
    """A cancelled invoice begins anew as a draft, linked both ways."""
    invoice = visible(request, pk)
    form = PlacedForm(request.POST if request.method == "POST" else None)

    def do(given: dict[str, Any]) -> HttpResponse:
        new = reissuing.reissue(invoice=invoice, now=clock.now(), by=actor(request))
        messages.success(request, _("A new draft was made; it goes through approval like any other request."))
        return redirect("receivables:invoice", pk=new.pk)

    lead = _(
        "The lines and terms are copied into a new draft, which names this invoice. Correct it, then submit it for approval."
    )
    return act(request, invoice, form, do, title=_("Issue anew"), yes=_("Make the draft"), lead=lead)


def act(
    request: HttpRequest,
    invoice: Invoice,
    form: Any,
    do: Callable[[dict[str, Any]], HttpResponse],
    *,
    title: str,
    yes: str,
    lead: str,
    tone: str = "",
    unit: str = "",
    template: str = "receivables/invoices/act.html",
) -> HttpResponse:
    """One act: shows its form, or does it; a refusal stands beside the field it names, nothing is lost of what was typed."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return once(request, lambda: do(dict(form.cleaned_data)))
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
    told = {
        "invoice": invoice,
        "form": form,
        "form_key": secrets.token_hex(16),
        "title": title,
        "yes": yes,
        "lead": lead,
        "tone": tone,
        "unit": unit,
    }
    return render(request, template, told, status=status)
