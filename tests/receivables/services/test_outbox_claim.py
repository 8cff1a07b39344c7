"""Whatever stops a message is asked in the transaction that commits its attempt."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from receivables import audit, posting, rendering, storage
from receivables.models import Attempt, Audit, Message
from receivables.rendering import Attachment, Rendered
from receivables.rules.delivery import Limits
from receivables.services import consents, contacts, outbox, outbox_claim

pytestmark = pytest.mark.django_db


def with_file(content=b"%PDF-1.7 a letter"):
    files = (Attachment("statement.pdf", "application/pdf", content),)
    return Rendered(
        "Statement", "Please see.", "", files, rendering.digest("Statement", "Please see.", "", files)
    )


def opt_out(mailroom, address="ap@acme.example", channel="email"):
    consents.record(
        channel=channel,
        address=address,
        given=False,
        source="link",
        note="",
        now=mailroom.now,
        by=mailroom.by,
    )


def test_p3_pitfall_52_a_payment_after_planning_gives_the_message_back_to_its_owner(mailroom, world):
    message = mailroom.plan()
    world.receive("acme", "10.00")
    posting.stop([message.customer])
    assert mailroom.deliver() == {"moved": 1}
    row = Message.objects.get()
    assert (row.state, row.stale_at, Attempt.objects.count()) == ("PLANNED", mailroom.now, 0)
    assert list(Message.objects.stale("notice")) == [row]
    assert mailroom.deliver() == {}


def test_a_renewed_message_goes_with_its_fresh_words(mailroom):
    message = mailroom.plan()
    posting.stop([message.customer])
    mailroom.deliver()
    message.customer.refresh_from_db()
    with transaction.atomic(), audit.line("test.renewed", by=mailroom.by, now=mailroom.now) as line:
        assert outbox.renew(
            line, message, rendered=outbox.plain("Less is open", "Please pay the rest."), not_after=None, charges=(),
            stop_version=message.customer.stop_version, due_at=mailroom.now, now=mailroom.now,
        )  # fmt: skip
    assert mailroom.deliver() == {"accepted": 1}
    assert mailroom.provider.taken[0].subject == "Less is open"


def test_a_message_out_of_date_is_given_back(mailroom):
    mailroom.plan(not_after=mailroom.now + timedelta(hours=1))
    mailroom.later(hours=2)
    assert mailroom.deliver() == {"moved": 1}
    assert Message.objects.get().stale_at == mailroom.now


def test_an_opt_out_suppresses_also_what_nothing_else_stops(mailroom):
    notice = mailroom.plan(stop_version=None, kind="dispatch")
    opt_out(mailroom, "AP@Acme.example ")
    mailroom.deliver()
    assert mailroom.state(notice) == ("SUPPRESSED", "opted_out")
    assert (mailroom.provider.taken, Audit.objects.latest("seq").action) == ([], "message.suppressed")


def test_consent_given_again_opens_the_address(mailroom):
    opt_out(mailroom)
    consents.record(
        channel="email", address="ap@acme.example", given=True, source="person", note="by phone",
        now=mailroom.now, by=mailroom.by,
    )  # fmt: skip
    mailroom.plan()
    assert mailroom.deliver() == {"accepted": 1}


@pytest.mark.parametrize(
    ("reason", "channel", "state"),
    [
        ("email: bounced", "email", "SUPPRESSED"),
        ("letter came back", "email", "SUPPRESSED"),
        ("sms: failed 30003", "email", "ACCEPTED"),
        ("email: bounced", "letter", "ACCEPTED"),
    ],
)
def test_pitfall_09_an_address_that_failed_gets_nothing_on_that_channel(mailroom, reason, channel, state):
    contact = mailroom.contact()
    contacts.flag_undeliverable(
        contact=contact, on=mailroom.now.date(), reason=reason, now=mailroom.now, by=mailroom.by
    )
    message = mailroom.plan(channel=channel)
    mailroom.deliver()
    assert mailroom.state(message)[0] == state


def test_a_retired_contact_gets_nothing(mailroom):
    message = mailroom.plan(stop_version=None)
    type(message.contact).objects.update(active=False)
    mailroom.deliver()
    assert mailroom.state(message) == ("SUPPRESSED", "contact_retired")


def test_outside_contact_hours_it_waits_for_the_next_open_moment(mailroom):
    mailroom.now = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)  # Friday 18:00 in Berlin
    message = mailroom.plan(hours="b2b", zone="Europe/Berlin")
    assert mailroom.deliver() == {"moved": 1}
    message.refresh_from_db()
    assert message.due_at == datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    assert message.reason == "outside_hours"
    mailroom.now = message.due_at
    assert mailroom.deliver() == {"accepted": 1}


def test_the_daily_quota_is_a_hard_stop_at_the_entitys_midnight(mailroom, world):
    world.entity.messages_per_day = 2
    world.entity.save()
    rows = [mailroom.plan() for _n in range(4)]
    assert mailroom.deliver() == {"accepted": 2, "moved": 2}
    rows[3].refresh_from_db()
    assert (rows[3].due_at, rows[3].reason) == (datetime(2026, 3, 3, 23, 0, tzinfo=UTC), "quota_reached")
    mailroom.now = rows[3].due_at
    assert mailroom.deliver() == {"accepted": 2}


def test_the_rate_per_second_is_kept(mailroom, settings):
    settings.DELIVERY = Limits(per_second={"email": 2})
    for _n in range(5):
        mailroom.plan()
    assert mailroom.deliver() == {"accepted": 2}
    starts = []
    mailroom.provider.on_send = lambda _out: starts.append(mailroom.now)
    assert mailroom.deliver(patient=True) == {"accepted": 3}
    assert starts[0] - mailroom.now <= timedelta(0) and starts[2] - starts[0] >= timedelta(seconds=0.9)


def test_bad_input_69_a_lost_attachment_parks_after_three_tries_and_others_go_on(mailroom):
    message = mailroom.plan(rendered=with_file())
    other = mailroom.plan()
    Path(storage.path(message.files[0]["stored_as"])).unlink()
    for _n in range(3):
        mailroom.deliver()
        mailroom.later(hours=1)
    assert mailroom.state(message) == ("PARKED", "attachment_missing")
    assert mailroom.state(other) == ("ACCEPTED", "")


def test_bad_input_69_more_than_a_mail_may_weigh_is_parked_before_any_call(mailroom):
    message = mailroom.plan(rendered=with_file(b"x" * 29_000_000))
    mailroom.deliver()
    assert mailroom.state(message) == ("PARKED", "too_large")
    assert Attempt.objects.count() == 0


def test_p6_words_or_files_that_changed_after_planning_are_not_sent(mailroom):
    message, filed = mailroom.plan(), mailroom.plan(rendered=with_file())
    Message.objects.filter(pk=message.pk).update(body="Pay to this account instead")
    Path(storage.path(filed.files[0]["stored_as"])).write_bytes(b"%PDF-1.7 another")
    mailroom.deliver()
    assert mailroom.state(message) == ("PARKED", "content_changed")
    assert mailroom.state(filed) == ("PARKED", "content_changed")


def test_p6_what_was_planned_is_what_is_handed_over(mailroom):
    mailroom.plan(rendered=with_file(b"bytes"))
    mailroom.deliver()
    (out,) = mailroom.provider.taken
    assert [(f.name, f.media_type, f.content) for f in out.attachments] == [
        ("statement.pdf", "application/pdf", b"bytes")
    ]
    assert rendering.digest(
        out.subject, out.text, out.html,
        [Attachment(f.name, f.media_type, f.content) for f in out.attachments],
    ) == Message.objects.get().rendered_hash == Attempt.objects.get().rendered_hash  # fmt: skip


def test_a_message_that_breaks_the_claim_does_not_stop_the_others(mailroom):
    bad, good = mailroom.plan(), mailroom.plan()
    Message.objects.filter(pk=bad.pk).update(files=[{"odd": 1}])
    assert mailroom.deliver() == {"poisoned": 1, "accepted": 1}
    for _n in range(2):
        mailroom.later(hours=1)
        mailroom.deliver()
    assert mailroom.state(bad) == ("PARKED", "broken")
    assert mailroom.state(good) == ("ACCEPTED", "")


def test_a_fact_is_planned_once_whatever_is_given_the_second_time(mailroom):
    first = mailroom.plan("notice:7")
    again = mailroom.plan("notice:7", rendered=outbox.plain("Other", "Words"))
    assert (first.pk, again.subject, Message.objects.count()) == (again.pk, "Reminder notice:7", 1)


def test_a_message_in_the_air_cannot_be_cancelled(mailroom):
    message, waiting = mailroom.plan(), mailroom.plan()
    outbox_claim.claim_next(now=mailroom.now, monotonic=0.0, by=mailroom.by, provider_of={"email": "console"})
    with transaction.atomic(), audit.line("test.cancelled", by=mailroom.by, now=mailroom.now) as line:
        assert not outbox.cancel(line, message, reason="paid", now=mailroom.now)
        assert outbox.cancel(line, waiting, reason="paid", now=mailroom.now)
    assert [mailroom.state(m)[0] for m in (message, waiting)] == ["IN_FLIGHT", "CANCELLED"]
