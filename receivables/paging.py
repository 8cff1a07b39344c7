"""Lists page by key: "after this row", never "skip so many rows", so that page 900 costs what page 1 costs. It knows no table."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

PAGE = 50


@dataclass(frozen=True)
class Page:
    """One page of rows; the keys of its neighbours, None where there is none."""

    rows: list[Any]
    next_key: str | None
    prev_key: str | None


def page(
    rows: "QuerySet[Any]", *, field: str, descending: bool, after: str, before: str, size: int = PAGE
) -> Page:
    """The page behind `after` or in front of `before` (keys as given out), ordered by `field` and then by id.

    `field` is a column or annotation without NULLs. A key that cannot be read gives the first page.
    """
    key = _read(before or after)
    backwards = bool(before and key)
    down = descending != backwards
    ordered = rows.order_by(f"-{field}" if down else field, "-pk" if down else "pk")
    if key:
        value, pk = key
        beyond = "lt" if down else "gt"
        ordered = ordered.filter(
            Q(**{f"{field}__{beyond}": value}) | Q(**{field: value, f"pk__{beyond}": pk})
        )
    found = list(ordered[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    first, last = (found[0], found[-1]) if found else (None, None)
    return Page(
        found,
        next_key=_key(last, field) if last is not None and (more or backwards) else None,
        prev_key=_key(first, field) if first is not None and (more if backwards else bool(key)) else None,
    )


def _key(row: Any, field: str) -> str:
    value = getattr(row, field)
    mark = "d" if isinstance(value, date) else "n" if isinstance(value, int) else "t"
    return f"{row.pk}.{mark}{value.isoformat() if isinstance(value, date) else value}"


def _read(key: str) -> tuple[Any, int] | None:
    pk, _dot, rest = key[:200].partition(".")
    try:
        if rest[:1] == "d":
            return date.fromisoformat(rest[1:]), int(pk)
        return (int(rest[1:]) if rest[:1] == "n" else rest[1:]), int(pk)
    except ValueError:
        return None
