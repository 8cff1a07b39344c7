"""The mailbox: messages as they read, what stands still and why, and the decision about one in doubt."""

import pytest
from django.urls import reverse

from integrations.errors import Uncertain
from receivables import rendering
from receivables.models import Audit, Consent, Message
from receivables.rendering import Attachment, Rendered
from receivables.services import consents, outbox, outbox_decide, outbox_settle
from receivables.words import message_words

pytestmark = pytest.mark.django_db
LIST = "receivables:outbox"


@pytest.fixture
def parked(mailroom):
    message = mailroom.plan()
    mailroom.provider.script = [Uncertain("timeout")]
    mailroom.deliver()
    mailroom.later(hours=1)
    mailroom.sweep()
    return message


def page(client, message):
    return client.get(reverse("receivables:message", args=[message.pk])).content.decode()


def test_the_list_counts_by_state_filters_and_finds(mailroom, parked, login):
    sent, other = mailroom.plan("notice:a"), mailroom.plan("notice:b", code="globex")
    mailroom.deliver()
    client = login("accountant")
    every = client.get(reverse(LIST)).content.decode()
    assert every.count('class="row-link"') == 3 and "Needs you" in every
    only = client.get(reverse(LIST), {"state": "PARKED"}).content.decode()
    assert only.count('class="row-link"') == 1 and parked.subject in only
    found = client.get(reverse(LIST), {"q": "globex"}).content.decode()
    assert other.subject in found and sent.subject not in found
    by_code = client.get(reverse(LIST), {"q": sent.reference.lower()}).content.decode()
    assert sent.subject in by_code
    assert "No message meets this" in client.get(reverse(LIST), {"q": "nobody"}).content.decode()


def test_a_parked_message_says_what_happened_and_is_decided_with_a_reason(mailroom, parked, login):
    client = login("collector")
    shown = page(client, parked)
    assert "This message needs you" in shown and "there is no proof" in shown
    again = reverse("receivables:message_decide", args=[parked.pk, "send_again"])
    client.post(again, {"reason": ""}, headers={"referer": "http://testserver/outbox/"})
    assert mailroom.state(parked)[0] == "PARKED"
    answer = client.post(again, {"reason": "They have nothing"}, follow=True)
    assert answer.status_code == 200
    assert mailroom.state(parked) == ("PLANNED", "send_again")
    row = Audit.objects.get(action="message.send_again")
    assert (row.reason, row.actor, row.via) == ("They have nothing", "collector", "page")


@pytest.mark.parametrize(("verb", "state"), [("it_was_sent", "ACCEPTED"), ("drop", "CANCELLED")])
def test_it_was_sent_and_drop(mailroom, parked, login, verb, state):
    login("finance_manager").post(
        reverse("receivables:message_decide", args=[parked.pk, verb]), {"reason": "Known"}
    )
    assert mailroom.state(parked)[0] == state


@pytest.mark.parametrize("role", ["sales_rep", "auditor", "cfo"])
def test_who_only_views_gets_no_buttons_and_decides_nothing(mailroom, parked, login, role):
    client = login(role)
    assert "message_decide" not in page(client, parked) and "It was sent" not in page(client, parked)
    answer = client.post(
        reverse("receivables:message_decide", args=[parked.pk, "drop"]), {"reason": "Why not"}
    )
    assert (answer.status_code, mailroom.state(parked)[0]) == (403, "PARKED")


def test_a_mail_is_shown_in_a_frame_that_may_do_nothing(mailroom, login):
    html = "<html><body><p style='color:#333'>Pay <script>alert(1)</script></p></body></html>"
    words = Rendered("Subject", "Pay", html, (), rendering.digest("Subject", "Pay", html, ()))
    message = mailroom.plan(rendered=words)
    client = login("auditor")
    shown = page(client, message)
    assert '<iframe class="mail-frame" sandbox="allow-popups"' in shown and "alert(1)" not in shown
    frame = client.get(reverse("receivables:message_mail", args=[message.pk]))
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script-src" not in policy
    assert (frame["X-Frame-Options"], frame["Cache-Control"]) == ("SAMEORIGIN", "private, no-store")
    plain = mailroom.plan()
    assert client.get(reverse("receivables:message_mail", args=[plain.pk])).status_code == 404


def test_a_text_message_is_a_bubble_with_its_segments(mailroom, login):
    contact = mailroom.contact(phone="+4915112345678")
    message = mailroom.plan(
        channel="sms", recipient=contact.phone, contact=contact, rendered=outbox.plain("", "请付款 " * 20)
    )
    shown = page(login("accountant"), message)
    assert 'class="bubble"' in shown and "2 text messages, 80 characters" in shown


def test_a_letter_is_read_as_its_pdf(mailroom, login):
    files = (
        Attachment("letter.pdf", "application/pdf", b"%PDF-1.7"),
        Attachment("a.html", "text/html", b"<p>"),
    )
    words = Rendered("", "Letter", "", files, rendering.digest("", "Letter", "", files))
    message = mailroom.plan(channel="letter", recipient="Acme, Main Street 1", rendered=words)
    client = login("accountant")
    pdf = client.get(reverse("receivables:message_file", args=[message.pk, 0]))
    assert (pdf["Content-Type"], b"".join(pdf.streaming_content)) == ("application/pdf", b"%PDF-1.7")
    other = client.get(reverse("receivables:message_file", args=[message.pk, 1]))
    assert other["Content-Type"] == "application/octet-stream"
    assert other["Content-Disposition"].startswith("attachment")
    assert client.get(reverse("receivables:message_file", args=[message.pk, 2])).status_code == 404


def test_what_a_provider_took_twice_is_never_hidden(mailroom, parked, login):
    first = parked.attempts.get()
    outbox_decide.send_again(message=parked, reason="Nothing came", now=mailroom.now, by=mailroom.by)
    mailroom.deliver()
    outbox_settle.accept(
        attempt=first, provider_id="late", evidence="search", now=mailroom.now, by=mailroom.by
    )
    client = login("accountant")
    assert "took this message 2 times" in page(client, parked)
    assert "a second copy may exist" in client.get(reverse(LIST)).content.decode()


def test_a_channel_that_stands_still_says_so_and_is_started_by_a_person(mailroom, login, monkeypatch):
    monkeypatch.setattr("receivables.clock.now", lambda: mailroom.now)
    for _n in range(10):
        mailroom.plan()
    mailroom.provider.always = Uncertain("http_500")
    for _n in range(200):
        mailroom.deliver()
        mailroom.later(minutes=5)
    client = login("finance_manager")
    assert "too many messages are in doubt" in client.get(reverse(LIST)).content.decode()
    mailroom.provider.always = None
    client.post(reverse("receivables:channel_resume", args=["email"]), {"reason": "It works again"})
    assert mailroom.deliver() == {"accepted": 2}


def test_a_recipient_who_agrees_again_may_be_written_to(mailroom, login):
    message = mailroom.plan(stop_version=None)
    consents.record(
        channel="email",
        address=message.recipient,
        given=False,
        source="link",
        note="",
        now=mailroom.now,
        by=mailroom.by,
    )
    mailroom.deliver()
    client = login("collector")
    assert "asked not to be written to" in page(client, message)
    client.post(reverse("receivables:message_allow", args=[message.pk]), {"reason": "Said so by phone"})
    said = Consent.objects.in_force("email", message.recipient)
    assert (said.given, said.note, said.said_by) == (True, "Said so by phone", "collector")


def test_the_menu_counts_what_needs_a_person(mailroom, parked, login):
    from receivables.models import User
    from receivables.pages import counts

    login("accountant")
    assert counts.outbox(User.objects.get(username="accountant")) == 1


def test_every_reason_the_outbox_writes_has_words():
    written = {
        "in_doubt",
        "too_large",
        "content_changed",
        "opted_out",
        "rejected:refused",
        "unavailable:x",
        "http_503",
    }
    assert all(message_words.reason(code) != code for code in written)
    assert message_words.reason("something new") == "something new"


def test_people_of_another_entity_see_nothing(mailroom, parked, login, world):
    far = world.legal_entity("XX", "Elsewhere", "EUR", "UTC", "FR")
    client = login("accountant", username="other", all_entities=False)
    from receivables.models import User

    User.objects.get(username="other").entities.add(far)
    assert Message.objects.count() == 1
    for name in ("message", "message_mail"):
        assert client.get(reverse(f"receivables:{name}", args=[parked.pk])).status_code == 404
