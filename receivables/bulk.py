"""Writes many rows at once: COPY on PostgreSQL, executemany on SQLite, with ids given out beforehand.

It is the one way round the ORM for facts; constraints and triggers hold all the same. Callers hold the audit line.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def next_ids(model: type[models.Model], count: int) -> range | list[int]:
    """`count` fresh primary keys of a table, for rows written by `insert`."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # The write lock is held (IMMEDIATE), so nobody else takes an id meanwhile.
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            last = (cursor.fetchone() or [0])[0]
            return range(last + 1, last + 1 + count)
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [row[0] for row in cursor.fetchall()]


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes `rows` (values in the order of `columns`, database column names); columns left out take their default."""
    table = model._meta.db_table
    rest = _defaults(model, columns)
    names = ", ".join(f'"{name}"' for name in (*columns, *rest))
    constant = tuple(rest.values())
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * (len(columns) + len(rest)))
            statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'
            cursor.executemany(statement, [(*row, *constant) for row in rows])
            return
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row((*row, *constant))


def _defaults(model: type[models.Model], given: Sequence[str]) -> dict[str, Any]:
    """What the model says for the columns that are not given and may not be empty."""
    fields = [
        f for f in model._meta.concrete_fields if f.column not in given and not f.primary_key and not f.null
    ]
    return {str(f.column): f.get_db_prep_save(f.get_default(), connection) for f in fields}
