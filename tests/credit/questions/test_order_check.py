"""The order check on real rows: holds, limits and exposure per currency, day 31 before the night has run."""

from datetime import timedelta

import pytest

from credit.questions import exposure
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_003_19_on_day_31_an_order_is_held_even_before_the_night(world, credit):
    world.issue("globex", "100.00", due_on=DAY_0, number="INV-17")
    assert credit.ask("globex", "50.00", DAY_0 + 30 * DAY).answer == "OK"
    found = credit.ask("globex", "50.00", DAY_0 + 31 * DAY)
    assert (found.answer, found.reason) == ("HOLD", "overdue")
    assert [item.reference for item in found.ways[0].items] == ["INV-17"]


def test_a_release_lets_orders_pass_until_it_ends(world, credit):
    world.issue("globex", "100.00", due_on=DAY_0)
    credit.night(DAY_0 + 31 * DAY)
    credit.release(credit.standing("globex"), DAY_0 + 31 * DAY, DAY_0 + 40 * DAY)
    assert credit.ask("globex", "50.00", DAY_0 + 40 * DAY).answer == "OK"
    assert credit.ask("globex", "50.00", DAY_0 + 41 * DAY).answer == "HOLD"


def test_exposure_is_what_is_open_less_what_is_on_account_in_each_currency(world, credit):
    world.issue("globex", "800.00", due_on=DAY_0 + 20 * DAY)
    world.issue("globex", "500.00", due_on=DAY_0 + 20 * DAY, currency="USD")
    world.receive("globex", "300.00")
    found = exposure.by_currency(world.customer("globex"), world.entity)
    assert found == {"EUR": 50_000, "USD": 50_000}
    credit.limit("globex", "1000.00", DAY_0)
    assert credit.ask("globex", "400.00", DAY_0).answer == "OK"
    assert credit.ask("globex", "500.00", DAY_0).reason == "near_limit"
    assert credit.ask("globex", "500.01", DAY_0).answer == "HOLD"
    assert credit.ask("globex", "500.01", DAY_0, currency="USD").reason == "limit_in_other_currency"


def test_an_empty_limit_is_none_and_zero_is_nothing_on_credit(world, credit):
    assert credit.ask("globex", "1000000.00", DAY_0).reason == "no_limit"
    credit.limit("globex", "0.00", DAY_0)
    assert credit.ask("globex", "0.01", DAY_0).reason == "nothing_on_credit"
    assert credit.ask("globex", "0.01", DAY_0, prepaid=True).answer == "OK"


def test_charges_on_top_of_the_debt_hold_nobody(world, credit, interest):
    invoice = world.issue("globex", "1000.00", due_on=DAY_0)
    interest.terms("globex", "contract", agreed="10")
    interest.claim("globex", DAY_0 + 20 * DAY)
    world.pay(invoice, on=DAY_0 + 21 * DAY)
    assert credit.ask("globex", "50.00", DAY_0 + 90 * DAY).answer == "OK"


def test_the_check_asks_a_handful_of_questions(world, credit, django_assert_max_num_queries):
    for _each in range(20):
        world.issue("globex", "100.00", due_on=DAY_0)
    with django_assert_max_num_queries(12):
        credit.ask("globex", "50.00", DAY_0 + 40 * DAY)
