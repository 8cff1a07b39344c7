"""The doors of providers: only who proves himself is heard, and whatever is said twice is heard once."""

import base64
import json
import time
from datetime import UTC, datetime

import pytest
from django.test import Client

from receivables.models import Attempt, Consent, Contact, Message, ProviderEvent, Tally, WorkItem
from receivables.rules.delivery import Limits
from receivables.services import outbox, outbox_send
from tests.doubles.signing import EventKey, form, twilio_headers

pytestmark = pytest.mark.django_db
MAIL, INBOUND = "/hooks/sendgrid/", "/hooks/twilio/inbound/"
PUBLIC, SECRET = "https://duebook.example", "twilio-secret"
NUMBER = "+4915112345678"


@pytest.fixture
def key(settings):
    made = EventKey()
    settings.PUBLIC_URL = PUBLIC
    wiring = {name: dict(each) for name, each in settings.ADAPTER_WIRING.items()}
    wiring["sendgrid_email"]["webhook_key"] = made.public
    wiring["twilio_sms"]["auth_token"] = SECRET
    settings.ADAPTER_WIRING = wiring
    settings.ADAPTERS = {"email": "sendgrid_email", "sms": "twilio_sms", "letter": "print_letter"}
    return made


def sendgrid(key, told, *, stamp=None, **headers):
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    signed = key.headers(raw, stamp=int(time.time()) if stamp is None else stamp)
    return Client().post(MAIL, raw, content_type="application/json", headers={**signed, **headers})


def twilio(path, fields, *, url="", secret=SECRET):
    headers = twilio_headers(secret, url or PUBLIC + path, fields)
    return Client().post(path, form(fields), content_type=headers.pop("Content-Type"), headers=headers)


def sent(mailroom, **options):
    message = mailroom.plan(**options)
    mailroom.deliver()
    return message, message.attempts.get()


def told(attempt, kind, **more):
    stamp = int(attempt.started_at.timestamp())
    return {
        "email": attempt.message.recipient,
        "event": kind,
        "timestamp": stamp,
        "sg_event_id": f"e{time.monotonic_ns()}",
        "attempt": attempt.token,
        **more,
    }


def text(body, *, sender=NUMBER, sid="SM1"):
    return {"MessageSid": sid, "From": sender, "To": "+15550001111", "Body": body}


def test_a_signed_bounce_flags_the_contact_and_is_answered_without_a_body(mailroom, key):
    _message, attempt = sent(mailroom)
    answer = sendgrid(key, [told(attempt, "bounce", reason="550 gone")])
    assert (answer.status_code, answer.content) == (204, b"")
    assert Contact.objects.get().undeliverable_reason == "email: bounced 550 gone"


def test_bad_input_51_what_is_not_proven_is_refused_without_a_hint_and_counted(mailroom, key, settings):
    _message, attempt = sent(mailroom)
    event = [told(attempt, "bounce")]
    raw = json.dumps(event).encode()
    good = key.headers(raw, stamp=int(time.time()))
    name = "X-Twilio-Email-Event-Webhook-Signature"
    forged = [
        {},
        {**good, name: base64.b64encode(b"x" * 70).decode()},
        {**good, name: "%%%"},
        {**good, name: f"{good[name]}, {good[name]}"},
        EventKey().headers(raw, stamp=int(time.time())),
        key.headers(json.dumps(event, separators=(",", ":")).encode(), stamp=int(time.time())),
    ]
    for headers in forged:
        answer = Client().post(MAIL, raw, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
    settings.ADAPTER_WIRING["sendgrid_email"]["webhook_key"] = ""
    assert Client().post(MAIL, raw, content_type="application/json", headers=good).status_code == 401
    assert Tally.objects.get(name="webhook.refused.sendgrid_email").count == len(forged) + 1
    assert (ProviderEvent.objects.count(), Contact.objects.get().undeliverable_since) == (0, None)


@pytest.mark.parametrize(("hours", "status"), [(-2, 204), (2, 204), (-26, 401), (26, 401)])
def test_bad_input_52_the_signed_time_may_lie_a_day_back_for_repeats_and_no_more(
    mailroom, key, hours, status
):
    _message, attempt = sent(mailroom)
    answer = sendgrid(key, [told(attempt, "delivered")], stamp=int(time.time()) + hours * 3600)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"null",
        b"[1, null, {}]",
        b'{"event": "bounce"}',
        b"not json",
        b'[{"event": "new kind"}]',
    ],
)
def test_bad_input_54_odd_bodies_are_taken_and_change_nothing(key, body):
    assert sendgrid(key, body).status_code == 204
    assert ProviderEvent.objects.count() == 0


@pytest.mark.parametrize("stamp", ["soon", -5, 32503680000, None, 10**30])
def test_bad_input_54_an_absurd_time_is_no_time(mailroom, key, stamp):
    _message, attempt = sent(mailroom)
    assert sendgrid(key, [told(attempt, "delivered", timestamp=stamp)]).status_code == 204
    assert ProviderEvent.objects.get().occurred_at is None


def test_bad_input_54_a_thousand_events_are_one_batch_and_ten_megabytes_too_many(mailroom, key):
    _message, attempt = sent(mailroom)
    many = [told(attempt, "open", timestamp=int(attempt.started_at.timestamp()) + n) for n in range(1000)]
    assert sendgrid(key, many).status_code == 204
    assert ProviderEvent.objects.count() == 1000
    assert sendgrid(key, b"[" + b" " * 10_000_000 + b"]").status_code == 413


def test_a_repeat_under_a_new_event_id_is_heard_once(mailroom, key):
    _message, attempt = sent(mailroom)
    for _n in range(3):
        sendgrid(key, [told(attempt, "bounce")])
    assert ProviderEvent.objects.count() == 1


def test_bad_input_53_a_status_is_verified_against_the_configured_address(mailroom, key):
    contact = mailroom.contact(phone=NUMBER, channel="sms")
    message, attempt = sent(mailroom, channel="sms", recipient=NUMBER, contact=contact)
    path = f"/hooks/twilio/status/{attempt.token}/"
    fields = {"MessageSid": "SM9", "MessageStatus": "undelivered", "To": NUMBER, "ErrorCode": "30003"}
    assert mailroom.provider.taken[0].callback_url == PUBLIC + path
    for wrong in ("http://testserver" + path, f"https://other.example{path}"):
        assert twilio(path, fields, url=wrong).status_code == 401
    assert twilio(path, fields, secret="another").status_code == 401
    assert twilio(path, fields, url=f"{PUBLIC}:443{path}").status_code == 204
    contact.refresh_from_db()
    assert contact.undeliverable_reason == "sms: failed 30003"
    assert mailroom.state(message)[0] == "ACCEPTED"


def test_bad_input_60_an_sms_that_twilio_holds_back_withdraws_consent(mailroom, key):
    contact = mailroom.contact(phone=NUMBER, channel="sms")
    _message, attempt = sent(mailroom, channel="sms", recipient=NUMBER, contact=contact)
    fields = {"MessageSid": "SM9", "MessageStatus": "failed", "To": NUMBER, "ErrorCode": "21610"}
    twilio(f"/hooks/twilio/status/{attempt.token}/", fields)
    assert Consent.objects.get().given is False
    contact.refresh_from_db()
    assert contact.undeliverable_since is None


@pytest.mark.parametrize("body", ["STOP", "stop.", "停止", "UNSUBSCRIBE please", "Abmelden bitte"])
def test_bad_input_60_stop_covers_the_number_with_all_who_use_it_and_is_confirmed_once(mailroom, key, body):
    first = mailroom.contact("acme", phone=NUMBER, channel="sms")
    second = mailroom.contact("globex", phone=NUMBER, channel="sms", name="Bert")
    waiting = [mailroom.plan(channel="sms", recipient=NUMBER, contact=c) for c in (first, second)]
    for _repeat in range(2):
        answer = twilio(INBOUND, text(body))
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    twilio(INBOUND, text(body, sid="SM2"))
    assert list(Consent.objects.values_list("address", "given")) == [(NUMBER, False)]
    assert Message.objects.filter(kind="opt_out").count() == 1
    mailroom.now = datetime.now(UTC)
    assert mailroom.deliver() == {"moved": 2, "accepted": 1}
    assert [out.recipient for out in mailroom.provider.taken] == [NUMBER]
    assert "START" in mailroom.provider.taken[0].text
    for message in waiting:  # their owner looks again, and then they are suppressed
        Message.objects.filter(pk=message.pk).update(stale_at=None, stop_version=None)
    mailroom.deliver()
    assert {mailroom.state(m) for m in waiting} == {("SUPPRESSED", "opted_out")}


def test_bad_input_60_start_gives_consent_back(mailroom, key):
    contact = mailroom.contact(phone=NUMBER, channel="sms")
    twilio(INBOUND, text("STOP"))
    twilio(INBOUND, text("START", sid="SM2"))
    assert [row.given for row in Consent.objects.order_by("pk")] == [False, True]
    assert Consent.objects.in_force("sms", contact.phone).given


def test_bad_input_60_stop_from_an_unknown_number_is_recorded_and_not_answered(mailroom, key):
    twilio(INBOUND, text("STOP", sender="+4915199999999"))
    assert (Consent.objects.get().given, Message.objects.count()) == (False, 0)


def test_a_doubtful_text_holds_everything_back_until_a_person_has_read_it(mailroom, key):
    mailroom.contact(phone=NUMBER, channel="sms")
    twilio(
        INBOUND, text("Please cancel the order, invoice 17 is wrong and will not be paid before you answer")
    )
    assert Consent.objects.get().given is False
    item = WorkItem.objects.get()
    assert (item.kind, item.owner_role, item.note[:17]) == ("reply", "collector", "Please cancel the")
    assert Message.objects.count() == 0


def test_an_ordinary_answer_becomes_a_to_do_and_stops_nothing(mailroom, key):
    mailroom.contact(phone=NUMBER, channel="sms")
    twilio(INBOUND, text("We paid on Monday"))
    assert (Consent.objects.count(), WorkItem.objects.get().note) == (0, "We paid on Monday")


def test_a_forged_text_is_refused(key):
    assert twilio(INBOUND, text("STOP"), secret="another").status_code == 401
    assert Consent.objects.count() == 0


def test_p4_the_provider_never_sees_more_than_the_configured_rate(
    world, providers, settings, tmp_path, scale
):
    settings.MEDIA_ROOT = tmp_path
    settings.ADAPTER_WIRING = {**settings.ADAPTER_WIRING, "sendgrid_email": providers.settings()}
    settings.ADAPTERS = {"email": "sendgrid_email", "sms": "twilio_sms", "letter": "print_letter"}
    settings.MAIL_FROM, settings.DELIVERY = "ar@nordlicht.example", Limits(per_second={"email": 10})
    from tests.fixtures.outbox_desk import OutboxDesk

    providers.rate_most = 11
    room = OutboxDesk(world, None)
    room.now = datetime.now(UTC)
    many = scale(200) + 10
    for _n in range(many):
        room.plan()
    clocks = outbox_send.Clocks(now=lambda: datetime.now(UTC), monotonic=time.monotonic, pause=time.sleep)
    assert outbox_send.deliver(clocks, seconds=300, most=10_000, patient=True) == {
        "accepted": many,
        "moved": 0,
    }
    assert providers.peak() <= 11 and providers.doubles() == {} and len(providers.accepted) == many


def test_the_provider_double_and_the_real_sdks_end_to_end(world, providers, settings, tmp_path):
    settings.MEDIA_ROOT, settings.PUBLIC_URL = tmp_path, PUBLIC
    own = {name: providers.settings() for name in ("sendgrid_email", "twilio_sms")}
    settings.ADAPTER_WIRING = {**settings.ADAPTER_WIRING, **own}
    settings.ADAPTERS = {"email": "sendgrid_email", "sms": "twilio_sms", "letter": "print_letter"}
    from tests.fixtures.outbox_desk import OutboxDesk

    room = OutboxDesk(world, None)
    room.now = datetime.now(UTC)
    settings.MAIL_FROM = "ar@nordlicht.example"
    contact = room.contact(phone=NUMBER)
    mail = room.plan()
    sms = room.plan(
        channel="sms", recipient=NUMBER, contact=contact, rendered=outbox.plain("", "Please pay.")
    )
    assert outbox_send.deliver(room.clocks(), seconds=60, most=10)["accepted"] == 2
    by_channel = {copy.channel: copy for copy in providers.accepted}
    assert by_channel["email"].token == mail.attempts.get().token
    assert by_channel["sms"].callback_url == f"{PUBLIC}/hooks/twilio/status/{sms.attempts.get().token}/"
    raw = json.dumps([providers.event(by_channel["email"], "bounce", reason="550")]).encode()
    signed = providers.key.headers(raw, stamp=int(time.time()))
    answer = Client().post(MAIL, raw, content_type="application/json", headers=signed)
    assert answer.status_code == 204
    assert Attempt.objects.get(message=mail).provider_id == by_channel["email"].provider_id
    contact.refresh_from_db()
    assert contact.undeliverable_reason == "email: bounced 550"
