"""Dated exchange rates: list and enter. Rates are facts; a wrong one is corrected under another source."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from receivables.models import ExchangeRate
from receivables.services import rates
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, page
from receivables.wire.room import Room
from receivables.wire.shapes import Currency, Day, In, Out, Text40, moment

room = Room("exchange rates")


class RateOut(Out):
    """One unit of `base` is `rate` units of `quote` on a day; `rate` is decimal text."""

    id: int
    on: str
    base: str
    quote: str
    rate: str
    source: str
    recorded_at: str


class Filters(Listing):
    """Narrowing the list."""

    base: Currency | None = None
    quote: Currency | None = None
    on: Day | None = None


class Entering(In):
    """A rate of a source and day."""

    on: Day
    base: Currency
    quote: Currency
    rate: Text40
    source: Text40


@room.get("/exchange-rates", "entry.view", Page[RateOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Rates, newest first."""
    given = {name: getattr(wanted, name) for name in ("base", "quote", "on") if getattr(wanted, name)}
    return page(ExchangeRate.objects.for_user(guards.of(request).user).filter(**given), wanted, _rate)


@room.post("/exchange-rates", "rate.edit", RateOut, status=201)
def enter(request: HttpRequest, data: Entering) -> Any:
    """Enters a rate."""
    caller = guards.of(request)
    return _rate(rates.enter(**data.model_dump(), today=caller.day(), now=caller.now, by=caller.by))


def _rate(row: Any) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in ("on", "base", "quote", "rate", "source")}
    return same | {"id": row.pk, "recorded_at": moment(row.recorded_at)}
