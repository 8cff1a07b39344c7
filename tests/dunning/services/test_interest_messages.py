"""Interest notes in the post: charged when accepted, never when not, taken out when their figures no longer hold."""

from datetime import date, timedelta

import pytest

from dunning.models import InterestNote
from dunning.services import blocks, interest_messages
from integrations.errors import Rejected
from integrations.messaging.port import Event
from receivables import posting
from receivables.models import Charge, Message
from receivables.rules.refusals import Refused
from receivables.services import contacts, outbox_events
from tests.fixtures.outbox_desk import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DUE = date(2026, 1, 12)
TODAY = NOW.date()


@pytest.fixture
def late(world, interest):
    invoice = world.issue("acme", "1000.00", due_on=DUE)
    interest.terms("acme", "contract", agreed="10")
    return invoice


def send(mailroom, interest, **options):
    values = {"to": mailroom.contact("acme"), "channel": "email", **options}
    return interest.claim("acme", TODAY, **values)


def test_a_note_is_charged_when_its_message_was_accepted(late, interest, mailroom):
    note = send(mailroom, interest)
    assert not Charge.objects.exists()
    mailroom.deliver()
    (charge,) = Charge.objects.all()
    assert (charge.number, charge.amount, charge.message.about) == (
        note.number,
        note.total,
        f"interest:{note.pk}",
    )
    (sent,) = mailroom.provider.taken
    assert note.number in sent.subject
    assert sent.attachments[0].content.startswith(b"%PDF")


def test_what_a_planned_note_claims_is_not_claimed_again_meanwhile(late, interest, mailroom):
    send(mailroom, interest)
    assert interest.look("acme", TODAY).why == "nothing_late"


def test_fe_16_a_note_that_was_refused_charges_nothing_and_its_days_are_free_again(late, interest, mailroom):
    note = send(mailroom, interest)
    mailroom.provider.always = Rejected("opted_out", "asked not to be written to")
    mailroom.deliver()
    assert not Charge.objects.exists()
    assert mailroom.state(interest_messages.message_of(note))[0] == "SUPPRESSED"
    assert interest.look("acme", TODAY).items


def test_a_note_whose_figures_changed_is_taken_out(world, late, interest, mailroom):
    note = send(mailroom, interest)
    world.pay(late, "400.00", on=DUE + 5 * DAY)
    mailroom.deliver()
    assert interest_messages.look_again(now=mailroom.now, by=mailroom.by) == 1
    assert mailroom.state(interest_messages.message_of(note)) == ("CANCELLED", interest_messages.CHANGED)
    mailroom.deliver()
    assert not Charge.objects.exists()
    assert interest.look("acme", TODAY).items


def test_a_note_goes_on_when_what_happened_changes_nothing_of_it(world, late, interest, mailroom):
    other = world.issue("acme", "70.00", due_on=TODAY + 30 * DAY, on=TODAY)
    send(mailroom, interest)
    world.pay(other, on=TODAY)
    mailroom.deliver()
    assert not Charge.objects.exists()
    interest_messages.look_again(now=mailroom.now, by=mailroom.by)
    mailroom.deliver()
    assert Charge.objects.count() == 1


def test_a_letter_has_the_contacts_address(late, interest, mailroom):
    contact = mailroom.contact(
        "acme", address={"street": "Hafenstraße 1", "postcode": "20457", "city": "Hamburg"}
    )
    note = send(mailroom, interest, to=contact, channel="letter")
    assert interest_messages.message_of(note).recipient == "Hafenstraße 1, 20457 Hamburg"


@pytest.mark.parametrize("change", [{"to": None}, {"channel": "sms"}])
def test_whom_we_cannot_reach_is_refused_and_no_number_is_taken(world, late, interest, mailroom, change):
    with pytest.raises(Refused) as refused:
        send(mailroom, interest, **change)
    assert refused.value.code == "unreachable"
    assert not InterestNote.objects.exists()
    assert not Message.objects.filter(kind="interest").exists()
    assert not world.entity.series.filter(code="interest", last_number__gt=0).exists()


def test_a_note_does_not_go_to_an_address_that_is_no_longer_the_contacts(late, interest, mailroom):
    contact = mailroom.contact("acme")
    note = send(mailroom, interest, to=contact)
    fields = {"email": "new@acme.example"}
    contacts.edit(contact=contact, version=contact.version, fields=fields, now=mailroom.now, by=mailroom.by)
    mailroom.deliver()
    interest_messages.look_again(now=mailroom.now, by=mailroom.by)
    assert mailroom.state(interest_messages.message_of(note))[0] == "CANCELLED"
    assert not mailroom.provider.taken


def test_a_block_holds_a_note_that_was_not_sent_yet(late, interest, mailroom, world):
    note = send(mailroom, interest)
    blocks.place(customer=late.customer, reason="insolvency", today=TODAY, now=mailroom.now, by=mailroom.by)
    mailroom.deliver()
    interest_messages.look_again(now=mailroom.now, by=mailroom.by)
    assert mailroom.state(interest_messages.message_of(note))[0] == "CANCELLED"
    with pytest.raises(Refused) as caught:
        send(mailroom, interest)
    assert caught.value.code == "not_now"


def test_one_note_that_breaks_does_not_stop_the_others(late, interest, mailroom, world, monkeypatch):
    note = send(mailroom, interest)
    blocks.place(customer=late.customer, reason="insolvency", today=TODAY, now=mailroom.now, by=mailroom.by)
    mailroom.deliver()
    monkeypatch.setattr(interest_messages, "preview", lambda *_a, **_o: 1 / 0)
    monkeypatch.setattr(interest_messages, "_held", lambda *_a: "")
    assert interest_messages.look_again(now=mailroom.now, by=mailroom.by) == 1
    assert mailroom.state(interest_messages.message_of(note))[0] == "PLANNED"


def test_a_note_that_came_back_charges_nothing_in_the_end(late, interest, mailroom):
    note = send(mailroom, interest)
    mailroom.deliver()
    (attempt,) = interest_messages.message_of(note).attempts.all()
    bounce = Event(
        kind="bounced", token=attempt.token, provider_id="p1", recipient=attempt.message.recipient,
        occurred_at=mailroom.now, reason="no such mailbox", raw={}, fingerprint="bounce",
    )  # fmt: skip
    outbox_events.take_in(events=[bounce], provider="console", now=mailroom.now, by=mailroom.by)
    for expected in (1, 0):
        assert interest_messages.take_back_bounced(now=mailroom.now, by=mailroom.by) == expected
    (charge,) = Charge.objects.all()
    assert (charge.waiver.reason, posting.left_of(charge.entry)) == ("not_delivered", 0)
