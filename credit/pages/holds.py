"""Holds and limits: who may not order on credit, for how much, and what would release it; the order check; the policy by age."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit.models import CreditHold, CreditPolicy
from credit.pages.forms import CheckForm, PolicyForm, ReleaseForm
from credit.questions import exposure, limits, order_check
from credit.rules.order_check import paying
from credit.services import holds, policies
from credit.words import credit_words
from receivables import access, clock, context, localised, paging
from receivables.doors import actor, policy
from receivables.models import LegalEntity
from receivables.pages.acting import READ_AND_POST, act
from receivables.rules.money import Money, format_plain


@policy("credit.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Standing holds, oldest first, each with its exposure and what would release it; `?state=released` shows the others."""
    rows = CreditHold.objects.for_user(request.user).select_related("customer", "entity")
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    released = request.GET.get("state") == "released"
    rows = rows.filter(state="RELEASED") if released else rows.active()
    page = paging.page(
        rows, field="placed_on", descending=released,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    for row in page.rows:
        row.exposure = _sums(exposure.by_currency(row.customer, row.entity))
        row.ways = [] if released else ways_out(row)
    may = access.may(request.user, "hold.release")
    shown = {"page": page, "released": released, "may_release": may}
    return render(request, "credit/holds.html", shown)


@policy("hold.release")
@require_http_methods(READ_AND_POST)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets orders pass again, for a reason and until a day."""
    rows = CreditHold.objects.for_user(request.user).select_related("customer", "entity")
    hold: CreditHold = get_object_or_404(rows, pk=pk)

    def do(given: dict[str, Any]) -> HttpResponse:
        holds.release(hold=hold, on=clock.today(hold.entity), now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Orders pass again."))
        return redirect("credit:customer", pk=hold.customer_id)

    lead = " ".join([credit_words.reason(hold.reason), *ways_out(hold)])
    return act(
        request, ReleaseForm(request.POST or None), do,
        title=_("Release %(customer)s") % {"customer": hold.customer.legal_name}, yes=_("Release"), lead=lead,
        back=address("credit:customer", args=[hold.customer_id]), where=(_("Holds and limits"), address("credit:holds")),
    )  # fmt: skip


@policy("credit.check")
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Whether an order may go on credit, with the reason and the ways out. Nothing is reserved."""
    form = CheckForm(request.GET if request.GET.get("customer") else None, user=request.user)
    shown: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        answer = order_check.ask(
            given["customer"], given["entity"], Money(given["minor"], given["currency"]),
            stage=given["stage"], prepaid=given["prepaid"], on=clock.today(given["entity"]),
        )  # fmt: skip
        shown |= {
            "answer": answer,
            "customer": given["customer"],
            "words": credit_words.answer(answer.verdict.answer),
            "why": credit_words.reason(answer.verdict.reason),
            "tone": credit_words.TONES[answer.verdict.answer],
            "ways": credit_words.ways(answer.verdict),
        }
    return render(request, "credit/check.html", shown, status=422 if form.is_bound and form.errors else 200)


@policy("credit.view")
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """What age does to trust at each of our entities."""
    rows = []
    for entity in LegalEntity.objects.for_user(request.user).order_by("name"):
        standing = limits.of(entity)
        own = CreditPolicy.objects.filter(entity=entity).first()
        rows.append((entity, standing, _sums(dict(standing.minimum)), own))
    may = access.may(request.user, "credit.policy")
    return render(request, "credit/policy.html", {"rows": rows, "may": may})


@policy("credit.policy")
@require_http_methods(READ_AND_POST)
def policy_edit(request: HttpRequest, entity_id: int) -> HttpResponse:
    """Sets the days and least amounts of an entity."""
    entity: LegalEntity = get_object_or_404(LegalEntity.objects.for_user(request.user), pk=entity_id)
    now = limits.of(entity)
    minimum = ", ".join(f"{code} {format_plain(amount, code)}" for code, amount in now.minimum.items())
    initial = {"lower_after_days": now.lower_after, "hold_after_days": now.hold_after, "minimum": minimum}

    def do(given: dict[str, Any]) -> HttpResponse:
        policies.set_policy(entity=entity, now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Set. The next night applies it."))
        return redirect("credit:policy")

    return act(
        request, PolicyForm(request.POST or None, initial=initial), do, title=entity.name, yes=_("Set the policy"),
        lead=_("The class falls once for each stretch in which something is so old; orders are held until it is paid."),
        back=address("credit:policy"), where=(_("Policy by age"), address("credit:policy")),
    )  # fmt: skip


def ways_out(hold: CreditHold) -> list[str]:
    """What would release a hold, in words."""
    if hold.reason != CreditHold.Reason.OVERDUE:
        return []
    policy_now = limits.of(hold.entity)
    after = policy_now.hold_after if policy_now.hold_after is not None else policy_now.lower_after
    old = [
        item
        for item in order_check.overdue(hold.customer, hold.entity, on=clock.today(hold.entity))
        if item.days > after
    ]
    return [credit_words.way(each) for each in paying(old)]


def _sums(amounts: dict[str, int]) -> list[str]:
    return [localised.money(amount, currency) for currency, amount in amounts.items()]


urlpatterns = [
    path("credit/holds/", show, name="holds"),
    path("credit/holds/<int:pk>/release/", release, name="hold_release"),
    path("credit/check/", check, name="check"),
    path("credit/policy/", policy_list, name="policy"),
    path("credit/policy/<int:entity_id>/", policy_edit, name="policy_edit"),
]
