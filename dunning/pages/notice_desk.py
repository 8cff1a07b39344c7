"""The review desk: notices that wait for a person, left the list, right what would be sent. Nothing is decided here."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls import reverse as address
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from dunning.models import Notice
from dunning.pages import notice_forms as forms
from dunning.pages import notices as pages
from dunning.questions import notice_list
from dunning.questions.notice_looks import Look
from dunning.rendering import Made
from dunning.services import notices
from dunning.words import notice_page_words as words
from dunning.words import reason_words
from receivables import access, clock, framed, paging
from receivables.doors import policy
from receivables.rules import sms_segments
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

LISTED = 100


@policy("notice.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What waits, longest first; `?at=` is the one in hand."""
    filters = forms.NoticeFilters(request.GET)
    everything = notice_list.waiting(pages.filtered(request, filters))
    rows = list(everything[:LISTED])
    stages = notice_list.stage_names(row.stage for row in rows)
    wanted = paging.row_id(request.GET.get("at", ""))
    place = next((i for i, row in enumerate(rows) if row.pk == wanted), 0)
    kept = {name: value for name, value in request.GET.items() if name in forms.NoticeFilters.base_fields}
    for row in rows:
        row.stage_name = stages[row.stage]
        row.url = f"{address('dunning:notices_waiting')}?{urlencode({**kept, 'at': row.pk})}"
    told: dict[str, Any] = {
        "rows": rows,
        "count": len(rows) if len(rows) < LISTED else everything.count(),
        "filters": filters,
        "kept": kept,
        "may_decide": access.may(request.user, "notice.decide"),
        "may_stop": pages.may_stop(request),
    }
    if rows:
        told |= {
            "current": rows[place],
            "prev": rows[place - 1] if place else None,
            "next": rows[place + 1] if place + 1 < len(rows) else None,
            **in_hand(pages.visible(request, rows[place].pk)),
        }
    return render(request, "dunning/notices/desk.html", told)


def in_hand(notice: Notice) -> dict[str, Any]:
    """What a person needs to decide about one notice: the exact words, what it will do, why they are asked."""
    now = clock.now()
    look, made = notices.preview(notice, now=now)
    told: dict[str, Any] = {
        "notice": notice,
        "at_once": notice.due_at <= now,
        "reason": reason_words.sentence(notice.why) if notice.why else "",
        "written_by": notices.written_by(notice),
        "wrong": "",
        "cannot": "",
    }
    if look.right is None:
        told["wrong"] = reason_words.sentence(look.verdict.code)  # type: ignore[union-attr]
    elif isinstance(made, Refused):
        told["cannot"] = reason_words.sentence(f"cannot_render:{made.code}")
    elif made is not None:
        told |= _said(notice, look, made)
    return told


def _said(notice: Notice, look: Look, made: Made) -> dict[str, Any]:
    right = look.right
    assert right is not None
    fee = sum(claim.amount for claim in made.claims)
    return {
        "made": made,
        "hash": made.rendered.sha256,
        "fee": Money(fee, notice.currency) if fee else None,
        "total": Money(right.total, notice.currency),
        "effects": words.effects(right.stage.effects),
        "stage": right.stage,
        "deadline_days": right.stage.deadline_days,
        "items": [
            {"number": item.number, "invoice": item.invoice, "ask": Money(ask, notice.currency), "due_on": item.due_on}
            for item, ask in right.rows[:20]
        ],
        "more": max(0, len(right.rows) - 20),
        "segments": sms_segments.count(made.rendered.text) if notice.channel == "sms" else None,
    }  # fmt: skip


@policy("notice.view")
@xframe_options_sameorigin
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as it would read, for the frame: shut off from our page by its sandbox and its content policy."""
    made = _made(request, pk)
    if not made.rendered.html:
        raise Http404
    return framed.mail(made.rendered.html)


@policy("notice.view")
@xframe_options_sameorigin
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it would be printed."""
    files = _made(request, pk).rendered.attachments
    if not files:
        raise Http404
    return framed.paper(files[0].content, files[0].content_type, files[0].name)


def _made(request: HttpRequest, pk: int) -> Made:
    _look, made = notices.preview(pages.visible(request, pk), now=clock.now())
    if made is None or isinstance(made, Refused):
        raise Http404
    return made


urlpatterns = [
    path("notices/waiting/", show, name="notices_waiting"),
    path("notices/<int:pk>/mail/", mail, name="notice_mail"),
    path("notices/<int:pk>/letter.pdf", paper, name="notice_paper"),
]
