"""Credit: classes and limits, holds placed and released, and the check of an order."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query

from credit.models import CreditAccount, CreditHold
from credit.questions import order_check
from credit.rules.order_check import Way
from credit.services import holds
from receivables.models import Customer, LegalEntity
from receivables.rules.refusals import Refused
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import (
    Amount,
    Currency,
    Day,
    Id,
    In,
    Out,
    QueryId,
    Reason,
    Said,
    Text300,
    moment,
    money,
    plain,
)

room = Room("credit")


class AccountOut(Out):
    """Class and limit from a day until before another. A null limit is none at all; "0.00" is nothing on credit."""

    id: int
    customer: int
    entity: int
    risk_class: str
    limit: Said | None
    currency: str
    valid_from: str
    valid_to: str | None
    reason: str
    set_by: str


class HoldOut(Out):
    """No new orders on credit while `state` is ACTIVE."""

    id: int
    customer: int
    entity: int
    reason: str
    note: str
    state: str
    placed_on: str
    placed_by: str
    released_at: str | None
    released_by: str
    release_reason: str
    release_until: str | None


class ItemOut(Out):
    """An open item that paying would settle."""

    reference: str
    due_on: str | None
    days: int
    open: Said


class WayOut(Out):
    """pay (`amount` of `items`), prepay (`amount`), release or raise (a person decides)."""

    way: Literal["pay", "prepay", "release", "raise"]
    amount: Said | None
    currency: str
    items: list[ItemOut]


class CheckOut(Out):
    """The answer; `free` is what is left of the limit before this order, null without a limit in its currency."""

    answer: Literal["OK", "WARN", "HOLD"]
    reason: str
    currency: str
    exposure: Said
    limit: Said | None
    limit_currency: str
    free: Said | None
    risk_class: str
    hold: int | None
    ways: list[WayOut]


class AccountFilters(Listing):
    """Narrowing the list; without `history` only what holds now."""

    customer: QueryId | None = None
    entity: QueryId | None = None
    history: Literal["true", "false"] = "false"


class HoldFilters(Listing):
    """Narrowing the list."""

    customer: QueryId | None = None
    entity: QueryId | None = None
    state: Literal["ACTIVE", "RELEASED"] | None = None


class Placing(In):
    """Whom, where and why."""

    customer: Id
    entity: Id
    reason: Literal["limit", "broken_promise", "legal", "other"]
    note: Text300 = ""


class Releasing(In):
    """Why, and until which day no rule holds again."""

    reason: Reason
    until: Day


class Checking(In):
    """An order. `prepaid` and what was delivered (`invoice`) pass."""

    customer: Id
    entity: Id
    amount: Amount
    currency: Currency
    stage: Literal["quote", "order", "delivery", "invoice"] = "order"
    prepaid: bool = False


@room.get("/credit/accounts", "credit.view", Page[AccountOut])
def accounts(request: HttpRequest, wanted: Query[AccountFilters]) -> Any:
    """Classes and limits, newest first."""
    given = _given(wanted, "customer", "entity")
    rows = CreditAccount.objects.for_user(guards.of(request).user).filter(**given)
    return page(rows if wanted.history == "true" else rows.filter(valid_to__isnull=True), wanted, _account)


@room.get("/credit/holds", "credit.view", Page[HoldOut])
def index(request: HttpRequest, wanted: Query[HoldFilters]) -> Any:
    """Holds, newest first."""
    given = _given(wanted, "customer", "entity", "state")
    return page(CreditHold.objects.for_user(guards.of(request).user).filter(**given), wanted, _hold)


@room.post("/credit/holds", "hold.place", HoldOut, status=201)
def place(request: HttpRequest, data: Placing) -> Any:
    """Holds new orders; a customer already on hold gets the standing hold."""
    caller = guards.of(request)
    customer, entity = _both(caller, data)
    row = holds.place(
        customer=customer,
        entity=entity,
        reason=data.reason,
        note=data.note,
        on=caller.day(entity),
        now=caller.now,
        by=caller.by,
    )
    return _hold(row)


@room.post("/credit/holds/{int:hold_id}/release", "hold.release", HoldOut)
def release(request: HttpRequest, hold_id: int, data: Releasing) -> Any:
    """Lets orders pass again."""
    caller = guards.of(request)
    row = seen(CreditHold.objects.select_related("entity", "customer"), caller, hold_id)
    on = caller.day(row.entity)
    return _hold(
        holds.release(hold=row, reason=data.reason, until=data.until, on=on, now=caller.now, by=caller.by)
    )


@room.post("/credit/check", "credit.check", CheckOut)
def check(request: HttpRequest, data: Checking) -> Any:
    """May this order go on credit? Nothing is reserved by asking."""
    caller = guards.of(request)
    customer, entity = _both(caller, data)
    amount = money(data.amount, data.currency)
    if not amount:
        raise Refused("amount_not_positive", "An order is above zero.", field="amount")
    found = order_check.ask(
        customer, entity, amount, stage=data.stage, prepaid=data.prepaid, on=caller.day(entity)
    )
    case, verdict = found.case, found.verdict
    return {
        "answer": verdict.answer,
        "reason": verdict.reason,
        "currency": case.currency,
        "exposure": plain(case.exposure, case.currency),
        "limit": None if case.limit is None else plain(case.limit, case.limit_currency),
        "limit_currency": case.limit_currency,
        "free": None if verdict.free is None else plain(verdict.free, case.currency),
        "risk_class": found.account.risk_class if found.account else "N",
        "hold": found.hold.pk if found.hold else None,
        "ways": [_way(each) for each in verdict.ways],
    }


def _given(wanted: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in names if getattr(wanted, name)}


def _both(caller: Caller, data: Any) -> tuple[Any, Any]:
    return seen(Customer.objects, caller, data.customer), seen(LegalEntity.objects, caller, data.entity)


def _way(each: Way) -> dict[str, Any]:
    return {
        "way": each.kind,
        "amount": plain(each.amount, each.currency) if each.currency else None,
        "currency": each.currency,
        "items": [
            {"reference": item.reference, "due_on": item.due_on, "days": item.days, "open": plain(item.left, item.currency)}
            for item in each.items
        ],
    }  # fmt: skip


def _account(row: Any) -> dict[str, Any]:
    same = ("risk_class", "valid_from", "valid_to", "reason", "set_by")
    limit = None if row.limit_amount is None else plain(row.limit_amount, row.limit_currency)
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "customer": row.customer_id,
        "entity": row.entity_id,
        "limit": limit,
        "currency": row.limit_currency,
    }


def _hold(row: Any) -> dict[str, Any]:
    same = (
        "reason", "note", "state", "placed_on", "placed_by", "released_by", "release_reason", "release_until",
    )  # fmt: skip
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "customer": row.customer_id,
        "entity": row.entity_id,
        "released_at": moment(row.released_at),
    }
