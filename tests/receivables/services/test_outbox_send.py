"""Messages are handed over one by one, each at most once; what the provider says decides where they go next."""

import pytest

from integrations.errors import Rejected, Unavailable, Uncertain
from receivables.models import Attempt, Audit, Message

pytestmark = pytest.mark.django_db


def test_a_due_message_is_handed_over_once_with_its_token_and_reference(mailroom):
    message = mailroom.plan("notice:1")
    assert mailroom.deliver() == {"accepted": 1}
    assert mailroom.deliver() == {}
    (out,) = mailroom.provider.taken
    attempt = Attempt.objects.get()
    assert (out.token, out.recipient, out.subject) == (attempt.token, "ap@acme.example", "Reminder notice:1")
    assert len(attempt.token) == 32 and len(message.reference) == 7
    row = Message.objects.get()
    assert (row.state, row.accepted_at, attempt.provider_id) == ("ACCEPTED", mailroom.now, "id-1")
    assert list(Audit.objects.order_by("seq").values_list("action", flat=True))[-2:] == [
        "message.claimed",
        "message.accepted",
    ]


def test_di_12_pitfall_12_one_refused_recipient_does_not_stop_the_batch(mailroom):
    first, second, third = mailroom.plan(), mailroom.plan(), mailroom.plan()
    mailroom.provider.script = [Rejected("bad_recipient", "no"), None, RuntimeError("a bug")]
    assert mailroom.deliver() == {"rejected": 1, "accepted": 1, "in_doubt": 1}
    assert mailroom.state(first) == ("SUPPRESSED", "bad_recipient")
    assert mailroom.state(second) == ("ACCEPTED", "")
    assert mailroom.state(third) == ("UNCERTAIN", "bug")


def test_pitfall_08_a_time_out_after_acceptance_brings_no_second_message(mailroom):
    message = mailroom.plan()
    mailroom.provider.script = [Uncertain("timeout")]
    mailroom.deliver()
    for _hour in range(24):
        mailroom.later(hours=1)
        mailroom.deliver()
        mailroom.sweep()
    assert mailroom.state(message) == ("PARKED", "in_doubt")
    assert (len(mailroom.provider.taken), mailroom.attempts(message)) == (0, ["UNCERTAIN"])


def test_pitfall_07_13_di_13_a_failure_that_is_surely_none_is_tried_again_with_a_new_token(mailroom):
    message = mailroom.plan()
    mailroom.provider.script = [Unavailable("no_connection"), Unavailable("rate_limited", retry_after=900)]
    assert mailroom.deliver() == {"not_done": 1}
    assert mailroom.state(message) == ("PLANNED", "no_connection")
    mailroom.later(seconds=59)
    assert mailroom.deliver() == {}
    mailroom.later(seconds=1)
    assert mailroom.deliver() == {"not_done": 1}
    mailroom.later(seconds=899)
    assert mailroom.deliver() == {}
    mailroom.later(seconds=1)
    assert mailroom.deliver() == {"accepted": 1}
    assert mailroom.attempts(message) == ["NOT_DONE", "NOT_DONE", "ACCEPTED"]
    assert len(set(Attempt.objects.values_list("token", flat=True))) == 3
    assert Message.objects.get().accepted_at == mailroom.now


def test_a_message_nobody_takes_is_parked_after_its_tries(mailroom, settings):
    message = mailroom.plan()
    mailroom.provider.always = Unavailable("credentials")
    for _day in range(12):
        mailroom.deliver()
        mailroom.later(hours=2)
    assert mailroom.state(message) == ("PARKED", "unavailable:credentials")
    assert len(mailroom.attempts(message)) == settings.DELIVERY.tries
