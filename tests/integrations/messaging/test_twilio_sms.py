"""Twilio: what leaves the house, numbers, error codes in our words, and the search for evidence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from integrations.errors import Rejected, Uncertain
from integrations.messaging import twilio_sms
from integrations.messaging.port import Evidence
from tests.doubles.openapi import Contract
from tests.doubles.outgoing import TEXT, TOKEN
from tests.doubles.peer import answers
from tests.doubles.records import ACCOUNT_SID, SENDER_SMS

CALL = "/2010-04-01/Accounts/{AccountSid}/Messages.json"


@pytest.fixture
def adapter(providers):
    return twilio_sms.Adapter(**providers.settings())


@pytest.fixture
def contract(shared):
    return Contract(shared / "samples" / "openapi" / "twilio_api_v2010.json")


def refusal(adapter, **changed):
    with pytest.raises(Rejected) as caught:
        adapter.send(replace(TEXT, **changed))
    return caught.value.code


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"sender": "Acme"},
        {"sender": "MG" + "a" * 32},
        {"callback_url": ""},
        {"text": "发票 4711 已到期 😀 & = + %20"},
        {"text": "x" * 1600},
    ],
    ids=repr,
)
def test_every_request_keeps_the_official_contract(adapter, providers, contract, changed):
    adapter.send(replace(TEXT, **changed))
    (request,) = providers.sends()
    assert request.path == CALL.format(AccountSid=ACCOUNT_SID)
    assert list(contract.problems("POST", CALL, request.body)) == []


@pytest.mark.parametrize(
    "body",
    [
        b"Body=x",
        b"To=%2B49&ValidityPeriod=soon",
        b"To=%2B49&ScheduleType=x",
        b"To=x&MessagingServiceSid=MGx",
        b"To=x&Cc=y",
    ],
)
def test_the_contract_check_catches_a_bad_request(contract, body):
    assert list(contract.problems("POST", CALL, body))


def test_the_double_answers_with_names_twilio_knows(adapter, providers, contract, shared):
    adapter.send(TEXT)
    known = contract.names("api.v2010.account.message")
    from tests.doubles.front import Front

    assert set(Front._as_twilio(None, providers.accepted[0])) <= known


def test_number_text_sender_and_callback_leave(adapter, providers):
    adapter.send(replace(TEXT, text="Grüße & mehr"))
    (request,) = providers.sends()
    assert parse_qs(request.body.decode()) == {
        "To": [TEXT.recipient],
        "From": [SENDER_SMS],
        "Body": ["Grüße & mehr"],
        "StatusCallback": [TEXT.callback_url],
    }
    assert providers.accepted[0].token == TOKEN


@pytest.mark.parametrize(
    "recipient",
    [
        "12345",
        "+1 (555)",
        "",
        "+",
        "+0123456789",
        "+12345",
        "+1234567890123456",
        "hello",
        "+49151\n",
        "０１２３４５６７",
        "a@b.example",
    ],
    ids=repr,
)
def test_bad_input_65_a_number_nobody_can_reach_is_refused_before_the_call(adapter, providers, recipient):
    assert refusal(adapter, recipient=recipient) == "bad_recipient"
    assert providers.requests == []


def test_bad_input_64_a_text_that_is_too_long_is_refused_before_the_call(adapter, providers):
    assert refusal(adapter, text="x" * 1601) == "too_large"
    assert providers.requests == []


def test_a_missing_sender_is_refused_before_the_call(providers):
    assert refusal(twilio_sms.Adapter(**providers.settings(sender=""))) == "bad_sender"
    assert providers.requests == []


def test_bad_input_60_an_opt_out_at_the_provider_is_told_apart(adapter, providers):
    providers.opted_out.add(TEXT.recipient)
    assert refusal(adapter) == "opted_out"


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (21211, "bad_recipient"),
        (21614, "bad_recipient"),
        (21610, "opted_out"),
        (21408, "not_permitted"),
        (21606, "bad_sender"),
        (21617, "bad_content"),
        (99999, "refused"),
        ("21610", "refused"),
        (None, "refused"),
        ([], "refused"),
    ],
)
def test_twilios_codes_become_our_words(adapter, monkeypatch, code, word):
    told = {"code": code, "message": "about +49 151 12345678 here", "status": 400}
    monkeypatch.setattr("tests.doubles.front.Front._text", lambda self, body: self._say(400, told))
    with pytest.raises(Rejected) as caught:
        adapter.send(TEXT)
    assert caught.value.code == word
    assert "12345678" not in caught.value.detail


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (201, None),
        (201, {}),
        (201, []),
        (201, {"sid": None}),
        (201, {"sid": ""}),
        (201, {"sid": 7}),
        (201, {"sid": "SM\n"}),
        (201, "SM1"),
        (200, {"sid": "SM1"}),
        (202, {"sid": "SM1"}),
        (302, {"sid": "SM1"}),
        (500, {"code": 20500}),
        (503, None),
        (408, None),
    ],
)
def test_only_a_201_with_a_sid_is_accepted(adapter, monkeypatch, providers, status, told):
    monkeypatch.setattr("tests.doubles.front.Front._text", lambda self, body: self._say(status, told))
    with pytest.raises(Uncertain):
        adapter.send(TEXT)
    assert len(providers.sends()) == 1


def test_a_201_whose_body_is_cut_is_in_doubt_although_it_reads_well(providers, peer):
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n"
    house = peer(answers(head + b'{"sid": "SM1"}'))
    with pytest.raises(Uncertain):
        twilio_sms.Adapter(**providers.settings(base_url=f"http://127.0.0.1:{house.port}")).send(TEXT)


def test_a_base_url_with_a_path_is_kept(providers):
    adapter = twilio_sms.Adapter(**providers.settings(base_url=f"{providers.url}/proxy/"))
    with pytest.raises(Rejected):
        adapter.send(TEXT)
    assert providers.requests[0].path.startswith("/proxy/2010-04-01/")


def test_a_message_in_doubt_is_found_by_the_reference_in_its_text(adapter, providers):
    began = datetime.now(UTC)
    providers.faults.set("@accept_then_500")
    with pytest.raises(Uncertain):
        adapter.send(TEXT)
    assert look(adapter, began) == Evidence(True, providers.accepted[0].provider_id)
    assert look(adapter, began, reference="OTHER1") == Evidence(False)
    assert look(adapter, began, reference="") == Evidence(False), "every text holds nothing"
    assert look(adapter, began, recipient="+4915199999999") == Evidence(False)


def test_the_list_is_asked_for_recipient_and_day_alone(adapter, providers):
    look(adapter, datetime(2026, 3, 31, 0, 1, tzinfo=UTC))
    first, second = [seen.query for seen in providers.requests]
    day = "2026-03-30T23:59:00Z"
    assert parse_qs(first) == {"To": [TEXT.recipient], "DateSent>": [day], "PageSize": ["100"]}
    assert parse_qs(second) == {"DateSent>": [day], "PageSize": ["100"]}


def test_an_older_message_of_the_same_reference_is_no_evidence(adapter):
    adapter.send(TEXT)
    later = datetime.now(UTC) + timedelta(seconds=adapter.skew_seconds + 5)
    assert look(adapter, later) == Evidence(False)


def test_absence_comes_with_a_canary_only_when_a_later_message_is_listed(providers):
    adapter = twilio_sms.Adapter(**providers.settings(skew_seconds=0))
    began = datetime.now(UTC) - timedelta(seconds=30)
    assert look(adapter, began) == Evidence(False, canary_seen=False)
    adapter.send(replace(TEXT, recipient="+4915199999999", text="Another"))
    assert look(adapter, began) == Evidence(False, canary_seen=True)


@pytest.mark.parametrize("fault", ["429", "500", "hang", "garbage"])
def test_a_search_that_fails_is_no_answer(adapter, providers, fault):
    providers.search_fault = fault
    assert look(adapter, datetime.now(UTC)) is None


def look(adapter, since, *, recipient=TEXT.recipient, reference=TEXT.reference):
    return adapter.search(token=TOKEN, recipient=recipient, subject=reference, since=since)
