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


def among(column: str, ids: Sequence[Any]) -> tuple[str, Any]:
    """A condition that a column is one of many values, and its one parameter."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", list(ids)
    return f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(list(ids))


def day(value: Any) -> Any:
    """A date that came through an expression; SQLite hands it over as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def parsed(value: Any) -> Any:
    """JSON of a column that came without its field."""
    return json.loads(value) if isinstance(value, str) else value
