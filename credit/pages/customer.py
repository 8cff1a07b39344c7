"""How far a customer is trusted at each of our entities: class with its history, limit, holds, risk events; and changing them."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit.models import CreditAccount, CreditHold, Episode, RiskEvent
from credit.pages.forms import ClassForm, HoldForm, LimitForm
from credit.pages.holds import ways_out
from credit.questions import exposure
from credit.services import accounts, holds
from credit.words import credit_words
from receivables import access, clock, context
from receivables.doors import actor, policy
from receivables.models import Change, Customer, LegalEntity
from receivables.pages.acting import READ_AND_POST, act
from receivables.rules.money import format_plain

SHOWN = 50


@policy("credit.view")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One section per entity; foreign and absent customers are the same 404."""
    customer = _seen(request, pk)
    user: Any = request.user
    books = context.of(request).entity
    entities = LegalEntity.objects.for_user(user).order_by("name")
    entities = entities.filter(pk=books.id) if books else _concerned(entities, customer)
    shown = {
        "customer": customer,
        "sections": [_section(customer, entity) for entity in entities],
        "may": {verb.replace(".", "_"): access.may(user, verb) for verb in
                ("credit.class", "credit.limit", "credit.check", "hold.place", "hold.release")},
    }  # fmt: skip
    return render(request, "credit/customer.html", shown)


def _concerned(entities: Any, customer: Customer) -> Any:
    """Entities that have agreed something with the customer or judged it; all of them for somebody new."""
    known = entities.filter(
        Q(profiles__customer=customer)
        | Q(credit_accounts__customer=customer)
        | Q(credit_holds__customer=customer)
    ).distinct()
    return known if known.exists() else entities


def _section(customer: Customer, entity: LegalEntity) -> dict[str, Any]:
    today = clock.today(entity)
    mine: dict[str, Any] = {"customer": customer, "entity": entity}
    account = accounts.current(customer, entity, on=today)
    hold = holds.active(customer, entity)
    events = list(RiskEvent.objects.filter(**mine).order_by("-on", "-pk")[:SHOWN])
    owed = exposure.by_currency(customer, entity)
    free = None
    if account and account.limit_amount is not None:
        free = account.limit_amount - owed.get(account.limit_currency, 0)
    return {
        "entity": entity,
        "account": account,
        "class_words": CreditAccount.Class(account.risk_class if account else "N").label,
        "history": list(CreditAccount.objects.filter(**mine).order_by("-valid_from")[:SHOWN]),
        "exposure": list(owed.items()),
        "free": free,
        "hold": hold,
        "ways": ways_out(hold) if hold else [],
        "holds": list(CreditHold.objects.filter(**mine).order_by("-placed_on", "-pk")[:SHOWN]),
        "episode": Episode.objects.filter(**mine, ended_on__isnull=True).first(),
        "waiting": Change.objects.open().filter(**mine, kind="credit.limit").first(),
        "events": [
            {"at": row.recorded_at, "text": credit_words.event(row), "who": "", "detail": ""}
            for row in events
        ],
    }


@policy("credit.class")
@require_http_methods(READ_AND_POST)
def set_class(request: HttpRequest, pk: int, entity_id: int) -> HttpResponse:
    """A person sets the class, for a reason."""
    customer, entity = _both(request, pk, entity_id)
    row = accounts.newest(customer, entity)
    today = clock.today(entity)

    def do(given: dict[str, Any]) -> HttpResponse:
        accounts.set_class(customer=customer, entity=entity, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("The class is set."))
        return redirect("credit:customer", pk=pk)

    initial = {"risk_class": row.risk_class if row else "N", "on": today}
    return _act(
        request, customer, ClassForm(request.POST or None, initial=initial), do, _("Set the class"), _("Set")
    )


@policy("credit.limit")
@require_http_methods(READ_AND_POST)
def propose_limit(request: HttpRequest, pk: int, entity_id: int) -> HttpResponse:
    """Proposes a limit; another person decides on the page of changes."""
    customer, entity = _both(request, pk, entity_id)
    row = accounts.newest(customer, entity)

    def do(given: dict[str, Any]) -> HttpResponse:
        accounts.propose_limit(
            customer=customer, entity=entity, limit_amount=given.get("limit_minor"), limit_currency=given["currency"],
            reason=given["reason"], now=clock.now(), by=actor(request),
        )  # fmt: skip
        messages.success(request, _("Proposed. Another person decides it."))
        return redirect("credit:customer", pk=pk)

    initial: dict[str, Any] = {"currency": entity.currency}
    if row and row.limit_amount is not None:
        initial = {
            "currency": row.limit_currency,
            "limit": format_plain(row.limit_amount, row.limit_currency),
        }
    form = LimitForm(request.POST or None, initial=initial)
    return _act(request, customer, form, do, _("Propose a limit"), _("Propose"))


@policy("hold.place")
@require_http_methods(READ_AND_POST)
def place(request: HttpRequest, pk: int, entity_id: int) -> HttpResponse:
    """Holds new orders on credit."""
    customer, entity = _both(request, pk, entity_id)

    def do(given: dict[str, Any]) -> HttpResponse:
        holds.place(
            customer=customer,
            entity=entity,
            on=clock.today(entity),
            now=clock.now(),
            by=actor(request),
            **given,
        )
        messages.success(request, _("New orders on credit are held."))
        return redirect("credit:customer", pk=pk)

    return _act(request, customer, HoldForm(request.POST or None), do, _("Hold orders"), _("Hold"))


def _act(request: HttpRequest, customer: Customer, form: Any, do: Any, title: str, yes: str) -> HttpResponse:
    return act(
        request, form, do, title=title, yes=yes, lead=customer.legal_name,
        back=address("credit:customer", args=[customer.pk]), where=(_("Holds and limits"), address("credit:holds")),
    )  # fmt: skip


def _seen(request: HttpRequest, pk: int) -> Customer:
    found: Customer = get_object_or_404(Customer.objects.for_user(request.user), pk=pk)
    return found


def _both(request: HttpRequest, pk: int, entity_id: int) -> tuple[Customer, LegalEntity]:
    entity: LegalEntity = get_object_or_404(LegalEntity.objects.for_user(request.user), pk=entity_id)
    return _seen(request, pk), entity


_AT = "customers/<int:pk>/credit/<int:entity_id>/"
urlpatterns = [
    path("customers/<int:pk>/credit/", show, name="customer"),
    path(f"{_AT}class/", set_class, name="set_class"),
    path(f"{_AT}limit/", propose_limit, name="propose_limit"),
    path(f"{_AT}hold/", place, name="hold_place"),
]
