"""Small words of SQL that both databases understand, for questions about thousands of customers at once. It asks nothing."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

Rows = list[tuple[Any, ...]]


def rows(statement: str, values: Sequence[Any] = ()) -> Rows:
    """All rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())


def among(column: str, values: Sequence[Any]) -> tuple[str, Any]:
    """A condition that a column is one of many values, and its one parameter.

    Ids come with their span as well: on a table that grew since PostgreSQL last analysed it, "one of 2,000" looks like all of
    them and is read from end to end, a span is looked up in the index.
    """
    span = ""
    if values and isinstance(values[0], int):
        span = f"{column} BETWEEN {int(min(values))} AND {int(max(values))} AND "
        if connection.vendor == "postgresql":  # as text: the driver takes its time over lists of numbers
            return f"{span}{column} = ANY(%s::bigint[])", "{" + ",".join(map(str, values)) + "}"
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", list(values)
    return f"{span}{column} IN (SELECT value FROM json_each(%s))", json.dumps(list(values))


def day(value: Any) -> Any:
    """A date that came through an expression; SQLite hands it over as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def parsed(value: Any) -> Any:
    """JSON of a column that came without its field."""
    if value == "{}":
        return {}
    return json.loads(value) if isinstance(value, str) else value
