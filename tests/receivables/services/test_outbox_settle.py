"""Every outcome is written once, under its fence; a worker that lost its message changes nothing, but a truth is never lost."""

import json
import logging

import pytest
from django.db import transaction

from integrations.errors import Rejected, Unavailable
from receivables import audit
from receivables.models import Attempt, Audit, Consent, Message
from receivables.services import charges, outbox, outbox_claim, outbox_decide, outbox_send, outbox_settle

pytestmark = pytest.mark.django_db


def claim(mailroom):
    turn = outbox_claim.claim_next(
        now=mailroom.now,
        monotonic=mailroom.steady,
        by=mailroom.by,
        provider_of={"email": "console", "sms": "console"},
    )
    assert turn.claim is not None
    return turn.claim


def until_parked(mailroom):
    """The lease runs out, and nobody finds evidence."""
    mailroom.later(hours=1)
    mailroom.sweep()
    mailroom.later(minutes=2)
    mailroom.sweep()


def test_p1_a_worker_that_stood_still_for_half_its_lease_does_not_call(mailroom):
    message = mailroom.plan()
    held = claim(mailroom)
    mailroom.later(seconds=46)
    assert outbox_send.hand_over(held, mailroom.clocks(), by=mailroom.by) == "gave_up"
    assert (mailroom.state(message), mailroom.provider.taken) == (("PLANNED", "gave_up"), [])
    assert mailroom.deliver() == {"accepted": 1}


def test_p1_a_worker_frozen_beyond_its_lease_cannot_send_and_the_sweeper_never_plans_again(mailroom):
    message = mailroom.plan()
    held = claim(mailroom)
    mailroom.later(seconds=91)
    assert mailroom.sweep()["lease_over"] == 1
    assert mailroom.state(message)[0] == "UNCERTAIN"
    assert mailroom.deliver() == {}
    assert outbox_send.hand_over(held, mailroom.clocks(), by=mailroom.by) == "gave_up"
    assert (mailroom.state(message)[0], len(mailroom.provider.taken)) == ("PLANNED", 0)


def test_an_answer_after_the_lease_is_still_the_truth(mailroom):
    message = mailroom.plan()
    held = claim(mailroom)
    mailroom.later(seconds=91)
    mailroom.sweep()
    outbox_settle.accept(attempt=held.attempt, provider_id="p1", now=mailroom.now, by=mailroom.by)
    assert (mailroom.state(message)[0], mailroom.attempts(message)) == ("ACCEPTED", ["ACCEPTED"])


def test_p1_a_zombies_word_changes_nothing_once_another_attempt_has_the_message(mailroom):
    message = mailroom.plan()
    old = claim(mailroom)
    until_parked(mailroom)
    outbox_decide.send_again(message=message, reason="Nothing came", now=mailroom.now, by=mailroom.by)
    new = claim(mailroom)
    for verb in (outbox_settle.not_done, outbox_settle.reject, outbox_settle.doubt):
        more = {"retry_after": None} if verb is outbox_settle.not_done else {}
        verb(attempt=old.attempt, code="no_connection", detail="", now=mailroom.now, by=mailroom.by, **more)
    row = Message.objects.get()
    assert (row.state, row.fence, mailroom.attempts(message)) == (
        "IN_FLIGHT",
        new.attempt.fence,
        ["NOT_DONE", "IN_FLIGHT"],
    )


def test_late_truth_of_the_first_copy_keeps_a_failed_second_one_from_going_again(mailroom):
    message = mailroom.plan()
    old = claim(mailroom)
    until_parked(mailroom)
    outbox_decide.send_again(message=message, reason="Nothing came", now=mailroom.now, by=mailroom.by)
    new = claim(mailroom)
    outbox_settle.accept(
        attempt=old.attempt, provider_id="p", evidence="event", now=mailroom.now, by=mailroom.by
    )
    assert mailroom.state(message)[0] == "IN_FLIGHT"
    outbox_settle.not_done(
        attempt=new.attempt,
        code="no_connection",
        detail="",
        retry_after=None,
        now=mailroom.now,
        by=mailroom.by,
    )
    assert mailroom.state(message)[0] == "ACCEPTED"
    assert [(a.state, a.late) for a in message.attempts.order_by("fence")] == [
        ("ACCEPTED", False), ("NOT_DONE", False),
    ]  # fmt: skip
    mailroom.later(days=1)
    assert mailroom.deliver() == {}


def test_doubt_about_a_second_copy_does_not_hold_up_what_the_first_has_done(mailroom):
    message = mailroom.plan()
    old = claim(mailroom)
    until_parked(mailroom)
    outbox_decide.send_again(message=message, reason="Nothing came", now=mailroom.now, by=mailroom.by)
    new = claim(mailroom)
    outbox_settle.accept(
        attempt=old.attempt, provider_id="p", evidence="event", now=mailroom.now, by=mailroom.by
    )
    outbox_settle.doubt(attempt=new.attempt, code="timeout", detail="", now=mailroom.now, by=mailroom.by)
    assert mailroom.state(message)[0] == "ACCEPTED"
    assert [(a.state, a.late) for a in message.attempts.order_by("fence")] == [
        ("ACCEPTED", False), ("UNCERTAIN", True),
    ]  # fmt: skip


def test_an_earlier_copy_that_turns_up_takes_the_message_written_anew_out(mailroom):
    message = mailroom.plan()
    old = claim(mailroom)
    until_parked(mailroom)
    outbox_decide.send_again(message=message, reason="Nothing came", now=mailroom.now, by=mailroom.by)
    with transaction.atomic(), audit.line("test.renewed", by=mailroom.by, now=mailroom.now) as line:
        outbox.renew(
            line, message, rendered=outbox.plain("New", "Other words"), stop_version=None, not_after=None,
            due_at=mailroom.now, charges=(), now=mailroom.now,
        )  # fmt: skip
    outbox_settle.accept(
        attempt=old.attempt, provider_id="p", evidence="event", now=mailroom.now, by=mailroom.by
    )
    assert mailroom.state(message) == ("CANCELLED", "sent_before")
    assert (mailroom.deliver(), Attempt.objects.get().late) == ({}, True)


def test_bad_input_60_twilios_21610_is_consent_withdrawn(mailroom):
    contact = mailroom.contact(phone="+4915112345678", channel="sms")
    message = mailroom.plan(channel="sms", recipient=contact.phone, contact=contact)
    mailroom.provider.script = [Rejected("opted_out", "no", detail="http_400 21610")]
    mailroom.deliver()
    assert mailroom.state(message) == ("SUPPRESSED", "opted_out")
    assert (Consent.objects.get().address, Consent.objects.get().source) == (contact.phone, "provider")


def test_what_the_provider_refuses_for_other_reasons_needs_a_person(mailroom):
    message = mailroom.plan()
    mailroom.provider.script = [Rejected("bad_content", "no", detail="http_400")]
    mailroom.deliver()
    assert mailroom.state(message) == ("PARKED", "rejected:bad_content")


def test_pitfall_10_charges_are_booked_with_the_acceptance_and_never_before(mailroom, monkeypatch):
    booked = []
    monkeypatch.setattr(charges, "levy", lambda line, *, message, now: booked.append(message.key))
    mailroom.plan("notice:fee", charges=[{"key": "fee:1"}])
    mailroom.provider.script = [Unavailable("no_connection")]
    mailroom.deliver()
    assert booked == []
    mailroom.later(minutes=2)
    mailroom.deliver()
    assert booked == ["notice:fee"]


def test_a_charge_that_cannot_be_booked_is_shown_and_the_message_is_through(mailroom, monkeypatch):
    def levy(line, *, message, now):
        raise RuntimeError("closed period")

    monkeypatch.setattr(charges, "levy", levy)
    message = mailroom.plan(charges=[{"key": "fee:1"}])
    mailroom.deliver()
    assert mailroom.state(message) == ("ACCEPTED", "charges_failed")


def test_t9_each_change_is_one_json_line_with_the_messages_key(
    mailroom, caplog, django_capture_on_commit_callbacks
):
    caplog.set_level(logging.INFO, "duebook.messages")
    with django_capture_on_commit_callbacks(execute=True):
        mailroom.plan("notice:log")
        mailroom.deliver()
    lines = [json.loads(r.getMessage()) for r in caplog.records if r.name == "duebook.messages"]
    assert [each["event"] for each in lines] == ["message.planned", "message.in_flight", "message.accepted"]
    assert {each["key"] for each in lines} == {"notice:log"}
    assert "acme.example" not in caplog.text


def test_p14_each_change_of_state_has_its_audit_row(mailroom):
    message = mailroom.plan()
    mailroom.deliver()
    rows = Audit.objects.filter(subject=f"message:{message.pk}").order_by("seq")
    assert [row.action for row in rows] == ["message.claimed", "message.accepted"]
    assert rows[1].after[f"message:{message.pk}"] == "ACCEPTED"
