"""Reference rates with their sources, and which law holds for a customer: why, since when, with its questions answered."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dunning.models import InterestTerms, RateEntry
from dunning.pages.interest_forms import ChooseForm, RateEntryForm, TermsForm
from dunning.questions import interest_terms as asking
from dunning.rules.interest_packs import Pack, shipped
from dunning.rules.interest_terms import facts_to_json
from dunning.services import interest_terms
from dunning.words import interest_words
from receivables import access, clock
from receivables.doors import actor, policy, status_of
from receivables.models import Customer, LegalEntity
from receivables.pages.acting import READ_AND_POST
from receivables.rules.refusals import Refused

SHOWN = 50


@policy("interest.view")
@require_http_methods(READ_AND_POST)
def rates(request: HttpRequest) -> HttpResponse:
    """Every reference rate as known, newest first, and the form for one more period; `?series=&on=` fills it in."""
    user: Any = request.user
    known = asking.known_series()
    names = [(series.code, interest_words.in_language(series.name)) for series in known]
    form = RateEntryForm(request.POST or None, series=names, initial=_half_year(request))
    status, may = 200, access.may(user, "interest.claim")
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                if not may:
                    raise Refused("forbidden", _("You may look at the rates, not enter them."))
                interest_terms.enter_rate(**form.cleaned_data, now=clock.now(), by=actor(request))
                messages.success(request, _("Entered. It holds at once."))
                return redirect("dunning:interest_rates")
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
    tables = [
        {
            "name": interest_words.in_language(series.name),
            "code": series.code,
            "rows": [(row, row.from_on in entered) for row in reversed(series.rows)],
            "until": series.rows[-1].to_on if series.rows else None,
        }
        for series in known
        for entered in [asking.entered_days(series.code)]
    ]
    history = RateEntry.objects.order_by("-audit_seq")[:SHOWN]
    shown = {"form": form, "tables": tables, "history": history, "may": may, "today": clock.today()}
    return render(request, "dunning/interest/rates.html", shown, status=status)


@policy("interest.view")
@require_http_methods(READ_AND_POST)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What holds for a customer at each of our entities; `?entity=&pack=` shows that law's questions, POST sets it."""
    user: Any = request.user
    customer = Customer.objects.for_user(user).filter(pk=pk).first()
    if customer is None:
        raise Http404
    may = access.may(user, "interest.claim")
    given = request.POST if request.method == "POST" else request.GET
    choose = ChooseForm(given if "entity" in given else None, user=user)
    shown: dict[str, Any] = {"customer": customer, "choose": choose, "may": may}
    status = 200
    if choose.is_bound and choose.is_valid():
        entity, code = choose.cleaned_data["entity"], choose.cleaned_data["pack"]
        pack = shipped()[code] if code else None
        form = TermsForm(
            request.POST if request.method == "POST" else None,
            pack=pack,
            initial=_answered(customer, entity, pack),
        )
        shown |= {"form": form, "pack": pack, "pack_name": interest_words.pack_name(code), "entity": entity}
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    return _set(request, customer, entity, code, form, may)
                except Refused as refused:
                    form.refuse(refused)
                    status = status_of(refused)
    return render(
        request, "dunning/interest/terms.html", {**shown, **_standing(customer, user)}, status=status
    )


def _set(
    request: HttpRequest, customer: Customer, entity: LegalEntity, code: str, form: TermsForm, may: bool
) -> HttpResponse:
    if not may:
        raise Refused("forbidden", _("You may look at this, not change it."))
    interest_terms.set_terms(
        customer=customer,
        entity=entity,
        pack=code,
        facts=form.facts(),
        reason=form.cleaned_data["reason"],
        valid_from=form.cleaned_data["valid_from"],
        now=clock.now(),
        by=actor(request),
    )
    messages.success(request, _("Set. Notes issued before keep what they say."))
    return redirect("dunning:interest_terms", pk=customer.pk)


def _standing(customer: Customer, user: Any) -> dict[str, Any]:
    found = []
    entities = LegalEntity.objects.for_user(user).order_by("name")
    known = entities.filter(Q(profiles__customer=customer) | Q(interest_terms__customer=customer)).distinct()
    for entity in known or entities:
        holds = asking.standing(customer, entity, on=clock.today(entity))
        found.append(
            {
                "entity": entity,
                "pack": holds.pack,
                "name": interest_words.pack_name(holds.pack.code if holds.pack else ""),
                "said_by": interest_words.SAID_BY[holds.said_by],
                "row": holds.row,
                "answers": _answers(holds.pack, dict(holds.facts.answers)),
                "agreed": holds.facts.agreed,
            }
        )
    rows = InterestTerms.objects.for_user(user).filter(customer=customer).select_related("entity")
    history = list(rows.order_by("-audit_seq")[:SHOWN])
    for row in history:
        row.name = interest_words.pack_name(row.pack)
    return {"standing": found, "history": history}


def _answers(pack: Pack | None, given: dict[str, str]) -> list[tuple[str, str]]:
    """Each question of the law with its answer."""
    return [
        (
            interest_words.in_language(question.ask),
            str(interest_words.ANSWERS.get(given.get(question.fact, ""), _("not answered yet"))),
        )
        for question in (pack.applies_when if pack else ())
    ]


def _answered(customer: Customer, entity: LegalEntity, pack: Pack | None) -> dict[str, Any]:
    """What is known already, where the law asks the same."""
    today = clock.today(entity)
    holds = asking.standing(customer, entity, on=today)
    initial: dict[str, Any] = {"valid_from": today, **holds.facts.answers}
    if holds.facts.agreed and pack is not None and holds.pack is not None and pack.code == holds.pack.code:
        said = facts_to_json(holds.facts)
        agreed = said["agreed"]
        initial |= {name: agreed[name] for name in ("rate", "per", "day_count")}
        initial |= {"contract_on": said["contract_on"]}
        if agreed["fixed_sum"]:
            initial |= {"fixed_sum": agreed["fixed_sum"][0], "fixed_currency": agreed["fixed_sum"][1]}
    return initial


def _half_year(request: HttpRequest) -> dict[str, Any]:
    """The form filled in for a day nobody knows the rate of."""
    found: dict[str, Any] = {"series": request.GET.get("series", "")}
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return found
    first = on.month <= 6
    return found | {
        "from_on": date(on.year, 1 if first else 7, 1),
        "to_on": date(on.year, 6, 30) if first else date(on.year, 12, 31),
    }
