"""What time it is at the contact, and whether a consumer was called too often."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dunning.models import Call
from dunning.questions import call_times
from receivables.models import Contact

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # Monday; 07:00 in New York, 20:00 in Shanghai


@pytest.fixture
def people(world):
    customer = world.customer("acme")
    zones = ("Europe/Berlin", "America/New_York", "Asia/Shanghai")
    return [Contact.objects.create(customer=customer, name=zone, time_zone=zone) for zone in zones]


def test_quiet_now_is_said_on_the_contacts_own_clock(world, people):
    found = call_times.places(people, world.customer("acme"), world.entity, NOON)
    assert [each.local.hour for each in found] == [13, 7, 20]
    assert [each.quiet for each in found] == [False, True, True]
    assert found[1].opens_at > NOON


def called(world, people, on, outcome, n=1):
    for _time in range(n):
        Call.objects.create(
            entity=world.entity, customer=world.customer("acme"), contact=people[1], outcome=outcome,
            called_at=datetime(on.year, on.month, on.day, 15, tzinfo=UTC), called_by="x", recorded_at=NOON, audit_seq=1,
        )  # fmt: skip


def test_a_consumer_in_the_united_states_is_not_called_after_a_conversation(world, people):
    today = date(2026, 3, 10)
    customer = world.customer("acme")
    called(world, people, today - timedelta(days=6), "refuses")
    assert call_times.too_often(customer, today) is None  # a business in Germany
    customer.traits, customer.country = ["consumer"], "US"
    assert call_times.too_often(customer, today).next_on == today + timedelta(days=1)
    assert call_times.too_often(customer, today + timedelta(days=1)) is None


def test_seven_tries_in_seven_days_are_the_most(world, people):
    today = date(2026, 3, 10)
    customer = world.customer("acme")
    customer.traits, customer.country = ["consumer"], "US"
    called(world, people, today, "no_answer", n=6)
    assert call_times.too_often(customer, today) is None
    called(world, people, today, "no_answer")
    assert call_times.too_often(customer, today).reason == "calls_per_debt"
