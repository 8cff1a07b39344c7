"""The details of an account: one's own language and time zone, and for administrators those of others. Roles stand in staff."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from receivables import clock, doors
from receivables.doors import LOGGED_IN, policy
from receivables.models import User
from receivables.pages.form_base import LANGUAGES, PlacedForm
from receivables.pages.staff import found_person
from receivables.rules.refusals import Refused
from receivables.services import staff

both = require_http_methods(["GET", "HEAD", "POST"])


def zones() -> list[tuple[str, str]]:
    """UTC, then every area and city, as choices."""
    return [("UTC", "UTC"), *((name, name) for name in sorted(available_timezones()) if "/" in name)]


class OwnForm(PlacedForm):
    """What everybody chooses for themselves."""

    language = forms.ChoiceField(
        label=_("Language"), choices=LANGUAGES[:2], help_text=_("Spoken from the next log-in on.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("Moments are shown in it on every page.")
    )


class DetailsForm(OwnForm):
    """What an administrator corrects at once; user name, person and roles are not among it."""

    first_name = forms.CharField(label=_("First name"), required=False, max_length=200)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=200)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=400)
    field_order = ["first_name", "last_name", "email", "language", "time_zone"]


@policy(LOGGED_IN)
@both
def own(request: HttpRequest) -> HttpResponse:
    """The person's own language and time zone."""
    user = request.user
    assert isinstance(user, User)
    return _edit(request, user, OwnForm, gettext("Your account"), "receivables:own_account")


@policy("staff.admin")
@both
def details(request: HttpRequest, pk: int) -> HttpResponse:
    """Names, address, language and time zone of any account."""
    person = found_person(pk)
    return _edit(request, person, DetailsForm, person.shown, "receivables:person", pk)


def _edit(
    request: HttpRequest, person: User, kind: type[OwnForm], title: str, then: str, *args: int
) -> HttpResponse:
    names = list(kind.base_fields)
    form = kind(request.POST or None, initial={name: getattr(person, name) for name in names})
    if request.method == "POST" and form.is_valid():
        changed: dict[str, Any] = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            if changed:
                staff.edit(user=person, fields=changed, now=clock.now(), by=doors.actor(request))
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect(then, *args)
    seen = {"form": form, "title": title, "password": then == "receivables:own_account"}
    return render(request, "receivables/settings/form.html", seen, status=422 if form.errors else 200)


urlpatterns = [
    path("settings/me/", own, name="own_account"),
    path("settings/people/<int:pk>/details/", details, name="person_details"),
]
