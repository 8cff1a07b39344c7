"""New due dates for what is open of an invoice, and differences the policy gave up taken back. Losses stand in invoice_losses."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from receivables import clock, localised, posting
from receivables.doors import actor, policy
from receivables.models import Invoice
from receivables.pages.form_base import PlacedForm, amount_field, date_input
from receivables.pages.invoice_acts import READ_AND_POST, act
from receivables.pages.invoices import visible
from receivables.pages.payment_forms import read_money
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused
from receivables.services import rescheduling, write_offs

ROWS = 6
"""Due dates one form offers; more instalments are agreed through the API or in two steps."""


class DatesForm(PlacedForm):
    """Up to six due dates with their amounts. One amount may be left empty: what remains goes there."""

    PLACES = {"plan": "amount_1"}

    def __init__(self, data: Any, *, currency: str, left: int, **options: Any) -> None:
        super().__init__(data, **options)
        self.currency, self.left = currency, left
        for row in range(1, ROWS + 1):
            self.fields[f"due_{row}"] = forms.DateField(
                label=gettext_lazy("Due"), required=row == 1, widget=date_input()
            )
            self.fields[f"amount_{row}"] = amount_field(required=False)
        self.fields["reason"] = forms.CharField(
            label=gettext_lazy("What was agreed"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
        )

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """The rows as drawn."""
        return [(self[f"due_{row}"], self[f"amount_{row}"]) for row in range(1, ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        """Adds `plan`: due date and minor units of every row that was filled."""
        given: dict[str, Any] = super().clean() or {}
        rows: list[tuple[date, int | None]] = []
        for row in range(1, ROWS + 1):
            due_on, text = given.get(f"due_{row}"), (given.get(f"amount_{row}") or "").strip()
            if due_on:
                rows.append((due_on, self._minor(row, text)))
            elif text and f"due_{row}" not in self.errors:
                self.add_error(f"due_{row}", _("Say when this amount is due."))
        empty = [at for at, (_due_on, minor) in enumerate(rows) if minor is None]
        if len(empty) > 1:
            self.add_error(None, _("Leave at most one amount empty: what remains goes there."))
        rest = self.left - sum(minor or 0 for _due_on, minor in rows)
        given["plan"] = [(due_on, rest if minor is None else minor) for due_on, minor in rows]
        return given

    def _minor(self, row: int, text: str) -> int | None:
        try:
            return read_money(text, self.currency).minor if text else None
        except forms.ValidationError as wrong:
            self.add_error(f"amount_{row}", wrong)
            return 0


@policy("invoice.issue")
@require_http_methods(READ_AND_POST)
def reschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Replaces what is open by instalments of other dates; the amount stays."""
    invoice = visible(request, pk)
    left = posting.open_amount(invoice)
    form = DatesForm(
        request.POST or None,
        currency=invoice.currency,
        left=left,
        initial={"amount_1": format_plain(left, invoice.currency)},
    )

    def do(given: dict[str, Any]) -> HttpResponse:
        rows = rescheduling.reschedule(
            invoice=invoice, plan=given["plan"], reason=given["reason"], on=clock.today(invoice.entity),
            now=clock.now(), by=actor(request),
        )  # fmt: skip
        text = ngettext("%(many)s new due date.", "%(many)s new due dates.", len(rows))
        messages.success(request, text % {"many": len(rows)})
        return redirect("receivables:invoice", pk=pk)

    lead = _(
        "%(left)s is open. It is spread over the dates agreed with the customer; the old dates stay in the history. "
        "One amount may be left empty: what remains goes there."
    ) % {"left": localised.money(left, invoice.currency)}
    return act(
        request, invoice, form, do, title=_("New due dates"), yes=_("Save"), lead=lead,
        template="receivables/invoices/dates.html",
    )  # fmt: skip


@policy("payment.unallocate")
@require_POST
def take_difference_back(request: HttpRequest, pk: int, write_off_id: int) -> HttpResponse:
    """What the matching policy gave up is owed again. One person may: the policy decided, not two people."""
    invoice: Invoice = visible(request, pk)
    row = get_object_or_404(invoice.write_offs, pk=write_off_id)
    reason = request.POST.get("reason", "").strip()[:300]
    if not reason:
        raise Refused("reason_missing", _("Say why it is taken back."), field="reason")
    today = clock.today(invoice.entity)
    write_offs.take_back(write_off=row, on=today, reason=reason, now=clock.now(), by=actor(request))
    words = {"amount": localised.money(row.amount, invoice.currency)}
    messages.success(request, _("%(amount)s is owed again.") % words)
    return redirect("receivables:invoice", pk=pk)
