"""The audit trail for people: every verb call, newest first, and one call with what it changed and its place on the chain."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from receivables import audit as trail
from receivables import context, paging
from receivables.doors import policy
from receivables.models import Audit, ChainHead
from receivables.pages.form_base import date_input
from receivables.rules import chain
from receivables.words import audit_words

_WIDEST = 400


class AuditFilters(forms.Form):
    """The filters; all of them live in the address."""

    q = forms.CharField(
        label=gettext_lazy("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Subject, action, reason"), "type": "search"}),
    )  # fmt: skip
    actor = forms.CharField(label=gettext_lazy("Who"), required=False, max_length=150)
    via = forms.ChoiceField(
        label=pgettext_lazy("audit", "Way"),
        required=False,
        choices=[("", gettext_lazy("All")), *audit_words.VIA.items()],
    )
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=date_input())
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=date_input())


@policy("audit.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Verb calls in scope, newest first, with the head of the chain."""
    filters = AuditFilters(request.GET)
    filters.is_valid()
    rows = _filtered(request, filters.cleaned_data)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = paging.page(rows, field="seq", descending=True, after=after, before=before)
    for each in page.rows:
        each.words, each.way = audit_words.action(each.action), audit_words.via(each.via)
    head = ChainHead.objects.get(pk=1)
    return render(
        request,
        "receivables/audit/list.html",
        {"page": page, "filters": filters, "head": head, "filtered": bool(filters.changed_data)},
    )


@policy("audit.view")
@require_safe
def detail(request: HttpRequest, seq: int) -> HttpResponse:
    """One verb call: what stood before and after, and whether its hash is what its content says."""
    row = Audit.objects.for_user(request.user).filter(seq=seq).first()
    if row is None:
        raise Http404
    holds = row.hash == chain.link(row.prev_hash, trail.record(row))
    row.words, row.way = audit_words.action(row.action), audit_words.via(row.via)
    changed = [
        (name, _short(row.before.get(name)), _short(row.after.get(name)))
        for name in sorted({*row.before, *row.after})
    ]
    return render(request, "receivables/audit/detail.html", {"row": row, "holds": holds, "changed": changed})


def _filtered(request: HttpRequest, given: dict[str, Any]) -> Any:
    rows = Audit.objects.for_user(request.user).search((given.get("q") or "").strip())
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    look_ups = {"actor": "actor__icontains", "via": "via", "since": "at__date__gte", "until": "at__date__lte"}
    for name, look_up in look_ups.items():
        if given.get(name):
            rows = rows.filter(**{look_up: given[name]})
    return rows


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


urlpatterns: list[URLPattern] = [
    path("audit/", show, name="audit"),
    path("audit/<int:seq>/", detail, name="audit_row"),
]
