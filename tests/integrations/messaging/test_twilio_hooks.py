"""Twilio's callbacks and incoming texts, proven against the configured public address."""

import json
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.messaging import port, twilio_sms
from integrations.messaging.port import BadSignature
from tests.doubles.outgoing import NOW, TOKEN
from tests.doubles.signing import form, twilio_headers

AUTH = "12345"
ADAPTER = twilio_sms.Adapter(auth_token=AUTH)
URL = f"https://due.example/hooks/twilio/{TOKEN}"
STATUS = {
    "MessageSid": "SM" + "1" * 32,
    "MessageStatus": "delivered",
    "To": "+4915112345678",
    "ErrorCode": "",
}
STOP = {"MessageSid": "SM" + "2" * 32, "From": "+4915112345678", "To": "+15550001111", "Body": "STOP"}


def read(fields, *, url=URL, signed=URL, key=AUTH, headers=None):
    headers = twilio_headers(key, signed, fields) if headers is None else headers
    return ADAPTER.parse_events(form(fields), headers, url=url, now=NOW, max_age_seconds=300)


def passes(signed, url):
    try:
        return bool(read(STATUS, url=url, signed=signed))
    except BadSignature:
        return False


def refusal(fields=STATUS, **changed):
    with pytest.raises(BadSignature) as caught:
        read(fields, **changed)
    return caught.value.code


def test_the_published_sample_verifies(shared):
    vectors = json.loads((shared / "samples" / "webhooks" / "twilio_signature_vectors.json").read_text())
    case = vectors["cases"][0]
    adapter = twilio_sms.Adapter(auth_token=vectors["auth_token"])
    headers = {"X-Twilio-Signature": case["X-Twilio-Signature"]}
    assert adapter.parse_inbound(form(case["form"]), headers, url=case["url"]).sender == "+14158675309"
    for url in (case["url"].replace("https", "http"), case["url"].replace("foo", "fou")):
        with pytest.raises(BadSignature):
            adapter.parse_inbound(form(case["form"]), headers, url=url)


def test_a_status_brings_the_token_from_its_address():
    (event,) = read({**STATUS, "RawDlrDoneDate": "2603311159"})
    assert (event.kind, event.token, event.provider_id) == ("delivered", TOKEN, STATUS["MessageSid"])
    assert (event.recipient, f"{event.occurred_at}") == ("+4915112345678", "2026-03-31 11:59:00+00:00")
    assert "To" not in event.raw


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("queued", "processed"),
        ("sending", "processed"),
        ("sent", "processed"),
        ("delivered", "delivered"),
        ("undelivered", "failed"),
        ("failed", "failed"),
        ("canceled", "dropped"),
        ("read", "opened"),
        ("receiving", "unknown"),
        ("", "unknown"),
        ("DELIVERED", "unknown"),
    ],
)
def test_bad_input_54_each_status_has_our_word_and_strangers_are_unknown(status, kind):
    (event,) = read({**STATUS, "MessageStatus": status, "ErrorCode": "30003"})
    assert (event.kind, event.reason) == (kind, "30003")


def test_bad_input_52_a_replay_has_the_same_fingerprint_and_another_status_has_not():
    (first,), (again,), (other,) = read(STATUS), read(STATUS), read({**STATUS, "MessageStatus": "sent"})
    assert first.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize("done", ["", "soon", "9913319999", "26033111590", "２６０３３１１１５９"])
def test_bad_input_54_an_absurd_time_is_no_time_and_no_error(done):
    assert read({**STATUS, "RawDlrDoneDate": done})[0].occurred_at is None


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "no_header"),
        ({"X-Twilio-Signature": ""}, "no_header"),
        ({"X-Twilio-Signature": "AAAA"}, "bad_signature"),
        ({"X-Twilio-Signature": "ü\ud800"}, "bad_signature"),
        ({"X-Twilio-Signature": ["a", "b"]}, "no_header"),
        ({"X-Twilio-Signature": "a, b"}, "no_header"),
    ],
)
def test_bad_input_51_a_forged_signature_is_refused(headers, code):
    assert refusal(headers=headers) == code


def test_bad_input_51_another_key_a_changed_field_and_an_added_field_are_refused():
    assert refusal(key="other") == "bad_signature"
    signed = twilio_headers(AUTH, URL, STATUS)
    assert refusal({**STATUS, "MessageStatus": "failed"}, headers=signed) == "bad_signature"
    assert refusal({**STATUS, "Extra": "1"}, headers=signed) == "bad_signature"
    doubled = form(STATUS) + b"&MessageStatus=failed"
    with pytest.raises(BadSignature):
        ADAPTER.parse_events(doubled, signed, url=URL, now=NOW, max_age_seconds=300)


def test_without_a_key_of_our_own_everything_is_refused():
    with pytest.raises(BadSignature) as caught:
        twilio_sms.Adapter().parse_events(
            form(STATUS), twilio_headers("", URL, STATUS), url=URL, now=NOW, max_age_seconds=300
        )
    assert caught.value.code == "no_key"


def test_bad_input_56_the_token_of_another_attempt_is_another_address():
    assert refusal(url=URL[:-1] + "0") == "bad_signature"


@pytest.mark.parametrize(
    ("signed", "ours"),
    [
        ("https://due.example/hooks/twilio/abcdefgh", "https://due.example/hooks/twilio/abcdefgh"),
        ("https://due.example:443/hooks/x", "https://due.example/hooks/x"),
        ("https://due.example/hooks/x", "https://due.example:443/hooks/x"),
        ("http://due.example:80/hooks/x", "http://due.example/hooks/x"),
        ("https://due.example:8443/hooks/x", "https://due.example:8443/hooks/x"),
        ("https://[2001:db8::1]:443/hooks/x", "https://[2001:db8::1]/hooks/x"),
        ("https://due.example/hooks/x/", "https://due.example/hooks/x"),
        ("https://due.example/hooks/x", "https://due.example/hooks/x/"),
        ("https://due.example/hooks/x?a=b+c", "https://due.example/hooks/x?a=b%20c"),
        ("https://due.example/hooks/x?a=b%20c", "https://due.example/hooks/x?a=b+c"),
        ("https://due.example/hooks/x?b=1&a=2", "https://due.example/hooks/x?b=1&a=2"),
        ("https://due.example/hooks/x?b=1+2&a=3%204", "https://due.example/hooks/x?b=1+2&a=3%204"),
    ],
)
def test_bad_input_53_the_same_address_spelt_by_a_proxy_passes(signed, ours):
    assert passes(signed, ours)


@pytest.mark.parametrize(
    ("signed", "ours"),
    [
        ("http://due.example/hooks/x", "https://due.example/hooks/x"),
        ("https://due.example:8443/hooks/x", "https://due.example/hooks/x"),
        ("https://due.example/hooks/x", "https://due.example:8443/hooks/x"),
        ("https://inner:8000/hooks/x", "https://due.example/hooks/x"),
        ("https://due.example/hooks/x?b=1&a=2", "https://due.example/hooks/x?a=2&b=1"),
        ("https://due.example/hooks/x?a=1", "https://due.example/hooks/x"),
        ("https://due.example/Hooks/x", "https://due.example/hooks/x"),
        ("https://evil.example/hooks/x", "https://due.example/hooks/x"),
    ],
)
def test_bad_input_53_another_address_is_refused(signed, ours):
    assert not passes(signed, ours)


@pytest.mark.parametrize(
    "word",
    ["STOP", "stop.", "停止", "UNSUBSCRIBE please", "START", " stop \n", "", "🛑 & + %20 =", "ＳＴＯＰ"],
)
def test_bad_input_60_an_incoming_text_arrives_as_it_was_written(word):
    fields = {**STOP, "Body": word}
    found = ADAPTER.parse_inbound(form(fields), twilio_headers(AUTH, URL, fields), url=URL)
    assert (found.sender, found.to, found.body) == ("+4915112345678", "+15550001111", word)
    assert found.provider_id == STOP["MessageSid"]


def test_bad_input_60_a_forged_stop_is_refused():
    with pytest.raises(BadSignature):
        ADAPTER.parse_inbound(form(STOP), twilio_headers("other", URL, STOP), url=URL)


@pytest.mark.parametrize("raw", [b"\xff=1", b"a=%ff", b"&".join(b"a%d=1" % n for n in range(300))])
def test_bad_input_51_a_body_that_is_no_form_is_refused(raw):
    with pytest.raises(BadSignature):
        ADAPTER.parse_inbound(raw, {"X-Twilio-Signature": "AAAA"}, url=URL)


def test_bad_input_51_a_field_that_came_twice_is_refused_although_its_signature_fits():
    signed = twilio_headers(AUTH, URL, {"Body": "hello BodySTOP", "From": "x"})
    assert ADAPTER.parse_inbound(b"Body=hello+BodySTOP&From=x", signed, url=URL).body == "hello BodySTOP"
    with pytest.raises(BadSignature) as caught:
        ADAPTER.parse_inbound(b"Body=hello+&Body=STOP&From=x", signed, url=URL)
    assert caught.value.code == "bad_form"


@given(
    st.dictionaries(
        st.sampled_from([*STATUS, "From", "Body", "SmsSid", "RawDlrDoneDate"]), st.text(max_size=50)
    )
)
def test_whatever_a_signed_form_holds_it_becomes_one_event_and_one_text(fields):
    fields = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    headers = twilio_headers(AUTH, URL, fields)
    (event,) = read(fields, headers=headers)
    assert event.kind in port.KINDS and event.token == TOKEN
    text = ADAPTER.parse_inbound(form(fields), headers, url=URL)
    assert "\x00" not in f"{event}{text.body}{text.sender}"


def test_plus_and_space_in_a_form_are_kept_apart():
    raw = b"From=" + quote_plus("+49 151").encode()
    headers = twilio_headers(AUTH, URL, {"From": "+49 151"})
    assert ADAPTER.parse_inbound(raw, headers, url=URL).sender == "+49 151"
