"""The status at a glance: counts per state, and late rows are named as stale."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from receivables import clock
from receivables.models import Message
from reports import operating
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


def message(world, key, due_at, **options):
    return Message.objects.create(
        key=key, entity=world.entity, customer=world.customer("globex"), channel="email", recipient="a@globex.example",
        body="Hello", planned_at=due_at, due_at=due_at, audit_seq=1, **options,
    )  # fmt: skip


def test_nothing_waits_in_an_empty_house(world):
    found = operating.status(now=world.at(DAY_0))
    assert found.healthy
    assert (found.messages, found.parked, found.oldest_due) == ({}, 0, None)


def test_t11_due_rows_that_wait_too_long_are_called_stale(world):
    message(world, "a", world.at(DAY_0))
    soon = operating.status(now=world.at(DAY_0) + timedelta(minutes=14))
    late = operating.status(now=world.at(DAY_0) + timedelta(minutes=16))
    assert soon.healthy
    assert soon.messages == {"planned": 1}
    assert late.stale == {"messages": world.at(DAY_0)}


def test_a_message_its_owner_must_look_at_again_is_not_late(world):
    message(world, "a", world.at(DAY_0), stale_at=world.at(DAY_0))
    assert operating.status(now=world.at(DAY_0) + timedelta(hours=5)).healthy


def test_the_command_answers_json_and_fails_when_something_is_late(world):
    message(world, "a", clock.now() - timedelta(hours=1))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("status", json=True, stdout=out)
    said = json.loads(out.getvalue())
    assert said["healthy"] is False
    assert list(said["stale"]) == ["messages"]


def test_verify_says_what_it_asked_and_finds_nothing_wrong(world):
    out = StringIO()
    call_command("verify", json=True, stdout=out)
    said = json.loads(out.getvalue())
    assert said["ok"] is True
    assert {"message_accepted_once", "handed_over_to_something", "chain_verifies"} <= set(said["asked"])


def test_verify_names_a_message_whose_state_has_no_attempt(world, broken_books):
    message(world, "lost", world.at(DAY_0), state="ACCEPTED", accepted_at=world.at(DAY_0))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify", json=True, stdout=out)
    assert "message_accepted_once" in [each["rule"] for each in json.loads(out.getvalue())["findings"]]
