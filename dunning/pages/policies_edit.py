"""Drafts of a policy: begun from what is in force, another policy or a file, edited by stages, put in force, discarded."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dunning.models import Policy, PolicyVersion
from dunning.pages import policies_form, policies_view
from dunning.rules import ladder_checks, ladder_json
from dunning.rules.default_ladders import STANDARD
from dunning.services import policies
from dunning.words import policy_words
from receivables import clock
from receivables.doors import actor, policy, status_of
from receivables.pages.form_base import PlacedForm
from receivables.rules.refusals import Refused
from receivables.words import refusal_words

FILE_MOST = 256 * 1024


class NewForm(PlacedForm):
    """A policy to begin with."""

    code = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Small letters and digits, for example public-sector"),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    source = forms.ChoiceField(label=gettext_lazy("Begin with"))
    file = forms.FileField(label=gettext_lazy("A ladder from a file"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        active = PolicyVersion.objects.filter(active=True).select_related("policy").order_by("policy__pk")
        copies = [
            (str(row.pk), _("A copy of %(name)s") % {"name": policy_words.name(row.policy.name)})
            for row in active
        ]
        self.fields["source"].choices = [*copies, ("", _("The ladder we ship"))]  # type: ignore[attr-defined]
        self.fields["source"].required = False


class FileForm(PlacedForm):
    """A ladder from a file."""

    file = forms.FileField(label=gettext_lazy("A ladder from a file"))


@policy("policy.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new policy as a draft: a copy of another one, or from a file. It speaks about nobody until it is assigned."""
    form = NewForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = policies.create(
                    code=form.cleaned_data["code"],
                    name=form.cleaned_data["name"],
                    document=_source(form),
                    now=clock.now(),
                    by=actor(request),
                )
                messages.success(request, _("Begun as a draft. Edit its stages, then rehearse it."))
                return redirect("dunning:policy_edit", pk=row.pk)
            except Refused as no:
                form.refuse(_from_file(no))
                status = status_of(no)
    return render(request, "dunning/policies/new.html", {"form": form}, status=status)


@policy("policy.edit")
@require_POST
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """A draft with what is in force, to be edited."""
    row = policies.draft(policy=get_object_or_404(Policy, code=code), now=clock.now(), by=actor(request))
    return redirect("dunning:policy_edit", pk=row.pk)


@policy("policy.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The stages of a draft. A stage is added or removed in the form; saving checks the whole ladder."""
    row = _draft(pk)
    if row is None:
        return redirect("dunning:policy_version", pk=pk)
    given, seen, wrong, status = policies_form.typed(row.ladder), row.content_hash, {}, 200
    opened = request.GET.get("stage", "")
    if request.method == "POST":
        given, seen = policies_form.posted(request.POST), request.POST.get("seen", "")
        if request.POST.get("add"):
            given["stages"].append(_another(given))
            opened = given["stages"][-1]["code"]
        elif not request.POST.get("remove"):
            document = policies_form.document(row.policy.track, given)
            wrong, status = policies_form.places(ladder_checks.problems(document)), 422
            if not wrong:
                try:
                    note = request.POST.get("note", "")
                    policies.save_draft(
                        version=row,
                        document=document,
                        seen_hash=seen,
                        note=note,
                        now=clock.now(),
                        by=actor(request),
                    )
                    messages.success(request, _("Draft saved. Rehearse it next."))
                    return redirect("dunning:policy", code=row.policy.code)
                except Refused as no:
                    wrong, status = {"": refusal_words.said(no.message)}, status_of(no)
    cells = policies_form.cells(given, wrong)
    for cell in cells:
        cell["open"] = cell["bad"] or cell["f"]["code"]["value"] == opened or len(cells) == 1
    known = {"", *(f"s-{cell['n']}" for cell in cells)}
    return render(
        request,
        "dunning/policies/edit.html",
        {
            "version": row,
            "name": policy_words.name(row.policy.name),
            "top": given["top"],
            "stages": cells,
            "seen": seen,
            "wrong": wrong,
            "general": wrong.get("", ""),
            "count": sum(place not in known for place in wrong),
            "choices": policies_form.choices(row.policy.track),
        },
        status=status,
    )


@policy("policy.edit")
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft's content from a file."""
    row = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=pk)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        raise Refused("file_missing", _("Choose a file."), field="file")
    try:
        policies.save_draft(
            version=row,
            document=_read(form.cleaned_data["file"]),
            seen_hash=request.POST.get("seen", ""),
            now=clock.now(),
            by=actor(request),
        )
    except Refused as no:
        raise _from_file(no) from no
    messages.success(request, _("The draft says what the file says. Rehearse it next."))
    return redirect("dunning:policy", code=row.policy.code)


@policy("policy.view")
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The ladder of a version as a file."""
    row = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=pk)
    answer = HttpResponse(ladder_json.text(row.ladder), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.policy.code}-v{row.number}.json"'
    return answer


@policy("policy.activate")
@require_POST
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a rehearsed draft in force."""
    row = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=pk)
    policies.activate(version=row, seen_hash=request.POST.get("seen", ""), now=clock.now(), by=actor(request))
    messages.success(
        request,
        _("Version %(n)s is in force from the next run on. What was said before is not said again.")
        % {"n": row.number},
    )
    return redirect("dunning:policy", code=row.policy.code)


@policy("policy.edit")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Discards a draft. What is in force is taken out of force only by those who may put in force (see `retire`)."""
    row = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=pk)
    if not policies_view.is_draft(row):
        raise Refused("already_decided", _("This version is no draft any more. Draft a new one from it."))
    policies.retire(
        version=row, reason=request.POST.get("reason", "")[:300], now=clock.now(), by=actor(request)
    )
    messages.success(request, _("Draft discarded."))
    return redirect("dunning:policy", code=row.policy.code)


@policy("policy.activate")
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a version out of force that speaks about nobody any more."""
    row = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=pk)
    policies.retire(
        version=row, reason=request.POST.get("reason", "")[:300], now=clock.now(), by=actor(request)
    )
    messages.success(request, _("Taken out of force."))
    return redirect("dunning:policy", code=row.policy.code)


def _draft(pk: int) -> PolicyVersion | None:
    row = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=pk)
    return row if policies_view.is_draft(row) else None


def _another(given: dict[str, Any]) -> dict[str, Any]:
    """A new stage two weeks after the last one, with a code that is free."""
    days = [int(stage["offset"]) for stage in given["stages"] if stage["offset"].lstrip("+-").isdigit()]
    taken = {stage["code"] for stage in given["stages"]}
    code = next(f"stage{n}" for n in range(1, 100) if f"stage{n}" not in taken)
    return policies_form.empty_stage(code, max([0, *days]) + 14)


def _source(form: NewForm) -> Any:
    if form.cleaned_data.get("file"):
        return _read(form.cleaned_data["file"])
    if form.cleaned_data["source"]:
        return PolicyVersion.objects.get(pk=form.cleaned_data["source"], active=True).ladder
    return STANDARD


def _read(file: Any) -> Any:
    if file.size > FILE_MOST:
        raise Refused("file_too_large", _("A ladder is at most 256 kB."), field="file")
    try:
        return json.loads(file.read().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("file_unreadable", _("This is no JSON file in UTF-8."), field="file") from None


def _from_file(no: Refused) -> Refused:
    """The problems of a document as one sentence that names the first places, for a form that has no fields for them."""
    problems: Any = no.figures.get("problems") or []
    if not problems:
        return no
    told = "; ".join(f"{p['path']}: {policy_words.told(p)}" for p in problems[:5])
    return Refused(no.code, told, field="file")


urlpatterns = [
    path("policies/new/", new, name="policy_new"),
    path("policies/<slug:code>/draft/", draft, name="policy_draft"),
    path("policies/versions/<int:pk>/edit/", edit, name="policy_edit"),
    path("policies/versions/<int:pk>/upload/", upload, name="policy_upload"),
    path("policies/versions/<int:pk>/ladder.json", download, name="policy_download"),
    path("policies/versions/<int:pk>/activate/", activate, name="policy_activate"),
    path("policies/versions/<int:pk>/discard/", discard, name="policy_discard"),
    path("policies/versions/<int:pk>/retire/", retire, name="policy_retire"),
]
