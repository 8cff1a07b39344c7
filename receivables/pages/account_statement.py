"""A customer's statement of account, on a page and as a table: one legal entity and currency, from day to day."""

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from receivables import access, clock, exports
from receivables.doors import policy
from receivables.exports import Column, plain
from receivables.models import Customer, Entry, LegalEntity, User
from receivables.pages.customer_page import seen_customer
from receivables.pages.form_base import date_input
from receivables.questions import customer_record, statement
from receivables.rules.refusals import Refused


class StatementFilters(forms.Form):
    """Whose account and which days; all in the address."""

    account = forms.ChoiceField(label=gettext_lazy("Account"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=date_input())
    until = forms.DateField(label=gettext_lazy("Until"), required=False, widget=date_input())


@policy("entry.view")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Opening balance, movements, closing balance and open items; this year so far unless other days are asked for."""
    customer = seen_customer(request, pk)
    filters, picture, wrong = _asked(request, customer)
    told: dict[str, Any] = {"customer": customer, "filters": filters, "picture": picture, "wrong": wrong}
    if picture:
        told |= {
            "lines": _linked(picture.lines),
            "items": _linked(picture.items),
            "owed": [item for item in picture.items if item.left > 0],
            "may_export": access.may(request.user, "export"),
            "query": _query(picture),
        }
    status = 422 if wrong else 200
    return render(request, "receivables/customers/statement.html", told, status=status)


@policy("export")
@require_safe
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The movements of the statement with their running balance, opening and closing line included."""
    access.require(request.user, "entry.view")
    customer = seen_customer(request, pk)
    _filters, picture, wrong = _asked(request, customer)
    if wrong:
        raise Refused("period_invalid", wrong, field="until")
    if picture is None:
        raise Http404
    columns = [
        Column(_("Date"), 12), Column(_("Kind"), 18), Column(_("Reference"), 26), Column(_("Due"), 12),
        Column(_("Amount"), 16), Column(_("Balance"), 16), Column(_("Currency"), 9),
    ]  # fmt: skip
    return exports.answer(
        kind, columns, _rows(picture), name=f"statement-{picture.until.isoformat()}", title=_("Statement")
    )


def _rows(picture: statement.AccountStatement) -> list[list[exports.Cell]]:
    code = picture.currency
    words = dict(Entry.Kind.choices)
    opening: list[exports.Cell] = [
        picture.since, _("Opening balance"), "", None, None, plain(picture.opening.minor, code), code,
    ]  # fmt: skip
    closing: list[exports.Cell] = [
        picture.until, _("Closing balance"), "", None, None, plain(picture.closing.minor, code), code,
    ]  # fmt: skip
    lines: list[list[exports.Cell]] = [
        [
            line.booked_on, str(words.get(line.kind, line.kind)), line.reference, line.due_on,
            plain(line.amount, code), plain(line.balance, code), code,
        ]
        for line in picture.lines
    ]  # fmt: skip
    return [opening, *lines, closing]


def _asked(
    request: HttpRequest, customer: Customer
) -> tuple[StatementFilters, statement.AccountStatement | None, str]:
    """The form, the picture (None without any account), and what is wrong with the days asked for."""
    user = request.user
    assert isinstance(user, User)
    accounts = _accounts(customer, user)
    today = clock.today()
    data = request.GET.copy()
    for name, value in (("since", date(today.year, 1, 1)), ("until", today)):
        data.setdefault(name, value.isoformat())
    filters = StatementFilters(data)
    choice: Any = filters.fields["account"]
    choice.choices = [(key, f"{entity.name}, {code}") for key, (entity, code) in accounts.items()]
    if not accounts:
        return filters, None, ""
    filters.is_valid()
    given = filters.cleaned_data
    entity, code = accounts.get(given.get("account", ""), next(iter(accounts.values())))
    since, until = given.get("since") or date(today.year, 1, 1), given.get("until") or today
    try:
        picture = statement.of_account(
            customer=customer, entity=entity, currency=code, since=since, until=until, known_at=None
        )
    except Refused as refused:
        return filters, None, refused.message
    return filters, picture, ""


def _accounts(customer: Customer, user: User) -> dict[str, tuple[LegalEntity, str]]:
    """The accounts the person may see, by the key the address carries: "NL-EUR"."""
    pairs = (
        customer_record.visible_entries(customer, user)
        .order_by()
        .values_list("entity", "currency")
        .distinct()
    )
    found = list(pairs)
    entities = LegalEntity.objects.in_bulk({entity for entity, _code in found})
    named = sorted((entities[entity].code, code, entities[entity]) for entity, code in found)
    return {f"{short}-{code}": (entity, code) for short, code, entity in named}


def _linked(rows: Any) -> list[tuple[Any, str, str]]:
    """Each row with the word of its kind and the address of its document, "" without one."""
    found = Entry.objects.filter(pk__in=[row.entry_id for row in rows]).values_list(
        "pk", "instalment__invoice", "credit_note__invoice", "write_off__invoice", "payment"
    )
    urls = {}
    for entry, *invoices, payment in found:
        invoice = next((one for one in invoices if one), None)
        if invoice:
            urls[entry] = reverse("receivables:invoice", args=[invoice])
        elif payment:
            urls[entry] = reverse("receivables:payment", args=[payment])
    words = dict(Entry.Kind.choices)
    return [(row, str(words.get(row.kind, row.kind)), urls.get(row.entry_id, "")) for row in rows]


def _query(picture: statement.AccountStatement) -> str:
    return (
        f"account={picture.entity.code}-{picture.currency}"
        f"&since={picture.since.isoformat()}&until={picture.until.isoformat()}"
    )


urlpatterns = [
    path("customers/<int:pk>/statement/", show, name="customer_statement"),
    re_path(
        r"^customers/(?P<pk>[0-9]+)/statement\.(?P<kind>csv|xlsx)$", export, name="customer_statement_export"
    ),
]
