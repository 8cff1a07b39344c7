"""Writes many rows of a night at once, by one statement a table on both databases. It decides nothing and opens no audit line."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from dunning.models import NoticeItem, RunOutcome
from receivables import bulk
from receivables.models import Notification

ITEM_COLUMNS = (
    "notice_id",
    "entry_id",
    "stage",
    "rank",
    "track",
    "round",
    "open_amount",
    "days_past_due",
    "reached_on",
)
ITEM_TYPES = ("bigint", "bigint", "text", "smallint", "text", "smallint", "bigint", "integer", "date")
TOLD_COLUMNS = ("user_id", "key", "kind", "figures", "link", "customer_id", "at")
TOLD_TYPES = ("bigint", "text", "text", "jsonb", "text", "bigint", "timestamptz")


def insert_once(
    model: type[models.Model], columns: Sequence[str], types: Sequence[str], rows: Sequence[Sequence[Any]], **constants: Any
) -> int:  # fmt: skip
    """INSERT … ON CONFLICT DO NOTHING of many rows; how many were written. What stands already stays as it is."""
    if not rows:
        return 0
    names = ", ".join(f'"{name}"' for name in (*columns, *constants))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * (len(columns) + len(constants)))
            tail = tuple(constants.values())
            cursor.executemany(
                f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING',
                [(*row, *tail) for row in rows],
            )
            return int(cursor.rowcount)
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        fixed = "".join(", %s" for _name in constants)
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT given.*{fixed} FROM unnest({arrays}) AS given '
            "ON CONFLICT DO NOTHING",
            [*constants.values(), *map(list, zip(*rows, strict=True))],
        )
        return int(cursor.rowcount)


def items(rows: Sequence[Sequence[Any]]) -> int:
    """Items of notices that are about to be written; one that stands at that rung already is left out.

    Under the customers' locks nobody can have been faster, so they are copied; if somebody was after all, ON CONFLICT settles it.
    """
    if not rows:
        return 0
    try:
        with transaction.atomic():
            bulk.insert(NoticeItem, ITEM_COLUMNS, rows)
        return len(rows)
    except IntegrityError:
        return insert_once(NoticeItem, ITEM_COLUMNS, ITEM_TYPES, rows, withdrawn=False)


def notifications(rows: Sequence[Sequence[Any]]) -> int:
    """Lines for our people in the app; nobody is told the same fact twice."""
    return insert_once(Notification, TOLD_COLUMNS, TOLD_TYPES, rows)


def with_items(notice_ids: Sequence[int]) -> set[int]:
    """Those of the notices that got at least one item."""
    found = NoticeItem.objects.filter(notice_id__range=(min(notice_ids), max(notice_ids)))
    return set(found.values_list("notice_id", flat=True)) & set(notice_ids)


def close_outcomes(ids: Sequence[int], on: date) -> None:
    """Reasons that hold no longer end on a day."""
    if not ids:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            among, value = "(SELECT value FROM json_each(%s))", json.dumps(list(ids))
            cursor.execute(
                f'UPDATE "{RunOutcome._meta.db_table}" SET to_on = %s WHERE id IN {among}', [on, value]
            )
            return
        cursor.execute(
            f'UPDATE "{RunOutcome._meta.db_table}" SET to_on = %s WHERE id = ANY(%s)', [on, list(ids)]
        )


def open_outcomes(rows: Sequence[Sequence[Any]]) -> None:
    """New reasons, from a day on."""
    if rows:
        bulk.insert(
            RunOutcome, ["entity_id", "customer_id", "from_on", "code", "digest", "items", "run_id"], rows
        )
