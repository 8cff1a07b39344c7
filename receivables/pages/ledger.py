"""The ledger: every entry as of a date and as known at a moment, with what was left of it, and the proof of the sums."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from receivables import clock, context, localised, paging
from receivables.doors import policy
from receivables.models import Audit, Entry, LegalEntity
from receivables.pages.form_base import date_input, offer_currencies
from receivables.questions import selectors

KINDS: dict[str, Any] = {
    "invoice": gettext_lazy("Invoice"),
    "payment": gettext_lazy("Payment"),
    "credit_note": gettext_lazy("Credit note"),
    "refund": gettext_lazy("Refund"),
    "reversal": gettext_lazy("Reversal"),
    "write_off": gettext_lazy("Write-off"),
    "recovery": gettext_lazy("Recovery"),
    "transfer": gettext_lazy("Transfer"),
    "discount": gettext_lazy("Discount"),
    "reschedule": gettext_lazy("New due date"),
    "opening": gettext_lazy("Opening balance"),
}
PARTLY = ("q", "kind", "booked_from", "due_to")
"""Filters that take a part of an account: an invoice without the payment that settled it cannot tie."""
DOCUMENTS = ("instalment", "payment", "refund", "reversal", "credit_note", "write_off")


class LedgerFilters(forms.Form):
    """The filters; all of them live in the address. An unreadable value filters nothing."""

    q = forms.CharField(
        label=gettext_lazy("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Reference, customer"), "type": "search"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All")), *KINDS.items()]
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("Standing"), required=False,
        choices=[("", gettext_lazy("All")), ("open", gettext_lazy("Open")), ("settled", gettext_lazy("Settled"))],
    )  # fmt: skip
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    booked_from = forms.DateField(label=gettext_lazy("Booked from"), required=False, widget=date_input())
    due_to = forms.DateField(label=gettext_lazy("Due until"), required=False, widget=date_input())
    known_at = forms.DateTimeField(
        label=gettext_lazy("As known at"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )  # fmt: skip

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        offer_currencies(self.fields["currency"], Entry.objects.for_user(user))


@policy("entry.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Entries booked up to the date, newest first. `?as_of=` and `?known_at=` fix the picture for ever."""
    books = context.of(request).entity
    today = clock.today(LegalEntity.objects.filter(pk=books.id).first() if books else None)
    filters = LedgerFilters(request.GET, user=request.user)
    filters.is_valid()
    as_of = _date(request.GET.get("as_of", "")) or today
    known_at = _known(filters.cleaned_data.get("known_at"))
    chosen = _filtered(request, filters.cleaned_data)
    rows = chosen.with_open(as_of, known_at).select_related("customer", "entity", *DOCUMENTS)
    standing = filters.cleaned_data.get("standing")
    if standing:
        rows = rows.filter(open_amount=0) if standing == "settled" else rows.exclude(open_amount=0)
    page = paging.page(
        rows,
        field="booked_on",
        descending=True,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    for row in page.rows:
        row.words, row.document = KINDS[row.kind], _document(row)
    positions = selectors.positions(chosen, as_of=as_of, known_at=known_at)
    broken = [each for each in positions if not each.holds]
    partly = any(filters.cleaned_data.get(name) for name in PARTLY)
    return render(
        request,
        "receivables/ledger/list.html",
        {
            "page": page,
            "filters": filters,
            "as_of": as_of,
            "known": _known_words(filters.cleaned_data.get("known_at"), known_at),
            "positions": positions,
            "broken": [] if partly else broken,
            "only_sums": partly and bool(broken),
            "filtered": bool(filters.changed_data),
        },
    )


def _filtered(request: HttpRequest, given: dict[str, Any]) -> Any:
    rows = Entry.objects.for_user(request.user)
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    text = (given.get("q") or "").strip()
    if text:
        rows = rows.filter(
            Q(reference__icontains=text)
            | Q(customer__code__iexact=text)
            | Q(customer__legal_name__icontains=text)
        )
    look_ups = {"kind": "kind", "booked_from": "booked_on__gte", "due_to": "due_on__lte"}
    for name, look_up in look_ups.items():
        if given.get(name):
            rows = rows.filter(**{look_up: given[name]})
    return rows.filter(currency=given["currency"]) if given.get("currency") else rows


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _known(moment: datetime | None) -> int | None:
    """The audit number of a moment; None for "as known now"."""
    return None if moment is None else Audit.objects.seq_at(_aware(moment))


def _known_words(moment: datetime | None, known_at: int | None) -> str:
    if moment is None:
        return _("as known now")
    return _("as known on %(moment)s, audit number %(number)s") % {
        "moment": localised.moment(_aware(moment)), "number": localised.number(known_at or 0)
    }  # fmt: skip


def _aware(moment: datetime) -> datetime:
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _document(row: Any) -> tuple[str, int] | None:
    """Address name and id of the document that an entry stands for, where it has a page."""
    if hasattr(row, "payment"):
        return "receivables:payment", row.payment.pk
    for name in ("refund", "reversal"):
        if hasattr(row, name):
            return "receivables:payment", getattr(row, name).payment_id
    if hasattr(row, "instalment"):
        return "receivables:invoice", row.instalment.invoice_id
    for name in ("credit_note", "write_off"):
        if hasattr(row, name) and getattr(row, name).invoice_id:
            return "receivables:invoice", getattr(row, name).invoice_id
    return None
