"""Doubt is resolved by evidence or a person, never by sending again; nothing stays in doubt beyond its time."""

from datetime import timedelta

import pytest

from integrations.errors import Uncertain
from integrations.messaging.port import Evidence
from receivables.models import Attempt, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def doubtful(mailroom):
    message = mailroom.plan()
    mailroom.provider.script = [Uncertain("cut")]
    mailroom.deliver()
    return message


def test_a_search_hit_is_acceptance_on_the_day_of_the_attempt(mailroom, doubtful):
    mailroom.provider.evidence = Evidence(True, "p9")
    mailroom.later(seconds=59)
    assert mailroom.sweep() == {}
    mailroom.later(seconds=1)
    assert mailroom.sweep() == {"accepted": 1}
    attempt = Attempt.objects.get()
    assert (attempt.evidence, attempt.provider_id) == ("search", "p9")
    assert Message.objects.get().accepted_at == attempt.started_at


@pytest.mark.parametrize("evidence", [None, Evidence(False), Evidence(False, canary_seen=True)])
def test_p2_what_nobody_can_prove_is_parked_when_its_time_is_up_and_not_before(mailroom, doubtful, evidence):
    mailroom.provider.evidence = evidence
    begun = mailroom.now
    while mailroom.state(doubtful)[0] == "UNCERTAIN":
        mailroom.later(seconds=5)
        mailroom.sweep()
        mailroom.deliver()
    assert timedelta(seconds=900) <= mailroom.now - begun <= timedelta(seconds=910)
    assert mailroom.state(doubtful) == ("PARKED", "in_doubt")
    assert len(mailroom.provider.searched) <= 4 * 15
    proven = evidence is not None and evidence.canary_seen
    assert Attempt.objects.get().evidence == ("absent" if proven else "none")
    assert mailroom.provider.taken == []


def test_a_search_that_breaks_does_not_stop_the_sweep(mailroom, monkeypatch):
    messages = [mailroom.plan(), mailroom.plan()]
    mailroom.provider.script = [Uncertain("cut"), Uncertain("cut")]
    mailroom.deliver()

    def broken(**_asked):
        raise RuntimeError("no JSON")

    monkeypatch.setattr(mailroom.provider, "search", broken)
    mailroom.later(hours=1)
    assert mailroom.sweep() == {"parked": 2}
    assert {mailroom.state(m) for m in messages} == {("PARKED", "in_doubt")}


def test_sweeping_twice_changes_nothing(mailroom, doubtful):
    mailroom.later(hours=1)
    mailroom.sweep()
    seen = Message.objects.values_list("state", "audit_seq").get()
    assert mailroom.sweep() == {}
    assert Message.objects.values_list("state", "audit_seq").get() == seen
