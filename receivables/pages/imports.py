"""Ledger files in the browser: upload, choose the columns and see the first rows, check the whole file, post or discard it."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from integrations.errors import Unreadable
from receivables import access, clock, doors, exports, storage
from receivables.doors import policy
from receivables.ledger_file import PRESETS
from receivables.models import ImportFile, ImportMapping, LegalEntity, Statement
from receivables.pages.import_forms import LABELS, Columns, Upload, proposal, spec_of
from receivables.questions import ledger_preview
from receivables.rules.refusals import Refused
from receivables.services import ledger_uploads
from receivables.words import refusal_words

STATUS = {
    "unsupported_media": 415,
    "too_large": 413,
    "archive_bomb": 413,
    "file_too_large": 413,
    "duplicate": 409,
}
SHOWN = 100


@policy("ledger.import")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The newest hundred files, however they came."""
    rows = ImportFile.objects.for_user(request.user).select_related("entity").order_by("-taken_in_at", "-pk")
    first = (
        Statement.objects.for_user(request.user)
        .filter(import_file=OuterRef("pk"))
        .order_by("pk")
        .values("pk")[:1]
    )
    told = {
        "rows": rows.annotate(statement_id=Subquery(first))[:SHOWN],
        "may_see_bank": access.may(request.user, "bank.view"),
    }
    return render(request, "receivables/imports/list.html", told)


@policy("ledger.import")
def upload(request: HttpRequest) -> HttpResponse:
    """Takes a file in, unposted. What is no table is refused with its reason (415, 413, 409, 422)."""
    if request.method != "POST":
        return render(request, "receivables/imports/upload.html", _upload_page(Upload(_user(request))))
    form = Upload(_user(request), request.POST, request.FILES)
    status = 422
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            entity = LegalEntity.objects.for_user(_user(request)).get(pk=form.cleaned_data["entity"])
            data = file.read()
            ledger_preview.header(data, file.name or "")
            row = ledger_uploads.take(
                entity=entity, name=file.name or "", data=data, now=clock.now(), by=doors.actor(request)
            )
            return redirect("receivables:import_file", pk=row.pk)
        except Unreadable as wrong:
            form.add_error("file", f"{wrong.message} {wrong.repair}".strip())
            status = STATUS.get(wrong.code, 422)
        except Refused as refused:
            form.add_error("file", refusal_words.said(refused.message))
            status = STATUS.get(refused.code, 422)
    return render(request, "receivables/imports/upload.html", _upload_page(form), status=status)


@policy("ledger.import")
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its mapping and first rows, what checking found, and what was posted."""
    row = _row(request, pk)
    page: dict[str, Any] = {"file": row, "found": _found(row), "labels": list(LABELS.values())}
    if row.state != ImportFile.State.STAGED or not row.stored_as:
        return render(request, "receivables/imports/file.html", page)
    saved = _saved(row)
    try:
        titles = ledger_preview.preview(storage.path(row.stored_as), row.name, {}).header
        name = request.GET.get("preset", "")
        spec = spec_of(request.GET) or saved.get(name) or PRESETS.get(name) or row.mapping or None
        fitting = ""
        if spec is None:
            fitting = ledger_preview.fitting(titles, saved)
            spec = saved.get(fitting) or PRESETS.get(fitting) or proposal(titles)
        page["preview"] = ledger_preview.preview(storage.path(row.stored_as), row.name, spec)
    except (Unreadable, FileNotFoundError) as wrong:
        page["unreadable"] = str(wrong)
        return render(request, "receivables/imports/file.html", page, status=422)
    form = Columns(spec, titles, asked=spec_of(request.GET) is not None)
    page |= {
        "form": form,
        "fitting": fitting,
        "preset": name,
        "mappings": [*saved, *PRESETS],
        "given": [(bound.html_name, bound.value() or "") for bound in form],
        "checked": bool(row.staged) and spec == row.mapping,
    }
    return render(request, "receivables/imports/file.html", page)


@policy("ledger.import")
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads the whole file with the mapping shown; nothing is posted."""
    row, spec = _row(request, pk), spec_of(request.POST)
    try:
        ledger_uploads.check(file=row, mapping=spec or row.mapping, now=clock.now(), by=doors.actor(request))
    except Unreadable as wrong:
        message = f"{wrong.message} {wrong.repair}".strip()
        raise Refused(wrong.code, message, field=wrong.column) from wrong
    return redirect("receivables:import_file", pk=pk)


@policy("ledger.import")
@require_POST
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Posts all rows, or the good ones (`good_rows=1`)."""
    outcome = ledger_uploads.post(
        file=_row(request, pk),
        good_rows=request.POST.get("good_rows") == "1",
        now=clock.now(),
        by=doors.actor(request),
    )
    text = ngettext("%(n)s invoice posted", "%(n)s invoices posted", outcome.posted) % {"n": outcome.posted}
    known = ngettext("%(n)s known already", "%(n)s known already", outcome.skipped) % {"n": outcome.skipped}
    messages.success(request, f"{text}, {known}.")
    if outcome.conflicts:
        wrong = len(outcome.conflicts)
        messages.error(
            request, _("%(n)s rows contradict what is in the books and were left out.") % {"n": wrong}
        )
    return redirect("receivables:import_file", pk=pk)


@policy("ledger.import")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts an unposted file aside."""
    ledger_uploads.discard(file=_row(request, pk), now=clock.now(), by=doors.actor(request))
    messages.success(request, _("The file was put aside; nothing of it was posted."))
    return redirect("receivables:imports")


@policy("ledger.import")
@require_POST
def keep_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves the mapping shown under a name, for the next file."""
    row = _row(request, pk)
    saved = ledger_uploads.save_mapping(
        entity=row.entity, name=request.POST.get("save_as", ""), mapping=spec_of(request.POST) or {}, now=clock.now(),
        by=doors.actor(request),
    )  # fmt: skip
    messages.success(request, _("Saved as %(name)s.") % {"name": saved.name})
    answer = redirect("receivables:import_file", pk=pk)
    answer["Location"] += f"?preset={saved.name}"
    return answer


@policy("ledger.import")
@require_safe
def problems(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What is wrong with the rows, as a file: line, column, value, reason, how to repair it."""
    row = _row(request, pk)
    names = {
        "line": _("Line"),
        "column": _("Column"),
        "value": _("Value"),
        "reason": _("Reason"),
        "repair": _("Repair"),
    }
    cells = ([each.get(name, "") for name in names] for each in row.problems)
    return exports.answer(
        "csv", [exports.Column(label) for label in names.values()], cells, name=f"problems-{row.pk}"
    )


def _row(request: HttpRequest, pk: int) -> ImportFile:
    rows = ImportFile.objects.for_user(_user(request)).filter(kind=ImportFile.Kind.LEDGER)
    found: ImportFile = get_object_or_404(rows.select_related("entity"), pk=pk)
    return found


def _saved(row: ImportFile) -> dict[str, dict[str, Any]]:
    kept = ImportMapping.objects.filter(entity=row.entity, kind=ImportFile.Kind.LEDGER).order_by("name")
    return dict(kept.values_list("name", "spec"))


def _found(row: ImportFile) -> dict[str, Any]:
    """What checking found, or nothing when the file came by the command."""
    if not isinstance(row.staged, dict):
        return {}
    found = dict(row.staged)
    left_out = found.get("known", 0) + found.get("conflicts_total", 0)
    return {**found, "new": max(row.rows_total - left_out, 0)}


def _upload_page(form: Upload) -> dict[str, Any]:
    limit = _(
        "CSV, XLSX or .gz of either, up to 50 MB. Files over %(rows)s rows are posted by the command."
    ) % {"rows": f"{ledger_uploads.ROWS_IN_REQUEST:,}"}
    return {"form": form, "limits": limit}


def _user(request: HttpRequest) -> Any:
    return request.user


urlpatterns = [
    path("imports/", show, name="imports"),
    path("imports/new/", upload, name="import_new"),
    path("imports/<int:pk>/", file, name="import_file"),
    path("imports/<int:pk>/check/", check, name="import_check"),
    path("imports/<int:pk>/post/", post, name="import_post"),
    path("imports/<int:pk>/discard/", discard, name="import_discard"),
    path("imports/<int:pk>/mapping/", keep_mapping, name="import_mapping"),
    path("imports/<int:pk>/problems.csv", problems, name="import_problems"),
]
