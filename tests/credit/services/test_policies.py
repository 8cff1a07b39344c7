"""The policy by age of an entity is set for a reason and counted up."""

import pytest

from credit.models import CreditPolicy
from credit.services import policies
from receivables.rules.refusals import Refused
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


def test_it_is_set_and_counted_up(credit):
    credit.policy(DAY_0, lower_after_days=45)
    credit.policy(DAY_0, lower_after_days=60, hold_after_days=None, minimum={"EUR": 5000, "USD": 0})
    row = CreditPolicy.objects.get()
    assert (row.lower_after_days, row.hold_after_days, row.minimum, row.version) == (
        60,
        None,
        {"EUR": 5000},
        2,
    )


@pytest.mark.parametrize(
    ("values", "code"),
    [({"lower_after_days": 366}, "days_invalid"), ({"hold_after_days": -1}, "days_invalid"),
     ({"minimum": {"EUR": -1}}, "amount_invalid"), ({"minimum": {"XXY": 1}}, "currency_unknown"),
     ({"reason": ""}, "reason_missing")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(world, values, code):
    told = {"lower_after_days": 30, "hold_after_days": 30, "minimum": {}, "reason": "the board", **values}
    with pytest.raises(Refused) as refused:
        policies.set_policy(entity=world.entity, now=world.at(DAY_0), by=world.by, **told)
    assert refused.value.code == code


def test_setting_the_same_again_is_no_change(credit):
    credit.policy(DAY_0, lower_after_days=45)
    with pytest.raises(Refused) as refused:
        credit.policy(DAY_0, lower_after_days=45)
    assert refused.value.code == "no_change"
