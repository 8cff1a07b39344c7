"""Bank statements: taking a file in, the list with the arithmetic shown, one statement with all its lines, and the decisions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receivables import access, clock, context
from receivables.doors import actor, policy, status_of
from receivables.models import BankAccount, Statement, StatementLine
from receivables.pages.acting import READ_AND_POST
from receivables.pages.bank_forms import UploadForm
from receivables.paging import page
from receivables.rules.refusals import Refused
from receivables.services import bank_intake, statement_decisions
from receivables.words import matching_words

LINES_PAGE = 100
DECISIONS = {
    "release": statement_decisions.release,
    "discard": statement_decisions.discard,
    "cancel": statement_decisions.cancel,
}


@policy("bank.view")
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """Newest first; those that wait for a decision are told above."""
    rows = Statement.objects.for_user(request.user).select_related("account")
    entity = context.of(request).entity
    if entity:
        rows = rows.filter(account__entity=entity.id)
    state = request.GET.get("state", "")
    shown = rows.filter(state=state) if state in Statement.State.values else rows
    found = page(
        shown,
        field="id",
        descending=True,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    tabs: list[tuple[str, str, int | None]] = [
        ("", _("All"), None),
        ("FLAGGED", _("To decide"), rows.filter(state="FLAGGED").count()),
    ]
    told = {
        "page": found,
        "tabs": [
            {"label": label, "url": f"?state={code}", "on": state == code, "count": count}
            for code, label, count in tabs
        ],
        "may_import": access.may(request.user, "bank.import"),
        "has_accounts": BankAccount.objects.for_user(request.user).exists(),
    }
    return render(request, "receivables/bank/statements.html", told)


@policy("bank.import")
@require_http_methods(READ_AND_POST)
def upload(request: HttpRequest) -> HttpResponse:
    """Takes a file in and matches what is sure."""
    form = UploadForm(request.POST or None, request.FILES or None, request.user)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _take_in(request, form)
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
    accounts = BankAccount.objects.for_user(request.user)
    return render(
        request,
        "receivables/bank/upload.html",
        {
            "form": form,
            "has_accounts": accounts.exists(),
            "may_account": access.may(request.user, "bank.decide"),
        },
        status=status,
    )


@policy("bank.view")
@require_safe
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement: its arithmetic, its problems, all its lines and what became of each."""
    row = _statement(request, pk)
    user: Any = request.user
    found = page(
        row.lines.all(), field="id", descending=False, after=request.GET.get("after", ""),
        before=request.GET.get("before", ""), size=LINES_PAGE,
    )  # fmt: skip
    told = {
        "statement": row,
        "page": found,
        "lines": [(line, matching_words.set_aside(line.state_reason)) for line in found.rows],
        "total": row.lines.count(),
        "expected": None if row.opening is None else row.opening + row.lines_total,
        "may_decide": access.may(user, "bank.decide"),
        "sees_account": access.fields(user, "bank").readable("payer_account"),
        "waiting": row.lines.filter(state=StatementLine.State.NEW).count(),
    }
    return render(request, "receivables/bank/statement.html", told)


@policy("bank.decide")
@require_POST
def decide(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Releases, discards or cancels a statement, with a reason."""
    row = DECISIONS[what](
        statement=_statement(request, pk),
        reason=request.POST.get("reason", ""),
        now=clock.now(),
        by=actor(request),
    )
    said = {
        "release": _("Released. Look at Cash for new matches."),
        "discard": _("Discarded. Its lines will not be posted."),
        "cancel": _("Cancelled. Everything it had posted is taken back."),
    }
    messages.success(request, said[what])
    return redirect("receivables:statement", pk=row.pk)


def _take_in(request: HttpRequest, form: UploadForm) -> HttpResponse:
    given = form.cleaned_data
    account = given["account"]
    accounts = list(BankAccount.objects.for_user(request.user).select_related("entity"))
    intake = bank_intake.take_in(
        raw=given["file"].read(),
        name=given["file"].name or "",
        account=account,
        accounts=accounts,
        mapping=given["mapping"],
        now=clock.now(),
        today=clock.today(account.entity if account else None),
        by=actor(request),
    )
    taken = intake.taken
    if taken.known:
        messages.success(request, _("This very file was taken in before. 0 new lines."))
        return (
            redirect("receivables:statement", pk=taken.statements[0].pk)
            if taken.statements
            else redirect("receivables:statements")
        )
    text = ngettext("%(new)s new line", "%(new)s new lines", taken.lines_new) % {"new": taken.lines_new}
    if taken.lines_known:
        text += ", " + _("%(known)s known already") % {"known": taken.lines_known}
    text += ", " + _("%(applied)s applied without a person") % {"applied": intake.applied}
    messages.success(request, text + ".")
    if taken.flagged or len(taken.statements) == 1:
        first = next((s for s in taken.statements if s.state == Statement.State.FLAGGED), taken.statements[0])
        return redirect("receivables:statement", pk=first.pk)
    return redirect("receivables:statements")


def _statement(request: HttpRequest, pk: int) -> Statement:
    rows = Statement.objects.for_user(request.user).select_related("account__entity", "import_file")
    found: Statement = get_object_or_404(rows, pk=pk)
    return found


urlpatterns = [
    path("statements/", statements, name="statements"),
    path("statements/upload/", upload, name="statement_upload"),
    path("statements/<int:pk>/", statement, name="statement"),
    path("statements/<int:pk>/release/", decide, {"what": "release"}, name="statement_release"),
    path("statements/<int:pk>/discard/", decide, {"what": "discard"}, name="statement_discard"),
    path("statements/<int:pk>/cancel/", decide, {"what": "cancel"}, name="statement_cancel"),
]
