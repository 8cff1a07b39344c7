"""The aging report as rows of a file: exactly the columns and figures of the page, then totals, proof and what was asked."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache

from django.utils.translation import gettext as _

from receivables.exports import Cell, Column, Plain, plain
from receivables.rules.aging import days_past_due
from reports import aging, aging_items, aging_words
from reports.aging_items import Figure, Item
from reports.aging_sql import Question


def heading(question: Question) -> list[Column]:
    """Group, code, currency, the buckets, undated, unapplied, net, of which disputed."""
    names = [*question.buckets.keys, "undated", "unapplied", "net", "disputed"]
    return [
        Column(aging_words.group(question.group_by), 36),
        Column(_("Code"), 16),
        Column(_("Currency"), 9),
        *(Column(aging_words.column(name, question.buckets), 16) for name in names),
    ]


def lines(question: Question, now: datetime) -> Iterator[Sequence[Cell]]:
    """Every row, streamed; then one total and one proof per currency, and the question."""
    width = len(question.buckets.keys)
    sums: dict[str, list[int]] = {}
    money = lru_cache(maxsize=4_096)(plain)
    nobody = aging_words.nobody(question.group_by)
    for row in aging.iterate(question):
        code = row.currency
        figures = (*row.buckets, row.undated, row.unapplied, row.net, row.disputed)
        total = sums.get(code)
        sums[code] = [a + b for a, b in zip(total, figures, strict=True)] if total else list(figures)
        yield [row.label or nobody, row.code, code, *(money(minor, code) for minor in figures)]
    totals = []
    for code, figures_ in sorted(sums.items()):
        yield [_("Total"), "", code, *(plain(minor, code) for minor in figures_)]
        totals.append(
            aging.Row(
                code,
                "",
                "",
                code,
                tuple(figures_[:width]),
                figures_[width],
                figures_[width + 1],
                figures_[-1],
            )
        )
    yield from foot(question, now, [aging_words.proof(each) for each in aging.proofs(question, totals)])


def foot(question: Question, now: datetime, proofs: Sequence[str]) -> Iterator[Sequence[Cell]]:
    """The last lines of every file of this report."""
    yield []
    for each in proofs:
        yield [_("Proof"), each]
    for label, value in aging_words.asked(question, now):
        yield [label, value]


def item_heading() -> list[Column]:
    names = (
        (_("Customer"), 36), (_("Code"), 16), (_("Legal entity"), 12), (_("Document"), 20), (_("Kind"), 14),
        (_("Instalment"), 10), (_("Document date"), 14), (_("Due"), 12), (_("Days past due"), 12), (_("Bucket"), 18),
        (_("Currency"), 9), (_("Original"), 14), (_("Paid"), 14), (_("Open"), 14), (_("Future"), 14),
        (_("Left after future"), 14), (_("Disputed"), 14),
    )  # fmt: skip
    return [Column(label, width) for label, width in names]


def item_lines(question: Question, figure: Figure, now: datetime) -> Iterator[Sequence[Cell]]:
    """Every document behind a figure, their sum beside the figure itself, and the question."""
    total = 0
    for item in aging_items.iterate(question, figure):
        total += item.disputed if figure.column == "disputed" else item.opened
        yield item_line(question, item)
    total = -total if figure.column == "unapplied" else total
    shown = aging_items.amount(question, figure)
    words = _("%(currency)s: documents %(total)s; figure %(figure)s; difference %(difference)s") % {
        "currency": figure.currency,
        "total": plain(total, figure.currency),
        "figure": plain(shown, figure.currency),
        "difference": plain(total - shown, figure.currency),
    }
    yield from foot(question, now, [words])


def item_line(question: Question, item: Item) -> Sequence[Cell]:
    amounts: list[Plain] = [
        plain(minor, item.currency)
        for minor in (item.amount, item.paid, item.opened, item.future, item.left_after, item.disputed)
    ]
    return [
        item.customer, item.code, item.entity, item.reference, aging_words.kind(item.kind), item.instalment,
        item.document_on, item.due_on, age(item.due_on, question.as_of), aging_words.column(item.bucket, question.buckets),
        item.currency, *amounts,
    ]  # fmt: skip


def age(due_on: date | None, as_of: date) -> int | None:
    """Days past due, never below zero: what is not due yet is not old."""
    return None if due_on is None else max(0, days_past_due(due_on, as_of))
