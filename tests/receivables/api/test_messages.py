"""Messages over the API: read with their story, decided with a reason."""

import pytest

from integrations.errors import Uncertain
from receivables.models import Consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def parked(mailroom):
    message = mailroom.plan()
    mailroom.provider.script = [Uncertain("timeout")]
    mailroom.deliver()
    mailroom.later(hours=1)
    mailroom.sweep()
    return message


def test_a_message_is_read_with_its_attempts(mailroom, parked, api):
    caller = api("accountant")
    listed = caller.get("messages?state=PARKED").json()
    assert [row["key"] for row in listed["items"]] == [parked.key]
    told = caller.get(f"messages/{parked.pk}").json()
    assert (told["state"], told["attempts"][0]["state"]) == ("PARKED", "UNCERTAIN")


def test_a_decision_needs_a_reason_and_the_right(mailroom, parked, api):
    assert api("auditor").post(f"messages/{parked.pk}/drop", {"reason": "no"}).status_code == 403
    assert api("collector").post(f"messages/{parked.pk}/drop", {}).status_code == 422
    told = api("collector").post(f"messages/{parked.pk}/it_was_sent", {"reason": "They answered"}).json()
    assert told["state"] == "ACCEPTED"
    again = api("collector").post(f"messages/{parked.pk}/drop", {"reason": "No more"})
    assert again.status_code == 409


def test_consent_is_recorded_for_an_address(world, api):
    body = {"channel": "sms", "address": "+4915112345678", "given": False, "note": "Asked on the phone"}
    assert api("collector").post("consents", body).json()["given"] is False
    assert Consent.objects.get().note == "Asked on the phone"
