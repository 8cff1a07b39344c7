"""Bank accounts: the list, naming and changing one, and how its tables are read, with the first rows as they would be read."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from integrations.banking import port
from integrations.errors import Unreadable
from integrations.tables.port import open_table
from receivables import access, clock, storage
from receivables.doors import actor, policy, status_of
from receivables.models import BankAccount
from receivables.pages.acting import READ_AND_POST
from receivables.pages.bank_forms import AccountForm, MappingForm, initial_of
from receivables.rules.refusals import Refused
from receivables.services import bank_accounts
from receivables.words import refusal_words

PREVIEW_ROWS = 10
SAMPLE_KEY = "bank_sample"
SAMPLE_MAX = 5_000_000


@policy("bank.view")
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Our accounts, with the last statement of each."""
    rows = (
        BankAccount.objects.for_user(request.user).select_related("entity").order_by("entity__name", "name")
    )
    user: Any = request.user
    told = {
        "rows": [
            (row, row.statements.exclude(state="DISCARDED").order_by("-closing_on", "-pk").first())
            for row in rows[:200]
        ],
        "may_edit": access.may(user, "bank.decide"),
        "may_import": access.may(user, "bank.import"),
        "sees_iban": access.fields(user, "bank").readable("payer_account"),
    }
    return render(request, "receivables/bank/accounts.html", told)


@policy("bank.decide")
@require_http_methods(READ_AND_POST)
def create(request: HttpRequest) -> HttpResponse:
    """Names a new account."""
    return _edit(request, None)


@policy("bank.decide")
@require_http_methods(READ_AND_POST)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes an account and its matching policy."""
    return _edit(request, _account(request, pk))


@policy("bank.import")
@require_http_methods(READ_AND_POST)
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column is what. `propose` guesses from a file, `preview` reads its first rows, `save` keeps it."""
    account = _account(request, pk)
    if request.method != "POST":
        told = _mapping_context(account, MappingForm(initial=initial_of(account.mapping or {})))
        return render(request, "receivables/bank/mapping.html", told)
    form = MappingForm(request.POST, request.FILES)
    form.is_valid()
    raw, name = _sample(request, form)
    do = request.POST.get("do", "preview")
    try:
        if do == "propose":
            form = _proposed(raw, name)
        spec = form.spec() if form.is_bound else {}
        if do == "save":
            saved = bank_accounts.save_mapping(
                account=account,
                spec=spec,
                name=form.cleaned_data.get("keep_as", ""),
                now=clock.now(),
                by=actor(request),
            )
            messages.success(
                request, _("Tables of %(account)s are read this way from now on.") % {"account": saved}
            )
            return redirect("receivables:bank_accounts")
        told = _mapping_context(account, form) | _preview(
            account, raw, name, spec if form.is_bound else _spec_of(form)
        )
        return render(request, "receivables/bank/mapping.html", told)
    except (Refused, Unreadable) as refused:
        told = _mapping_context(account, form) | {
            "wrong": refusal_words.said(refused.message),
            "sample": name,
        }
        return render(request, "receivables/bank/mapping.html", told, status=422)


def _edit(request: HttpRequest, account: BankAccount | None) -> HttpResponse:
    form = AccountForm(request.POST or None, request.user, account)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                row = bank_accounts.save(
                    account=account,
                    entity=given["entity"],
                    name=given["name"],
                    iban=given["iban"],
                    currency=given["currency"],
                    match_policy=form.policy(dict(account.match_policy or {}) if account else {}),
                    now=clock.now(),
                    by=actor(request),
                )
                messages.success(request, _("%(account)s is saved.") % {"account": row})
                return redirect("receivables:bank_accounts")
            except Refused as refused:
                form.refuse(refused)
                status = status_of(refused)
    return render(request, "receivables/bank/account.html", {"form": form, "account": account}, status=status)


def _account(request: HttpRequest, pk: int) -> BankAccount:
    found: BankAccount = get_object_or_404(
        BankAccount.objects.for_user(request.user).select_related("entity"), pk=pk
    )
    return found


def _sample(request: HttpRequest, form: MappingForm) -> tuple[bytes, str]:
    """The file chosen now, else the one chosen before on this page; kept under a key of ours in the session."""
    file = form.cleaned_data.get("file")
    if file is None:
        kept = request.session.get(SAMPLE_KEY)
        try:
            return (storage.read(kept[0]), kept[1]) if kept else (b"", "")
        except FileNotFoundError:
            return b"", ""
    if file.size > SAMPLE_MAX:
        raise Refused("too_large", _("To try it out, take a file of at most 5 MB."), field="file")
    raw = file.read()
    old = request.session.get(SAMPLE_KEY)
    if old:
        storage.drop(old[0])
    request.session[SAMPLE_KEY] = [storage.keep(raw, room="samples"), str(file.name)[:120]]
    return raw, str(file.name)[:120]


def _proposed(raw: bytes, name: str) -> MappingForm:
    if not raw:
        raise Refused("file_missing", _("Choose a file of this bank first."), field="file")
    header = open_table(raw, name=name).header
    found = port.proposal(list(header))
    if found is None:
        shown = ", ".join(header[:20])
        raise Refused(
            "nothing_proposed",
            _("No date and amount were recognised among: %(columns)s") % {"columns": shown},
        )
    return MappingForm(initial=initial_of(found.as_dict()))


def _spec_of(form: MappingForm) -> dict[str, Any]:
    columns = {
        name.removeprefix("column_"): [part.strip() for part in str(value).split("|")]
        for name, value in form.initial.items()
        if name.startswith("column_")
    }
    return {"columns": columns, "date_order": form.initial.get("date_order") or "ISO"}


def _preview(account: BankAccount, raw: bytes, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    if not raw:
        return {"wrong": _("Choose a file of this bank to see its first rows."), "sample": ""}
    options = port.BankOptions(currency=account.currency, mapping=port.ColumnMapping.from_dict(spec))
    _format, statements = port.read(raw, name=name, options=options)
    lines = [line for statement in statements for line in statement.lines]
    unread = sum(bool(line.problem) for line in lines)
    return {"preview": lines[:PREVIEW_ROWS], "count": len(lines), "unread": unread, "sample": name}


def _mapping_context(account: BankAccount, form: MappingForm) -> dict[str, Any]:
    return {"account": account, "form": form}


urlpatterns = [
    path("bank-accounts/", accounts, name="bank_accounts"),
    path("bank-accounts/new/", create, name="bank_account_new"),
    path("bank-accounts/<int:pk>/", change, name="bank_account"),
    path("bank-accounts/<int:pk>/mapping/", mapping, name="bank_mapping"),
]
