"""The list of customers: search, filters in the address, key paging, export of what is shown, and a look for look-alikes."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from receivables import access, clock, context, exports
from receivables.doors import policy
from receivables.models import User
from receivables.pages.customer_forms import Filters
from receivables.questions import customer_list
from receivables.rules.money import format_plain
from receivables.words import master_words

PAGE = 50
EXPORT_MOST = 50_000


@policy("customer.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The list, fifty by name."""
    user = _user(request)
    rows = _found(request)
    customers, earlier, later = customer_list.page(
        rows, after=request.GET.get("after", ""), before=request.GET.get("before", ""), size=PAGE
    )
    shown = customer_list.with_figures(customers, user, clock.today())
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    return render(
        request,
        "receivables/customers/list.html",
        {
            "rows": shown,
            "filters": Filters(request.GET, user),
            "filtered": any(request.GET.get(name) for name in Filters.base_fields),
            "next_key": customers[-1].pk if later and customers else None,
            "prev_key": customers[0].pk if earlier and customers else None,
            "query": query.urlencode(),
            "may_create": access.may(user, "customer.create"),
            "may_export": access.may(user, "export"),
            "sees_tax_id": access.fields(user, "customer").readable("tax_id"),
        },
    )


@policy("export")
@require_safe
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list as filtered, as CSV or XLSX: exactly the columns the person may see."""
    user = _user(request)
    access.require(user, "customer.view")
    columns, cells = _table(request, user)
    name = f"customers-{clock.today().isoformat()}.{form}"
    if form == "xlsx":
        answer = HttpResponse(exports.to_xlsx(columns, cells, _("Customers")), content_type=exports.XLSX_TYPE)
    else:
        answer = HttpResponse(exports.to_csv(columns, cells), content_type=exports.CSV_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@policy("customer.create")
@require_safe
def alike(request: HttpRequest) -> HttpResponse:
    """A fragment while somebody types: customers that look like the new one."""
    given = {name: request.GET.get(key, "")[:300] for name, key in _ALIKE}
    found = customer_list.alike(_user(request), **given)
    return render(request, "receivables/customers/_alike.html", {"found": found})


_ALIKE = (("code", "code"), ("name", "legal_name"), ("country", "country"), ("tax_id", "tax_id"))


def _table(request: HttpRequest, user: User) -> tuple[list[exports.Column], Iterator[list[exports.Cell]]]:
    allowed = access.fields(user, "customer")
    names = allowed.visible(
        ["code", "legal_name", "country", "tax_id", "registration_id", "bank_account", "state", "language"]
    )
    agreed = allowed.visible(["segment", "region", "rep", "collector", "importance"])
    if not allowed.readable("payment_terms"):
        agreed = [name for name in agreed if name != "importance"]
    labels = [*names, *agreed]
    columns = [exports.Column(master_words.field(name)) for name in labels]
    columns += [exports.Column(text) for text in (_("Currency"), _("Balance"), _("Overdue"))]
    return columns, _cells(request, user, names, agreed)


def _cells(
    request: HttpRequest, user: User, names: list[str], agreed: list[str]
) -> Iterator[list[exports.Cell]]:
    rows = _found(request).order_by("legal_name", "pk")[:EXPORT_MOST]
    chunk: list[Any] = []
    for customer in rows.iterator(chunk_size=500):
        chunk.append(customer)
        if len(chunk) == 500:
            yield from _lines(chunk, user, names, agreed)
            chunk = []
    yield from _lines(chunk, user, names, agreed)


def _lines(chunk: list[Any], user: User, names: list[str], agreed: list[str]) -> Iterator[list[exports.Cell]]:
    """One line per customer and currency; a customer without open items has one with empty figures."""
    for row in customer_list.with_figures(chunk, user, clock.today()):
        own: list[exports.Cell] = [getattr(row.customer, name) for name in names]
        own += [_agreed(row, name) for name in agreed]
        for currency in sorted(row.open) or [""]:
            figures = (
                [_major(row.open, currency), _major(row.overdue, currency)] if currency else [None, None]
            )
            yield [*own, currency, *figures]


def _agreed(row: customer_list.Row, name: str) -> exports.Cell:
    value = getattr(row.profile, name, "") if row.profile else ""
    return value.username if isinstance(value, User) else value


def _major(sums: dict[str, int], currency: str) -> Decimal:
    return Decimal(format_plain(sums.get(currency, 0), currency))


def _found(request: HttpRequest) -> Any:
    entity = context.of(request).entity
    return customer_list.found(_user(request), request.GET.dict(), entity.id if entity else None)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


urlpatterns = [
    path("customers/", show, name="customers"),
    path("customers/export.csv", export, {"form": "csv"}, name="customers_csv"),
    path("customers/export.xlsx", export, {"form": "xlsx"}, name="customers_xlsx"),
    path("customers/alike/", alike, name="customers_alike"),
]
