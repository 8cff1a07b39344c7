"""A person decides about what stays in doubt; the machine looks for evidence first."""

import pytest

from integrations.errors import Uncertain
from integrations.messaging.port import Evidence
from receivables.models import Audit, Message
from receivables.questions import outbox_channels
from receivables.rules.refusals import Refused
from receivables.services import consents, outbox_decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def parked(mailroom):
    message = mailroom.plan()
    mailroom.provider.script = [Uncertain("timeout")]
    mailroom.deliver()
    mailroom.later(hours=1)
    mailroom.sweep()
    assert mailroom.state(message) == ("PARKED", "in_doubt")
    return message


def decide(verb, mailroom, message, reason="Asked the customer"):
    return verb(message=message, reason=reason, now=mailroom.now, by=mailroom.by)


def test_p1_send_again_is_a_named_decision_and_a_new_attempt(mailroom, parked):
    decide(outbox_decide.send_again, mailroom, parked)
    row = Audit.objects.latest("seq")
    assert (row.action, row.reason, row.actor) == ("message.send_again", "Asked the customer", "engine")
    assert mailroom.deliver() == {"accepted": 1}
    assert mailroom.attempts(parked) == ["NOT_DONE", "ACCEPTED"]


def test_p1_send_again_is_refused_when_the_provider_has_the_message(mailroom, parked):
    mailroom.provider.evidence = Evidence(True, "p7")
    with pytest.raises(Refused, match="it_was_sent"):
        decide(outbox_decide.send_again, mailroom, parked)
    assert mailroom.state(parked) == ("ACCEPTED", "")
    assert mailroom.deliver() == {}


def test_two_people_send_again_and_one_copy_goes(mailroom, parked):
    decide(outbox_decide.send_again, mailroom, parked)
    with pytest.raises(Refused, match="state"):
        decide(outbox_decide.send_again, mailroom, parked)
    assert mailroom.deliver() == {"accepted": 1}


def test_send_again_respects_an_opt_out_and_the_stop_version(mailroom, parked):
    consents.record(
        channel="email",
        address=parked.recipient,
        given=False,
        source="link",
        note="",
        now=mailroom.now,
        by=mailroom.by,
    )
    with pytest.raises(Refused, match="opted_out"):
        decide(outbox_decide.send_again, mailroom, parked)


def test_it_was_sent_counts_as_accepted_on_the_day_of_the_attempt(mailroom, parked):
    decide(outbox_decide.it_was_sent, mailroom, parked)
    row = Message.objects.get()
    attempt = row.attempts.get()
    assert (row.state, row.accepted_at, attempt.evidence) == (
        "ACCEPTED",
        attempt.started_at,
        "said by engine",
    )


def test_drop_takes_it_out_for_good(mailroom, parked):
    decide(outbox_decide.drop, mailroom, parked)
    assert mailroom.state(parked) == ("CANCELLED", "dropped")
    assert mailroom.deliver() == {}


@pytest.mark.parametrize(
    "verb",
    [outbox_decide.send_again, outbox_decide.it_was_sent, outbox_decide.drop],
    ids=lambda v: v.__name__,
)
def test_every_decision_needs_a_reason_and_a_parked_message(mailroom, parked, verb):
    with pytest.raises(Refused, match="required"):
        decide(verb, mailroom, parked, reason=" ")
    with pytest.raises(Refused, match="state"):
        decide(verb, mailroom, mailroom.plan())


def test_p4_an_outage_of_any_length_leaves_at_most_eight_in_doubt_and_a_person_starts_the_channel_again(
    mailroom,
):
    for _n in range(50):
        mailroom.plan()
    mailroom.provider.always = Uncertain("http_503")
    for number in range(400):
        mailroom.deliver()
        mailroom.later(seconds=60 if number < 120 else 3600)
        if number % 20 == 0:
            mailroom.sweep()
    states = list(Message.objects.values_list("state", flat=True))
    assert (states.count("PARKED") + states.count("UNCERTAIN"), states.count("PLANNED")) == (8, 42)
    assert outbox_channels.gate("email", now=mailroom.now).state == "held"
    mailroom.provider.always = None
    assert mailroom.deliver() == {}
    outbox_decide.resume(channel="email", reason="They say it works", now=mailroom.now, by=mailroom.by)
    assert mailroom.deliver() == {"accepted": 42}


def test_p4_a_total_outage_is_noticed_by_the_probe_and_ends_by_itself(mailroom):
    for _n in range(20):
        mailroom.plan()
    mailroom.provider.always, mailroom.provider.alive = Uncertain("timeout"), False
    for _pass in range(120):
        mailroom.deliver()
        mailroom.later(seconds=60)
    assert Message.objects.filter(state="UNCERTAIN").count() == 3
    mailroom.provider.always, mailroom.provider.alive = None, True
    assert mailroom.deliver() == {"accepted": 17}


def test_p4_several_workers_in_the_air_count_into_the_limit(mailroom):
    from receivables.services import outbox_claim

    for _n in range(12):
        mailroom.plan()
    turns = [
        outbox_claim.claim_next(
            now=mailroom.now, monotonic=0.0, by=mailroom.by, provider_of={"email": "console"}
        ).what
        for _n in range(12)
    ]
    assert turns == ["claimed"] * 5 + ["shut"] * 7
