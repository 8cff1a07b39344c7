"""Fees, late interest and fixed sums: the list, one charge with its derivation, and giving one up for a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.urls import reverse as address
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from receivables import access, clock, context, localised, paging, posting
from receivables.doors import actor, policy
from receivables.models import Charge, ChargeWaiver
from receivables.pages.acting import READ_AND_POST, act
from receivables.pages.form_base import PlacedForm
from receivables.services import charges
from receivables.words import charge_words


class ChargeFilters(forms.Form):
    """Filters of the list; all of them live in the address."""

    q = forms.CharField(
        label=gettext_lazy("Search"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Number, item, customer"), "type": "search"}),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=[("", gettext_lazy("All")), *Charge.Kind.choices],
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("Standing"), required=False,
        choices=[("", gettext_lazy("All")), ("open", pgettext_lazy("charge", "Open")),
                 ("paid", pgettext_lazy("charge", "Paid")), ("waived", gettext_lazy("Waived"))],
    )  # fmt: skip


class WaiveForm(PlacedForm):
    """Why it is given up."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


@policy("charge.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Charges, newest first, with sums per currency over all pages."""
    filters = ChargeFilters(request.GET)
    rows = _filtered(request, filters)
    page = paging.page(
        rows.select_related("customer", "entity", "entry", "of_entry", "waiver"), field="charged_on", descending=True,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""),
    )  # fmt: skip
    for row in page.rows:
        _stand(row)
    totals = (
        rows.order_by()
        .values("currency")
        .annotate(amount=Sum("amount"), left=Sum(F("entry__amount") - F("entry__allocated")))
        .order_by("currency")
    )
    shown = {"page": page, "filters": filters, "totals": totals, "filtered": bool(filters.changed_data)}
    return render(request, "receivables/charges/list.html", shown)


@policy("charge.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One charge: what it is on, how it was reached, and whether somebody gave it up."""
    charge = visible(request, pk)
    _stand(charge)
    instalment = getattr(charge.of_entry, "instalment", None)
    shown = {
        "charge": charge,
        "left": posting.left_of(charge.entry),
        "invoice": instalment.invoice if instalment else None,
        "lines": charge_words.lines(charge.derivation.get("steps", []), charge.currency),
        "steps": charge_words.sentences(charge.derivation.get("steps", []), charge.currency),
        "may_waive": access.may(request.user, "charge.waive") and charge.standing == "open",  # type: ignore[attr-defined]
    }
    return render(request, "receivables/charges/detail.html", shown)


@policy("charge.waive")
@require_http_methods(READ_AND_POST)
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives up what is open of a charge; it stays given up whatever happens to payments."""
    charge = visible(request, pk)

    def do(given: dict[str, Any]) -> HttpResponse:
        charges.waive(
            charge=charge, on=clock.today(charge.entity), now=clock.now(), by=actor(request), **given
        )
        messages.success(request, _("Waived. It is not claimed again."))
        return redirect("receivables:charge", pk=pk)

    lead = _("%(amount)s is open of this charge and will be given up. The invoice stays as it is.") % {
        "amount": localised.money(posting.left_of(charge.entry), charge.currency)
    }
    return act(
        request, WaiveForm(request.POST or None), do, title=_("Waive %(number)s") % {"number": charge.number},
        yes=_("Waive"), lead=lead, back=address("receivables:charge", args=[pk]),
        where=(_("Charges"), address("receivables:charges")),
    )  # fmt: skip


def visible(request: HttpRequest, pk: int) -> Charge:
    """The charge, or 404."""
    rows = Charge.objects.for_user(request.user).select_related(
        "entity", "customer", "entry", "of_entry__instalment__invoice", "waiver", "message"
    )
    found: Charge = get_object_or_404(rows, pk=pk)
    return found


def _stand(row: Any) -> None:
    row.left = row.entry.amount - row.entry.allocated
    row.gone = getattr(row, "waiver", None)
    row.standing = "waived" if row.gone else "open" if row.left else "paid"
    row.standing_words, row.tone = charge_words.standing(row.standing)


def _filtered(request: HttpRequest, filters: ChargeFilters) -> Any:
    filters.is_valid()
    given = filters.cleaned_data
    rows = Charge.objects.for_user(request.user)
    books = context.of(request).entity
    if books:
        rows = rows.filter(entity_id=books.id)
    customer = paging.row_id(request.GET.get("customer", ""))
    if customer:
        rows = rows.filter(customer=customer)
    if given.get("kind"):
        rows = rows.filter(kind=given["kind"])
    waived = ChargeWaiver.objects.values("charge")
    match given.get("standing"):
        case "waived":
            rows = rows.filter(pk__in=waived)
        case "open":
            rows = rows.filter(entry__allocated__lt=F("entry__amount"))
        case "paid":
            rows = rows.filter(entry__allocated=F("entry__amount")).exclude(pk__in=waived)
    text = (given.get("q") or "").strip()
    if text:
        rows = rows.filter(
            Q(number__icontains=text)
            | Q(of_entry__reference__icontains=text)
            | Q(customer__legal_name__icontains=text)
            | Q(customer__code__iexact=text)
        )
    return rows


urlpatterns = [
    path("charges/", show, name="charges"),
    path("charges/<int:pk>/", detail, name="charge"),
    path("charges/<int:pk>/waive/", waive, name="charge_waive"),
]
