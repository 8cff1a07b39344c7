"""The mailbox: every message as the recipient gets it, what became of it, and the decision about one that stays in doubt."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from receivables import access, clock, context, framed, paging, storage
from receivables.doors import actor, policy
from receivables.models import Message
from receivables.questions import outbox_box
from receivables.rules import sms_segments
from receivables.services import consents, outbox_decide
from receivables.words import message_words

VERBS = {
    "send_again": outbox_decide.send_again,
    "it_was_sent": outbox_decide.it_was_sent,
    "drop": outbox_decide.drop,
}
TEXT_LONGEST = 80


@policy("message.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Messages, newest first; `?state=` and `?q=` narrow them. Above them what stands still, and why."""
    rows = _visible(request)
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity=books.id)
    text = request.GET.get("q", "").strip()[:TEXT_LONGEST]
    rows = outbox_box.search(rows, text)
    counts = outbox_box.counts(rows)
    state = request.GET.get("state", "")
    state = state if state in counts else ""
    page = paging.page(
        rows.filter(state=state) if state else rows, field="id", descending=True,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    for row in page.rows:
        row.whom = _whom(row)
        row.why, row.way = (
            message_words.reason(row.reason),
            message_words.CHANNELS.get(row.channel, row.channel),
        )
    standing = outbox_box.standing(now=clock.now())
    picture = {
        "page": page,
        "q": text,
        "state": state,
        "count": counts[state] if state else sum(counts.values()),
        "tabs": _tabs(counts, state, text),
        "standing": standing,
        "gates": [
            {"channel": each, "words": message_words.CHANNELS[each], "state": gate.state, "until": gate.until}
            for each, gate in standing.gates.items()
        ],
        "may_decide": access.may(request.user, "message.decide"),
    }
    return render(request, "receivables/outbox/list.html", picture)


@policy("message.view")
@require_safe
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: as rendered, why and when, its attempts, what the provider told, and what may be decided."""
    message = _one(request, pk)
    story = outbox_box.story(message)
    picture = {
        "message": message,
        "story": story,
        "whom": _whom(message),
        "why": message_words.reason(message.reason),
        "way": message_words.CHANNELS.get(message.channel, message.channel),
        "outcome": message_words.EVENTS.get(story.outcome, ""),
        "segments": sms_segments.count(message.body) if message.channel == "sms" else None,
        "events": _events(story),
        "charges": list(message.charged.order_by("pk")),
        "decides": message.state == Message.State.PARKED and access.may(request.user, "message.decide"),
        "may_allow": story.opted_out and access.may(request.user, "message.decide"),
    }
    return render(request, "receivables/outbox/read.html", picture)


@policy("message.view")
@xframe_options_sameorigin
@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's own page, for the frame: shut off from ours by its sandbox and its content policy."""
    message = _one(request, pk)
    if not message.html:
        raise Http404
    return framed.mail(message.html)


@policy("message.view")
@require_safe
def file(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """A file of a message: a PDF is shown, anything else is handed over as a download."""
    message = _one(request, pk)
    if not 0 <= number < len(message.files):
        raise Http404
    found = message.files[number]
    try:
        opened = storage.path(found["stored_as"]).open("rb")
    except OSError:
        raise Http404 from None
    pdf = found["media_type"] == "application/pdf"
    media = "application/pdf" if pdf else "application/octet-stream"
    answer = FileResponse(opened, as_attachment=not pdf, filename=found["name"], content_type=media)
    answer["Cache-Control"] = "private, no-store"
    return answer


@policy("message.decide")
@require_POST
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Send again, it was sent, or drop: with a reason."""
    message = _one(request, pk)
    if verb not in VERBS:
        raise Http404
    VERBS[verb](
        message=message, reason=request.POST.get("reason", "")[:300], now=clock.now(), by=actor(request)
    )
    said = {
        "send_again": _(
            "A second copy goes with the next pass. The first may turn up too; it would be shown."
        ),
        "it_was_sent": _("Noted: it counts as sent on the day it was tried."),
        "drop": _("It is not sent."),
    }
    messages.success(request, said[verb])
    return redirect("receivables:message", pk=pk)


@policy("message.decide")
@require_POST
def resume(request: HttpRequest, channel: str) -> HttpResponse:
    """A channel that stands still tries one more message now."""
    outbox_decide.resume(
        channel=channel, reason=request.POST.get("reason", "")[:300], now=clock.now(), by=actor(request)
    )
    messages.success(
        request, _("One message is tried with the next pass. If it goes through, the others follow.")
    )
    return redirect("receivables:outbox")


@policy("message.decide")
@require_POST
def allow(request: HttpRequest, pk: int) -> HttpResponse:
    """The recipient agreed to be written to again; what he said is kept as the note."""
    message = _one(request, pk)
    consents.record(
        channel=message.channel, address=message.recipient, given=True, source="person",
        note=request.POST.get("reason", "")[:300], now=clock.now(), by=actor(request),
    )  # fmt: skip
    messages.success(request, _("This address may be written to again."))
    return redirect("receivables:message", pk=pk)


def _visible(request: HttpRequest) -> Any:
    return Message.objects.for_user(request.user).select_related(
        "customer", "invoice", "entity", "contact", "user"
    )


def _one(request: HttpRequest, pk: int) -> Message:
    found: Message = get_object_or_404(_visible(request), pk=pk)
    return found


def _whom(message: Message) -> str:
    if message.customer:
        return message.customer.legal_name
    return message.user.shown if message.user else ""


def _tabs(counts: dict[str, int], state: str, text: str) -> list[dict[str, Any]]:
    base, asked = reverse("receivables:outbox"), "&" + urlencode({"q": text}) if text else ""
    every = [("", _("All"), sum(counts.values()))]
    every += [(code, str(words), counts[code]) for code, words in message_words.STATES.items()]
    return [
        {"label": label, "url": f"{base}?state={code}{asked}", "on": code == state, "count": count}
        for code, label, count in every
        if count or code in ("", "PARKED", state)
    ]


def _events(story: outbox_box.Story) -> list[dict[str, Any]]:
    """What we did and what the provider told, as one timeline."""
    ours = [
        {
            "at": row.at,
            "who": row.actor,
            "text": message_words.ACTIONS.get(row.action, row.action),
            "detail": message_words.reason(row.reason) if row.reason else "",
            "tone": "bad" if row.action in ("message.parked", "message.in_doubt") else "",
        }
        for row in story.audit
    ]
    told = [
        {
            "at": row.occurred_at or row.recorded_at,
            "who": row.provider,
            "text": message_words.EVENTS.get(row.kind, row.kind),
            "detail": row.reason,
            "tone": "bad" if row.kind in ("bounced", "dropped", "failed", "complained") else "ok",
        }
        for row in story.events
    ]
    return sorted([*ours, *told], key=lambda event: event["at"])
