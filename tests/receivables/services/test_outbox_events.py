"""What providers tell us afterwards converges: any order, any repetition, forged or about others, the end is the same."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.errors import Uncertain
from integrations.messaging.port import Event
from receivables import posting
from receivables.models import Attempt, Consent, Contact, Customer, Message, ProviderEvent, Tally
from receivables.services import outbox_decide, outbox_events

pytestmark = pytest.mark.django_db


def event(attempt, kind, *, at=0, reason="", number=0, provider_id="p1", recipient=None, base=None):
    """`number` makes another event of the same kind; the provider's own event id is in nothing that counts."""
    occurred = (base or attempt.started_at) + timedelta(seconds=at)
    return Event(
        kind=kind, token=attempt.token, provider_id=provider_id,
        recipient=attempt.message.recipient if recipient is None else recipient, occurred_at=occurred, reason=reason,
        raw={"event": kind}, fingerprint=f"{attempt.token}:{kind}:{at}:{number}"[:64],
    )  # fmt: skip


def take(mailroom, *events, provider="console"):
    return outbox_events.take_in(events=events, provider=provider, now=mailroom.now, by=mailroom.by)


def doubtful(mailroom, **options):
    message = mailroom.plan(**options)
    mailroom.provider.script = [Uncertain("timeout")]
    mailroom.deliver()
    return message, Attempt.objects.get(message=message)


def test_an_event_with_our_token_proves_what_was_in_doubt(mailroom):
    message, attempt = doubtful(mailroom)
    mailroom.later(minutes=2)
    take(mailroom, event(attempt, "processed"))
    row = Message.objects.get()
    assert (row.state, row.accepted_at) == ("ACCEPTED", attempt.started_at)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.evidence, attempt.provider_id, attempt.late) == (
        "ACCEPTED", "event", "p1", False,
    )  # fmt: skip


def test_evidence_moves_a_parked_message_too(mailroom):
    message, attempt = doubtful(mailroom)
    mailroom.later(hours=1)
    mailroom.sweep()
    assert mailroom.state(message) == ("PARKED", "in_doubt")
    take(mailroom, event(attempt, "delivered"))
    assert mailroom.state(message) == ("ACCEPTED", "")


def test_late_evidence_after_a_person_sent_it_again_is_kept_and_shown(mailroom):
    message, first = doubtful(mailroom)
    mailroom.later(hours=1)
    mailroom.sweep()
    outbox_decide.send_again(
        message=message, reason="The customer has nothing", now=mailroom.now, by=mailroom.by
    )
    assert mailroom.deliver() == {"accepted": 1}
    take(mailroom, event(first, "processed"))
    assert [(a.state, a.late) for a in message.attempts.order_by("fence")] == [
        ("ACCEPTED", True),
        ("ACCEPTED", False),
    ]
    assert mailroom.state(message)[0] == "ACCEPTED"


def test_evidence_that_comes_before_the_second_copy_leaves_stops_it(mailroom):
    message, first = doubtful(mailroom)
    mailroom.later(hours=1)
    mailroom.sweep()
    outbox_decide.send_again(
        message=message, reason="The customer has nothing", now=mailroom.now, by=mailroom.by
    )
    take(mailroom, event(first, "processed"))
    assert mailroom.deliver() == {}
    assert (mailroom.state(message)[0], mailroom.provider.taken) == ("ACCEPTED", [])


def test_late_evidence_after_a_message_was_dropped_is_marked(mailroom):
    message, attempt = doubtful(mailroom)
    mailroom.later(hours=1)
    mailroom.sweep()
    outbox_decide.drop(message=message, reason="Paid meanwhile", now=mailroom.now, by=mailroom.by)
    take(mailroom, event(attempt, "processed"))
    attempt.refresh_from_db()
    assert (mailroom.state(message)[0], attempt.state, attempt.late) == ("CANCELLED", "ACCEPTED", True)


@pytest.mark.parametrize("kind", ["bounced", "dropped", "failed"])
def test_pitfall_09_di_15_a_bounce_flags_the_contact_and_stops_what_was_planned(mailroom, kind):
    message = mailroom.plan()
    mailroom.deliver()
    waiting = mailroom.plan()
    take(mailroom, event(message.attempts.get(), kind, reason="550 no such user"))
    contact = Contact.objects.get()
    assert contact.undeliverable_since == mailroom.now.date()
    assert contact.undeliverable_reason == f"email: {kind} 550 no such user"
    assert mailroom.deliver() == {"moved": 1}
    waiting.refresh_from_db()
    assert waiting.stale_at == mailroom.now


@pytest.mark.parametrize(
    ("kind", "reason"), [("complained", ""), ("unsubscribed", ""), ("dropped", "Unsubscribed Address")]
)
def test_a_complaint_withdraws_consent_and_no_more(mailroom, kind, reason):
    message = mailroom.plan()
    mailroom.deliver()
    take(mailroom, event(message.attempts.get(), kind, reason=reason))
    said = Consent.objects.get()
    assert (said.channel, said.address, said.given) == ("email", "ap@acme.example", False)
    assert Contact.objects.get().undeliverable_since is None


def test_bad_input_54_events_about_nothing_of_ours_are_counted_and_change_nothing(mailroom):
    message = mailroom.plan()
    mailroom.deliver()
    attempt = message.attempts.get()
    unknown = Event("bounced", "f" * 32, "x", "a@b.example", None, "", {}, "fp1")
    came = take(mailroom, unknown, unknown, event(attempt, "odd kind"[:20]))
    assert came["unknown"] == 2
    assert Tally.objects.get(name="webhook.unknown.console").count == 2
    assert mailroom.state(message)[0] == "ACCEPTED"


def test_bad_input_56_an_event_that_names_anothers_attempt_has_no_effect(mailroom, caplog):
    message = mailroom.plan()
    mailroom.deliver()
    attempt = message.attempts.get()
    take(mailroom, event(attempt, "bounced", recipient="somebody@else.example"))
    take(mailroom, event(attempt, "bounced"), provider="twilio_sms")
    assert (ProviderEvent.objects.count(), Contact.objects.get().undeliverable_since) == (0, None)
    assert Tally.objects.get(name="webhook.mismatch.console").count == 1
    assert caplog.text.count("names an attempt of another") == 2


def test_bad_input_55_a_bounce_after_delivery_keeps_both_in_history(mailroom):
    message = mailroom.plan()
    mailroom.deliver()
    attempt = message.attempts.get()
    for one in (event(attempt, "bounced", at=9), event(attempt, "delivered", at=3)):
        take(mailroom, one)
    assert set(ProviderEvent.objects.values_list("kind", flat=True)) == {"bounced", "delivered"}
    assert Contact.objects.get().undeliverable_reason.startswith("email: bounced")


def test_bad_input_57_a_failure_in_the_middle_keeps_nothing_and_the_repeat_all(mailroom, monkeypatch):
    messages = [mailroom.plan(code=code) for code in ("acme", "globex", "initech")]
    mailroom.deliver()
    batch = [event(m.attempts.get(), "bounced") for m in messages]
    right, calls = outbox_events._follow, []

    def fails_once(*args):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("in the middle")
        right(*args)

    monkeypatch.setattr(outbox_events, "_follow", fails_once)
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        take(mailroom, *batch)
    assert ProviderEvent.objects.count() == 0
    take(mailroom, *batch)
    assert ProviderEvent.objects.count() == 3
    assert Contact.objects.filter(undeliverable_since__isnull=False).count() == 3


def test_bad_input_52_a_replay_a_thousand_times_writes_nothing_more(mailroom, scale):
    message = mailroom.plan()
    mailroom.deliver()
    one = event(message.attempts.get(), "bounced")
    take(mailroom, one)
    version = Customer.objects.get(pk=message.customer_id).stop_version
    for _n in range(scale(1000)):
        assert take(mailroom, one)["repeated"] == 1
    assert ProviderEvent.objects.count() == 1
    assert Customer.objects.get(pk=message.customer_id).stop_version == version


KINDS = ("processed", "delivered", "opened", "bounced", "dropped", "complained", "deferred", "failed")


def final(messages):
    """All that anybody could tell afterwards."""
    pks = [m.pk for m in messages]
    return (
        list(Message.objects.filter(pk__in=pks).order_by("pk").values_list("state", "reason", "accepted_at")),
        [
            (a.state, a.late, a.provider_id, a.evidence)
            for a in Attempt.objects.filter(message__in=pks).order_by("message", "fence")
        ],
        sorted(Consent.objects.values_list("channel", "address", "given").distinct()),
        sorted(Contact.objects.values_list("email", "undeliverable_since", "undeliverable_reason"), key=str),
        sorted(ProviderEvent.objects.values_list("fingerprint", flat=True)),
    )


@st.composite
def stories(draw):
    """(events of each of three messages, an order of all copies of them, how they are cut into batches)."""
    happening = st.tuples(st.integers(0, 2), st.sampled_from(KINDS), st.integers(0, 90))
    chosen = draw(st.lists(happening, min_size=1, max_size=9, unique=True))
    copies = draw(st.lists(st.integers(0, len(chosen) - 1), max_size=6))
    order = draw(st.permutations([*range(len(chosen)), *copies]))
    cuts = draw(st.sets(st.integers(1, max(1, len(order) - 1)), max_size=4))
    return chosen, order, sorted(cuts)


def test_p7_events_in_any_order_repeated_and_cut_anyhow_end_the_same(mailroom, scale):
    from django.db import transaction

    sent = mailroom.plan(code="acme")
    mailroom.deliver()
    unsure, _attempt = doubtful(mailroom, code="globex")
    parked, _attempt = doubtful(mailroom, code="initech")
    mailroom.later(hours=1)
    Message.objects.filter(pk=unsure.pk).update(evidence_at=mailroom.now + timedelta(days=1))
    mailroom.sweep()
    messages = [sent, unsure, parked]
    assert [mailroom.state(m)[0] for m in messages] == ["ACCEPTED", "UNCERTAIN", "PARKED"]
    attempts = [m.attempts.get() for m in messages]

    def run(batches):
        with transaction.atomic():
            for batch in batches:
                take(mailroom, *batch)
            end = final(messages)
            transaction.set_rollback(True)
        return end

    @settings(max_examples=scale(2000))
    @given(stories())
    def converges(story):
        chosen, order, cuts = story
        ours = [
            event(attempts[which], kind, at=at, number=n, provider_id=f"p{which}")
            for n, (which, kind, at) in enumerate(chosen)
        ]
        shuffled = [ours[n] for n in order]
        bounds = [0, *cuts, len(shuffled)]
        batches = [shuffled[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]
        in_order = sorted(ours, key=lambda each: each.occurred_at)
        assert run(batches) == run([[each] for each in in_order])

    converges()


def test_the_contacts_own_customer_is_locked_before_the_chain_even_when_its_address_changed(
    mailroom, monkeypatch
):
    contact = mailroom.contact("globex")
    message, attempt = doubtful(mailroom, contact=contact)
    Message.objects.filter(pk=message.pk).update(customer=mailroom.world.customer("acme"))
    Contact.objects.filter(pk=contact.pk).update(email="new@globex.example")
    seen, lock = [], posting.lock
    monkeypatch.setattr(posting, "lock", lambda *ids: (seen.extend(ids), lock(*ids))[1])
    take(mailroom, event(attempt, "bounced"))
    assert {contact.customer_id, mailroom.world.customer("acme").pk} <= set(seen)
