"""Claiming late interest: the derivation as it would be claimed, what law it stands on, what is missing, and the one button."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dunning.pages.interest_forms import LookForm
from dunning.questions import interest_paper
from dunning.questions.interest_preview import Preview, preview
from dunning.rules.reference_rates import is_unconfirmed
from dunning.services import interest_notes
from dunning.words import interest_words
from receivables import access, clock, paging
from receivables.doors import actor, policy, status_of
from receivables.models import Customer, LegalEntity
from receivables.pages.acting import READ_AND_POST, once
from receivables.rules.refusals import Refused
from receivables.words import charge_words, master_words


@policy("interest.view")
@require_http_methods(READ_AND_POST)
def show(request: HttpRequest) -> HttpResponse:
    """GET looks; POST claims exactly what was shown, for the items that stay ticked."""
    user: Any = request.user
    given = request.POST if request.method == "POST" else request.GET
    form = LookForm(given if given.get("customer") else None, user=user, initial=_initial(request))
    shown: dict[str, Any] = {"form": form, "may_claim": access.may(user, "interest.claim")}
    status = 200
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            if request.method == "POST":
                return once(request, lambda: _claim(request, asked))
        except Refused as refused:
            shown |= _remedy(refused, asked)
            status = status_of(refused)
        try:
            shown |= _pictured(
                preview(asked["customer"], asked["entity"], asked["currency"], up_to=asked["up_to"])
            )
        except Refused as refused:
            shown |= _remedy(refused, asked)
            status = max(status, 422 if request.method == "POST" else 200)
    elif form.is_bound:
        status = 422
    return render(request, "dunning/interest/claim.html", shown, status=status)


def _claim(request: HttpRequest, asked: dict[str, Any]) -> HttpResponse:
    if not access.may(request.user, "interest.claim"):
        raise Refused("forbidden", _("You may look at this, not claim it."))
    note = interest_notes.issue(
        customer=asked["customer"],
        entity=asked["entity"],
        currency=asked["currency"],
        up_to=asked["up_to"],
        seen=request.POST.get("seen", ""),
        items={paging.row_id(text) for text in request.POST.getlist("item")},
        on=clock.today(asked["entity"]),
        now=clock.now(),
        by=actor(request),
        **_way(request, asked["customer"]),
    )
    messages.success(request, _("Claimed as %(number)s.") % {"number": note.number})
    return redirect("dunning:interest_note", pk=note.pk)


def _way(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """How the note goes out: "email:17"; nothing: it is charged at once and handed over otherwise."""
    channel, _colon, pk = request.POST.get("to", "").partition(":")
    if not channel:
        return {}
    return {"channel": channel, "to": customer.contacts.filter(pk=paging.row_id(pk)).first()}


def _ways(customer: Customer) -> list[tuple[str, str]]:
    """Contacts that can be written to, billing first."""
    found = []
    for contact in sorted(
        customer.contacts.filter(active=True), key=lambda row: (row.role != "billing", row.name)
    ):
        if contact.undeliverable_since:
            continue
        if contact.email:
            found.append((f"email:{contact.pk}", f"{contact.name} · {contact.email}"))
        if contact.address or customer.address:
            found.append((f"letter:{contact.pk}", f"{contact.name} · {_('Letter')}"))
    return found


def _initial(request: HttpRequest) -> dict[str, Any]:
    entities = list(LegalEntity.objects.for_user(request.user).order_by("name")[:2])
    only = entities[0] if len(entities) == 1 else None
    return {"up_to": clock.today(only), "entity": only, "currency": only.currency if only else ""}


def _pictured(found: Preview) -> dict[str, Any]:
    pack, currency = found.standing.pack, found.currency
    return {
        "found": found,
        "law": interest_words.pack_name(pack.code if pack else ""),
        "citation": pack.citation if pack else "",
        "said_by": interest_words.SAID_BY[found.standing.said_by],
        "why": interest_words.why(found.why, pack) if found.why else "",
        "order": interest_paper.settling(interest_notes.ORDER),
        "rows": [
            {
                "item": each,
                "lines": charge_words.lines(each.steps, currency),
                "sentences": charge_words.sentences(each.steps, currency),
            }
            for each in found.items
        ],
        "left_out": [(entry, interest_words.why(reason, pack)) for entry, reason in found.left_out],
        "unconfirmed": any(
            is_unconfirmed(line.quote.source or "") for each in found.items for line in each.derivation.lines
        ),
        "ways": _ways(found.customer),
        "form_key": secrets.token_hex(16),
        "terms_url": _terms_url(found.customer, found.entity, pack.code if pack else ""),
    }


def _terms_url(customer: Customer, entity: LegalEntity, pack: str) -> str:
    query = urlencode({"entity": entity.pk, "pack": pack})
    return f"{reverse('dunning:interest_terms', args=[customer.pk])}?{query}"


def _remedy(refused: Refused, asked: dict[str, Any]) -> dict[str, Any]:
    """The refusal and where it is put right."""
    figures: dict[str, Any] = refused.figures
    label = url = ""
    if refused.code == "rate_unknown":
        label = _("Enter the rate for %(period)s") % {"period": figures.get("period", "")}
        query = urlencode({name: figures.get(name, "") for name in ("series", "on")})
        url = f"{reverse('dunning:interest_rates')}?{query}"
    elif refused.code == "rate_missing":
        label, url = _("Enter the exchange rate"), reverse("receivables:rates")
    elif refused.code in ("agreed_rate_below_floor", "contract_date_missing", "worth_missing"):
        label, url = _("Look at the agreement"), _terms_url(asked["customer"], asked["entity"], "")
    return {"refused": master_words.refusal(refused), "remedy": label, "remedy_url": url}
