"""Settings: the rooms an administrator finds there, and the legal entities with their hours, buckets and number series."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receivables import access, clock, context, doors
from receivables.doors import LOGGED_IN, policy
from receivables.models import LegalEntity, NumberSeries
from receivables.pages.customer_forms import ADDRESS, countries
from receivables.pages.form_base import PlacedForm
from receivables.rules.refusals import Refused
from receivables.services import entities

both = require_http_methods(["GET", "HEAD", "POST"])

ROOMS = (
    (
        "receivables:entities",
        "entity.admin",
        _("Legal entities"),
        _("Our companies: working hours, number series, messages and bank details."),
    ),
    (
        "receivables:staff",
        "staff.admin",
        _("People"),
        _("Accounts, their roles and legal entities, one-time passwords."),
    ),
    ("receivables:roles", "staff.admin", _("Roles"), _("What each role may do; composed roles of your own.")),
    ("receivables:tokens", LOGGED_IN, _("API keys"), _("Keys for programs that act for you.")),
    (
        "receivables:flows",
        "flow.view",
        _("Approval flows"),
        _("The steps between a request and its approval."),
    ),
    ("receivables:periods", "period.lock", _("Closed periods"), _("Until which day the books are closed.")),
    ("receivables:rates", "rate.edit", _("Exchange rates"), _("Dated rates for converted totals.")),
)
"""Address name, verb, label and sentence; rooms this installation lacks are left out."""

PLAIN = (
    "code",
    "name",
    "country",
    "subdivision",
    "time_zone",
    "currency",
    "tax_id",
    "work_starts",
    "work_ends",
    "aging_buckets",
)


class EntityForm(PlacedForm):
    """A legal entity of ours."""

    PLACES = {"region": "address_region", "address": "street"}

    name = forms.CharField(label=_("Name"), max_length=1000)
    code = forms.CharField(label=_("Code"), max_length=200)
    country = forms.ChoiceField(label=_("Country"), choices=countries)
    subdivision = forms.CharField(label=_("Province or state for holidays"), required=False, max_length=200)
    time_zone = forms.CharField(label=_("Time zone"), max_length=200)
    currency = forms.CharField(label=_("Currency"), max_length=200)
    tax_id = forms.CharField(label=_("Tax id"), required=False, max_length=200)
    aging_buckets = forms.CharField(
        label=_("Aging buckets"),
        max_length=200,
        initial="30,60,90",
        help_text=_("Last days of each bucket, or: years."),
    )
    work_starts = forms.TimeField(
        label=_("Work starts"), initial="09:00", widget=forms.TimeInput(attrs={"type": "time"})
    )
    work_ends = forms.TimeField(
        label=_("Work ends"), initial="17:00", widget=forms.TimeInput(attrs={"type": "time"})
    )
    street = forms.CharField(label=_("Street and number"), required=False, max_length=1000)
    street2 = forms.CharField(label=_("Building, floor"), required=False, max_length=1000)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=1000)
    city = forms.CharField(label=_("City"), required=False, max_length=1000)
    address_region = forms.CharField(label=_("Province or state"), required=False, max_length=1000)

    def values(self) -> dict[str, Any]:
        """What the verb is given."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in PLAIN},
            "address": {part: data[name] for name, part in ADDRESS.items()},
        }


class SeriesForm(PlacedForm):
    """Prefix and width of a number series. `start` is its prefix: Django keeps the other word for itself."""

    PLACES = {"prefix": "start"}

    code = forms.CharField(label=_("Series"), initial="INV", max_length=200)
    start = forms.CharField(label=_("Prefix"), required=False, max_length=200)
    width = forms.IntegerField(label=_("Digits"), initial=6)


@policy(LOGGED_IN)
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """The rooms of the settings that this person may enter."""
    rooms = [
        {"url": context.address(name), "label": label, "text": text}
        for name, verb, label, text in ROOMS
        if context.address(name) and (verb == LOGGED_IN or access.may(request.user, verb))
    ]
    return render(request, "receivables/settings/hub.html", {"rooms": rooms})


@policy("entity.admin")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Every legal entity in scope."""
    rows = LegalEntity.objects.for_user(request.user).order_by("name")
    return render(request, "receivables/settings/entities.html", {"rows": rows})


@policy("entity.admin")
@both
def new(request: HttpRequest) -> HttpResponse:
    """A new legal entity."""
    form = EntityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            entity = entities.create(fields=form.values(), now=clock.now(), by=doors.actor(request))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("%(name)s was created.") % {"name": entity.name})
            return redirect("receivables:entities")
    return _answer(request, form, title=gettext("New legal entity"))


@policy("entity.admin")
@both
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Settings and number series of a legal entity."""
    entity = _seen(request, pk)
    form = EntityForm(request.POST or None, initial=_shown(entity))
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            entities.edit(entity=entity, fields=form.values(), now=clock.now(), by=doors.actor(request))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("receivables:entities")
    return _answer(request, form, title=entity.name, entity=entity)


@policy("entity.admin")
@require_POST
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """Sets prefix and width of a number series for the numbers to come."""
    entity = _seen(request, pk)
    form = SeriesForm(request.POST)
    if form.is_valid():
        try:
            data = form.cleaned_data
            entities.set_series(
                entity=entity,
                code=data["code"],
                prefix=data["start"],
                width=data["width"],
                now=clock.now(),
                by=doors.actor(request),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("receivables:entity_edit", pk=pk)
    return _answer(
        request, EntityForm(initial={"name": entity.name}), title=entity.name, entity=entity, series=form
    )


def _seen(request: HttpRequest, pk: int) -> LegalEntity:
    found: LegalEntity | None = LegalEntity.objects.for_user(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _shown(entity: LegalEntity) -> dict[str, Any]:
    plain = {name: getattr(entity, name) for name in PLAIN}
    return {**plain, **{name: entity.address.get(part, "") for name, part in ADDRESS.items()}}


def _answer(
    request: HttpRequest,
    form: EntityForm,
    *,
    title: str,
    entity: LegalEntity | None = None,
    series: SeriesForm | None = None,
) -> HttpResponse:
    rows = NumberSeries.objects.filter(entity=entity).order_by("code") if entity else []
    seen = {
        "form": form,
        "title": title,
        "entity": entity,
        "series": rows,
        "series_form": series or SeriesForm(),
    }
    wrong = form.errors or (series and series.errors)
    return render(request, "receivables/settings/entity.html", seen, status=422 if wrong else 200)


urlpatterns = [
    path("settings/", settings, name="settings"),
    path("settings/entities/", show, name="entities"),
    path("settings/entities/new/", new, name="entity_new"),
    path("settings/entities/<int:pk>/", edit, name="entity_edit"),
    path("settings/entities/<int:pk>/series/", series, name="entity_series"),
]
