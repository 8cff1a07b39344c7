"""The pretended providers themselves: a record that only grows, faults that can be repeated, truly signed webhooks."""

import contextlib
import json
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from integrations.errors import AdapterFailure, Unavailable
from integrations.messaging import sendgrid_email, twilio_sms
from tests.doubles.faults import KINDS, RECORDED, Plan
from tests.doubles.outgoing import MAIL, NOW, TEXT, TOKEN
from tests.doubles.records import ACCOUNT_SID, API_KEY, AUTH_TOKEN, Seen
from tests.house.files import ROOT


@pytest.fixture
def receiver():
    """A server that keeps every webhook posted to it."""
    got = []

    class Room(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Room)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


def test_a_script_is_used_up_and_then_all_is_well():
    plan = Plan("@500,hang")
    assert [plan.next() for _ in range(4)] == ["500", "hang", "ok", "ok"]


def test_a_draw_is_the_same_again_for_its_seed_and_keeps_its_shares():
    spec = "500:0.05,accept_then_drop:0.06,seed=7"
    first, again, other = (
        [plan.next() for _ in range(5000)] for plan in (Plan(spec), Plan(spec), Plan(spec[:-1] + "8"))
    )
    assert first == again != other
    assert 200 < first.count("500") < 300 < first.count("ok") < 4600


def test_an_unknown_fault_is_refused():
    with pytest.raises(ValueError, match="no fault"):
        Plan("@explode")


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"accept_late", "drip", "hang", "accept_then_hang"}))
def test_the_record_holds_exactly_what_was_taken(providers, kind):
    providers.faults.set(f"@{kind}")
    adapter = sendgrid_email.Adapter(**providers.settings())
    with contextlib.suppress(AdapterFailure):
        adapter.send(MAIL)
    assert len(providers.accepted) == (kind in RECORDED)


def test_a_late_acceptance_is_on_record_after_the_client_has_gone(providers):
    providers.late_seconds = 2.5
    providers.faults.set("@accept_late")
    with pytest.raises(AdapterFailure):
        sendgrid_email.Adapter(**providers.settings()).send(MAIL)
    assert providers.accepted == []
    for _ in range(100):
        if providers.accepted:
            break
        time.sleep(0.1)
    assert [copy.token for copy in providers.accepted] == [TOKEN]


def test_a_rate_above_the_limit_is_refused_and_counted(providers):
    times = iter([0.0, 0.1, 0.2, 0.9, 1.05, 5.0])
    providers.clock = lambda: next(times)
    providers.rate_most = 3
    assert [providers.is_too_fast() for _ in range(6)] == [False, False, False, True, True, False]
    providers.requests = [
        Seen("POST", "/v3/mail/send", "", {}, b"", at) for at in (0.0, 0.1, 0.2, 0.9, 1.05, 5.0)
    ]
    assert providers.peak() == 4


def test_a_rate_above_the_limit_is_answered_with_wait(providers, monkeypatch):
    providers.rate_most = 1
    monkeypatch.setattr(type(providers), "is_too_fast", lambda self: True)
    with pytest.raises(Unavailable):
        sendgrid_email.Adapter(**providers.settings()).send(MAIL)
    assert providers.accepted == []


def test_its_webhooks_pass_the_real_verification(providers, receiver):
    url, got = receiver
    mail, text = (
        sendgrid_email.Adapter(**providers.settings()),
        twilio_sms.Adapter(**providers.settings()),
    )
    mail.send(MAIL)
    callback = f"{url}/hooks/twilio/{TOKEN}"
    text.send(
        type(TEXT)(**{name: getattr(TEXT, name) for name in TEXT.__slots__} | {"callback_url": callback})
    )
    letter, short = providers.accepted
    assert (
        providers.post_events(f"{url}/sg", [providers.event(letter, "delivered")], at=NOW.timestamp()) == 204
    )
    assert providers.post_status(short, "delivered") == 204
    assert providers.post_text(f"{url}/in", sender=TEXT.recipient, body="停止") == 204
    (_, h1, b1), (path, h2, b2), (_, h3, b3) = got
    (event,) = mail.parse_events(b1, h1, url=f"{url}/sg", now=NOW, max_age_seconds=300)
    assert (event.kind, event.token, event.provider_id) == ("delivered", TOKEN, letter.provider_id)
    (event,) = text.parse_events(b2, h2, url=url + path, now=NOW, max_age_seconds=300)
    assert (event.kind, event.token, event.provider_id) == ("delivered", TOKEN, short.provider_id)
    assert text.parse_inbound(b3, h3, url=f"{url}/in").body == "停止"


def test_it_runs_as_a_process_of_its_own(tmp_path):
    record = tmp_path / "accepted.jsonl"
    command = [sys.executable, "-m", "tests.doubles.providers", "--accepted", str(record), "--faults", "@503"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            port, key = process.stdout.readline().strip(), process.stdout.readline().strip()
            url = f"http://127.0.0.1:{port}"
            adapter = sendgrid_email.Adapter(base_url=url, api_key=API_KEY, webhook_key=key)
            with pytest.raises(AdapterFailure):
                adapter.send(MAIL)
            urllib.request.urlopen(f"{url}/_double/faults", data=b"@accept_then_500").close()
            with pytest.raises(AdapterFailure):
                adapter.send(MAIL)
            short = twilio_sms.Adapter(
                base_url=url, account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, sender="+15550001111"
            )
            assert short.send(TEXT).provider_id.startswith("SM")
        finally:
            process.kill()
    copies = [json.loads(line) for line in record.read_text().splitlines()]
    assert [(copy["channel"], copy["token"]) for copy in copies] == [("email", TOKEN), ("sms", TOKEN)]
