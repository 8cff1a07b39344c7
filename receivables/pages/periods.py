"""Closed periods and exchange rates: what is closed until when and why, and the dated rates that converted figures use."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from receivables import access, clock, posting
from receivables.doors import actor, policy, status_of
from receivables.models import ExchangeRate, LegalEntity, PeriodLock
from receivables.pages.acting import READ_AND_POST
from receivables.pages.form_base import PlacedForm, date_input
from receivables.rules.refusals import Refused
from receivables.services import periods
from receivables.services import rates as rate_verbs

SHOWN = 100


class PeriodForm(PlacedForm):
    """Close up to a day, or open again from the day after it."""

    entity = forms.ModelChoiceField(LegalEntity.objects.none(), label=gettext_lazy("Legal entity"))
    until = forms.DateField(
        label=gettext_lazy("Closed until"), required=False, widget=date_input(),
        help_text=gettext_lazy("Empty, when opening again, opens everything."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, data: Any, *, user: Any, **options: Any) -> None:
        super().__init__(data, **options)
        entity: Any = self.fields["entity"]
        entity.queryset = LegalEntity.objects.for_user(user).order_by("name")


class RateForm(PlacedForm):
    """One dated rate."""

    base = forms.CharField(
        label=gettext_lazy("One unit of"), max_length=3, widget=forms.TextInput(attrs={"placeholder": "EUR"})
    )
    rate = forms.CharField(
        label=gettext_lazy("is"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    quote = forms.CharField(
        label=gettext_lazy("units of"), max_length=3, widget=forms.TextInput(attrs={"placeholder": "USD"})
    )
    on = forms.DateField(label=gettext_lazy("On"), widget=date_input())
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=60, widget=forms.TextInput(attrs={"placeholder": "ECB"})
    )


@policy("period.lock")
@require_http_methods(READ_AND_POST)
def show(request: HttpRequest) -> HttpResponse:
    """What is closed, the history, and the form; `act=reopen` opens again."""
    user: Any = request.user
    form = PeriodForm(request.POST or None, user=user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _close_or_open(request, dict(form.cleaned_data))
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
    entities = list(LegalEntity.objects.for_user(user).order_by("name"))
    told = {
        "form": form,
        "standing": [(entity, posting.locked_until(entity)) for entity in entities],
        "history": PeriodLock.objects.for_user(user).select_related("entity").order_by("-audit_seq")[:SHOWN],
        "may_rates": access.may(user, "rate.edit"),
    }
    return render(request, "receivables/periods/periods.html", told, status=status)


@policy("rate.edit")
@require_http_methods(READ_AND_POST)
def rates(request: HttpRequest) -> HttpResponse:
    """The newest rates and the form for one more."""
    form = RateForm(request.POST or None, initial={"on": clock.today()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            codes = {name: given.pop(name).strip().upper() for name in ("base", "quote")}
            try:
                row = rate_verbs.enter(
                    **codes, **given, today=clock.today(), now=clock.now(), by=actor(request)
                )
                messages.success(request, _("Rate entered: %(rate)s.") % {"rate": row})
                return redirect("receivables:rates")
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
    rows = ExchangeRate.objects.order_by("-on", "base", "quote", "-id")
    wanted = request.GET.get("currency", "").strip().upper()[:3]
    if wanted:
        rows = rows.filter(quote=wanted) | rows.filter(base=wanted)
    told = {"form": form, "rates": rows[:SHOWN], "currency": wanted}
    return render(request, "receivables/periods/rates.html", told, status=status)


def _close_or_open(request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    entity, until = given["entity"], given["until"]
    told = {"entity": entity, "reason": given["reason"], "now": clock.now(), "by": actor(request)}
    if request.POST.get("act") == "reopen":
        periods.reopen(until=until, **told)
        messages.success(request, _("Opened again."))
    elif until is None:
        raise Refused("period_not_over", _("Say until which day the books are closed."), field="until")
    else:
        periods.lock(until=until, today=clock.today(entity), **told)
        messages.success(request, _("Closed until %(day)s.") % {"day": until.isoformat()})
    return redirect("receivables:periods")
