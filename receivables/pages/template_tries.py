"""Trying a text while it is written: its problems, its length, and how it reads with real open items. Nothing is kept or sent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from receivables import clock, context, framed
from receivables.doors import policy
from receivables.models import Customer, LegalEntity
from receivables.pages.template_forms import place
from receivables.paging import row_id
from receivables.questions import text_preview, texts
from receivables.rendering import Rendered, TemplateText
from receivables.rules import sms_segments
from receivables.rules.refusals import Refused
from receivables.rules.templates import check
from receivables.words import refusal_words, template_words


@policy("template.view")
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """What is wrong with it, or how it reads: a piece of the editor."""
    text = _text(request)
    found = check(text.subject, text.body, text.channel, audience=text.audience)
    told: dict[str, Any] = {"problems": [template_words.problem(each) for each in found], "text": text}
    if not found:
        made = _filled(request, text)
        if isinstance(made, Refused):
            told["problems"] = [refusal_words.said(made.message)]
        else:
            told |= {
                "made": made,
                "segments": sms_segments.count(made.text) if text.channel == "sms" else None,
            }
    return render(request, "receivables/templates/_try.html", told)


@policy("template.view")
@xframe_options_sameorigin
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """The mail or the letter itself, for the frame beside the editor."""
    made = _filled(request, _text(request))
    if isinstance(made, Refused):
        return framed.mail("")
    if made.attachments and not made.html:
        paper = made.attachments[0]
        return framed.paper(paper.content, paper.content_type, paper.name)
    return framed.mail(made.html)


def _text(request: HttpRequest) -> TemplateText:
    code, channel, language, _entity, _segment = place(request.POST, None)
    body = request.POST.get("body", "").replace("\r\n", "\n").strip("\n")
    subject = request.POST.get("subject", "").strip()
    return TemplateText(subject, body, language, channel, texts.audience_of(code), code)


def _filled(request: HttpRequest, text: TemplateText) -> Rendered | Refused:
    user: Any = request.user
    customers = Customer.objects.for_user(user)
    customer = (
        customers.filter(pk=row_id(request.POST.get("customer", ""))).first()
        or customers.order_by("pk").first()
    )
    mine = LegalEntity.objects.for_user(user)
    entity = mine.filter(pk=row_id(request.POST.get("entity", ""))).first()
    books = context.of(request).entity
    entity = entity or mine.filter(pk=books.id if books else 0).first() or mine.order_by("pk").first()
    if customer is None or entity is None:
        return Refused("nothing_to_try", "There is no customer yet to try it with.")
    try:
        return text_preview.filled(text, customer, entity, user, on=clock.today(entity))
    except Refused as refused:
        return refused


urlpatterns = [
    path("texts/try/", read, name="text_try"),
    path("texts/look/", look, name="text_look"),
]
