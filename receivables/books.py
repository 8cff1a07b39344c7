"""What must always hold in the books, as set-based questions that name the document at fault. It repairs nothing.

`check()` runs after every test that touched the ledger, nightly, and behind `manage.py check_books`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection

from receivables import audit
from receivables.books_documents import QUESTIONS as DOCUMENTS
from receivables.books_ledger import QUESTIONS as LEDGER
from receivables.books_messages import QUESTIONS as MESSAGES
from receivables.models import Audit, ChainHead, NumberSeries
from receivables.rules import chain

SHOWN = 20
"""Findings kept per invariant: enough to see the pattern; the count says how many there are."""


@dataclass(frozen=True)
class Finding:
    """One broken invariant at one document: `rule` is stable, `document` names the row, `detail` gives the figures."""

    rule: str
    document: str
    detail: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.document}: {self.detail}"


Tick = Callable[[str], None]
Questions = dict[str, tuple[str, str]]
"""Rule → (statement whose rows break it, sentence filled with the columns by position)."""


def check(*, deep: bool = True, tick: Tick | None = None) -> list[Finding]:
    """Every invariant; an empty list when the books are whole. `deep` also recomputes the whole chain (streamed).

    At most SHOWN findings per invariant. `tick` hears the name of each invariant before it is asked.
    """
    found = ask({**LEDGER, **DOCUMENTS, **MESSAGES}, tick=tick)
    for rule, question in (("series_gap_free", _series), ("chain_verifies", _chain if deep else _head)):
        if tick:
            tick(rule)
        found += [Finding(rule, document, detail) for document, detail in question()]
    return found


def ask(questions: Questions, *, tick: Tick | None = None) -> list[Finding]:
    """The rows that break each question, at most SHOWN of each. Upper floors ask theirs through it."""
    found: list[Finding] = []
    for rule, (statement, detail) in questions.items():
        if tick:
            tick(rule)
        found += [Finding(rule, str(row[0]), detail.format(*row)) for row in _rows(statement)]
    return found


def rules() -> list[str]:
    """Names of all invariants, in the order asked."""
    return [*LEDGER, *DOCUMENTS, *MESSAGES, "series_gap_free", "chain_verifies"]


def _rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT {SHOWN}")
        rows: list[tuple[object, ...]] = cursor.fetchall()
        return rows


OURS = """SELECT entity_id, number FROM receivables_invoice WHERE number IS NOT NULL AND NOT external
    UNION ALL SELECT entity_id, number FROM receivables_creditnote"""
UPPER_SERIES = ("letter", "interest", "handover")
"""Series whose numbers stand on upper floors, which prove them themselves."""


def _series() -> Iterator[tuple[str, str]]:
    codes = NumberSeries.objects.exclude(code__in=UPPER_SERIES).values_list("code", flat=True).distinct()
    return gaps(dict.fromkeys(codes.order_by("code"), OURS))


def gaps(sources: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Numbers under a prefix are exactly 1 to `last_number`, without gap or stranger. `sources`: series code → a query of
    (entity_id, number)."""
    digits = (
        "rest ~ '^[0-9]+$'"
        if connection.vendor == "postgresql"
        else "rest <> '' AND rest NOT GLOB '*[^0-9]*'"
    )
    for series in NumberSeries.objects.filter(code__in=sources).select_related("entity"):
        counted = f"""
            SELECT COUNT(DISTINCT n), COALESCE(MIN(n), 0), COALESCE(MAX(n), 0) FROM (
                SELECT CASE WHEN {digits} THEN CAST(rest AS BIGINT) END AS n FROM (
                    SELECT SUBSTR(number, %s) AS rest FROM ({sources[series.code]}) taken
                    WHERE entity_id = %s AND SUBSTR(number, 1, %s) = %s
                ) rests
            ) numbers WHERE n IS NOT NULL"""
        size = len(series.prefix)
        with connection.cursor() as cursor:
            cursor.execute(counted, [size + 1, series.entity_id, size, series.prefix])
            count, first, last = cursor.fetchone()
        if (count, last) != (series.last_number, series.last_number) or (count and first != 1):
            yield (
                f"{series.entity.code} {series.code}",
                f"{count} numbers from {first} to {last}, but the series stands at {series.last_number}",
            )


def _head() -> Iterator[tuple[str, str]]:
    head = ChainHead.objects.get(pk=1)
    last = Audit.objects.order_by("-seq").values_list("seq", "hash").first() or (0, chain.GENESIS)
    if last != (head.seq, head.hash):
        yield f"audit {last[0]}", f"the head stands at {head.seq}"


def _chain() -> Iterator[tuple[str, str]]:
    rows = Audit.objects.order_by("seq").iterator(chunk_size=2000)
    bad = chain.verify({**audit.record(row), "prev_hash": row.prev_hash, "hash": row.hash} for row in rows)
    if bad is not None:
        yield f"audit {bad}", "the chain breaks at this number"
    yield from _head()
