"""Roles: the matrix of what each may do, and the editor of composed roles. Rights change only by a second person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from receivables import access, clock, context, doors
from receivables.access_table import ROLES
from receivables.doors import policy
from receivables.models import Change, Role
from receivables.pages.form_base import PlacedForm
from receivables.rules import access as engine
from receivables.rules.refusals import Refused
from receivables.services import roles
from receivables.words import access_words

both = require_http_methods(["GET", "HEAD", "POST"])


class NewRoleForm(PlacedForm):
    """A composed role."""

    label = forms.CharField(label=_("Name"), max_length=200)
    code = forms.CharField(
        label=_("Code"), max_length=200, help_text=_("Letters, digits and _. Example: key_accounts.")
    )


class RightsForm(PlacedForm):
    """Rights of a composed role, proposed."""

    verbs = forms.MultipleChoiceField(label=_("Rights"), required=False, widget=forms.CheckboxSelectMultiple)
    own_customers_only = forms.BooleanField(label=_("Sees only own customers"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        verbs = self.fields["verbs"]
        assert isinstance(verbs, forms.MultipleChoiceField)
        verbs.choices = [(verb, access_words.verb(verb)) for verb in sorted(roles.all_verbs())]


@policy("staff.admin")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Role by right: the shipped roles from code, composed ones from rows."""
    table, words = access.table(), context.role_words()
    composed = list(Role.objects.filter(shipped=False).order_by("label"))
    heads = [words[code] for code in ROLES] + [role.label for role in composed]
    rows = []
    for verb in sorted(roles.all_verbs()):
        cells = [engine.may(table, [code], verb) for code in ROLES]
        cells += [engine.grants(role.verbs, verb) is not None for role in composed]
        rows.append(
            {
                "verb": verb,
                "words": access_words.verb(verb),
                "cells": [{"head": h, "on": on} for h, on in zip(heads, cells, strict=True)],
            }
        )
    return render(
        request, "receivables/settings/roles.html", {"heads": heads, "rows": rows, "composed": composed}
    )


@policy("staff.admin")
@both
def new(request: HttpRequest) -> HttpResponse:
    """A composed role without rights yet."""
    form = NewRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            role = roles.compose(now=clock.now(), by=doors.actor(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            return redirect("receivables:role", pk=role.pk)
    seen = {"form": form, "title": gettext("New role")}
    return render(request, "receivables/settings/form.html", seen, status=422 if form.errors else 200)


@policy("staff.admin")
@both
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor of a composed role: what is ticked is proposed."""
    role: Role | None = Role.objects.filter(pk=pk, shipped=False).first()
    if role is None:
        raise Http404
    initial = {"verbs": role.verbs, "own_customers_only": role.own_customers_only}
    form = RightsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            roles.propose_verbs(role=role, now=clock.now(), by=doors.actor(request), **data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Proposed. Another administrator decides."))
            return redirect("receivables:role", pk=pk)
    waiting = Change.objects.open().filter(kind="role.verbs", subject=f"role:{role.code}").first()
    ticked = set(form["verbs"].value() or [])
    seen = {"role": role, "form": form, "waiting": waiting, "nouns": _by_noun(ticked)}
    return render(request, "receivables/settings/role.html", seen, status=422 if form.errors else 200)


def _by_noun(ticked: set[str]) -> list[dict[str, Any]]:
    """Rights in groups of their noun, with the ticks of the form."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for verb in sorted(roles.all_verbs()):
        noun, _dot, word = verb.partition(".")
        says = access_words.act(word) if word else access_words.noun(noun)
        groups.setdefault(noun, []).append({"verb": verb, "word": says, "on": verb in ticked})
    return [
        {"noun": noun, "title": access_words.noun(noun), "verbs": verbs} for noun, verbs in groups.items()
    ]


urlpatterns = [
    path("settings/roles/", show, name="roles"),
    path("settings/roles/new/", new, name="role_new"),
    path("settings/roles/<int:pk>/", one, name="role"),
]
