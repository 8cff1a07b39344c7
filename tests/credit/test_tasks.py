"""The bell of the rule by age: every entity on its own day, again without effect."""

from datetime import UTC, datetime, timedelta

import pytest

from credit import tasks
from credit.models import CreditHold

pytestmark = pytest.mark.django_db


def test_ringing_twice_holds_once_and_every_entity_is_served(world):
    today = datetime.now(UTC).date()
    china = world.legal_entity("CN", "Beidou", "CNY", "Asia/Shanghai", "CN")
    for code, entity, currency in (("globex", world.entity, "EUR"), ("hengda", china, "CNY")):
        world.customer(code, entity=entity)
        world.issue(code, "100.00", due_on=today - timedelta(days=33), entity=entity, currency=currency)
    assert tasks.apply_age() == 2
    assert tasks.apply_age() == 0
    assert CreditHold.objects.active().count() == 2
