"""Credit over the API: the order check of 003-19, holds placed and released, accounts."""

from datetime import UTC, datetime, timedelta

import pytest

from credit.models import CreditHold

DAY = timedelta(days=1)


@pytest.fixture
def today():
    return datetime.now(UTC).date()


@pytest.fixture
def order(world):
    return {
        "customer": world.customer("globex").pk,
        "entity": world.entity.pk,
        "amount": "50.00",
        "currency": "EUR",
    }


def test_003_19_at_day_31_the_check_answers_hold_with_reason_and_way_out(world, api, order, today):
    world.issue("globex", "100.00", due_on=today - 29 * DAY, number="INV-17")
    caller = api("sales_rep", username="anna")
    globex = world.customer("globex")
    globex.profiles.update(rep=caller.user)
    assert caller.post("credit/check", order).json()["answer"] == "OK"
    world.issue("globex", "100.00", due_on=today - 33 * DAY, number="INV-21")
    said = caller.post("credit/check", order).json()
    assert (said["answer"], said["reason"], said["exposure"]) == ("HOLD", "overdue", "200.00")
    assert [(way["way"], way["amount"]) for way in said["ways"]] == [
        ("pay", "100.00"),
        ("prepay", "50.00"),
        ("release", None),
    ]
    assert said["ways"][0]["items"][0]["reference"] == "INV-21"
    assert caller.post("credit/check", {**order, "prepaid": True}).json()["answer"] == "OK"
    assert caller.post("credit/check", {**order, "stage": "invoice"}).json()["reason"] == "delivered"


@pytest.mark.parametrize(
    "change", [{"amount": "-1"}, {"amount": "0.00"}, {"amount": "1.001"}, {"currency": "XXY"}, {"stage": "x"}]
)
def test_what_makes_no_sense_is_refused(api, order, change):
    assert api("collector").post("credit/check", {**order, **change}).status_code == 422


def test_a_hold_is_placed_once_and_released_by_role_reason_and_expiry(api, world, order, today):
    body = {"customer": order["customer"], "entity": order["entity"], "reason": "other", "note": "a rumour"}
    collector, manager = api("collector"), api("finance_manager")
    assert api("sales_manager").post("credit/holds", body).status_code == 403
    made = collector.post("credit/holds", body).json()
    assert collector.post("credit/holds", {**body, "note": "again"}).json()["id"] == made["id"]
    path, until = f"credit/holds/{made['id']}/release", (today + 14 * DAY).isoformat()
    assert collector.post(path, {"reason": "paid", "until": until}).status_code == 403
    assert manager.post(path, {"reason": "paid"}).status_code == 422
    assert (
        manager.post(path, {"reason": "paid", "until": (today - 2 * DAY).isoformat()}).json()["code"]
        == "expiry_missing"
    )
    assert manager.post(path, {"reason": "paid", "until": until}).json()["state"] == "RELEASED"
    assert manager.post(path, {"reason": "paid", "until": until}).status_code == 409
    assert manager.get("credit/holds?state=RELEASED").json()["items"][0]["release_reason"] == "paid"
    assert CreditHold.objects.count() == 1


def test_accounts_show_what_holds_now_or_all_of_it(api, credit, world, today):
    credit.set_class("globex", "A", today - 5 * DAY)
    credit.set_class("globex", "B", today)
    caller = api("auditor")
    (row,) = caller.get("credit/accounts").json()["items"]
    assert (row["risk_class"], row["limit"]) == ("B", None)
    assert len(caller.get("credit/accounts?history=true").json()["items"]) == 2


def test_a_customer_of_somebody_else_is_not_there(api, world, order):
    assert api("sales_rep", username="stranger").post("credit/check", order).status_code == 404
