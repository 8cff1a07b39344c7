"""The aging report in the browser: one section per currency, the largest first, every figure a link to its documents.

Filters, date and knowledge live in the address; CSV and XLSX hold what the page shows, with all rows.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import get_template, render_to_string
from django.urls import path, re_path, reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from receivables import access, clock, exports
from receivables.doors import policy
from receivables.models import Audit, LegalEntity
from receivables.questions import conversion
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.templatetags.figures import shade
from receivables.words import refusal_words
from reports import aging, aging_items, aging_table, aging_words
from reports.aging_sql import Question
from reports.pages.aging_request import Filters, drill, figure, question

TOP = 25


@policy("aging.view")
@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """The report; `?all=1` streams every row."""
    asked = question(request)
    sums = aging.by_weight(aging.totals(asked), _own(request, asked), asked.as_of)
    whole = bool(request.GET.get("all"))
    rows: dict[str, list[dict[str, Any]]] = {}
    if not whole:
        for row in aging.largest(asked, TOP + 1):
            rows.setdefault(row.currency, []).append(_line(request, asked, row))
    proofs = {each.currency: each for each in aging.proofs(asked, sums)}
    sections = [
        {
            "currency": total.currency,
            "rows": rows.get(total.currency, [])[:TOP],
            "more": len(rows.get(total.currency, [])) > TOP,
            "rows_here": mark_safe(_marker(total.currency)) if whole else "",  # noqa: S308 - a comment made here
            "total": _line(request, asked, total, whole=True),
            "has": _has(total),
            "bar": total.buckets,
            "proof": [proofs.pop(total.currency)],
        }
        for total in sums
    ]
    page = {
        **_shared(request, asked, grouped=True),
        "sections": sections,
        "rest": [proof for proof in proofs.values() if not proof.holds],
        "converted": _converted(request, asked, sums),
        "all_url": _with(request, all="1"),
    }
    if not whole:
        return render(request, "reports/aging/report.html", page)
    text = render_to_string("reports/aging/report.html", page, request=request)
    return StreamingHttpResponse(exports.spoken(_streamed(request, asked, text, sums)))


@policy("export")
@require_safe
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The report as shown, all rows, as CSV (streamed) or XLSX, with totals, proof and the question as last lines."""
    access.require(request.user, "aging.view")
    asked = question(request)
    name = f"aging-{asked.group_by}-{asked.as_of.isoformat()}"
    lines = aging_table.lines(asked, clock.now())
    return exports.answer(form, aging_table.heading(asked), lines, name=name, title=_("Aging"))


@policy("aging.view")
@require_safe
def items(request: HttpRequest) -> HttpResponseBase:
    """The documents behind a figure, one row per instalment, and whether their sum equals it."""
    asked = question(request)
    if not asked.currency:
        return _currencies(request, asked)
    wanted = figure(request, asked)
    found = aging_items.found(asked, wanted)
    rows = [
        {"item": item, "age": aging_table.age(item.due_on, asked.as_of), **_item(asked, item)}
        for item in found.items
    ]
    page = {
        **_shared(request, asked, grouped=False),
        "found": found,
        "figure": wanted,
        "rows": rows,
        "has": {
            name: any(getattr(each, name) for each in found.items) for name in ("paid", "future", "disputed")
        },
        "later": [{"item": item, **_item(asked, item)} for item in found.later_credits],
        "group_words": _group_words(asked, wanted, found),
        "column_words": aging_words.column(wanted.column, asked.buckets),
        "report_url": f"{reverse('reports:aging')}?{_without(request, 'column', 'key', 'currency')}",
    }
    return render(request, "reports/aging/items.html", page)


@policy("export")
@require_safe
def items_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The documents behind a figure as a file."""
    access.require(request.user, "aging.view")
    asked = question(request)
    if not asked.currency:
        raise Refused(
            "currency_missing", _("Choose a currency: amounts of several are never added."), field="currency"
        )
    wanted = figure(request, asked)
    lines = aging_table.item_lines(asked, wanted, clock.now())
    name = f"open-items-{asked.currency}-{asked.as_of.isoformat()}"
    return exports.answer(form, aging_table.item_heading(), lines, name=name, title=_("Open items"))


def _currencies(request: HttpRequest, asked: Question) -> HttpResponseBase:
    """By instalment without a currency: one is chosen first, because amounts of several are never added."""
    found = aging.by_weight(aging.totals(asked), _own(request, asked), asked.as_of)
    sums = [(total, drill(request.GET, currency=total.currency)) for total in found]
    if len(sums) == 1:
        copied = request.GET.copy()
        copied["currency"] = sums[0][0].currency
        request.GET = copied  # type: ignore[assignment]
        return items(request)
    page = {**_shared(request, asked, grouped=False), "sums": sums}
    return render(request, "reports/aging/currencies.html", page)


def _line(request: HttpRequest, asked: Question, row: aging.Row, *, whole: bool = False) -> dict[str, Any]:
    """A row as drawn: its cells with the links to their documents."""
    key = "" if whole else row.key
    keys = [*asked.buckets.keys, "undated", "unapplied", "net", "disputed"]
    amounts = [*row.buckets, row.undated, row.unapplied, row.net, row.disputed]
    cells = [
        {
            "amount": amount,
            "url": drill(request.GET, currency=row.currency, key=key, column=column),
            "column": column,
        }
        for column, amount in zip(keys, amounts, strict=True)
    ]
    return {
        "label": row.label or aging_words.nobody(asked.group_by),
        "code": row.code if asked.group_by in ("customer", "entity") else "",
        "currency": row.currency,
        "bar": row.buckets,
        "buckets": cells[: len(row.buckets)],
        "undated": cells[-4],
        "unapplied": cells[-3],
        "net": cells[-2],
        "disputed": cells[-1],
        "overdue": aging.overdue(row, asked) if asked.buckets.base == "due" else None,
    }


def _own(request: HttpRequest, asked: Question) -> list[str]:
    """Currencies of the entities asked about, as their books are kept."""
    entities = LegalEntity.objects.for_user(request.user).order_by("pk")
    if asked.entity_id:
        entities = entities.filter(pk=asked.entity_id)
    return list(dict.fromkeys(entities.values_list("currency", flat=True)))


def _has(total: aging.Row) -> dict[str, bool]:
    """Which of the columns that are often empty have anything to show in this currency."""
    return {name: bool(getattr(total, name)) for name in ("undated", "unapplied", "disputed")}


def _shared(request: HttpRequest, asked: Question, *, grouped: bool) -> dict[str, Any]:
    at = None
    if asked.known_at is not None:
        at = (
            Audit.objects.filter(seq__lte=asked.known_at)
            .order_by("-seq")
            .values_list("at", flat=True)
            .first()
        )
    early = aging_words.early(asked.buckets)
    held = aging.Question(as_of=asked.as_of, known_at=None, user=asked.user, buckets=asked.buckets)
    offered = sorted({*_currencies_of(held), *([asked.currency] if asked.currency else [])})
    return {
        "asked": asked,
        "as_of": asked.as_of,
        "now": clock.now(),
        "known_words": aging_words.known_words(asked, at),
        "filters": Filters(request.GET, request.user, offered, grouped),
        "labels": aging_words.labels(asked.buckets),
        "early": early,
        "legend": [
            {"shade": shade(place, len(asked.buckets.keys), early), "words": words}
            for place, words in enumerate(aging_words.labels(asked.buckets))
        ],
        "group_by": aging_words.group(asked.group_by),
        "may_export": access.may(request.user, "export"),
        "query": request.GET.urlencode(),
        "tabs": [
            {"label": _("By %(group)s") % {"group": aging_words.group(asked.group_by).lower()}
             if asked.group_by != "customer" else _("Summary"),
             "url": f"{reverse('reports:aging')}?{_without(request, 'column', 'key')}", "on": grouped},
            {"label": _("By instalment"),
             "url": f"{reverse('reports:aging_items')}?{_without(request, 'column', 'key', 'all')}", "on": not grouped},
        ],
    }  # fmt: skip


def _currencies_of(asked: Question) -> list[str]:
    from reports.aging_sql import narrowed

    return sorted(narrowed(asked).order_by().values_list("currency", flat=True).distinct())


def _converted(request: HttpRequest, asked: Question, sums: list[aging.Row]) -> dict[str, Any] | None:
    """The nets of all currencies as worth in one: outside the proof, with the rates beside it."""
    into = request.GET.get("into", "")
    if not into or not sums:
        return None
    try:
        found = conversion.totals([Money(total.net, total.currency) for total in sums], into, asked.as_of)
    except Refused as refused:
        return {"problem": refusal_words.said(refused.message)}
    return {"total": found.total, "words": found.words}


def _item(asked: Question, item: aging_items.Item) -> dict[str, str]:
    return {
        "bucket": aging_words.column(item.bucket, asked.buckets),
        "kind": aging_words.kind(item.kind),
        "url": reverse("receivables:invoice", args=[item.invoice_id]) if item.invoice_id else "",
    }


def _group_words(asked: Question, wanted: aging_items.Figure, found: aging_items.Found) -> str:
    if wanted.key == "":
        return _("All")
    if asked.group_by == "customer" and (found.items or found.later_credits):
        return (found.items or found.later_credits)[0].customer
    rows = [row for row in aging.iterate(asked) if row.key == wanted.key]
    return rows[0].label if rows and rows[0].label else aging_words.nobody(asked.group_by)


def _streamed(request: HttpRequest, asked: Question, text: str, sums: list[aging.Row]) -> Iterator[str]:
    """The page with its rows put in where their markers stand, a few hundred at a time."""
    template = get_template("reports/aging/_rows.html")
    shared = {"labels": aging_words.labels(asked.buckets), "early": aging_words.early(asked.buckets)}
    for total in sums:
        before, _found, text = text.partition(_marker(total.currency))
        yield before
        for batch in _batches(aging.iterate(replace(asked, currency=total.currency))):
            rows = [_line(request, asked, row) for row in batch]
            yield template.render({**shared, "rows": rows, "has": _has(total)}, request)
    yield text


def _batches(rows: Iterator[aging.Row]) -> Iterator[list[aging.Row]]:
    while batch := list(islice(rows, 200)):
        yield batch


def _marker(currency: str) -> str:
    return f"<!-- rows of {currency} -->"


def _with(request: HttpRequest, **extra: str) -> str:
    query = request.GET.copy()
    for name, value in extra.items():
        query[name] = value
    return query.urlencode()


def _without(request: HttpRequest, *names: str) -> str:
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()


urlpatterns = [
    path("aging/", show, name="aging"),
    re_path(r"^aging/export\.(?P<form>csv|xlsx)$", export, name="aging_export"),
    path("aging/items/", items, name="aging_items"),
    re_path(r"^aging/items/export\.(?P<form>csv|xlsx)$", items_export, name="aging_items_export"),
]
