"""SendGrid: what leaves the house, recipients, refusals in our words, and the search for evidence."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import Rejected, Unavailable, Uncertain
from integrations.messaging import sendgrid_email
from integrations.messaging.port import Attachment, Evidence
from tests.doubles.openapi import Contract
from tests.doubles.outgoing import MAIL, TOKEN

PDF = Attachment("Rechnung 4711.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")


@pytest.fixture
def adapter(providers):
    return sendgrid_email.Adapter(**providers.settings())


@pytest.fixture
def contract(shared):
    return Contract(shared / "samples" / "openapi" / "sendgrid_tsg_mail_v3.json")


def sent(providers):
    (request,) = providers.sends()
    return json.loads(request.body)


def refusal(adapter, **changed):
    with pytest.raises(Rejected) as caught:
        adapter.send(replace(MAIL, **changed))
    return caught.value.code


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"attachments": (PDF,)},
        {"attachments": (PDF, PDF), "html": ""},
        {"recipient_name": "", "sender_name": "", "html": " "},
        {"recipient_name": '张伟 <x@y>, "Zed"', "subject": "发票 4711 已到期", "text": "请付款 ¥1,190.00 😀"},
        {"recipient": "o'brien+ar@globex.example", "recipient_name": ""},
        {"recipient": "rechnung@müller.example"},
    ],
    ids=repr,
)
def test_every_request_keeps_the_official_contract(adapter, providers, contract, changed):
    adapter.send(replace(MAIL, **changed))
    (request,) = providers.sends()
    assert list(contract.problems("POST", request.path, request.body)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop("from"),
        lambda told: told["personalizations"][0].pop("to"),
        lambda told: told["personalizations"][0]["to"][0].pop("email"),
        lambda told: told.update(subject=""),
        lambda told: told.update(categories=[str(n) for n in range(11)]),
        lambda told: told.update(personalizations=told["personalizations"] * 1001),
        lambda told: told.update(send_at="tomorrow"),
        lambda told: told.update(sujet="x"),
        lambda told: told["content"][0].pop("value"),
    ],
)
def test_the_contract_check_catches_a_bad_request(adapter, providers, contract, spoil):
    adapter.send(MAIL)
    told = sent(providers)
    spoil(told)
    assert list(contract.problems("POST", "/v3/mail/send", json.dumps(told).encode()))


def test_one_recipient_both_texts_the_token_and_no_tracked_links_leave(adapter, providers):
    adapter.send(replace(MAIL, attachments=(PDF,)))
    told = sent(providers)
    (envelope,) = told["personalizations"]
    assert envelope["to"] == [{"email": MAIL.recipient, "name": MAIL.recipient_name}]
    assert envelope["custom_args"] == {"attempt": TOKEN, "attempt_token": TOKEN}
    assert [part["type"] for part in told["content"]] == ["text/plain", "text/html"]
    assert told["tracking_settings"] == {"click_tracking": {"enable": False, "enable_text": False}}
    assert told["attachments"][0]["content"] == "JVBERi0xLjcgAP8="
    assert not {"categories", "custom_args", "headers"} & set(told)


def test_a_sender_of_the_settings_is_used_where_the_message_names_none(providers):
    adapter = sendgrid_email.Adapter(**providers.settings(sender="dues@acme.example"))
    adapter.send(replace(MAIL, sender=""))
    assert sent(providers)["from"] == {"email": "dues@acme.example", "name": MAIL.sender_name}


@pytest.mark.parametrize(
    "recipient",
    [
        "a@b",
        "a@b.c,d@e.f",
        '"x\n"@y.example',
        "",
        " ",
        "a" * 310 + "@x.example",
        "a@x.example\r\nBcc: b@y.example",
        "a@x.example b@y.example",
        "<a@x.example>",
        "Anna <a@x.example>",
        "a@@x.example",
        "a@x..example",
        ".a@x.example",
        "jürgen@x.example",
        "a@[127.0.0.1]",
        "a@x.example;b@y.example",
        "a\x00@x.example",
        "\ud800@x.example",
    ],
    ids=repr,
)
def test_bad_input_65_an_address_nobody_can_write_to_is_refused_before_the_call(
    adapter, providers, recipient
):
    assert refusal(adapter, recipient=recipient) == "bad_recipient"
    assert providers.requests == []


@pytest.mark.parametrize("recipient", ["info@globex.example", "a@b.co", "x+y_z@sub.globex.example"])
def test_bad_input_65_a_role_address_is_an_address(adapter, recipient):
    assert adapter.send(replace(MAIL, recipient=recipient)).provider_id


def test_a_bad_sender_an_empty_attachment_and_a_missing_subject_are_told_apart(adapter, providers):
    assert refusal(adapter, sender="nobody") == "bad_sender"
    assert refusal(adapter, sender="") == "bad_sender"
    assert refusal(adapter, attachments=(replace(PDF, content=b""),)) == "bad_content"
    assert refusal(adapter, subject=" ") == "bad_content"
    assert providers.requests == []


def test_bad_input_69_thirty_megabytes_are_refused_before_the_call(adapter, providers):
    assert refusal(adapter, attachments=(replace(PDF, content=bytes(23 * 1024 * 1024)),)) == "too_large"
    assert providers.requests == []


def test_ten_megabytes_travel_whole(adapter, providers):
    adapter.send(replace(MAIL, attachments=(replace(PDF, content=bytes(10 * 1024 * 1024)),)))
    assert len(sent(providers)["attachments"][0]["content"]) == 4 * -(-10 * 1024 * 1024 // 3)


def test_a_refusal_by_sendgrid_names_the_field_and_shows_no_address(adapter, monkeypatch, providers):
    monkeypatch.setattr(
        "tests.doubles.front.Front._mail",
        lambda self, body: self._say(
            400,
            {
                "errors": [
                    {"message": "x anna@globex.example is bad", "field": "personalizations.0.to.0.email"}
                ]
            },
        ),
    )
    with pytest.raises(Rejected) as caught:
        adapter.send(MAIL)
    assert (caught.value.code, caught.value.detail) == ("bad_recipient", "http_400 x … is bad")


@pytest.mark.parametrize(
    ("status", "headers", "told", "expected"),
    [
        (202, {}, None, ""),
        (202, {"x-message-id": "low-case"}, None, "low-case"),
        (200, {"X-Message-Id": "x"}, None, Uncertain),
        (201, {}, {"sid": "x"}, Uncertain),
        (204, {}, None, Uncertain),
        (301, {"Location": "/elsewhere"}, None, Uncertain),
        (307, {"Location": "/v3/mail/send"}, None, Uncertain),
        (402, {}, None, Uncertain),
        (408, {}, None, Uncertain),
        (502, {}, None, Uncertain),
        (504, {}, None, Uncertain),
        (403, {}, {"errors": []}, Unavailable),
        (404, {}, [], Rejected),
        (405, {}, "x", Rejected),
        (411, {}, {"errors": ["x"]}, Rejected),
        (413, {}, {"errors": {}}, Rejected),
        (415, {}, 7, Rejected),
        (422, {}, None, Rejected),
        (429, {"Retry-After": "soon"}, None, Unavailable),
    ],
)
def test_each_status_is_judged_by_what_it_proves(
    adapter, providers, monkeypatch, status, headers, told, expected
):
    monkeypatch.setattr(
        "tests.doubles.front.Front._mail", lambda self, body: self._say(status, told, headers)
    )
    if isinstance(expected, str):
        assert adapter.send(MAIL).provider_id == expected
    else:
        with pytest.raises(expected):
            adapter.send(MAIL)
    assert len(providers.sends()) == 1


def test_a_message_in_doubt_is_found_by_recipient_and_subject(adapter, providers):
    began = datetime.now(UTC)
    providers.faults.set("@accept_then_drop")
    with pytest.raises(Uncertain):
        adapter.send(MAIL)
    found = look(adapter, began)
    assert found == Evidence(True, providers.accepted[0].provider_id)
    assert look(adapter, began, subject=f"{MAIL.subject} ") == Evidence(False)
    assert look(adapter, began, recipient="anne@globex.example") == Evidence(False)


def test_capitals_in_an_address_do_not_hide_a_message(adapter, providers):
    began = datetime.now(UTC)
    adapter.send(replace(MAIL, recipient="anna.muster@globex.example"))
    assert look(adapter, began, recipient="Anna.Muster@globex.example").found
    adapter.send(replace(MAIL, recipient="Bob@globex.example"))
    assert look(adapter, began, recipient="Bob@globex.example").found


def test_an_older_message_of_the_same_subject_is_no_evidence(adapter, providers):
    adapter.send(MAIL)
    later = datetime.now(UTC) + timedelta(seconds=adapter.skew_seconds + 5)
    assert look(adapter, later) == Evidence(False)


def test_absence_comes_with_a_canary_only_when_a_later_message_is_indexed(providers):
    adapter = sendgrid_email.Adapter(**providers.settings(skew_seconds=0))
    began = datetime.now(UTC) - timedelta(seconds=30)
    assert look(adapter, began) == Evidence(False, canary_seen=False)
    adapter.send(replace(MAIL, recipient="other@initech.example", subject="Another"))
    assert look(adapter, began) == Evidence(False, canary_seen=True)
    providers.index_seconds = 60
    assert look(adapter, began) == Evidence(False, canary_seen=False)


@pytest.mark.parametrize("fault", ["429", "500", "503", "hang", "garbage"])
def test_a_search_that_fails_is_no_answer(adapter, providers, fault):
    providers.search_fault = fault
    assert look(adapter, datetime.now(UTC)) is None


def test_an_address_that_cannot_be_quoted_is_not_searched_for(adapter, providers):
    assert look(adapter, datetime.now(UTC), recipient="o'brien@globex.example") is None
    assert providers.requests == []


def test_a_search_that_is_cut_off_is_no_proof_of_absence(adapter, providers):
    began = datetime.now(UTC)
    for number in range(100):
        providers.take(
            token="t", channel="email", recipient=MAIL.recipient, sender="", subject=f"{number}", body="",
            html="", callback_url="",
        )  # fmt: skip
    assert look(adapter, began) is None


def look(adapter, since, *, recipient=MAIL.recipient, subject=MAIL.subject):
    return adapter.search(token=TOKEN, recipient=recipient, subject=subject, since=since)
