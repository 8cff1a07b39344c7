"""SendGrid's signed events: what is proven, what is refused, and junk inside a body that was truly signed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.messaging import port, sendgrid_email, sendgrid_events
from integrations.messaging.port import BadSignature
from tests.doubles.outgoing import NOW, TOKEN
from tests.doubles.signing import EventKey

KEY, OTHER = EventKey(), EventKey()
STAMP = int(NOW.timestamp())
ADAPTER = sendgrid_email.Adapter(webhook_key=KEY.public)
DELIVERED = {
    "email": "anna@globex.example",
    "event": "delivered",
    "timestamp": STAMP - 5,
    "sg_event_id": "first",
    "sg_message_id": "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",
    "response": "250 OK for anna@globex.example",
    "attempt_token": TOKEN,
    "ip": "10.1.2.3",
    "useragent": "Mozilla",
}


def read(raw, headers=None, *, adapter=ADAPTER, now=NOW, max_age_seconds=300):
    headers = KEY.headers(raw, stamp=STAMP) if headers is None else headers
    return adapter.parse_events(
        raw, headers, url="https://due.example/hooks/sendgrid", now=now, max_age_seconds=max_age_seconds
    )


def events(told):
    return read(told if isinstance(told, bytes) else json.dumps(told).encode())


def refusal(raw, headers=None, **changed):
    with pytest.raises(BadSignature) as caught:
        read(raw, headers, **changed)
    return caught.value.code


def test_the_published_sample_verifies_and_is_a_drop(shared):
    folder = shared / "samples" / "webhooks"
    vector = json.loads((folder / "sendgrid_signed_event_vector.json").read_text())
    raw = (folder / vector["body_file"].split()[0]).read_bytes()
    adapter = sendgrid_email.Adapter(webhook_key=vector["public_key_base64_der"])
    then = datetime.fromtimestamp(1600112502, UTC)
    (event,) = read(raw, vector["headers"], adapter=adapter, now=then)
    assert (event.kind, event.reason) == ("dropped", "Bounced Address")
    assert event.provider_id == "LRzXl_NHStOGhQ4kofSm_A"
    assert refusal(raw.rstrip(), vector["headers"], adapter=adapter, now=then) == "bad_signature"
    assert refusal(raw, vector["headers"], adapter=adapter, now=NOW) == "stale"


def test_an_event_brings_token_id_recipient_and_time():
    (event,) = events([DELIVERED])
    assert (event.kind, event.token, event.provider_id) == ("delivered", TOKEN, "LRzXl_NHStOGhQ4kofSm_A")
    assert (event.recipient, event.occurred_at) == ("anna@globex.example", NOW - timedelta(seconds=5))
    assert event.reason == "250 OK for …"
    assert set(event.raw) == {"event", "timestamp", "sg_event_id", "response"}
    assert "anna" not in str(event.raw)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("processed", "processed"),
        ("open", "opened"),
        ("click", "clicked"),
        ("bounce", "bounced"),
        ("dropped", "dropped"),
        ("deferred", "deferred"),
        ("spamreport", "complained"),
        ("unsubscribe", "unsubscribed"),
        ("group_unsubscribe", "unsubscribed"),
        ("group_resubscribe", "unknown"),
        ("sold", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
        (["open"], "unknown"),
        ({"open": 1}, "unknown"),
    ],
)
def test_bad_input_54_each_kind_has_our_word_and_strangers_are_unknown(told, kind):
    (event,) = events([{**DELIVERED, "event": told}])
    assert event.kind == kind and kind in port.KINDS


def test_a_deferral_keeps_its_token_although_it_counts_attempts():
    (event,) = events([{**DELIVERED, "event": "deferred", "attempt": "5"}])
    assert event.token == TOKEN
    (event,) = events([{"event": "deferred", "attempt": "5"}])
    assert event.token == ""


def test_an_older_name_of_the_token_is_read():
    told = {k: v for k, v in DELIVERED.items() if k != "attempt_token"}
    assert events([{**told, "attempt": TOKEN}])[0].token == TOKEN


def test_bad_input_52_a_repeat_under_a_new_event_id_has_the_same_fingerprint():
    first, again = events([DELIVERED, {**DELIVERED, "sg_event_id": "second", "useragent": "other"}])
    assert first.fingerprint == again.fingerprint
    others = [
        {**DELIVERED, "event": "open"},
        {**DELIVERED, "timestamp": STAMP},
        {**DELIVERED, "attempt_token": "another-token-1"},
    ]
    found = {e.fingerprint for e in events([DELIVERED, *others])}
    assert len(found) == 4


def test_without_a_token_message_and_recipient_tell_events_apart():
    bare = {k: v for k, v in DELIVERED.items() if k != "attempt_token"}
    one, other = events([bare, {**bare, "email": "bob@globex.example"}])
    assert one.fingerprint != other.fingerprint


RAW = json.dumps([DELIVERED]).encode()
GOOD = KEY.headers(RAW, stamp=STAMP)
SIGN, TIME = sendgrid_events.SIGNATURE, sendgrid_events.TIMESTAMP


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "no_header"),
        ({SIGN: GOOD[SIGN]}, "no_header"),
        ({TIME: GOOD[TIME]}, "no_header"),
        ({**GOOD, SIGN: ""}, "no_header"),
        ({**GOOD, SIGN: "%%%"}, "bad_header"),
        ({**GOOD, SIGN: "AAAA"}, "bad_signature"),
        ({**GOOD, SIGN: GOOD[SIGN][:-4]}, "bad_signature"),
        ({**GOOD, SIGN: "ü" * 8}, "bad_header"),
        ({**GOOD, SIGN: f" {GOOD[SIGN]}"}, "bad_header"),
        ({**GOOD, SIGN: f"{GOOD[SIGN]}, {GOOD[SIGN]}"}, "no_header"),
        ({**GOOD, SIGN: [GOOD[SIGN], GOOD[SIGN]]}, "no_header"),
        ({**GOOD, SIGN.lower(): GOOD[SIGN]}, "no_header"),
        ({**GOOD, TIME: f"{STAMP},{STAMP}"}, "no_header"),
        ({**GOOD, TIME: f"{STAMP + 1}"}, "bad_signature"),
        ({**GOOD, TIME: "yesterday"}, "bad_header"),
        ({**GOOD, TIME: "-1"}, "bad_header"),
        ({**GOOD, TIME: "9" * 400}, "bad_header"),
        ({**GOOD, TIME: "１６００１１２５０２"}, "bad_header"),
        (OTHER.headers(RAW, stamp=STAMP), "bad_signature"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_51_a_forged_signature_is_refused(headers, code):
    assert refusal(RAW, headers) == code


def test_bad_input_51_a_signature_over_rewritten_json_is_refused():
    assert refusal(json.dumps([DELIVERED], indent=1).encode(), GOOD) == "bad_signature"
    assert refusal(RAW + b"\n", GOOD) == "bad_signature"
    assert refusal(b"", GOOD) == "bad_signature"


@pytest.mark.parametrize(
    "key", ["", "no key", "AAAA", TOKEN, "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="]
)
def test_without_a_usable_key_of_our_own_everything_is_refused(key):
    assert refusal(RAW, GOOD, adapter=sendgrid_email.Adapter(webhook_key=key)) == "no_key"


def test_a_key_with_its_armour_and_headers_in_any_case_are_read():
    armoured = f"-----BEGIN PUBLIC KEY-----\n{KEY.public[:64]}\n{KEY.public[64:]}\n-----END PUBLIC KEY-----\n"
    headers = {name.upper(): value for name, value in GOOD.items()}
    assert len(read(RAW, headers, adapter=sendgrid_email.Adapter(webhook_key=armoured))) == 1


@pytest.mark.parametrize(
    ("seconds", "fresh"),
    [
        (0, True),
        (299, True),
        (300, True),
        (301, False),
        (7200, False),
        (-300, True),
        (-301, False),
        (-7200, False),
    ],
)
def test_bad_input_52_the_signed_time_may_be_five_minutes_off(seconds, fresh):
    headers = KEY.headers(RAW, stamp=STAMP - seconds)
    if fresh:
        assert len(read(RAW, headers)) == 1
    else:
        assert refusal(RAW, headers) == "stale"
        assert len(read(RAW, headers, max_age_seconds=86_400)) == 1, "unless configured for retries"


def test_bad_input_52_a_thousand_replays_are_one_happening(scale):
    assert len({read(RAW, GOOD)[0].fingerprint for _ in range(scale(1000))}) == 1


@pytest.mark.parametrize(
    "stamp",
    ["soon", -1, 0, 32503680000, 10**30, "9" * 10, 1.5, True, None, [], {}, "", " 1600112492", "1e9"],
    ids=repr,
)
def test_bad_input_54_an_absurd_time_is_no_time_and_no_error(stamp):
    (event,) = events([{**DELIVERED, "timestamp": stamp}])
    assert (event.kind, event.occurred_at) == ("delivered", None)


def test_bad_input_54_a_time_as_text_is_a_time():
    assert events([{**DELIVERED, "timestamp": f"{STAMP - 5}"}])[0].occurred_at == NOW - timedelta(seconds=5)


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        (b"[]", 0),
        (b"{}", 1),
        (json.dumps(DELIVERED).encode(), 1),
        (b"", 1),
        (b"null", 1),
        (b'[null, 1, "x", [], true]', 5),
        (b"{", 1),
        (b"[" * 100_000, 1),
        (b"\xff\xfe\x00", 1),
        (b'[{"event": 1' + b"0" * 5000 + b"}]", 1),
        (b'[{"event": "\\ud800", "email": "\\u0000", "reason": "\\u202e\\r\\n"}]', 1),
        (b'[{"timestamp": NaN, "sg_message_id": Infinity, "email": 7}]', 1),
    ],
    ids=range(12),
)
def test_bad_input_54_junk_that_was_truly_signed_is_counted_not_an_error(raw, count):
    found = events(raw)
    assert len(found) == count
    for event in found:
        assert "".join((event.recipient, event.reason, event.provider_id)).isprintable()
        event.reason.encode()


def test_bad_input_54_a_thousand_events_and_one_of_ten_megabytes_are_read():
    assert len(events([DELIVERED] * 1000)) == 1000
    (event,) = events([{**DELIVERED, "reason": "x" * 10_000_000, "email": "y" * 10_000}])
    assert (len(event.reason), len(event.recipient)) == (200, 254)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*DELIVERED, "attempt", "reason", "type"]), JUNK))
def test_whatever_a_signed_event_holds_it_becomes_one_event(told):
    (event,) = events([told])
    assert event.kind in port.KINDS
    assert len(event.fingerprint) == 32
    assert "\x00" not in str(event)
