"""Notices: the list by state, one notice with its items, message and story, and what may be done with it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dunning.models import Notice
from dunning.pages import notice_forms as forms
from dunning.questions import notice_list, notice_story
from dunning.services import notices
from dunning.words import notice_page_words as words
from dunning.words import reason_words
from receivables import access, clock, context, paging
from receivables.doors import actor, policy
from receivables.rules.refusals import Refused
from receivables.words import refusal_words


@policy("notice.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Notices of a state, newest first; what waits for a person stands first."""
    filters = forms.NoticeFilters(request.GET)
    rows = filtered(request, filters)
    counts = notice_list.counts(rows)
    state = request.GET.get("state", "")
    state = state if state in notice_list.STATES else ""
    page = paging.page(
        notice_list.of_state(rows, state).select_related("customer", "entity", "contact", "user"), field="due_at",
        descending=True, after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    stages = notice_list.stage_names(row.stage for row in page.rows)
    for row in page.rows:
        row.shown_state, row.stage_name = notice_list.shown_state(row), stages[row.stage]
        row.reason = reason_words.sentence(row.why) if row.why else ""
        row.to = words.recipient(row)
    return render(
        request,
        "dunning/notices/list.html",
        {
            "page": page,
            "filters": filters,
            "tabs": _tabs(request, counts, state),
            "state": state,
            "waiting": counts["PROPOSED"],
            "filtered": bool(filters.changed_data) or bool(state),
            "total": counts[state] if state else sum(counts.values()),
        },
    )


@policy("notice.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: what it says and about what, where its message is, why it stands as it does, and its story."""
    notice, user = visible(request, pk), request.user
    items = list(
        notice.items.select_related("entry__instalment__invoice").order_by("entry__due_on", "entry_id")
    )
    stages = notice_list.stage_names([notice.stage, *(item.stage for item in items)])
    for item in items:
        item.stage_name = stages[item.stage]
        item.invoice = getattr(item.entry, "instalment", None) and item.entry.instalment.invoice
    message = notice.message
    story = notice_story.events(notice)
    for event in story:
        event["text"] = words.event(event.pop("action"))
    return render(
        request,
        "dunning/notices/detail.html",
        {
            "notice": notice,
            "shown_state": notice_list.shown_state(notice),
            "stage_name": stages[notice.stage],
            "items": items,
            "message": message,
            "attempts": list(message.attempts.order_by("fence")) if message else [],
            "heard": [words.heard(row) for row in message.events.order_by("pk")] if message else [],
            "reason": reason_words.sentence(notice.why) if notice.why else "",
            "events": story,
            "may_decide": access.may(user, "notice.decide"),
            "may_see_message": access.may(user, "message.view"),
            "may_stop": notices.stoppable(notice) and may_stop(request),
            "written_by": notices.written_by(notice),
        },
    )


@policy("notice.decide")
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Releases what was shown, and goes on to the next that waits."""
    notice = visible(request, pk)
    done = notices.approve(
        notice=notice, seen_hash=request.POST.get("seen", ""), now=clock.now(), by=actor(request)
    )
    if done.state == Notice.State.WITHDRAWN:
        text = _("Not sent: %(why)s") % {"why": reason_words.sentence(done.why)}
        messages.warning(request, text)
    else:
        messages.success(request, _("Released. It leaves in the recipient's hours."))
    return redirect(_onward(request))


@policy("notice.decide")
@require_POST
def approve_all(request: HttpRequest) -> HttpResponse:
    """Releases all of the list as it is filtered, each by itself, and says how many."""
    filters = forms.NoticeFilters(request.POST)
    rows = filtered(request, filters).filter(state=Notice.State.PROPOSED).order_by("due_at", "pk")
    ids = list(rows.values_list("pk", flat=True)[: notices.MANY])
    came = notices.approve_all(ids=ids, now=clock.now(), by=actor(request))
    told = [
        ngettext("%(n)s released", "%(n)s released", came["approved"]) % {"n": came["approved"]},
        ngettext("%(n)s withdrawn, no longer right", "%(n)s withdrawn, no longer right", came["withdrawn"])
        % {"n": came["withdrawn"]},
    ]
    told += [
        f"{n}: {refusal_words.said(code)}"
        for code, n in came.items()
        if code not in ("approved", "withdrawn")
    ]
    messages.success(request, "; ".join(told) + ".")
    return redirect("dunning:notices_waiting")


@policy("notice.view")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Not sent, for a reason; the same rung may be proposed again later."""
    _require_stop(request)
    notices.withdraw(
        notice=visible(request, pk), reason=request.POST.get("reason", ""), now=clock.now(), by=actor(request)
    )
    messages.success(request, _("Withdrawn. The next run may propose it again; block it if it should not."))
    return redirect(_onward(request))


@policy("notice.view")
@require_POST
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """Not before a later day."""
    _require_stop(request)
    form = forms.PostponeForm(request.POST)
    if not form.is_valid():
        raise Refused("date_invalid", _("Choose a day, such as next Monday."), field="until")
    notices.postpone(
        notice=visible(request, pk), until=form.cleaned_data["until"], now=clock.now(), by=actor(request)
    )
    messages.success(request, _("Put off. It is looked at once more on that day."))
    return redirect(_onward(request))


def may_stop(request: HttpRequest) -> bool:
    """Who writes notices may take them back, and so may who releases them."""
    return access.may(request.user, "notice.propose") or access.may(request.user, "notice.decide")


def _require_stop(request: HttpRequest) -> None:
    if not may_stop(request):
        access.require(request.user, "notice.propose")


def visible(request: HttpRequest, pk: int) -> Notice:
    """The notice, or 404."""
    rows = Notice.objects.for_user(request.user).select_related(
        "entity", "customer", "contact__customer", "user", "message", "text", "work_item", "run", "policy_version__policy"
    )  # fmt: skip
    notice: Notice = get_object_or_404(rows, pk=pk)
    return notice


def filtered(request: HttpRequest, filters: forms.NoticeFilters) -> Any:
    """The rows that meet the filters, inside scope and chosen entity."""
    filters.is_valid()
    given = filters.cleaned_data
    books = context.of(request).entity
    return notice_list.narrowed(
        notice_list.visible(request.user, books.id if books else None),
        text=(given.get("q") or "").strip(), stage=given.get("stage") or "", channel=given.get("channel") or "",
        collector=given["collector"].pk if given.get("collector") else None,
    )  # fmt: skip


def _tabs(request: HttpRequest, counts: dict[str, int], state: str) -> list[dict[str, Any]]:
    kept = {name: value for name, value in request.GET.items() if name in forms.NoticeFilters.base_fields}
    here = address("dunning:notices")

    def url(code: str) -> str:
        query = urlencode({**kept, **({"state": code} if code else {})})
        return f"{here}?{query}" if query else here

    everything = {"label": _("All"), "url": url(""), "on": not state, "count": sum(counts.values())}
    tabs = [
        {"label": words.STATES[code], "url": url(code), "on": state == code, "count": counts[code]}
        for code in notice_list.STATES
    ]
    return [everything, *tabs]


def _onward(request: HttpRequest) -> str:
    """The next one of the desk where the act came from it, else the notice's list."""
    following = paging.row_id(request.POST.get("next", ""))
    if "desk" in request.POST:
        here = address("dunning:notices_waiting")
        return f"{here}?at={following}" if following else here
    return address("dunning:notices")


urlpatterns = [
    path("notices/", show, name="notices"),
    path("notices/release/", approve_all, name="notices_approve_all"),
    path("notices/<int:pk>/", detail, name="notice"),
    path("notices/<int:pk>/release/", approve, name="notice_approve"),
    path("notices/<int:pk>/withdraw/", withdraw, name="notice_withdraw"),
    path("notices/<int:pk>/postpone/", postpone, name="notice_postpone"),
]
