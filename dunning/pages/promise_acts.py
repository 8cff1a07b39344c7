"""What people do about promises: make one, agree a plan, renegotiate, withdraw, and give their own verdict. Shows no list."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from dunning.models import PaymentPlan, PromiseToPay
from dunning.pages import choices
from dunning.pages import promise_forms as forms
from dunning.services import plans, promises
from receivables import clock, localised
from receivables.doors import actor, policy
from receivables.models import Customer, Entry
from receivables.pages.acting import READ_AND_POST, act


@policy("promise.make")
@require_http_methods(READ_AND_POST)
def make(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A promise over open items of a customer."""
    customer = _customer(request, customer_id)
    entries = choices.open_items(customer, request.user)
    form = forms.PromiseForm(
        request.POST or None,
        customer=customer,
        entries=entries,
        initial={"items": _overdue(entries), "source": "call"},
    )

    def do(_given: dict[str, Any]) -> HttpResponse:
        items = form.spread()
        made = promises.make(
            items=items, today=clock.today(items[0][0].entity), now=clock.now(), by=actor(request), **form.terms()
        )  # fmt: skip
        messages.success(
            request, _("Promised. These items are not asked for until the days of grace are over.")
        )
        return redirect("dunning:promise", pk=made.pk)

    return act(
        request, form, do, title=_("New promise"), yes=pgettext("promise", "Save"), lead=str(customer),
        back=address("receivables:customer", args=[customer.pk]), where=_list(),
    )  # fmt: skip


@policy("promise.make")
@require_http_methods(READ_AND_POST)
def agree(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A payment plan over open items of a customer."""
    customer = _customer(request, customer_id)
    entries = choices.open_items(customer, request.user)
    form = forms.PlanForm(
        request.POST or None,
        customer=customer,
        entries=entries,
        initial={"items": _overdue(entries), "source": "call", "number": 3, "every": "30"},
    )

    def do(_given: dict[str, Any]) -> HttpResponse:
        items, terms = form.spread(), form.terms()
        terms.pop("due_on")
        parts = form.parts(sum(amount for _entry, amount in items))
        made, _promises = plans.agree(
            entries=[entry for entry, _amount in items], parts=parts, today=clock.today(items[0][0].entity),
            now=clock.now(), by=actor(request), **terms,
        )  # fmt: skip
        messages.success(request, _("Agreed. The plan stands while none of its parts is broken."))
        return redirect("dunning:plan", pk=made.pk)

    return act(
        request, form, do, title=_("New payment plan"), yes=_("Agree"), lead=str(customer),
        back=address("receivables:customer", args=[customer.pk]), where=_list(),
    )  # fmt: skip


@policy("promise.make")
@require_http_methods(READ_AND_POST)
def renegotiate(request: HttpRequest, pk: int) -> HttpResponse:
    """Another promise takes the place of an open one."""
    promise = visible(request, pk)
    held = list(promise.items.values_list("entry_id", flat=True))
    entries = choices.open_items(promise.customer, request.user)
    form = forms.PromiseForm(
        request.POST or None,
        customer=promise.customer,
        entries=entries,
        initial={
            "items": [str(pk) for pk in held],
            "source": promise.source,
            "contact": promise.contact_id,
            "note": promise.note,
        },
    )

    def do(_given: dict[str, Any]) -> HttpResponse:
        made = promises.renegotiate(
            promise=promise, items=form.spread(), today=clock.today(promise.entity), now=clock.now(),
            by=actor(request), **form.terms(),
        )  # fmt: skip
        messages.success(request, _("Renegotiated. The old promise is kept in the chain."))
        return redirect("dunning:promise", pk=made.pk)

    lead = _("%(customer)s promised %(amount)s for %(day)s.") % {
        "customer": promise.customer, "amount": localised.money(promise.amount, promise.currency),
        "day": localised.day(promise.due_on),
    }  # fmt: skip
    return act(
        request, form, do, title=_("Renegotiate"), yes=_("Renegotiate"), lead=lead,
        back=address("dunning:promise", args=[pk]), where=_list(),
    )  # fmt: skip


@policy("promise.close")
@require_http_methods(READ_AND_POST)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an open promise back: it counts neither way."""
    promise = visible(request, pk)

    def do(given: dict[str, Any]) -> HttpResponse:
        promises.withdraw(
            promise=promise, on=clock.today(promise.entity), now=clock.now(), by=actor(request), **given
        )
        messages.success(request, _("Withdrawn. Its items are asked for again."))
        return redirect("dunning:promise", pk=pk)

    lead = _(
        "For a promise entered by mistake. It counts neither as kept nor as broken; its items are asked for again."
    )
    return act(
        request, forms.ReasonForm(request.POST or None), do, title=_("Withdraw the promise"), yes=_("Withdraw"),
        lead=lead, back=address("dunning:promise", args=[pk]), where=_list(), tone="bad",
    )  # fmt: skip


@policy("promise.close")
@require_http_methods(READ_AND_POST)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's own verdict, with a reason."""
    promise = visible(request, pk)

    def do(given: dict[str, Any]) -> HttpResponse:
        promises.decide(
            promise=promise, kept=given["kept"] == "yes", reason=given["reason"], on=clock.today(promise.entity),
            now=clock.now(), by=actor(request),
        )  # fmt: skip
        messages.success(request, _("Decided. The ledger no longer changes this verdict."))
        return redirect("dunning:promise", pk=pk)

    lead = _("The ledger judges promises by itself. Your verdict stands over it and is written to the audit.")
    return act(
        request, forms.DecideForm(request.POST or None), do, title=_("Decide by hand"), yes=_("Decide"), lead=lead,
        back=address("dunning:promise", args=[pk]), where=_list(),
    )  # fmt: skip


@policy("promise.close")
@require_http_methods(READ_AND_POST)
def cancel_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a plan; its open promises count neither way."""
    plan: PaymentPlan = get_object_or_404(PaymentPlan.objects.for_user(request.user), pk=pk)

    def do(given: dict[str, Any]) -> HttpResponse:
        plans.cancel(plan=plan, on=clock.today(plan.entity), now=clock.now(), by=actor(request), **given)
        messages.success(request, _("Cancelled. Its items are asked for again."))
        return redirect("dunning:plan", pk=pk)

    lead = _("Its open parts count neither as kept nor as broken; the items are asked for again.")
    return act(
        request, forms.ReasonForm(request.POST or None), do, title=_("Cancel the plan"), yes=_("Cancel the plan"),
        lead=lead, back=address("dunning:plan", args=[pk]), where=_list(), tone="bad",
    )  # fmt: skip


def visible(request: HttpRequest, pk: int) -> PromiseToPay:
    """The promise, or 404."""
    rows = PromiseToPay.objects.for_user(request.user).select_related(
        "entity", "customer", "contact", "plan", "replaces"
    )
    promise: PromiseToPay = get_object_or_404(rows, pk=pk)
    return promise


def _customer(request: HttpRequest, pk: int) -> Customer:
    customer: Customer = get_object_or_404(Customer.objects.for_user(request.user), pk=pk)
    return customer


def _overdue(entries: list[Entry]) -> list[str]:
    """What a new promise is usually about."""
    return [str(each.pk) for each in choices.askable(entries)]


def _list() -> tuple[str, str]:
    return _("Promises"), address("dunning:promises")


urlpatterns = [
    path("customers/<int:customer_id>/promise/", make, name="promise_make"),
    path("customers/<int:customer_id>/plan/", agree, name="plan_agree"),
    path("promises/<int:pk>/renegotiate/", renegotiate, name="promise_renegotiate"),
    path("promises/<int:pk>/withdraw/", withdraw, name="promise_withdraw"),
    path("promises/<int:pk>/decide/", decide, name="promise_decide"),
    path("plans/<int:pk>/cancel/", cancel_plan, name="plan_cancel"),
]
