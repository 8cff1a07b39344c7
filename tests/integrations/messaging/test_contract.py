"""What every messaging adapter keeps, and what the two real ones prove from each fault of a provider."""

import ast
import inspect
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from integrations import registry
from integrations.errors import AdapterFailure, Rejected, Unavailable, Uncertain
from integrations.messaging import port
from integrations.messaging.port import Accepted, BadSignature
from tests.doubles.faults import DOUBTFUL, KINDS, RECORDED
from tests.doubles.outgoing import LETTER, MAIL, NOW, TEXT
from tests.doubles.records import API_KEY, AUTH_TOKEN

SAMPLE = {port.EMAIL: MAIL, port.ANY: MAIL, port.SMS: TEXT, port.LETTER: LETTER}
NAMES = registry.names("messaging")
ONLINE = ("sendgrid_email", "twilio_sms")


@pytest.fixture(params=NAMES)
def adapter(request, providers):
    return registry.adapter("messaging", request.param, **providers.settings())


@pytest.fixture(params=ONLINE)
def online(request, providers):
    return registry.adapter("messaging", request.param, **providers.settings())


def outcome(adapter, outgoing=None):
    try:
        return adapter.send(outgoing or SAMPLE[adapter.channel])
    except AdapterFailure as failure:
        return failure


def test_there_are_the_four_ways_out():
    assert set(NAMES) == {"console", "print_letter", "sendgrid_email", "twilio_sms"}


def test_an_adapter_is_named_as_its_file_and_has_no_key_against_doubles(adapter):
    assert adapter.name in NAMES
    assert adapter.channel in SAMPLE
    assert adapter.supports_idempotency_key is False


def test_a_good_message_is_accepted_with_an_id(adapter, providers):
    assert isinstance(accepted := outcome(adapter), Accepted)
    assert accepted.provider_id
    assert len(providers.accepted) == (adapter.name in ONLINE)


def test_an_adapter_has_every_member_of_the_port(adapter):
    for name, wanted in inspect.getmembers(port.Adapter, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.signature(getattr(type(adapter), name)) == inspect.signature(wanted), name
    assert adapter.probe() is True


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": "x"}], ids=["none", "junk"])
def test_what_nobody_signed_is_refused(adapter, headers):
    with pytest.raises(BadSignature):
        adapter.parse_events(b"[]", headers, url="https://due.example/hooks", now=NOW, max_age_seconds=300)
    with pytest.raises(BadSignature):
        adapter.parse_inbound(b"Body=STOP", headers, url="https://due.example/hooks")


def test_secrets_do_not_show(adapter):
    shown = f"{adapter!r} {adapter}"
    assert API_KEY not in shown and AUTH_TOKEN not in shown


def test_nothing_of_a_message_and_no_key_is_logged(online, caplog, providers):
    caplog.set_level(logging.DEBUG)
    for name in ("python_http_client.client", "twilio.http_client", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    providers.faults.set("@ok,400,500,429")
    for _ in range(4):
        outcome(online)
    online.probe()
    for secret in (API_KEY, AUTH_TOKEN, "anna@", "4915112345678", "1,190.00", "4711"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "Bcc\r\nBcc: x@y.example"},
        {"text": ""},
        {"text": "  \n"},
        {"text": "half \ud800 a character"},
        {"text": "nul \x00"},
        {"sender_name": "Acme\r\nBcc: x@y.example"},
        {"token": "has space"},
        {"token": ""},
    ],
    ids=repr,
)
def test_poison_is_refused_before_anything_is_sent(adapter, changed, providers):
    refused = outcome(adapter, replace(SAMPLE[adapter.channel], **changed))
    assert isinstance(refused, Rejected) and refused.code == "bad_content"
    assert providers.requests == []


REFUSED, LATER, DOUBT = Rejected, Unavailable, Uncertain
PROVEN = {
    "ok": Accepted,
    "400": REFUSED,
    "401": LATER,
    "429": LATER,
    **dict.fromkeys(DOUBTFUL - {"accept_late"}, DOUBT),
    "accept_late": DOUBT,
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_proves_what_it_proves_and_is_tried_once(online, providers, kind):
    providers.late_seconds = 2.5
    providers.faults.set(f"@{kind}")
    found = outcome(online)
    assert type(found) is PROVEN[kind], (kind, found, getattr(found, "code", ""))
    assert len(providers.sends()) == 1
    if isinstance(found, Accepted | Uncertain):
        return
    assert providers.accepted == [], "what is said to be not accepted must not be on record"


def test_no_fault_after_which_a_message_is_on_record_is_called_not_accepted():
    assert {PROVEN[kind] for kind in RECORDED} == {Accepted, DOUBT}


def test_being_told_to_slow_down_says_for_how_long(online, providers):
    providers.faults.set("@429")
    assert outcome(online).retry_after == 7


def test_a_closed_port_is_surely_not_done(online, providers):
    providers.close()
    found = outcome(online)
    assert isinstance(found, Unavailable) and found.code == "no_connection"
    assert online.probe() is False


@pytest.mark.parametrize(
    "missing", [{"api_key": "", "auth_token": ""}, {"api_key": "k\r\nX: y", "auth_token": "ä"}]
)
def test_without_a_usable_key_nothing_is_sent(online, missing, providers):
    found = outcome(replace(online, **missing))
    assert isinstance(found, Unavailable) and found.code == "credentials"
    assert providers.requests == []


def test_a_wrong_key_is_later_not_never(online):
    found = outcome(replace(online, api_key="SG.other", auth_token="other"))
    assert isinstance(found, Unavailable) and found.code == "credentials"


def test_the_probe_tells_an_answer_from_an_outage(online, providers):
    assert replace(online, api_key="SG.other", auth_token="other").probe() is True
    providers.faults.set("@500")
    assert online.probe() is True, "the plan is for sending; the probe asks elsewhere"
    assert providers.sends() == []


def test_two_sends_are_two_messages(online, providers):
    outcome(online)
    outcome(online)
    assert list(providers.doubles().values()) == [2]


def test_one_adapter_serves_many_threads(online, providers):
    def send(number):
        token = f"tok-{number:012d}"
        changed = {"token": token, "callback_url": f"https://due.example/hooks/twilio/{token}"}
        return token, online.send(replace(SAMPLE[online.channel], **changed)).provider_id

    with ThreadPoolExecutor(8) as pool:
        got = dict(pool.map(send, range(80)))
    assert got == {copy.token: copy.provider_id for copy in providers.accepted}


def test_nothing_retries_follows_or_knows_the_house():
    folder = Path(port.__file__).parent
    for path in folder.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {
            alias.name if isinstance(node, ast.Import) else node.module or ""
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert not {m for m in modules if re.match(r"receivables|credit|dunning|reports|django", m)}, path
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.While)], path
