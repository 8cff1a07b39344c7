"""Reading invoices: the list with its filters and sums, its export, one invoice's page and its sheet for paper."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from receivables import access, clock, context, exports, paging
from receivables.doors import actor, policy
from receivables.exports import Cell, Column
from receivables.models import Invoice, LegalEntity
from receivables.pages import invoice_sheet, invoice_view
from receivables.pages.invoice_forms import Filters, sorting
from receivables.questions import invoice_list, invoice_picture
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused
from receivables.templatetags.states import state_words

XLSX_ROWS_MAX = 100_000


@policy("invoice.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Invoices by filter, with what exactly these come to per currency."""
    rows, filters, today = _filtered(request)
    field, down = sorting(request.GET.get("sort", ""))
    figures = invoice_list.with_figures(rows, today=today)
    page = paging.page(
        figures,
        field=field,
        descending=down,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    totals = invoice_list.totals(rows)
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    return render(
        request,
        "receivables/invoices/list.html",
        {
            "page": page,
            "filters": filters,
            "totals": totals,
            "broken": [total for total in totals if total.difference],
            "count": sum(total.count for total in totals),
            "today": today,
            "tabs": _tabs(request, today),
            "query": query.urlencode(),
            "may_export": access.may(request.user, "export"),
            "choosing": filters.data,
            "customer": filters.cleaned_data.get("customer"),
        },
    )


@policy("export")
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """Exactly what the list shows with these filters, all pages of it, as CSV or XLSX."""
    access.require(request.user, "invoice.view")
    rows, _filters, today = _filtered(request)
    field, down = sorting(request.GET.get("sort", ""))
    figures = invoice_list.with_figures(rows, today=today).order_by(
        f"-{field}" if down else field, "-pk" if down else "pk"
    )
    name = f"invoices-{today.isoformat()}.{kind}"
    if kind == "csv":
        answer: Any = StreamingHttpResponse(
            exports.to_csv(_columns(), _cells(figures)), content_type=exports.CSV_TYPE
        )
    else:
        if rows.count() > XLSX_ROWS_MAX:
            raise Refused(
                "too_many_rows",
                _(
                    "More than %(most)s rows do not fit well into a spreadsheet. Narrow the filters or take CSV."
                )
                % {"most": XLSX_ROWS_MAX},
            )
        answer = HttpResponse(
            exports.to_xlsx(_columns(), _cells(figures), _("Invoices")), content_type=exports.XLSX_TYPE
        )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer  # type: ignore[no-any-return]


@policy("invoice.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One invoice with everything that stands around it."""
    invoice = visible(request, pk)
    picture = invoice_picture.of(invoice, today=clock.today(invoice.entity))
    return render(
        request,
        "receivables/invoices/detail.html",
        invoice_view.build(picture, actor(request).user, clock.now()),
    )


@policy("invoice.view")
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The invoice as it was issued, for paper: names, lines and tax from the snapshot, due dates from its instalments."""
    user: Any = request.user
    return render(request, "receivables/invoices/paper.html", invoice_sheet.sheet(visible(request, pk), user))


def visible(request: HttpRequest, pk: int) -> Invoice:
    """The invoice, or 404: what belongs to others and what is not there cannot be told apart."""
    rows = Invoice.objects.for_user(request.user).select_related(
        "entity", "customer", "created_by", "requested_by", "approved_by", "copied_from", "flow"
    )
    found: Invoice = get_object_or_404(rows, pk=pk)
    return found


def _filtered(request: HttpRequest) -> tuple[Any, Filters, Any]:
    user: Any = request.user
    books = context.of(request).entity
    today = clock.today(LegalEntity.objects.filter(pk=books.id).first() if books else None)
    filters = Filters(request.GET, user=user)
    return invoice_list.find(user, filters.wanted(books.id if books else None), today=today), filters, today


def _tabs(request: HttpRequest, today: Any) -> list[dict[str, Any]]:
    """The questions asked most: everything, what waits to be issued, what waits to be sent, what is late."""
    user: Any = request.user
    books = context.of(request).entity
    entity = books.id if books else None
    here = {name: request.GET.get(name, "") for name in ("state", "overdue")}
    entries: tuple[Any, ...] = (
        (_("All issued"), {}, None),
        (_("To issue"), {"state": "APPROVED"}, True),
        (_("To send"), {"state": "ISSUED"}, True),
        (_("Overdue"), {"overdue": "yes"}, True),
    )
    found = []
    for label, given, counted in entries:
        wanted = invoice_list.Wanted(entity=entity, **given)
        found.append(
            {
                "label": label,
                "url": reverse("receivables:invoices")
                + "".join(f"?{name}={value}" for name, value in given.items()),
                "on": here == {"state": "", "overdue": "", **given},
                "count": invoice_list.find(user, wanted, today=today).count() if counted else None,
            }
        )
    return found


def _columns() -> list[Column]:
    return [
        Column(_("Number"), 20), Column(_("State"), 12), Column(_("Legal entity"), 24), Column(_("Customer code"), 16),
        Column(_("Customer"), 36), Column(pgettext("day", "Issued"), 12), Column(_("Due"), 12), Column(_("Currency"), 9),
        Column(_("Amount"), 16), Column(_("Open"), 16), Column(_("Disputed"), 9), Column(_("Purchase order"), 18),
        Column(_("Description"), 40),
    ]  # fmt: skip


def _cells(rows: Any) -> Iterator[list[Cell]]:
    for row in rows.iterator(chunk_size=2_000):
        yield [
            row.number or "",
            state_words(row.state),
            row.entity.name,
            row.customer.code,
            row.customer.legal_name,
            row.invoice_on,
            row.due_on,
            row.currency,
            Decimal(format_plain(row.gross, row.currency)),
            Decimal(format_plain(row.open_now, row.currency)),
            row.disputed,
            row.po_number,
            row.description,
        ]
