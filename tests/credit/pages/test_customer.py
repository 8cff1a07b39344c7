"""The credit page of a customer: what holds and why, and who may change it."""

from datetime import UTC, datetime, timedelta

import pytest

from credit.models import CreditAccount, CreditHold
from receivables.models import Change

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return datetime.now(UTC).date()


@pytest.fixture
def at(world):
    return f"/customers/{world.customer('globex').pk}/credit/"


def test_it_shows_class_limit_hold_and_the_way_out(world, credit, login, at, today):
    credit.set_class("globex", "A", today - 40 * DAY)
    credit.limit("globex", "5000.00", today - 40 * DAY)
    world.issue("globex", "100.00", due_on=today - 35 * DAY, number="INV-17")
    credit.night(today)
    text = login("collector").get(at).content.decode()
    assert "New orders on credit are held." in text
    assert "Pay INV-17" in text
    assert "A → B" in text
    assert "5,000" in text and "4,900" in text


def test_nobody_judged_yet_is_said(login, at):
    assert "Nobody judged this customer yet" in login("auditor").get(at).content.decode()


def test_the_class_is_set_by_finance_for_a_reason(world, login, at, today):
    address = f"{at}{world.entity.pk}/class/"
    body = {"risk_class": "B", "on": today.isoformat(), "reason": ""}
    assert login("collector").post(address, body).status_code == 403
    client = login("finance_manager")
    assert client.post(address, body).status_code == 422
    assert client.post(address, {**body, "reason": "pays late"}).status_code == 302
    assert CreditAccount.objects.get().risk_class == "B"


@pytest.mark.parametrize(("typed", "stored"), [("5000.00", 500_000), ("0", 0), ("", None)])
def test_a_limit_is_proposed_and_waits_for_a_second_person(world, credit, login, at, today, typed, stored):
    credit.limit("globex", "77.00", today)
    client = login("finance_manager")
    answer = client.post(
        f"{at}{world.entity.pk}/limit/", {"limit": typed, "currency": "EUR", "reason": "grew"}
    )
    assert answer.status_code == 302
    assert Change.objects.open().get().proposal["limit_amount"] == stored
    assert "waits for a second person" in client.get(at).content.decode()


def test_a_limit_that_is_no_amount_is_refused_at_its_field(world, login, at):
    client = login("finance_manager")
    page = client.post(
        f"{at}{world.entity.pk}/limit/", {"limit": "1.234,5", "currency": "EUR", "reason": "grew"}
    )
    assert page.status_code == 422
    assert "limit" in page.context["form"].errors


def test_a_hold_is_placed_by_a_collector_and_released_by_finance(world, login, at, today):
    collector, manager = login("collector"), login("finance_manager")
    assert collector.post(f"{at}{world.entity.pk}/hold/", {"reason": "overdue"}).status_code == 422
    assert (
        collector.post(f"{at}{world.entity.pk}/hold/", {"reason": "other", "note": "a rumour"}).status_code
        == 302
    )
    hold = CreditHold.objects.get()
    release = f"/credit/holds/{hold.pk}/release/"
    body = {"reason": "was wrong", "until": (today + 7 * DAY).isoformat()}
    assert collector.post(release, body).status_code == 403
    assert manager.post(release, {**body, "until": ""}).status_code == 422
    assert manager.post(release, body).status_code == 302
    assert CreditHold.objects.get().state == "RELEASED"


def test_a_customer_of_another_rep_is_not_there(login, at):
    assert login("sales_rep").get(at).status_code == 404
