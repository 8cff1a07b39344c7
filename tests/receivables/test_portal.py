"""The customer's page behind a signed link: reading never consumes, wrong links all answer alike, nothing leaks."""

import logging
from datetime import timedelta

import pytest
from django.test import Client

from receivables.conf import logs
from receivables.models import Audit, Contact, Customer, Dispatch
from receivables.services import dispatch
from tests.fixtures.world import DAY_0

NOW = DAY_0


@pytest.fixture
def sent(world, monkeypatch):
    """An invoice sent to acme; the clock stands at the day of sending."""
    monkeypatch.setattr("receivables.clock.now", lambda: world.at(DAY_0, 12))
    invoice = world.issue("acme", "119.00", due_on=DAY_0 + timedelta(days=30), tax="19.00")
    contact = Contact.objects.create(
        customer=invoice.customer, name="Anna Schmidt", email="ap@acme.example", language="zh-hans"
    )
    return dispatch.send(invoice=invoice, channel="email", contact=contact, now=world.at(DAY_0), by=world.by)


def link(sent, change=""):
    return f"/r/{sent.receipt_token}{change}/"


def gone(answer):
    return answer.status_code, answer.content


def test_003_25_opening_the_link_confirms_nothing_and_the_button_does_once(sent):
    client = Client()
    for _ in range(3):
        assert client.get(link(sent)).status_code == 200
        assert client.head(link(sent)).status_code == 200
    assert Dispatch.objects.get().received_at is None
    assert client.post(link(sent), {"name": "  "}).status_code == 422
    assert client.post(link(sent), {"name": "Li Wei"}).status_code == 302
    first = Dispatch.objects.get()
    assert (first.received_by, Audit.objects.order_by("-seq")[0].via) == ("Li Wei", "portal")
    client.post(link(sent), {"name": "Somebody else"})
    assert Dispatch.objects.get().received_by == "Li Wei"
    assert "Li Wei" in client.get(link(sent) + "?lang=en").content.decode()


def test_bad_input_66_wrong_altered_expired_and_revoked_links_answer_alike(sent, world, monkeypatch):
    client = Client()
    token = sent.receipt_token
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    wrong = gone(client.get(f"/r/{altered}/?lang=en"))
    assert wrong[0] == 404
    assert gone(client.post(f"/r/{altered}/?lang=en", {"name": "x"})) == wrong
    assert gone(client.get(f"/r/{'x' * 500}/?lang=en")) == wrong
    monkeypatch.setattr("receivables.clock.now", lambda: world.at(DAY_0 + timedelta(days=61)))
    assert gone(client.get(link(sent) + "?lang=en")) == wrong
    monkeypatch.setattr("receivables.clock.now", lambda: world.at(DAY_0, 12))
    dispatch.revoke_link(dispatch=sent.dispatch, now=world.at(DAY_0), by=world.by)
    assert gone(client.get(link(sent) + "?lang=en")) == wrong


@pytest.mark.parametrize("what", ["address", "contact", "customer"])
def test_bad_input_66_the_link_of_an_address_or_customer_that_is_gone_answers_nobody(sent, what):
    if what == "address":
        Contact.objects.update(email="new@acme.example")
    elif what == "contact":
        Contact.objects.update(active=False)
    else:
        Customer.objects.update(state="CLOSED")
    assert Client().get(link(sent)).status_code == 404


def test_it_speaks_the_contacts_language_and_the_other_on_request(sent):
    client = Client()
    assert 'lang="zh-hans"' in client.get(link(sent)).content.decode()
    english = client.get(link(sent) + "?lang=en").content.decode()
    assert 'lang="en"' in english and "Did this invoice reach you?" in english


def test_nothing_is_kept_by_caches_referrers_or_search_engines_and_no_cookie_is_set(sent):
    for path in (link(sent), link(sent, "x")):
        answer = Client().get(path)
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies


def test_a_browser_under_no_referrer_sends_origin_null_and_may_still_confirm(sent):
    client = Client(enforce_csrf_checks=True)
    assert client.post(link(sent), {"name": "Li"}, headers={"origin": "null"}).status_code == 302


def test_the_token_is_in_no_log(sent, caplog):
    with caplog.at_level(logging.DEBUG):
        Client().get(link(sent))
        Client().get(link(sent, "x"))
    assert sent.receipt_token not in caplog.text
    line = f'"GET /r/{sent.receipt_token}/ HTTP/1.1" 200'
    assert sent.receipt_token not in logs.redact(line) and "/r/***/" in logs.redact(line)


def test_only_a_fingerprint_of_the_token_is_stored(sent):
    row = Dispatch.objects.get()
    assert sent.receipt_token not in str(row.__dict__) and len(row.receipt_hash) == 64


@pytest.mark.parametrize(("zone", "shown"), [("Asia/Shanghai", "18:00"), ("", "11:00")])
def test_the_reader_sees_the_contacts_clock_else_the_sellers(sent, zone, shown):
    Contact.objects.update(time_zone=zone)
    assert shown in Client().get(link(sent) + "?lang=en").content.decode()
