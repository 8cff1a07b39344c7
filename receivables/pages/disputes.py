"""Disputes: the list with the time left, one dispute, opening on an item, assigning, settling with or without a credit note."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from receivables import access, clock, context, localised, paging, posting
from receivables.doors import actor, policy
from receivables.models import Audit, Dispute, Entry
from receivables.pages import dispute_forms as forms
from receivables.pages.acting import READ_AND_POST, act
from receivables.questions import staffing
from receivables.rules.business_days import working_time_between
from receivables.rules.money import format_plain
from receivables.services import disputes, work


@policy("dispute.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Open disputes by deadline, or those of another state; sums per currency over all pages."""
    filters = forms.DisputeFilters(request.GET)
    rows = _filtered(request, filters)
    page = paging.page(
        rows.select_related("customer", "entity", "entry", "owner"), field="due_key", descending=False,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    now = clock.now()
    for row in page.rows:
        row.words, row.left = forms.REASONS[row.reason], time_left(row, now)
    totals = rows.order_by().values("currency").annotate(amount=Sum("amount")).order_by("currency")
    return render(
        request,
        "receivables/disputes/list.html",
        {"page": page, "filters": filters, "totals": totals, "filtered": bool(filters.changed_data)},
    )


@policy("dispute.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute with its item, its deadline and its story."""
    dispute, user = visible(request, pk), request.user
    story = Audit.objects.filter(subject=f"dispute:{pk}").order_by("-seq")[:50]
    instalment = getattr(dispute.entry, "instalment", None)
    return render(
        request,
        "receivables/disputes/detail.html",
        {
            "dispute": dispute,
            "words": forms.REASONS[dispute.reason],
            "opened_by": staffing.names_of([dispute.opened_by]).get(dispute.opened_by, dispute.opened_by),
            "left": time_left(dispute, clock.now()),
            "item_left": posting.left_of(dispute.entry),
            "invoice": instalment.invoice if instalment else None,
            "events": [
                {
                    "at": row.at,
                    "who": row.actor,
                    "text": _event(row.action),
                    "detail": forms.REASONS.get(row.reason, row.reason),
                }
                for row in story
            ],
            "may_assign": access.may(user, "dispute.assign"),
            "may_resolve": access.may(user, "dispute.resolve"),
        },
    )


@policy("dispute.open")
@require_http_methods(READ_AND_POST)
def open_on(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Puts an open item, or part of it, in question."""
    entry = get_object_or_404(
        Entry.objects.for_user(request.user).debits().select_related("entity", "customer"), pk=entry_id
    )
    left = format_plain(posting.left_of(entry), entry.currency)
    form = forms.OpenForm(request.POST or None, currency=entry.currency, initial={"amount": left})

    def do(given: dict[str, Any]) -> HttpResponse:
        made = disputes.open_on(
            entry=entry, today=clock.today(entry.entity), now=clock.now(), by=actor(request), **given
        )
        messages.success(request, _("In dispute. It is not asked for until it is settled."))
        return redirect("receivables:dispute", pk=made.pk)

    lead = _("%(customer)s, %(item)s: %(left)s is open. The rest of their debt is asked for as before.") % {
        "customer": entry.customer, "item": entry.reference, "left": localised.money(posting.left_of(entry), entry.currency)
    }  # fmt: skip
    instalment = getattr(entry, "instalment", None)
    back = address("receivables:invoice", args=[instalment.invoice_id]) if instalment else _list()[1]
    return act(
        request,
        form,
        do,
        title=_("Open a dispute"),
        yes=pgettext("verb", "Open"),
        lead=lead,
        back=back,
        where=_list(),
    )


@policy("dispute.assign")
@require_http_methods(READ_AND_POST)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a dispute to a person, a department, or both."""
    dispute = visible(request, pk)
    initial = {"owner": dispute.owner_id, "department": dispute.department}
    form = forms.AssignForm(request.POST if request.method == "POST" else None, initial=initial)

    def do(given: dict[str, Any]) -> HttpResponse:
        disputes.assign(dispute=dispute, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Assigned; the deadline stays."))
        return redirect("receivables:dispute", pk=pk)

    back = address("receivables:dispute", args=[pk])
    return act(
        request,
        form,
        do,
        title=_("Assign"),
        yes=_("Assign"),
        lead=_("The deadline stays where it is."),
        back=back,
        where=_list(),
    )


@policy("dispute.resolve")
@require_http_methods(READ_AND_POST)
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Settles a dispute: accepted (with a credit note over part or all of it), rejected or withdrawn."""
    dispute = visible(request, pk)
    form = forms.ResolveForm(request.POST or None, dispute=dispute)

    def do(given: dict[str, Any]) -> HttpResponse:
        told = {"dispute": dispute, "resolution": given["resolution"], "on": clock.today(dispute.entity)}
        if given["end"] == "accept":
            disputes.accept(credit=given["credit"], now=clock.now(), by=actor(request), **told)
        else:
            verb = disputes.reject if given["end"] == "reject" else disputes.withdraw
            verb(now=clock.now(), by=actor(request), **told)
        messages.success(request, _("Settled. What is still open is asked for again."))
        return redirect("receivables:dispute", pk=pk)

    lead = _(
        "%(amount)s is in question. A credit note may give up all of it or a part; the rest is owed."
    ) % {"amount": localised.money(dispute.amount, dispute.currency)}
    back = address("receivables:dispute", args=[pk])
    return act(
        request, form, do, title=_("Settle the dispute"), yes=_("Settle"), lead=lead, back=back, where=_list()
    )


def visible(request: HttpRequest, pk: int) -> Dispute:
    """The dispute, or 404."""
    rows = Dispute.objects.for_user(request.user).select_related(
        "entity", "customer", "entry__instalment__invoice", "owner", "credit_note"
    )
    dispute: Dispute = get_object_or_404(rows, pk=pk)
    return dispute


def time_left(dispute: Dispute, now: datetime) -> dict[str, Any]:
    """Working hours until the deadline in words, and whether it is missed; empty when it is settled."""
    if dispute.state != Dispute.State.OPEN:
        return {"words": "", "missed": False}
    span = working_time_between(now, dispute.due_at, work.hours_of(dispute.entity))
    hours = abs(int(span.total_seconds())) // 3600
    if now > dispute.due_at:
        text = ngettext("%(hours)s working hour late", "%(hours)s working hours late", hours)
    else:
        text = ngettext("%(hours)s working hour left", "%(hours)s working hours left", hours)
    return {"words": text % {"hours": localised.number(hours)}, "missed": now > dispute.due_at}


def _filtered(request: HttpRequest, filters: forms.DisputeFilters) -> Any:
    filters.is_valid()
    given = filters.cleaned_data
    rows = Dispute.objects.for_user(request.user)
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    state = given.get("state") or "OPEN"
    if state != "all":
        rows = rows.filter(state=state)
    if given.get("reason"):
        rows = rows.filter(reason=given["reason"])
    if given.get("owner"):
        rows = rows.filter(owner=given["owner"])
    text = (given.get("q") or "").strip()
    if text:
        rows = rows.filter(
            Q(entry__reference__icontains=text)
            | Q(customer__legal_name__icontains=text)
            | Q(customer__code__iexact=text)
        )
    return rows.annotate(due_key=TruncDate("due_at"))


def _event(action: str) -> str:
    words = {
        "dispute.opened": _("Opened"),
        "dispute.assigned": _("Assigned"),
        "dispute.accepted": _("Accepted"),
        "dispute.rejected": _("Rejected"),
        "dispute.withdrawn": _("Withdrawn"),
    }
    return words.get(action, action)


def _list() -> tuple[str, str]:
    return _("Disputes"), address("receivables:disputes")
