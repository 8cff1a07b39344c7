"""Texts of messages: the list by occasion, one text with its draft beside it, the editor, activation by a second person.

Trying a text is `template_tries`.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receivables import access, clock
from receivables.doors import actor, policy, status_of
from receivables.models import LegalEntity, MessageTemplate
from receivables.pages import template_forms as forms
from receivables.paging import row_id
from receivables.questions import text_list, texts
from receivables.questions.text_list import Text
from receivables.rendering import TemplateText
from receivables.rules import placeholders
from receivables.rules.refusals import Refused
from receivables.services import templates
from receivables.words import template_words, text_words

TABS = ("customer", "staff")


@policy("template.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Occasions with their texts by channel and language; what is drafted is marked."""
    rows = MessageTemplate.objects.for_user(request.user).select_related("entity", "drafted_by")
    found = text_list.everything(rows)
    filters = forms.TextFilters(request.GET)
    filters.is_valid()
    given = filters.cleaned_data
    for name in ("channel", "language"):
        if given.get(name):
            found = [text for text in found if getattr(text, name) == given[name]]
    tab = request.GET.get("tab", "customer")
    tab = tab if tab in TABS else "customer"
    here = address("receivables:texts")
    tabs = [
        {"label": text_words.AUDIENCES[each], "url": f"{here}?tab={each}", "on": each == tab,
         "count": sum(text.audience == each for text in found)}
        for each in TABS
    ]  # fmt: skip
    shown = [_row(text) for text in found if text.audience == tab]
    told = {
        "rows": shown,
        "tabs": tabs,
        "filters": filters,
        "may_edit": access.may(request.user, "template.edit"),
    }
    return render(request, "receivables/templates/list.html", told)


@policy("template.view")
@require_safe
def one(request: HttpRequest) -> HttpResponse:
    """One text: in force and draft side by side, versions, what may be done."""
    text = _text(request, request.GET)
    user: Any = request.user
    problems = [template_words.problem(each) for each in templates.problems(text.draft)] if text.draft else []
    told = {
        "text": text,
        "title": text_words.occasion(text.code),
        "words": _row(text),
        "problems": problems,
        "query": urlencode(text.query),
        "may_edit": access.may(user, "template.edit"),
        "may_activate": text.draft is not None
        and access.may(user, "template.activate")
        and (text.draft.drafted_by is None or text.draft.drafted_by.human != user.human),
    }
    return render(request, "receivables/templates/one.html", told)


@policy("template.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """The editor: a new draft that begins with what is in force, or the draft that waits."""
    text = _text(request, request.POST if request.method == "POST" else request.GET)
    begun = text.draft or text.in_force or _speaks(text)
    initial = {
        "subject": begun.subject if begun else "", "body": begun.body if begun else "",
        "seen": text.draft.content_hash if text.draft else "",
    }  # fmt: skip
    form = forms.TextForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _save(request, text, form.cleaned_data)
                messages.success(request, _("Saved as a draft. A second person puts it in force."))
                return redirect(f"{address('receivables:text')}?{urlencode(text.query)}")
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
    told = {
        "form": form,
        "text": text,
        "title": text_words.occasion(text.code),
        "words": _row(text),
        "query": urlencode(text.query),
        "palette": [
            (name, template_words.PLACEHOLDERS.get(name, name))
            for name in placeholders.allowed(text.channel, audience=text.audience)
        ],
        "try_form": forms.TryForm(request.user, request.GET or None),
    }
    return render(request, "receivables/templates/draft.html", told, status=status)


@policy("template.activate")
@require_POST
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a draft in force, by somebody else than who wrote it."""
    row = templates.activate(
        template=_version(request, pk), seen_hash=request.POST.get("seen", ""), now=clock.now(), by=actor(request)
    )  # fmt: skip
    messages.success(
        request,
        _("Version %(n)s is in force. What was released before keeps its words.") % {"n": row.version},
    )
    return redirect(_address(row))


@policy("template.activate")
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a version out of use."""
    row = templates.retire(
        template=_version(request, pk), reason=request.POST.get("reason", ""), now=clock.now(), by=actor(request)
    )  # fmt: skip
    messages.success(request, _("Out of use. The wider text, or the one Duebook comes with, speaks again."))
    return redirect(_address(row))


def _speaks(text: Text) -> TemplateText | None:
    """The wider text that speaks where nothing of its own stands: what a first draft begins with."""
    code, channel, language, entity, segment = text.place
    try:
        return texts.Texts().of(code, channel, language, entity=entity, segment=segment).text
    except Refused:
        return None


def _save(request: HttpRequest, text: Text, given: dict[str, Any]) -> None:
    said = {"subject": given["subject"], "body": given["body"], "now": clock.now(), "by": actor(request)}
    if text.draft is not None:
        templates.edit(template=text.draft, seen_hash=given["seen"], **said)
        return
    code, channel, language, _entity, segment = text.place
    templates.draft(
        code=code, channel=channel, language=language, entity=text.entity, segment=segment, **said
    )


def _text(request: HttpRequest, given: Any) -> Text:
    """The place an address or a form names: 404 outside the reader's scope."""
    pk = row_id(given.get("entity", ""))
    mine = LegalEntity.objects.for_user(request.user)
    entity = get_object_or_404(mine, pk=pk) if given.get("entity") else None
    place = forms.place(given, pk if entity else None)
    text = text_list.one(
        MessageTemplate.objects.for_user(request.user).select_related("drafted_by", "activated_by"), place
    )
    text.entity = entity
    return text


def _version(request: HttpRequest, pk: int) -> MessageTemplate:
    row: MessageTemplate = get_object_or_404(MessageTemplate.objects.for_user(request.user), pk=pk)
    return row


def _address(row: MessageTemplate) -> str:
    return f"{address('receivables:text')}?{urlencode(Text(text_list.place_of(row)).query)}"


def _row(text: Text) -> dict[str, Any]:
    """A text as the list shows it."""
    said = text.in_force
    return {
        "text": text,
        "title": text_words.occasion(text.code),
        "channel": text_words.CHANNELS.get(text.channel, text.channel),
        "language": text_words.LANGUAGES.get(text.language, text.language),
        "scope": text_words.scope(text.entity.name if text.entity else "", text.segment),
        "subject": said.subject or said.body[:90] if said else "",
        "url": f"{address('receivables:text')}?{urlencode(text.query)}",
        "code": texts.occasion(text.code),
    }


urlpatterns = [
    path("texts/", show, name="texts"),
    path("texts/one/", one, name="text"),
    path("texts/edit/", draft, name="text_draft"),
    path("texts/<int:pk>/activate/", activate, name="text_activate"),
    path("texts/<int:pk>/retire/", retire, name="text_retire"),
]
