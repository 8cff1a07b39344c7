"""P10 against a running server: twenty at once with one key, and again after the server was killed, have one effect."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

SETUP = """
import sys
from datetime import UTC, datetime, time
from receivables.models import ApiToken, Customer, LegalEntity, Role, User
from receivables.services import tokens
e = LegalEntity.objects.create(
    code="N", name="N", country="DE", time_zone="Europe/Berlin", currency="EUR", work_starts=time(9), work_ends=time(17)
)
c = Customer.objects.create(code="acme", legal_name="Acme", created_at=datetime.now(UTC))
role, _new = Role.objects.get_or_create(code="accountant", defaults={"label": "accountant", "shipped": True})
u = User.objects.create_user("ann", all_entities=True)
u.roles.add(role)
ApiToken.objects.create(
    user=u, label="t", prefix="dbk_test", token_hash=tokens.hashed("dbk_secret"), verbs=["payment.receive"],
    created_at=datetime.now(UTC),
)
print(e.pk, c.pk)
"""
SERVE = """
import sys
from django.core.management import call_command
call_command("serve", "--port", sys.argv[1], "--threads", "8", "--no-engine")
"""


pytestmark = pytest.mark.process


def free_port():
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


class Server:
    """The service in a process of its own."""

    def __init__(self, start_process):
        self.port = free_port()
        self.process = start_process(SERVE, self.port)
        for _attempt in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/health", timeout=5).read()
                return
            except OSError:
                assert self.process.poll() is None, self.process.stderr.read()
                time.sleep(0.25)
        raise AssertionError("the server did not come up")

    def post(self, body, key):
        """(status, body, replayed) of one POST."""
        headers = {
            "Authorization": "Bearer dbk_secret",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/payments", json.dumps(body).encode(), headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read(), answer.headers.get("Idempotency-Replayed")
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers.get("Retry-After")


@pytest.fixture
def receipt(start_process):
    made = start_process(SETUP)
    out, err = made.communicate(timeout=60)
    assert made.returncode == 0, err
    entity, customer = map(int, out.split())
    return {
        "entity": entity,
        "customer": customer,
        "amount": "5.00",
        "currency": "EUR",
        "value_on": "2026-03-02",
        "reference": "r",
    }


def test_P10_bad_input_37_twenty_at_once_with_one_key_have_one_effect_also_after_a_kill(
    start_process, receipt, ask, scale
):
    server, rounds = Server(start_process), scale(20)
    answers = {}

    def call(key):
        answer = server.post(receipt, key)
        while answer[0] == 409:  # a twin is at work: what Retry-After asks for
            time.sleep(0.2)
            answer = server.post(receipt, key)
        answers.setdefault(key, []).append(answer)

    for n in range(rounds):
        threads = [threading.Thread(target=call, args=(f"key-{n}",)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
    for key, told in answers.items():
        assert len(told) == 20 and {(status, body) for status, body, _r in told} == {(201, told[0][1])}, key
        assert sum(replayed is None for _s, _b, replayed in told) == 1, key
    assert ask("select count(*) from receivables_payment") == [(rounds,)]

    server.process.kill()
    server = Server(start_process)
    status, body, replayed = server.post(receipt, "key-0")
    assert (status, body, replayed) == (201, answers["key-0"][0][1], "true")
    assert server.post(receipt | {"amount": "6.00"}, "key-0")[0] == 422
    assert ask("select count(*) from receivables_payment") == [(rounds,)]
