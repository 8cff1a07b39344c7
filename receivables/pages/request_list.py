"""Requests as a list (mine and everybody's in scope, returned first) and as a board by node. Reading only."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from receivables import access, clock, context
from receivables.doors import policy
from receivables.models import Invoice
from receivables.questions import request_board
from receivables.questions.request_forecast import estimate_errors
from receivables.templatetags.spans import words
from receivables.templatetags.states import state_words
from receivables.words import request_words

RECENT = timedelta(days=90)


class Filters(forms.Form):
    """Filters of the list; they live in the address."""

    q = forms.CharField(
        label=gettext_lazy("Customer, order or text"),
        required=False,
        max_length=80,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Customer, order or text"), "data-key": "/"}
        ),
    )
    state = forms.ChoiceField(label=gettext_lazy("Stage"), required=False)
    mine = forms.ChoiceField(
        label=gettext_lazy("Asked by"),
        required=False,
        choices=[("", gettext_lazy("Anybody")), ("me", gettext_lazy("Me"))],
    )
    late = forms.ChoiceField(
        label=gettext_lazy("Deadline"),
        required=False,
        choices=[("", gettext_lazy("Any")), ("missed", gettext_lazy("Missed"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(state, state_words(state)) for state in request_board.OPEN]
        self.fields["state"].choices = [("", _("Any stage")), ("returned", _("Sent back")), *states]  # type: ignore[attr-defined]


@policy("request.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Open requests, returned first and then the oldest; or what has been through, newest first."""
    user: Any = request.user
    now, books = clock.now(), context.of(request).entity
    entity_id = books.id if books else None
    done = request.GET.get("tab") == "done"
    filters = Filters(request.GET)
    found = _filtered(request_board.visible(user, entity_id), filters, user, now)
    if done:
        found = found.exclude(state__in=request_board.OPEN).order_by("-pk")
    else:
        found = request_board.returned_first(found.filter(state__in=request_board.OPEN))
    board = request_board.Board(now, user)
    first, through = request_board.first_pass(user, entity_id, now - RECENT)
    return render(
        request,
        "receivables/requests/list.html",
        {
            "rows": board.rows(found[: request_board.MOST]),
            "total": found.count(),
            "most": request_board.MOST,
            "filters": filters,
            "filtered": any(request.GET.get(name) for name in filters.fields),
            "tabs": [
                {
                    "label": pgettext("request", "Open"),
                    "url": reverse("receivables:requests"),
                    "on": not done,
                },
                {"label": _("Through"), "url": reverse("receivables:requests") + "?tab=done", "on": done},
            ],
            "done": done,
            "may_create": access.may(user, "request.create"),
            "may_batch": access.may(user, "batch.create"),
            "first": first,
            "through": through,
            "reasons": request_words.SEND_BACK,
        },
    )


@policy("request.view")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Every open request by node, with its holder and its age against the limit, and how the steps have been doing."""
    user: Any = request.user
    now, books = clock.now(), context.of(request).entity
    entity_id = books.id if books else None
    found = (
        request_board.visible(user, entity_id)
        .filter(state__in=request_board.OPEN)
        .order_by("requested_at", "pk")
    )
    rows = request_board.Board(now, user).rows(found[: request_board.MOST])
    errors = [(e, estimate_errors(e, work_month(now))) for e in request_board.entities(user, entity_id)]
    return render(
        request,
        "receivables/requests/board.html",
        {
            "columns": _columns(rows),
            "total": found.count(),
            "breached": sum(row.breached for row in rows),
            "records": request_board.step_records(entity_id, user, now - RECENT),
            "urgent": request_board.urgent_usage(user, entity_id, now.date()),
            "errors": [(entity, error) for entity, error in errors if error],
            "words": words,
        },
    )


def work_month(now: Any) -> Any:
    """The calendar month whose estimates are judged: this one."""
    return now.date().replace(day=1)


def _columns(rows: list[request_board.Row]) -> list[dict[str, Any]]:
    """Nodes in the order of the way; requests in flows of several versions share a node by its label."""
    columns: dict[str, dict[str, Any]] = {"draft": {"label": _("Draft"), "rows": []}}
    for row in rows:
        if row.step is not None:
            key, label = row.step.code, request_words.step(row.step.label)
        elif row.invoice.state == Invoice.State.DRAFT:
            key, label = "draft", _("Draft")
        else:
            continue
        columns.setdefault(key, {"label": label, "rows": []})["rows"].append(row)
    columns["issue"] = {
        "label": _("To issue"),
        "rows": [r for r in rows if r.invoice.state == Invoice.State.APPROVED],
    }
    return list(columns.values())


def _filtered(rows: Any, filters: Filters, user: Any, now: Any) -> Any:
    if not filters.is_valid():
        return rows
    wanted = filters.cleaned_data
    if wanted["q"]:
        q = wanted["q"]
        rows = rows.filter(
            Q(customer__legal_name__icontains=q) | Q(customer__code__iexact=q) | Q(po_number__icontains=q)
            | Q(description__icontains=q) | Q(number__icontains=q)
        )  # fmt: skip
    if wanted["state"] == "returned":
        rows = rows.filter(state=Invoice.State.DRAFT).exclude(sent_back_code="")
    elif wanted["state"]:
        rows = rows.filter(state=wanted["state"])
    if wanted["mine"]:
        rows = rows.filter(Q(created_by=user) | Q(requested_by=user))
    if wanted["late"]:
        rows = rows.filter(work_items__state="OPEN", work_items__kind="approval", work_items__due_at__lt=now)
    return rows
