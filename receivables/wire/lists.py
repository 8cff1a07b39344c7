"""Lists of the API: by key, never by offset, at most 200 a page; and the look-up of one row inside the caller's scope."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from receivables.wire.guards import Caller
from receivables.wire.problems import not_found
from receivables.wire.shapes import LARGEST_ID

USUAL, MOST = 50, 200
Row = TypeVar("Row")


def _limit(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value, re.ASCII) and int(value) > 0:
        return min(int(value), MOST)
    if isinstance(value, int) and value == USUAL:
        return value
    raise PydanticCustomError("limit_invalid", "a page has 1 to 200 rows")


def _cursor(value: Any) -> Any:
    if isinstance(value, str) and (not value or re.fullmatch(r"[0-9]{1,18}", value, re.ASCII)):
        return value
    raise PydanticCustomError("cursor_invalid", "use the `next` of the page before")


class Listing(BaseModel):
    """The two parameters of every list. Rooms add their allowed filters by inheriting; any other parameter is refused."""

    after: Annotated[
        str, BeforeValidator(_cursor), Field(pattern="^[0-9]{0,18}$", description="`next` of the page before")
    ] = ""
    limit: Annotated[
        int, BeforeValidator(_limit), Field(ge=1, description="at most 200; more is cut to 200")
    ] = USUAL


class Page(BaseModel, Generic[Row]):
    """One page. `next` is the `after` of the page behind it, null on the last."""

    items: list[Row]
    next: str | None


def page(
    rows: "QuerySet[Any]", wanted: Listing, show: Callable[[Any], dict[str, Any]], *, rising: bool = False
) -> dict[str, Any]:
    """The page behind the cursor, newest first (or oldest first, when `rising`)."""
    if wanted.after:
        rows = rows.filter(**{"pk__gt" if rising else "pk__lt": int(wanted.after)})
    found = list(rows.order_by("pk" if rising else "-pk")[: wanted.limit + 1])
    shown = found[: wanted.limit]
    return {
        "items": [show(row) for row in shown],
        "next": str(shown[-1].pk) if len(found) > wanted.limit else None,
    }


def seen(rows: Any, caller: Caller, pk: int) -> Any:
    """The row, if it is there and the caller may see it; else the one 404."""
    row = rows.for_user(caller.user).filter(pk=pk).first() if 0 < pk <= LARGEST_ID else None
    if row is None:
        raise not_found()
    return row


def all_seen(rows: Any, caller: Caller, pks: list[int]) -> dict[int, Any]:
    """Every one of the rows by id, or the one 404."""
    found = rows.for_user(caller.user).in_bulk(set(pks))
    if len(found) != len(set(pks)):
        raise not_found()
    return found  # type: ignore[no-any-return]
