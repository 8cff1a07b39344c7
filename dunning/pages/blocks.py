"""Blocks and moves by hand: who is not asked for and until when, an item put on another rung, a proposed step ignored."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from dunning.models import DunningBlock, Notice, Policy
from dunning.pages import block_forms as forms
from dunning.pages import choices
from dunning.pages.promise_forms import ReasonForm
from dunning.rules import ladder_json
from dunning.services import blocks, ladder_moves
from dunning.words import policy_words
from receivables import access, clock, context, localised, posting
from receivables.doors import actor, policy
from receivables.models import Customer, Entry
from receivables.pages.acting import READ_AND_POST, act
from receivables.questions import staffing
from receivables.rules.refusals import Refused

MOST = 200
SOON = 7
TABS = ("standing", "soon", "over")


@policy("block.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Blocks in force, those that end soon, and those that are over."""
    filters = forms.BlockFilters(request.GET)
    filters.is_valid()
    given, today = filters.cleaned_data, clock.today()
    rows = _visible(request).select_related("customer", "entity", "entry", "contact")
    if given.get("reason"):
        rows = rows.filter(reason=given["reason"])
    text = (given.get("q") or "").strip()
    if text:
        named = Q(customer__legal_name__icontains=text) | Q(customer__code__iexact=text)
        rows = rows.filter(named | Q(entry__reference__icontains=text))
    tab = request.GET.get("tab", "standing")
    tab = tab if tab in TABS else "standing"
    ended = Q(released_on__isnull=False) | Q(until_on__isnull=False, until_on__lt=today)
    standing, over = rows.exclude(ended), rows.filter(ended)
    soon = standing.filter(until_on__lte=today + timedelta(days=SOON))
    found = {"standing": standing, "soon": soon, "over": over}[tab]
    order = ("-released_on", "-until_on", "-pk") if tab == "over" else ("until_on", "pk")
    words = {"standing": _("In force"), "soon": _("Ends within 7 days"), "over": _("Over")}
    counts = {"standing": standing.count(), "soon": soon.count(), "over": None}
    shown = list(found.order_by(*order)[:MOST])
    names = staffing.names_of({who for row in shown for who in (row.placed_by, row.released_by)})
    for row in shown:
        row.placed_by = names.get(row.placed_by, row.placed_by)
        row.released_by = names.get(row.released_by, row.released_by)
        row.hard = row.reason in blocks.HARD
        row.preview = preview(row)
    return render(
        request,
        "dunning/blocks/list.html",
        {
            "rows": shown,
            "filters": filters,
            "today": today,
            "tab": tab,
            "tabs": [
                {"label": words[name], "url": f"?tab={name}", "on": name == tab, "count": counts[name]}
                for name in TABS
            ],
            "may_place": access.may(request.user, "block.place"),
            "may_release": access.may(request.user, "block.release"),
        },
    )


@policy("block.place")
@require_http_methods(READ_AND_POST)
def place(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A block on a customer, one of their items or contacts."""
    customer: Customer = get_object_or_404(Customer.objects.for_user(request.user), pk=customer_id)
    entries = choices.open_items(customer, request.user)
    asked = request.GET.get("item", "")
    form = forms.BlockForm(
        request.POST or None, customer=customer, entries=entries, user=request.user, initial={"item": asked}
    )

    def do(_given: dict[str, Any]) -> HttpResponse:
        terms = form.terms()
        entity = terms["entry"].entity if terms["entry"] else terms["entity"]
        blocks.place(
            customer=customer, today=clock.today(entity), now=clock.now(), by=actor(request), **terms
        )
        messages.success(request, _("Not asked for from now on."))
        return redirect("dunning:blocks")

    return act(
        request, form, do, title=_("Do not ask"), yes=pgettext("block", "Save"), lead=str(customer),
        back=reverse("receivables:customer", args=[customer.pk]), where=_list(),
    )  # fmt: skip


@policy("block.place")
@require_http_methods(READ_AND_POST)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a block before its day; insolvency, legal and do-not-contact need the right to release them."""
    block = get_object_or_404(_visible(request).select_related("customer", "entity", "entry"), pk=pk)

    def do(given: dict[str, Any]) -> HttpResponse:
        blocks.release(block=block, on=clock.today(block.entity), now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Asked for again from today on."))
        return redirect("dunning:blocks")

    words = {"customer": block.customer, "reason": block.get_reason_display(), "who": block.placed_by}
    lead = _("%(customer)s: %(reason)s, placed by %(who)s. From today on it is asked for again.") % words
    return act(
        request, ReasonForm(request.POST or None), do, title=_("Ask again"), yes=_("Ask again"), lead=lead,
        back=reverse("dunning:blocks"), where=_list(), preview=preview(block), template="dunning/blocks/release.html",
    )  # fmt: skip


@policy("ladder.move")
@require_http_methods(READ_AND_POST)
def move(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Puts an open item on any rung of its ladder, or begins it anew."""
    rows = Entry.objects.for_user(request.user).debits().select_related("entity", "customer")
    entry = get_object_or_404(rows, pk=entry_id)
    form = forms.MoveForm(request.POST or None, rungs=_rungs(), initial={"track": "chase"})

    def do(given: dict[str, Any]) -> HttpResponse:
        ladder_moves.move(
            entry=entry, on=clock.today(entry.entity), now=clock.now(), by=actor(request), **given
        )
        messages.success(request, _("Moved. The rules go on from there."))
        return redirect("receivables:customer", pk=entry.customer_id)

    left = localised.money(posting.left_of(entry), entry.currency)
    lead = _("%(customer)s, %(item)s: %(left)s is open. What was sent stays in the history.") % {
        "customer": entry.customer, "item": entry.reference, "left": left,
    }  # fmt: skip
    back = reverse("receivables:customer", args=[entry.customer_id])
    return act(
        request, form, do, title=_("Move on the ladder"), yes=_("Move"), lead=lead, back=back,
        where=(_("Customers"), reverse("receivables:customers")),
    )  # fmt: skip


@policy("notice.propose")
@require_http_methods(READ_AND_POST)
def ignore(request: HttpRequest, pk: int) -> HttpResponse:
    """Ignores a step that nobody sent yet; the same one is proposed again later."""
    notice: Notice = get_object_or_404(
        Notice.objects.for_user(request.user).select_related("entity", "customer"), pk=pk
    )
    today = clock.today(notice.entity)
    form = forms.IgnoreForm(request.POST or None, initial={"again_on": today + timedelta(days=SOON)})

    def do(given: dict[str, Any]) -> HttpResponse:
        ladder_moves.ignore(notice=notice, on=today, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Ignored. The same step is proposed again later, not the next one."))
        return redirect("receivables:customer", pk=notice.customer_id)

    lead = _("%(customer)s: %(stage)s. Until the day you choose nothing is asked for these items.") % {
        "customer": notice.customer, "stage": notice.stage,
    }  # fmt: skip
    back = reverse("receivables:customer", args=[notice.customer_id])
    return act(
        request, form, do, title=_("Ignore this step"), yes=_("Ignore"), lead=lead, back=back, where=_list()
    )


def preview(block: DunningBlock) -> str:
    """The address of what would go out when a block ends; "" where this installation has no rehearsal of it."""
    try:
        return reverse("dunning:policy_resume", args=[block.pk])
    except NoReverseMatch:
        return ""


def _visible(request: HttpRequest) -> Any:
    """Blocks of customers the person may see, at their entities or everywhere."""
    user: Any = request.user
    rows = DunningBlock.objects.filter(customer__in=Customer.objects.for_user(user))
    if not user.scope.all_entities:
        rows = rows.filter(Q(entity__isnull=True) | Q(entity__in=user.scope.entity_ids))
    books = context.of(request).entity
    return rows.filter(Q(entity__isnull=True) | Q(entity_id=books.id)) if books else rows


def _rungs() -> list[tuple[int, str]]:
    """The rungs of all policies in force, once each, lowest first."""
    found: dict[int, str] = {}
    for each in Policy.objects.filter(versions__active=True).distinct():
        version = each.versions.get(active=True)
        try:
            ladder = ladder_json.parse(version.ladder, policy=each.code)
        except Refused:
            continue
        for stage in ladder.stages:
            found.setdefault(
                stage.offset, f"{stage.offset:+d} · {policy_words.name(stage.name) or stage.code}"
            )
    return sorted(found.items())


def _list() -> tuple[str, str]:
    return _("Blocks"), reverse("dunning:blocks")


urlpatterns = [
    path("blocks/", show, name="blocks"),
    path("customers/<int:customer_id>/block/", place, name="block_place"),
    path("blocks/<int:pk>/release/", release, name="block_release"),
    path("items/<int:entry_id>/ladder/", move, name="ladder_move"),
    path("notices/<int:pk>/ignore/", ignore, name="notice_ignore"),
]
