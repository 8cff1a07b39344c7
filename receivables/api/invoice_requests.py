"""Invoice requests: the list, one, drafted and saved. From ISSUED on they are invoices; deciding has its own room."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from receivables.models import Customer, Invoice, LegalEntity
from receivables.questions.request_picture import content_hash
from receivables.rules.refusals import Refused
from receivables.rules.request_lines import LineInput
from receivables.services import approving, requesting
from receivables.services.drafting import Content
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.problems import not_found
from receivables.wire.room import Room, version
from receivables.wire.shapes import (
    Currency,
    Id,
    In,
    Named,
    Out,
    QueryId,
    Said,
    Text40,
    Text80,
    Text200,
    Text300,
    moment,
    named,
    plain,
)  # fmt: skip

room = Room("requests")
OPEN = ("DRAFT", "REQUESTED", "VERIFIED", "APPROVED")


class LineOut(Out):
    """One line: price without tax, tax in per cent."""

    description: str
    quantity: str
    unit_price: Said
    net: Said
    tax_percent: Said
    tax: Said


class Step(Out):
    """The to-do a request waits at, with the checks a person ticks."""

    code: str
    owner_role: str
    assignee: str | None
    due_at: str
    checks: list[str]


class RequestOut(Out):
    """A request. `content_hash` binds a decision to what was seen."""

    id: int
    state: str
    entity: Named
    customer: Named
    kind: str
    currency: str
    net: Said
    tax: Said
    gross: Said
    po_number: str
    contract_ref: str
    order_ref: str
    description: str
    requested_by: str | None
    approved_by: str | None
    approved_by_rule: str
    sent_back_code: str
    sent_back_note: str
    created_at: str
    version: int
    content_hash: str | None = None
    lines: list[LineOut] = []
    step: Step | None = None


class Filters(Listing):
    """Narrowing the list."""

    state: Literal["DRAFT", "REQUESTED", "VERIFIED", "APPROVED"] | None = None
    customer: QueryId | None = None
    entity: QueryId | None = None


class LineIn(In):
    """A line as typed; decimals are strings."""

    description: Text300
    quantity: Text40 = "1"
    unit_price: Text40
    tax_percent: Text40 = "0"


class ContentIn(In):
    """What a request says."""

    lines: list[LineIn] = []
    currency: Currency | None = None
    kind: Literal["ordinary", "special_vat", "proforma"] = "ordinary"
    po_number: Text80 = ""
    contract_ref: Text80 = ""
    order_ref: Text80 = ""
    description: Text300 = ""
    urgent_reason: Text200 = ""
    buyer_title: Text300 = ""


class New(ContentIn):
    """Whose invoice, from which of our entities."""

    entity: Id
    customer: Id


@room.get("/requests", "request.view", Page[RequestOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Requests that are not issued yet, newest first."""
    caller = guards.of(request)
    rows = Invoice.objects.for_user(caller.user).filter(state__in=[wanted.state] if wanted.state else OPEN)
    rows = rows.filter(customer=wanted.customer) if wanted.customer else rows
    rows = rows.filter(entity=wanted.entity) if wanted.entity else rows
    return page(rows.select_related(*_BESIDE), wanted, show)


@room.get("/requests/{int:request_id}", "request.view", RequestOut)
def one(request: HttpRequest, request_id: int) -> Any:
    """One request with its lines and the step it waits at."""
    return full(found(guards.of(request), request_id))


@room.post("/requests", "request.create", RequestOut, status=201)
def draft(request: HttpRequest, data: New) -> Any:
    """A new draft. It may be incomplete; submitting says what is missing."""
    caller = guards.of(request)
    entity = seen(LegalEntity.objects, caller, data.entity)
    customer = seen(Customer.objects, caller, data.customer)
    row = requesting.draft(
        entity=entity,
        customer=customer,
        content=_content(data),
        today=caller.day(entity),
        now=caller.now,
        by=caller.by,
    )
    return full(row)


@room.patch("/requests/{int:request_id}", "request.create", RequestOut)
def save(request: HttpRequest, request_id: int, data: ContentIn) -> Any:
    """Replaces the content of a draft, if nobody else saved since the version in If-Match."""
    caller = guards.of(request)
    row = found(caller, request_id)
    try:
        row = requesting.save_draft(
            invoice=row, content=_content(data), version=version(request), today=caller.day(row.entity),
            now=caller.now, by=caller.by,
        )  # fmt: skip
    except Refused as refused:
        refused.figures["version"] = Invoice.objects.values_list("version", flat=True).get(pk=request_id)
        raise
    return full(row)


_BESIDE = ("entity", "customer", "requested_by", "approved_by")


def found(caller: Caller, request_id: int) -> Any:
    """A request inside the caller's scope that is not issued yet, or the 404."""
    row = seen(Invoice.objects.select_related(*_BESIDE, "flow"), caller, request_id)
    if row.state not in OPEN:
        raise not_found()
    return row


def _content(data: ContentIn) -> Content:
    given = data.model_dump(exclude={"lines", "entity", "customer"})
    lines = tuple(LineInput(**line.model_dump()) for line in data.lines)
    return Content(**given | {"currency": data.currency or "", "lines": lines})


def show(row: Any) -> dict[str, Any]:
    """A request as the API writes it, without its lines."""
    same = (
        "state", "kind", "currency", "po_number", "contract_ref", "order_ref", "description", "approved_by_rule",
        "sent_back_code", "sent_back_note", "version",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": named(row.entity),
        "customer": named(row.customer),
        "net": plain(row.net, row.currency),
        "tax": plain(row.tax, row.currency),
        "gross": plain(row.gross, row.currency),
        "requested_by": row.requested_by.username if row.requested_by else None,
        "approved_by": row.approved_by.username if row.approved_by else None,
        "created_at": moment(row.created_at),
    }


def lines(row: Any) -> list[dict[str, Any]]:
    """The lines of a request or invoice."""
    return [
        {
            "description": line.description,
            "quantity": line.quantity,
            "unit_price": plain(line.unit_price, row.currency),
            "net": plain(line.net, row.currency),
            "tax_percent": plain(line.tax_bp, "EUR"),
            "tax": plain(line.tax, row.currency),
        }
        for line in row.lines.order_by("position")
    ]


def full(row: Any) -> dict[str, Any]:
    """With lines, the hash to decide on, and the open step."""
    item = approving.current_item(row)
    step = item and {
        "code": item.step,
        "owner_role": item.owner_role,
        "assignee": item.assignee.username if item.assignee else None,
        "due_at": moment(item.due_at),
        "checks": [each["code"] for each in item.checks if each.get("by") == "person"],
    }
    return show(row) | {"lines": lines(row), "content_hash": content_hash(row), "step": step}
