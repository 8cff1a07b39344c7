"""Reports as JSON or CSV: aging as of any day, as known at any audit number, with its sum-proof. It changes nothing."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import BaseModel

from receivables import exports
from receivables.exports import Column
from receivables.questions import selectors
from receivables.rules.aging import Buckets
from receivables.wire import guards
from receivables.wire.room import Room
from receivables.wire.shapes import Currency, Day, Out, QueryId, Said, Seq, Text80, plain
from reports import aging

room = Room("reports")
ROOMS = (room,)
CSV = "text/csv"


class Asking(BaseModel):
    """The question. `buckets` like "30,60,90", "document:30,60" or "years"."""

    as_of: Day | None = None
    known_at: Seq | None = None
    group_by: Literal["customer", "rep", "region", "entity", "currency"] = "customer"
    buckets: Text80 = "30,60,90"
    entity: QueryId | None = None
    customer: QueryId | None = None
    currency: Currency | None = None


class RowOut(Out):
    """One group in one currency; `buckets` in the order of the report's."""

    key: int | str | None
    label: str
    currency: str
    buckets: dict[str, Said]
    undated: Said
    unapplied: Said
    disputed: Said
    overdue: Said
    net: Said


class ProofOut(Out):
    """Σ buckets + undated − unapplied = net = Σ entries; `difference` is zero."""

    currency: str
    buckets_total: Said
    undated: Said
    unapplied: Said
    net: Said
    ledger: Said
    difference: Said


class AgingOut(Out):
    """The report with the question it answers."""

    as_of: str
    known_at: int
    group_by: str
    buckets: list[str]
    rows: list[RowOut]
    totals: list[RowOut]
    proofs: list[ProofOut]


@room.get("/reports/aging", "aging.view", AgingOut)
def aging_report(request: HttpRequest, wanted: Query[Asking]) -> Any:
    """Aging of open items. `Accept: text/csv` gives the rows as CSV (needs the verb export)."""
    caller = guards.of(request)
    as_csv = request.accepts(CSV) and not request.accepts("application/json")
    if as_csv:
        caller.require("export")
    known_at = selectors.known_now() if wanted.known_at is None else wanted.known_at
    found = aging.report(
        aging.Question(
            as_of=wanted.as_of or caller.day(),
            known_at=known_at,
            user=caller.user,
            buckets=Buckets.parse(wanted.buckets),
            group_by=wanted.group_by,
            entity_id=wanted.entity,
            currency=wanted.currency or "",
            customer_id=wanted.customer,
        )
    )
    return _csv(found) if as_csv else _json(found)


def _json(found: aging.Report) -> dict[str, Any]:
    question = found.question
    return {
        "as_of": question.as_of,
        "known_at": question.known_at,
        "group_by": question.group_by,
        "buckets": list(question.buckets.keys),
        "rows": [_row(row, question) for row in found.rows],
        "totals": [_row(row, question) for row in found.totals],
        "proofs": [_proof(proof) for proof in found.proofs],
    }


def _row(row: aging.Row, question: aging.Question) -> dict[str, Any]:
    figures = ("undated", "unapplied", "disputed", "net")
    return {
        "key": row.key,
        "label": row.label,
        "currency": row.currency,
        "overdue": plain(aging.overdue(row, question), row.currency),
        "buckets": {
            key: plain(minor, row.currency)
            for key, minor in zip(question.buckets.keys, row.buckets, strict=True)
        },
    } | {name: plain(getattr(row, name), row.currency) for name in figures}


def _proof(proof: Any) -> dict[str, Any]:
    names = ("buckets_total", "undated", "unapplied", "net", "ledger", "difference")
    return {"currency": proof.currency} | {
        name: plain(getattr(proof, name), proof.currency) for name in names
    }


def _csv(found: aging.Report) -> HttpResponse:
    keys = found.question.buckets.keys
    heads = [
        "key",
        "label",
        "currency",
        *keys,
        "undated",
        "unapplied",
        "disputed",
        "net",
        "as_of",
        "known_at",
    ]
    asked = (found.question.as_of.isoformat(), str(found.question.known_at))
    rows = [
        (
            "" if row.key is None else str(row.key), row.label, row.currency,
            *(exports.plain(minor, row.currency) for minor in row.buckets),
            *(exports.plain(getattr(row, name), row.currency) for name in ("undated", "unapplied", "disputed", "net")),
            *asked,
        )
        for row in found.rows
    ]  # fmt: skip
    body = b"".join(exports.to_csv([Column(head) for head in heads], rows))
    return HttpResponse(body, content_type=f"{CSV}; charset=utf-8")
