"""Class and limit, dated: a person sets the class for a reason, two people change the limit."""

from datetime import timedelta

import pytest

from credit.models import CreditAccount
from credit.services import accounts
from receivables.rules.refusals import Refused
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_row_of_a_past_day_still_says_what_held_then(world, credit):
    credit.set_class("globex", "A", DAY_0)
    credit.set_class("globex", "C", DAY_0 + 10 * DAY)
    customer = world.customer("globex")
    assert accounts.current(customer, world.entity, on=DAY_0 + 9 * DAY).risk_class == "A"
    assert accounts.current(customer, world.entity, on=DAY_0 + 10 * DAY).risk_class == "C"
    assert accounts.current(customer, world.entity, on=DAY_0 - DAY) is None


def test_the_class_of_the_same_day_is_set_again_in_place(world, credit):
    credit.set_class("globex", "A", DAY_0)
    credit.set_class("globex", "B", DAY_0)
    assert CreditAccount.objects.get().risk_class == "B"
    assert [event.figures["to"] for event in credit.events("globex", "class_set")] == ["A", "B"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"reason": " "}, "reason_missing"), ({"risk_class": "D"}, "class_unknown"), ({"on": DAY_0 - DAY}, "before_current"),
     ({"risk_class": "A"}, "no_change")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(world, credit, change, code):
    credit.set_class("globex", "A", DAY_0)
    told = {
        "customer": world.customer("globex"), "entity": world.entity, "risk_class": "B", "reason": "judged", "on": DAY_0,
        "now": world.at(DAY_0), "by": world.by, **change,
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        accounts.set_class(**told)
    assert refused.value.code == code


def test_a_limit_holds_when_the_second_person_approved_it(world, credit):
    credit.set_class("globex", "A", DAY_0)
    change = accounts.propose_limit(
        customer=world.customer("globex"), entity=world.entity, limit_amount=500_000, limit_currency="EUR",
        reason="grew", now=world.at(DAY_0), by=world.person("finance_manager"),
    )  # fmt: skip
    assert accounts.newest(world.customer("globex"), world.entity).limit_amount is None
    world.approve(change, on=DAY_0 + DAY)
    row = accounts.newest(world.customer("globex"), world.entity)
    assert (row.limit_amount, row.limit_currency, row.risk_class, row.valid_from) == (
        500_000,
        "EUR",
        "A",
        DAY_0 + DAY,
    )
    assert row.valid_to is None and CreditAccount.objects.count() == 2


def test_nobody_approves_their_own_limit(world, credit):
    change = accounts.propose_limit(
        customer=world.customer("globex"), entity=world.entity, limit_amount=1, limit_currency="EUR", reason="grew",
        now=world.at(DAY_0), by=world.person("finance_manager"),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        world.approve(change, second="finance_manager")
    assert refused.value.code == "four_eyes"
