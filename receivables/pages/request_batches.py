"""Batches of requests: template, upload, a preview with every row's result, the good rows released, the bad ones as a file."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receivables import access, clock, context, exports
from receivables.doors import actor, policy, status_of
from receivables.models import ImportFile, LegalEntity
from receivables.pages import request_form
from receivables.rules import batch_columns
from receivables.rules.refusals import Refused
from receivables.services import batches
from receivables.words import refusal_words, request_words

SHOWN, AT_ONCE = 50, 100


class Upload(forms.Form):
    """The file."""

    file = forms.FileField(label=gettext_lazy("Requests"))


@policy("batch.view")
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The batches so far, what a file must look like, and the place to drop one."""
    user: Any = request.user
    books, form, status = context.of(request).entity, Upload(), 200
    if request.method == "POST":
        access.require(user, "batch.create")
        form = Upload(request.POST, request.FILES)
        entity = request_form.entity_for(user, books.id if books else None, request.POST.get("entity", ""))
        if entity is None:
            raise Http404
        status = 422
        if form.is_valid():
            given = form.cleaned_data["file"]
            try:
                data = given.read(batches.SIZE_MAX + 1)
                file = batches.stage(
                    entity=entity, name=given.name, data=data, now=clock.now(), by=actor(request)
                )
                return redirect("receivables:batch", pk=file.pk)
            except Refused as no:
                form.add_error(
                    "file",
                    request_words.refusal(no)
                    if no.code in request_words.INPUTS
                    else refusal_words.said(no.message),
                )
                status = status_of(no)
    files = ImportFile.objects.for_user(user).filter(kind=ImportFile.Kind.REQUESTS).order_by("-pk")
    return render(
        request,
        "receivables/requests/batches.html",
        {
            "form": form,
            "files": _mine(files, user)[:SHOWN],
            "columns": [(request_words.heading(each), each.needed) for each in batch_columns.COLUMNS],
            "limits": _("XLSX or CSV, up to %(rows)s rows and 5 MB") % {"rows": batch_columns.ROWS_MAX},
            "may_create": access.may(user, "batch.create"),
            "entities": [] if books else LegalEntity.objects.for_user(user).order_by("name"),
            "wanted": request.POST.get("entity", ""),
        },
        status=status,
    )


@policy("batch.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row with its result, before and after the good ones were released."""
    file = _file(request, pk)
    only = request.GET.get("rows", "")
    rows = [row for row in file.staged if not only or row["result"] == only]
    ready = sum(row["result"] == batches.READY for row in file.staged)
    return render(
        request,
        "receivables/requests/batch.html",
        {
            "file": file,
            "rows": rows,
            "ready": ready,
            "tabs": [
                {"label": label, "url": f"?rows={key}" if key else "?", "on": only == key, "count": count}
                for key, label, count in (
                    ("", _("All rows"), file.rows_total),
                    ("ready", _("Ready"), ready),
                    ("done", _("Submitted"), file.rows_done),
                    ("wrong", _("To correct"), file.rows_failed),
                )
            ],
            "may_create": access.may(request.user, "batch.create"),
        },
    )


@policy("batch.create")
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """The ready rows become submitted requests; beyond a hundred the engine goes on."""
    file = batches.post(file=_file(request, pk), now=clock.now(), by=actor(request), rows_most=AT_ONCE)
    if file.state == ImportFile.State.DONE:
        messages.success(request, _("%(count)s requests are submitted.") % {"count": file.rows_done})
    else:
        messages.success(
            request,
            _("The first %(count)s are submitted, the rest follows by itself.") % {"count": file.rows_done},
        )
    return redirect("receivables:batch", pk=pk)


@policy("batch.view")
@require_safe
def wrong_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows to correct, as a workbook that can be uploaded again."""
    return _workbook(batches.error_file(_file(request, pk)), f"to-correct-{pk}.xlsx")


@policy("batch.view")
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook."""
    return _workbook(batches.template(), "requests.xlsx")


def _workbook(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=exports.XLSX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _file(request: HttpRequest, pk: int) -> ImportFile:
    files = (
        ImportFile.objects.for_user(request.user)
        .filter(kind=ImportFile.Kind.REQUESTS)
        .select_related("entity")
    )
    file: ImportFile = get_object_or_404(_mine(files, request.user), pk=pk)
    return file


def _mine(files: Any, user: Any) -> Any:
    """A batch holds rows of many customers: who sees own customers only sees own batches only."""
    return files.filter(taken_in_by=user.username) if user.scope.own_customers_only else files
