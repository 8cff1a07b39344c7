"""Promises: the list by state with what is due today, and one promise with its chain, its money and what can be done about it."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from dunning.models import PaymentPlan, PromiseToPay
from dunning.pages import promise_acts, promise_forms
from dunning.questions import promise_money, promise_reliability
from dunning.words import collecting_words
from receivables import access, clock, context, localised, paging, posting
from receivables.doors import policy
from receivables.models import Audit, LegalEntity
from receivables.questions import staffing
from receivables.words import audit_words

TABS = ("OPEN", "DUE", "BROKEN", "PARTLY_KEPT", "KEPT", "REPLACED", "all")


@policy("promise.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Promises by state, earliest day first; the kept rate and what is due today and in seven days stand above."""
    filters = promise_forms.PromiseFilters(request.GET)
    today = clock.today(_entity(request))
    everything = _filtered(request, filters)
    tab = request.GET.get("tab", "OPEN")
    tab = tab if tab in TABS else "OPEN"
    rows = _of_tab(everything, tab, today)
    page = paging.page(
        rows.select_related("customer", "entity", "contact", "plan").prefetch_related("items__entry"),
        field="due_on", descending=tab not in ("OPEN", "DUE"),
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    rates = promise_reliability.rates(row.customer_id for row in page.rows)
    for row in page.rows:
        row.rate = rates.get(row.customer_id)
        row.shown_state = "DUE_TODAY" if row.state == "OPEN" and row.due_on == today else row.state
        names = [item.entry.reference for item in row.items.all()]
        row.names, row.more = ", ".join(names[:3]), max(0, len(names) - 3)
        row.why = collecting_words.end(row.close_reason)
    return render(
        request,
        "dunning/promises/list.html",
        {
            "page": page,
            "filters": filters,
            "tabs": _tabs(request, everything, tab, today),
            "due_today": _sums(everything, today, today),
            "due_week": _sums(everything, today, today + timedelta(days=7)),
            "kept": everything.filter(state="KEPT").count(),
            "judged": everything.filter(state__in=promise_reliability.CLOSED).count(),
            "totals": rows.order_by()
            .values("currency")
            .annotate(amount=Sum("amount"), came=Sum("paid"))
            .order_by("currency"),
            "filtered": bool(filters.changed_data) or tab != "OPEN",
        },
    )


@policy("promise.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One promise: items, money that counts, chain, reliability, story."""
    promise = promise_acts.visible(request, pk)
    today = clock.today(promise.entity)
    count = promise_money.counts(_together(promise), on=today)[promise.pk]
    items = list(promise.items.select_related("entry__instalment__invoice").order_by("pk"))
    for item in items:
        item.left = posting.left_of(item.entry)
        item.invoice = getattr(item.entry, "instalment", None) and item.entry.instalment.invoice
    story = Audit.objects.filter(
        Q(subject=f"promise:{pk}") | Q(seq__in=[promise.made_seq, promise.audit_seq])
    ).order_by("-seq")[:30]
    user = request.user
    return render(
        request,
        "dunning/promises/detail.html",
        {
            "promise": promise,
            "today": today,
            "count": count,
            "items": items,
            "chain": promise_reliability.chain(promise),
            "of_customer": promise_reliability.of_customer(promise.customer_id),
            "of_contact": promise_reliability.of_contact(promise.contact_id) if promise.contact_id else None,
            "why": collecting_words.end(promise.close_reason),
            "made_by": staffing.names_of([promise.made_by]).get(promise.made_by, promise.made_by),
            "events": [_event(row) for row in story],
            "may_close": access.may(user, "promise.close"),
            "may_make": access.may(user, "promise.make"),
        },
    )


@policy("promise.view")
@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A payment plan with its promises."""
    rows = PaymentPlan.objects.for_user(request.user).select_related("customer", "entity")
    found: PaymentPlan = get_object_or_404(rows, pk=pk)
    parts = list(found.promises.order_by("due_on", "pk"))
    return render(
        request,
        "dunning/promises/plan.html",
        {
            "plan": found,
            "parts": parts,
            "paid": sum(each.paid for each in parts),
            "may_close": access.may(request.user, "promise.close"),
        },
    )


def _event(row: Audit) -> dict[str, Any]:
    return {
        "at": row.at,
        "who": row.actor,
        "text": audit_words.action(row.action),
        "detail": row.reason,
    }


def _together(promise: PromiseToPay) -> list[PromiseToPay]:
    """The promise, with the others of its plan, which share its money."""
    if promise.plan_id is None or promise.state == PromiseToPay.State.REPLACED:
        return [promise]
    return list(PromiseToPay.objects.filter(plan=promise.plan_id).exclude(state=PromiseToPay.State.REPLACED))


def _entity(request: HttpRequest) -> Any:
    books = context.of(request).entity
    return LegalEntity.objects.filter(pk=books.id).first() if books else None


def _filtered(request: HttpRequest, filters: promise_forms.PromiseFilters) -> Any:
    filters.is_valid()
    given = filters.cleaned_data
    rows = PromiseToPay.objects.for_user(request.user)
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    for name, look in (("source", "source"), ("due_from", "due_on__gte"), ("due_to", "due_on__lte")):
        if given.get(name):
            rows = rows.filter(**{look: given[name]})
    text = (given.get("q") or "").strip()
    if text:
        found = Q(customer__legal_name__icontains=text) | Q(customer__code__iexact=text)
        found |= Q(pk__in=PromiseToPay.objects.filter(items__entry__reference__icontains=text).values("pk"))
        rows = rows.filter(found)
    return rows


def _of_tab(rows: Any, tab: str, today: Any) -> Any:
    if tab == "all":
        return rows
    if tab == "DUE":
        return rows.filter(state="OPEN", due_on__lte=today)
    return rows.filter(state=tab)


def _sums(rows: Any, first: Any, last: Any) -> dict[str, str]:
    """What open promises say for these days: the currency with most of them, the others beside it."""
    found = rows.filter(state="OPEN", due_on__range=(first, last)).order_by().values("currency")
    told = found.annotate(amount=Sum("amount"), many=Count("pk")).order_by("-many", "currency")
    said = [localised.money(each["amount"], each["currency"]) for each in told]
    return {"value": said[0] if said else "–", "note": " + ".join(said[1:])}


def _tabs(request: HttpRequest, rows: Any, now: str, today: Any) -> list[dict[str, Any]]:
    words = {
        "OPEN": pgettext("promises", "Open"),
        "DUE": _("Due today or past"),
        "BROKEN": pgettext("promises", "Broken"),
        "PARTLY_KEPT": pgettext("promises", "Partly kept"),
        "KEPT": pgettext("promises", "Kept"),
        "REPLACED": pgettext("promises", "Replaced"),
        "all": _("All"),
    }
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    made = []
    for name in TABS:
        query["tab"] = name
        count = None if name == "all" else _of_tab(rows, name, today).count()
        made.append({"label": words[name], "url": f"?{query.urlencode()}", "on": name == now, "count": count})
    return made


urlpatterns = [
    path("promises/", show, name="promises"),
    path("promises/<int:pk>/", detail, name="promise"),
    path("plans/<int:pk>/", plan, name="plan"),
    *promise_acts.urlpatterns,
]
