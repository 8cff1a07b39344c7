"""The list of holds, the order check and the policy by age on pages."""

from datetime import UTC, datetime, timedelta

import pytest

from credit.models import CreditPolicy

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today():
    return datetime.now(UTC).date()


def test_the_list_says_how_much_is_at_stake_and_what_would_release_it(world, credit, login, today):
    world.issue("globex", "100.00", due_on=today - 35 * DAY, number="INV-17")
    world.issue("globex", "50.00", due_on=today - 34 * DAY, number="INV-21")
    world.issue("globex", "900.00", due_on=today + 5 * DAY)
    credit.night(today)
    text = login("auditor").get("/credit/holds/").content.decode()
    assert "Pay INV-17 and INV-21" in text
    assert "1,050" in text
    assert "/release/" not in text
    assert "Nobody is on hold" not in text


def test_released_holds_stand_on_their_own_list(credit, login, today):
    credit.release(credit.hold("globex", today), today, today + 7 * DAY)
    client = login("finance_manager")
    assert "Nobody is on hold" in client.get("/credit/holds/").content.decode()
    assert "paid tomorrow" in client.get("/credit/holds/?state=released").content.decode()


def test_the_order_check_answers_with_reason_and_ways_out(world, credit, login, today):
    credit.limit("globex", "100.00", today)
    asked = {
        "customer": "globex",
        "entity": world.entity.pk,
        "amount": "150.00",
        "currency": "eur",
        "stage": "order",
    }
    client = login("collector")
    text = client.get("/credit/check/", asked).content.decode()
    assert "The order passes the limit." in text
    assert "€50.00" in text
    assert client.get("/credit/check/", {**asked, "prepaid": "on"}).context["answer"].verdict.answer == "OK"
    assert client.get("/credit/check/", {**asked, "amount": "x"}).status_code == 422
    assert client.get("/credit/check/", {**asked, "customer": "nobody"}).status_code == 422


def test_pitfall_80_the_policy_that_is_shown_is_the_one_that_acts(world, credit, login, today):
    address = f"/credit/policy/{world.entity.pk}/"
    body = {
        "lower_after_days": "60",
        "hold_after_days": "60",
        "minimum": "EUR 50.00, USD 60",
        "reason": "the board",
    }
    assert login("collector").post(address, body).status_code == 403
    client = login("finance_manager")
    assert client.post(address, {**body, "minimum": "50"}).status_code == 422
    assert client.post(address, body).status_code == 302
    assert CreditPolicy.objects.get().minimum == {"EUR": 5000, "USD": 6000}
    world.issue("globex", "100.00", due_on=today - 60 * DAY)
    assert credit.night(today) == 0
    assert credit.night(today + DAY) == 1
    assert "60 days" in client.get("/credit/policy/").content.decode()
