"""What happens to somebody's invoice, promise or dispute is told to them, once per channel they chose."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from receivables import audit
from receivables.actor import Actor
from receivables.models import Consent, Invoice, Message, Notification, ProviderEvent, User
from receivables.rules.money import Money
from receivables.services import allocation, consents, disputes, invoicing, staff, status
from receivables.services.outbox import plain
from tests.doubles.signing import form, twilio_headers
from tests.fixtures.world import DAY_0

NUMBER = "+4915112345678"
ENGINE = Actor.system("engine")


def listens(user, *ways, phone="", email="someone@nordlicht.example"):
    User.objects.filter(pk=user.pk).update(told_by=list(ways), phone=phone, email=email)
    return User.objects.get(pk=user.pk)


def heard(user):
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("ways", "lines", "channels"),
    [
        (("app",), 3, []),
        (("email",), 0, ["email"] * 3),
        (("app", "email"), 3, ["email"] * 3),
        (("app", "email", "sms"), 3, ["email"] * 3 + ["sms"] * 3),
    ],
)
def test_001_08_each_transition_is_told_once_per_channel_that_the_person_chose(desk, ways, lines, channels):
    listens(desk.rep, *ways, phone=NUMBER)
    invoice = desk.approved()
    desk.later(hours=1)
    invoice = invoicing.issue(invoice=invoice, on=desk.today, now=desk.now, by=desk.by(desk.finance))
    payment = desk.world.receive("acme", "119.00")
    entry = invoice.instalments.get().entry
    allocation.apply(
        credit=payment.entry, to=[(entry, 11900)], now=desk.now, by=desk.by(desk.finance), reason=""
    )
    assert Invoice.objects.get().state == "PAID"
    assert len(heard(desk.rep)) == lines
    if lines:
        assert heard(desk.rep) == ["request_approved", "invoice_issued", "invoice_paid"]
    sent = Message.objects.filter(kind="notification", user=desk.rep)
    assert sorted(sent.values_list("channel", flat=True)) == channels
    assert not Notification.objects.exclude(user=desk.rep).exists()


def test_001_08_the_same_transition_said_twice_is_told_once(desk):
    listens(desk.rep, "app", "email")
    invoice = desk.approved()
    for _again in range(3):
        with transaction.atomic(), audit.line("test.told", by=ENGINE, now=desk.now) as line:
            status.of_invoice(line, invoice, "request_approved", by=ENGINE)
    assert heard(desk.rep) == ["request_approved"]
    assert Message.objects.filter(kind="notification").count() == 1


def test_001_08_a_request_that_comes_back_says_why_and_in_the_readers_language(desk):
    listens(desk.rep, "app", "email")
    User.objects.filter(pk=desk.rep.pk).update(language="zh-hans")
    desk.send_back(desk.request(), "wrong_tax", note="19, not 7")
    message = Message.objects.get(kind="notification")
    assert "19, not 7" in message.body and "/requests/" in message.body
    assert message.language == "zh-hans" and "退回" in message.subject
    assert heard(desk.rep) == ["request_sent_back"]


def test_nobody_is_told_of_what_they_did_themselves(desk):
    rep = listens(desk.rep, "app")
    entry = desk.world.issue("acme", "100.00").instalments.get().entry
    dispute = disputes.open_on(
        entry=entry, reason="quality", today=DAY_0, now=desk.now, by=desk.by(rep), owner=rep
    )
    assert heard(rep) == []
    disputes.reject(
        dispute=dispute, resolution="It is right", on=DAY_0, now=desk.now, by=desk.by(desk.finance)
    )
    assert heard(rep) == ["dispute_settled"]


def test_a_dispute_given_to_somebody_else_is_told_to_them(desk):
    listens(desk.manager, "app")
    entry = desk.world.issue("acme", "100.00").instalments.get().entry
    dispute = disputes.open_on(
        entry=entry, reason="quality", today=DAY_0, now=desk.now, by=desk.by(desk.finance), owner=desk.rep,
        amount=Money.of("40.00", "EUR"),
    )  # fmt: skip
    disputes.assign(dispute=dispute, owner=desk.manager, now=desk.now, by=desk.by(desk.finance))
    assert (heard(desk.rep), heard(desk.manager)) == (["dispute_opened"], ["dispute_opened"])


def test_a_message_that_stands_still_is_told_to_finance_and_the_collector_once(mailroom, world):
    finance = world.user("finance_manager")
    collector = world.user("collector")
    message = mailroom.plan()
    message.customer.profiles.update(collector=collector)
    Message.objects.update(html="changed by nobody we know")
    mailroom.deliver()
    assert mailroom.state(message) == ("PARKED", "content_changed")
    assert status.tell_parked(now=mailroom.now, by=ENGINE) == 2
    assert status.tell_parked(now=mailroom.now, by=ENGINE) == 0
    assert (heard(finance), heard(collector)) == (["message_parked"], ["message_parked"])


def test_a_standstill_nobody_reads_in_the_app_is_told_by_mail_and_not_again(mailroom, world):
    listens(world.user("finance_manager"), "email")
    mailroom.plan()
    Message.objects.update(html="changed by nobody we know")
    mailroom.deliver()
    for _minute in range(3):
        status.tell_parked(now=mailroom.now, by=ENGINE)
    assert Message.objects.filter(kind="notification").count() == 1


def test_002_26_an_sms_waits_for_consent_and_morning_and_keeps_its_receipt(mailroom, world, client, settings):
    wiring = {name: dict(each) for name, each in settings.ADAPTER_WIRING.items()}
    wiring["twilio_sms"]["auth_token"] = "twilio-secret"
    settings.ADAPTER_WIRING, settings.PUBLIC_URL = wiring, "https://duebook.example"
    settings.ADAPTERS = {**settings.ADAPTERS, "sms": "twilio_sms"}
    contact = mailroom.contact(phone=NUMBER, channel="sms", email="")
    consents.say(
        channel="sms", address=NUMBER, given=True, note="On the phone", now=mailroom.now, by=mailroom.by
    )
    mailroom.now = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)  # 21:00 in Berlin
    message = mailroom.plan(
        channel="sms", recipient=NUMBER, contact=contact, rendered=plain("", "EUR 100.00 is due."), hours="b2b",
        zone="Europe/Berlin", stop_version=None,
    )  # fmt: skip
    mailroom.deliver()
    message.refresh_from_db()
    assert (message.state, message.due_at, mailroom.provider.taken) == (
        "PLANNED", datetime(2026, 3, 4, 8, 0, tzinfo=UTC), [],
    )  # fmt: skip
    mailroom.now = message.due_at
    assert mailroom.deliver() == {"accepted": 1}
    path = f"/hooks/twilio/status/{message.attempts.get().token}/"
    fields = {"MessageSid": "SM9", "MessageStatus": "delivered", "To": NUMBER}
    headers = twilio_headers("twilio-secret", f"https://duebook.example{path}", fields)
    answer = client.post(path, form(fields), content_type=headers.pop("Content-Type"), headers=headers)
    assert answer.status_code == 204
    message.refresh_from_db()
    receipt = ProviderEvent.objects.get()
    assert (message.state, receipt.kind, receipt.attempt.message) == ("ACCEPTED", "delivered", message)


def test_002_26_an_sms_to_a_number_that_said_stop_never_leaves(mailroom):
    contact = mailroom.contact(phone=NUMBER, channel="sms", email="")
    consents.say(channel="sms", address=NUMBER, given=False, note="", now=mailroom.now, by=mailroom.by)
    message = mailroom.plan(
        channel="sms", recipient=NUMBER, contact=contact, rendered=plain("", "Please pay.")
    )
    mailroom.deliver()
    assert mailroom.state(message) == ("SUPPRESSED", "opted_out")
    assert mailroom.provider.taken == []


def test_002_26_our_own_people_agree_by_choosing_and_are_not_woken_up(mailroom, world):
    user = world.user("collector")
    chosen = staff.choose_ways(
        user=user,
        told_by=["sms", "app"],
        phone="+49 1511 2345678",
        now=mailroom.now,
        by=Actor.of(user, "page"),
    )
    assert (chosen.told_by, chosen.phone) == (["app", "sms"], NUMBER)
    assert Consent.objects.in_force("sms", NUMBER).given
    mailroom.now = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
    with transaction.atomic(), audit.line("test.told", by=ENGINE, now=mailroom.now) as line:
        status.push(
            line, [chosen], key="fact", kind="undeliverable", figures={"customer": "Acme", "contact": "Mia"}, link="/",
            entity=world.entity, now=mailroom.now, by=ENGINE,
        )  # fmt: skip
    mailroom.deliver()
    message = Message.objects.get(channel="sms")
    assert (message.state, message.reason) == ("PLANNED", "outside_hours")
