"""Hand-overs: what was given to legal or an agency, the pack of papers, and the items that come back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from dunning.models import HandOver
from dunning.pages import choices
from dunning.pages.promise_forms import ReasonForm
from dunning.questions import customer_collections
from dunning.services import handovers
from receivables import access, clock, context, posting, storage
from receivables.doors import actor, policy
from receivables.models import Audit, Customer, WorkItem
from receivables.pages.acting import READ_AND_POST, act
from receivables.questions import staffing
from receivables.words import audit_words

MOST = 200
KINDS = [("legal", gettext_lazy("A lawyer or court")), ("agency", gettext_lazy("A collection agency"))]


class HandOverForm(choices.ItemsForm):
    """Which items go to whom, and why."""

    to = forms.CharField(label=gettext_lazy("Who takes it over"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


@policy("handover.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Hand-overs that stand, newest first, or those that have ended."""
    rows = HandOver.objects.for_user(request.user).select_related("customer", "entity")
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    ended = request.GET.get("tab") == "ended"
    standing = rows.filter(ended_on__isnull=True)
    found = rows.filter(ended_on__isnull=False) if ended else standing
    tabs = [
        {"label": _("Standing"), "url": "?tab=standing", "on": not ended, "count": standing.count()},
        {"label": _("Ended"), "url": "?tab=ended", "on": ended, "count": None},
    ]
    told = {"rows": found.order_by("-handed_on", "-pk")[:MOST], "tabs": tabs, "ended": ended}
    return render(request, "dunning/handovers/list.html", told)


@policy("handover.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One hand-over with its items and its pack."""
    found = _visible(request, pk)
    items = list(found.items.select_related("entry__instalment__invoice").order_by("entry__due_on", "pk"))
    for item in items:
        item.left = posting.left_of(item.entry)
    rows = Audit.objects.filter(subject=f"handover:{pk}") | Audit.objects.filter(
        subject=f"customer:{found.customer_id}", action="handover.made", at=found.handed_at
    )
    return render(
        request,
        "dunning/handovers/detail.html",
        {
            "hand_over": found,
            "items": items,
            "left": sum(item.left for item in items),
            "handed_by": staffing.names_of([found.handed_by]).get(found.handed_by, found.handed_by),
            "kind": dict(KINDS).get(found.kind, found.kind),
            "may_end": access.may(request.user, "handover.end"),
            "events": [
                {
                    "at": row.at,
                    "who": row.actor,
                    "text": audit_words.action(row.action),
                    "detail": row.reason,
                }
                for row in rows.order_by("-seq")[:20]
            ],
        },
    )


@policy("handover.view")
@require_safe
def pack(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The archive as it was made; its SHA-256 stands on the page."""
    found = _visible(request, pk)
    try:
        data = storage.read(found.pack_stored_as)
    except (FileNotFoundError, ValueError):
        raise Http404 from None
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{found.pack_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@policy("handover.make")
@require_http_methods(READ_AND_POST)
def make(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Hands open items of a customer over; `?work=` is the to-do that proposed it."""
    customer: Customer = get_object_or_404(Customer.objects.for_user(request.user), pk=customer_id)
    entries = choices.open_items(customer, request.user)
    late = [str(each.pk) for each in entries if each.due_on and each.due_on < clock.today(each.entity)]
    form = HandOverForm(request.POST or None, entries=entries, initial={"items": late, "kind": "legal"})

    def do(given: dict[str, Any]) -> HttpResponse:
        chosen = form.chosen()
        made = handovers.make(
            entries=chosen, to=given["to"], kind=given["kind"], reason=given["reason"],
            today=clock.today(chosen[0].entity), now=clock.now(), by=actor(request), work_item=_proposal(request),
        )  # fmt: skip
        messages.success(request, _("Handed over. No automatic message speaks about these items any more."))
        return redirect("dunning:handover", pk=made.pk)

    lead = _(
        "%(customer)s: the pack holds statement, invoices, proofs of delivery, everything that was said, promises and disputes. "
        "New orders are held."
    ) % {"customer": customer}
    return act(
        request, form, do, title=pgettext("claim", "Hand over"), yes=pgettext("claim", "Hand over"), lead=lead, tone="bad",
        back=address("receivables:customer", args=[customer.pk]), where=_list(),
    )  # fmt: skip


@policy("handover.end")
@require_http_methods(READ_AND_POST)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The items come back."""
    found = _visible(request, pk)

    def do(given: dict[str, Any]) -> HttpResponse:
        handovers.end(
            hand_over=found, on=clock.today(found.entity), now=clock.now(), by=actor(request), **given
        )
        messages.success(request, _("Ended. What is still open is asked for again."))
        return redirect("dunning:handover", pk=pk)

    lead = _("What is still open is asked for again. Orders stay held until somebody releases them.")
    return act(
        request, ReasonForm(request.POST or None), do, title=_("End the hand-over"), yes=_("End it"), lead=lead,
        back=address("dunning:handover", args=[pk]), where=_list(),
    )  # fmt: skip


@policy("promise.view")
@require_safe
def customer_panel(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A fragment for the customer's page: promises, blocks, hand-overs, last calls, the next step."""
    customer: Customer = get_object_or_404(Customer.objects.for_user(request.user), pk=customer_id)
    user: Any = request.user
    told = {
        "customer": customer,
        "found": customer_collections.of(customer, user, today=clock.today()),
        "may_promise": access.may(user, "promise.make"),
        "may_call": access.may(user, "call.log"),
        "may_block": access.may(user, "block.place"),
        "may_hand_over": access.may(user, "handover.make"),
    }
    return render(request, "dunning/_customer.html", told)


def _visible(request: HttpRequest, pk: int) -> HandOver:
    rows = HandOver.objects.for_user(request.user).select_related("customer", "entity")
    found: HandOver = get_object_or_404(rows, pk=pk)
    return found


def _proposal(request: HttpRequest) -> WorkItem | None:
    asked = request.GET.get("work", "")
    if not (asked.isdecimal() and len(asked) < 18):
        return None
    item: WorkItem | None = WorkItem.objects.for_user(request.user).open().filter(pk=int(asked)).first()
    return item


def _list() -> tuple[str, str]:
    return _("Hand-overs"), address("dunning:handovers")


urlpatterns = [
    path("handovers/", show, name="handovers"),
    path("handovers/<int:pk>/", detail, name="handover"),
    path("handovers/<int:pk>/pack/", pack, name="handover_pack"),
    path("handovers/<int:pk>/end/", end, name="handover_end"),
    path("customers/<int:customer_id>/handover/", make, name="handover_make"),
    path("customers/<int:customer_id>/collections/", customer_panel, name="customer_panel"),
]
