"""Lists page by key: "after this row", never "skip so many rows", so that page 900 costs what page 1 costs. It knows no table."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

PAGE = 50
_DIGITS = 18
"""What fits a BIGINT whatever the digits are."""


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
    try:
        ordered = _behind(rows, field, key, down)
    except (
        ValidationError,
        TypeError,
        ValueError,
    ):  # a day where a number stands, and the like: somebody typed it
        key, backwards, down = None, False, descending
        ordered = _behind(rows, field, key, down)
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


def row_id(text: str) -> int:
    """The id that an address or a form names; 0, which no row has, for anything that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else 0


def _behind(rows: "QuerySet[Any]", field: str, key: tuple[Any, int] | None, down: bool) -> "QuerySet[Any]":
    ordered = rows.order_by(f"-{field}" if down else field, "-pk" if down else "pk")
    if key is None:
        return ordered
    value, pk = key
    beyond = "lt" if down else "gt"
    return ordered.filter(Q(**{f"{field}__{beyond}": value}) | Q(**{field: value, f"pk__{beyond}": pk}))


def _key(row: Any, field: str) -> str:
    value = getattr(row, field)
    mark = "d" if isinstance(value, date) else "n" if isinstance(value, int) else "t"
    return f"{row.pk}.{mark}{value.isoformat() if isinstance(value, date) else value}"


def _read(key: str) -> tuple[Any, int] | None:
    """The value and id in a key; None for what is no key of ours."""
    pk, _dot, rest = key[:200].partition(".")
    kind, value = rest[:1], rest[1:]
    if not row_id(pk) or kind not in ("d", "n", "t") or "\x00" in value:
        return None
    try:
        if kind == "d":
            return date.fromisoformat(value), row_id(pk)
        if kind == "n" and len(value) > _DIGITS:
            return None
        return (int(value) if kind == "n" else value), row_id(pk)
    except ValueError:
        return None
