"""Calls: the tasks by deadline and amount, and the panel of one call with everything on one screen and one form."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Case, F, Q, Sum, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from dunning.models import Call
from dunning.pages.call_forms import CallFilters, CallForm
from dunning.questions import call_panel, promise_reliability
from dunning.services import calls
from dunning.words import collecting_words
from receivables import access, clock, context
from receivables.doors import actor, policy
from receivables.models import Customer, Entry, LegalEntity, WorkItem
from receivables.pages.acting import READ_AND_POST, act
from receivables.rules import contact_hours

MOST = 100
NEEDS = {Call.Outcome.WILL_PAY: "promise.make", Call.Outcome.DISPUTES: "dispute.open"}


@policy("call.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Call tasks, mine or everybody's: those due first, and among one day's the largest amount."""
    filters = CallFilters(request.GET)
    filters.is_valid()
    rows = WorkItem.objects.for_user(request.user).open().filter(kind__in=calls.KINDS)
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    text = (filters.cleaned_data.get("q") or "").strip()
    if text:
        rows = rows.filter(Q(customer__legal_name__icontains=text) | Q(customer__code__iexact=text))
    mine = rows.filter(assignee=request.user)
    tab = request.GET.get("tab") or ("mine" if mine.exists() else "all")
    everybody, rows = rows.count(), mine if tab == "mine" else rows
    found = list(rows.select_related("customer", "entity", "assignee").order_by("due_at", "pk")[: MOST + 1])
    more, found = len(found) > MOST, found[:MOST]
    _with_amounts(found)
    found.sort(key=lambda row: (row.due_on, -row.weight, row.pk))
    told = {
        "rows": found,
        "more": more,
        "filters": filters,
        "tabs": [
            {"label": _("My calls"), "url": "?tab=mine", "on": tab == "mine", "count": mine.count()},
            {"label": _("Everybody's"), "url": "?tab=all", "on": tab != "mine", "count": everybody},
        ],
        "late": rows.filter(due_at__lt=clock.now()).count(),
        "today": sum(
            rows.filter(entity=entity, due_at__lt=_tonight(entity)).count() for entity in _entities(request)
        ),
        "said": Call.objects.for_user(request.user)
        .select_related("customer", "contact")
        .order_by("-called_at", "-pk")[:10],
    }
    return render(request, "dunning/calls/list.html", told)


def _entities(request: HttpRequest) -> list[LegalEntity]:
    return list(LegalEntity.objects.for_user(request.user))


def _tonight(entity: LegalEntity) -> datetime:
    """The end of today at an entity."""
    return contact_hours.local_midnight(clock.today(entity) + timedelta(days=1), entity.time_zone)


@policy("call.log")
@require_http_methods(READ_AND_POST)
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel of a call task; saving closes it or sets the next try."""
    rows = WorkItem.objects.for_user(request.user).filter(kind__in=calls.KINDS)
    item: WorkItem = get_object_or_404(rows.select_related("customer", "entity", "assignee"), pk=pk)
    assert item.customer is not None
    if item.state != WorkItem.State.OPEN:
        messages.info(request, _("This call was dealt with already, by %(who)s.") % {"who": item.closed_by})
        return redirect("dunning:calls")
    return _panel(request, item.customer, item.entity, item)


@policy("call.log")
@require_http_methods(READ_AND_POST)
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The panel of a customer without a task: at `?entity=`, else where they owe most."""
    found: Customer = get_object_or_404(Customer.objects.for_user(request.user), pk=customer_id)
    asked = request.GET.get("entity", "")
    rows = LegalEntity.objects.for_user(request.user)
    entity = rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 18 else None
    entity = entity or call_panel.main_entity(found, request.user)  # type: ignore[arg-type]
    entity = entity or rows.filter(profiles__customer=found).order_by("pk").first()
    if entity is None:
        raise Http404
    return _panel(request, found, entity, None)


def _panel(
    request: HttpRequest, of_whom: Customer, entity: LegalEntity, item: WorkItem | None
) -> HttpResponse:
    user: Any = request.user
    today = clock.today(entity)
    panel = call_panel.of(of_whom, entity, user, item, today=today, now=clock.now())
    entries = [due.entry for due in panel.items]
    words = promise_reliability.of_contacts(of_whom.pk)
    form = CallForm(
        request.POST or None,
        customer=of_whom,
        entries=entries,
        initial={
            "items": [str(due.entry.pk) for due in panel.items if due.days > 0 and due.askable],
            "contact": panel.places[0].contact.pk if panel.places else None,
        },
    )

    def do(given: dict[str, Any]) -> HttpResponse:
        for outcome, verb in NEEDS.items():
            if given["outcome"] == outcome:
                access.require(user, verb)
        call = calls.log(
            customer=of_whom, entity=entity, outcome=given["outcome"], cause=given["cause"], note=given["note"],
            contact=given["contact"], work_item=item, promised=form.promised(), disputed=form.question(),
            follow_up_on=given["follow_up_on"], today=today, now=clock.now(), by=actor(request),
        )  # fmt: skip
        messages.success(request, _saved(call))
        return redirect("dunning:calls")

    return act(
        request, form, do, template="dunning/calls/panel.html", title=_("Call"), yes=pgettext("call", "Save"),
        lead="", back=address("dunning:calls"), where=(_("Calls"), address("dunning:calls")), panel=panel,
        task=item, tries=calls.tries(item) if item else 0, about=_about(item),
        checklist=collecting_words.CHECKLIST, today=today, tomorrow=today + timedelta(days=1),
        horizon=today + timedelta(days=60), people=[(place, words.get(place.contact.pk)) for place in panel.places],
        may_move=access.may(user, "ladder.move"),
        may_hand_over=item is not None and item.kind == calls.ESCALATION and access.may(user, "handover.make"),
    )  # fmt: skip


def _saved(call: Call) -> str:
    if call.promise_id:
        return _("Saved, with the promise. These items are not asked for until the days of grace are over.")
    if call.dispute_id:
        return _("Saved, with the dispute. The item is not asked for until it is settled.")
    if call.outcome == Call.Outcome.NO_ANSWER and call.follow_up_on is None:
        return _("Saved. The call comes back on the next bank day.")
    return _("Saved.")


def _about(item: WorkItem | None) -> str:
    if item is None:
        return ""
    if item.step.startswith("promise:"):
        return _("Broken promise")
    return str(collecting_words.STEPS.get(item.step, item.step))


def _with_amounts(rows: list[Any]) -> None:
    """Beside each task what is overdue of its account, per currency, and the local day it is due on."""
    owed: dict[tuple[int, int], list[tuple[str, int]]] = {}
    keys = {(row.customer_id, row.entity_id) for row in rows}
    days = {row.entity_id: clock.today(row.entity) for row in rows}
    late = Q(pk__in=[])
    for entity, day in days.items():
        late |= Q(entity=entity, due_on__lt=day)
    sums = (
        Entry.objects.debits().unsettled().filter(late, customer__in={key[0] for key in keys})
        .values("customer_id", "entity_id", "currency")
        .annotate(left=Sum(Case(When(amount__gt=0, then=F("amount") - F("allocated")))))
    )  # fmt: skip
    for each in sums.order_by("currency"):
        key = (each["customer_id"], each["entity_id"])
        owed.setdefault(key, []).append((each["currency"], each["left"]))
    tried = calls.tries_of(row.pk for row in rows)
    for row in rows:
        row.amounts = owed.get((row.customer_id, row.entity_id), [])
        row.weight = max((minor for _code, minor in row.amounts), default=0)
        row.due_on = row.due_at.astimezone(ZoneInfo(row.entity.time_zone)).date()
        row.late = row.due_at < clock.now()
        row.about = _about(row)
        row.tries = tried.get(row.pk, 0)


urlpatterns = [
    path("calls/", show, name="calls"),
    path("calls/<int:pk>/", task, name="call_task"),
    path("customers/<int:customer_id>/call/", customer, name="call_customer"),
]
