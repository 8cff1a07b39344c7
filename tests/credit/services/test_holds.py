"""Holds: one stands at a time; a release has a reason and an end."""

from datetime import timedelta

import pytest

from credit.models import CreditHold
from credit.services import holds
from receivables.rules.refusals import Refused
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_second_placing_answers_the_first(credit):
    assert credit.hold("globex", DAY_0) == credit.hold("globex", DAY_0 + DAY, "legal")
    assert len(credit.events("globex", "hold_placed")) == 1


def test_a_reason_nobody_listed_is_refused(world, credit):
    with pytest.raises(Refused) as refused:
        credit.hold("globex", DAY_0, "mood")
    assert refused.value.code == "reason_unknown"


@pytest.mark.parametrize(
    ("reason", "until", "code"),
    [
        (" ", DAY_0 + DAY, "reason_missing"),
        ("paid", None, "expiry_missing"),
        ("paid", DAY_0 - DAY, "expiry_missing"),
    ],
)
def test_003_19_a_release_needs_reason_and_expiry(world, credit, reason, until, code):
    hold = credit.hold("globex", DAY_0)
    with pytest.raises(Refused) as refused:
        holds.release(hold=hold, reason=reason, until=until, on=DAY_0, now=world.at(DAY_0), by=world.by)
    assert refused.value.code == code
    assert CreditHold.objects.get().state == "ACTIVE"


def test_a_released_hold_is_not_released_again(credit):
    hold = credit.hold("globex", DAY_0)
    credit.release(hold, DAY_0, DAY_0 + 7 * DAY)
    with pytest.raises(Refused) as refused:
        credit.release(hold, DAY_0, DAY_0 + 7 * DAY)
    assert refused.value.code == "state"
    assert [event.kind for event in credit.events("globex")] == ["hold_placed", "hold_released"]
