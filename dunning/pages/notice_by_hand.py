"""Writing a notice by hand to a customer's contact; and "why not?", the reason on record, as a piece of the customer's page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dunning.models import Notice
from dunning.pages import notice_forms as forms
from dunning.questions import notice_story
from dunning.services import notices_by_hand
from receivables import access, clock, context
from receivables.doors import actor, policy
from receivables.models import Customer, Entry, LegalEntity
from receivables.pages.acting import READ_AND_POST, act


@policy("notice.propose")
@require_http_methods(READ_AND_POST)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """A rung of the ladder in force, now, to somebody of the customer. It counts as that rung."""
    customer = get_object_or_404(Customer.objects.for_user(request.user), pk=pk)
    back, now = address("receivables:customer", args=[pk]), clock.now()
    entity, currency = _account(request, customer)
    offers = notices_by_hand.offers(customer, entity, currency, now=now) if entity else ()
    if not offers and request.method != "POST":
        return render(request, "dunning/notices/nothing.html", {"customer": customer})
    form = forms.ByHandForm(
        request.POST or None, customer=customer, offers=offers, initial={"stage": offers[-1].stage.code if offers else ""}
    )  # fmt: skip

    def do(given: dict[str, Any]) -> HttpResponse:
        assert entity is not None
        made = notices_by_hand.propose(
            customer=customer, entity=entity, currency=currency, template="", now=clock.now(), by=actor(request), **given
        )  # fmt: skip
        waits = made.state == Notice.State.PROPOSED
        messages.success(
            request,
            _("Written. Somebody else releases it first.")
            if waits
            else _("Written. It leaves in the recipient's hours."),
        )
        return redirect("dunning:notice", pk=made.pk)

    lead = _(
        "%(customer)s, %(currency)s. It counts as the step you choose: the next run does not send it again, "
        "and it costs what the automatic one costs."
    ) % {"customer": customer, "currency": currency or "–"}
    return act(
        request, form, do, title=_("Write a notice"), yes=_("Write"), lead=lead, back=back,
        where=(_("Notices"), address("dunning:notices")),
    )  # fmt: skip


@policy("notice.view")
@require_safe
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Why this customer was or was not written to, item by item, as the last run found it."""
    customer = get_object_or_404(Customer.objects.for_user(request.user), pk=pk)
    told = {
        "customer": customer,
        "found": notice_story.why(customer, request.user),
        "may_write": access.may(request.user, "notice.propose"),
        "whole": not request.headers.get("HX-Request"),
    }
    template = "dunning/notices/why_page.html" if told["whole"] else "dunning/notices/_why.html"
    return render(request, template, told)


def _account(request: HttpRequest, customer: Customer) -> tuple[LegalEntity | None, str]:
    """The entity and currency meant: those named in the address, else where most is overdue."""
    rows = Entry.objects.for_user(request.user).debits().unsettled().filter(customer=customer)
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity=books.id)
    given = request.GET.get("currency", "")[:3]
    if given:
        rows = rows.filter(currency=given)
    first = rows.select_related("entity").order_by("due_on", "pk").first()
    return (first.entity, first.currency) if first else (None, "")


urlpatterns = [
    path("customers/<int:pk>/notices/new/", write, name="notice_by_hand"),
    path("customers/<int:pk>/why/", why, name="why"),
]
