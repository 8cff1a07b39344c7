"""How many messages a second one process hands over, against the bare ORM insert of a row and the same HTTP call.

The bare loop keeps no attempt, no audit, no limits and no fence: killed between its two lines it loses or doubles a message. The
provider is the pretended one of the tests, a process of its own; both call it by the same wire.
"""

import atexit
import itertools
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.test.utils import override_settings

from integrations.messaging import wire
from receivables import audit
from receivables.actor import Actor
from receivables.models import Customer, LegalEntity, Message
from receivables.rules import delivery
from receivables.services import outbox, outbox_send
from tests.doubles.records import API_KEY
from tests.fixtures.world import World

TITLE = "Messages planned and handed over to a provider on this machine"
ROOT = Path(__file__).resolve().parents[1]
BY = Actor.system("bench")
CLOCKS = outbox_send.Clocks(now=lambda: datetime.now(UTC), monotonic=time.monotonic, pause=time.sleep)
_count = [0]
_where: list[str] = []
_numbers = itertools.count()


def prepare(scale: float) -> None:
    """One entity, ten customers, a provider that takes everything."""
    _count[0] = max(10, round(200 * scale))
    logging.getLogger("duebook.messages").setLevel(logging.WARNING)
    command = [sys.executable, "-m", "tests.doubles.providers", "--port", "0"]
    house = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    atexit.register(house.kill)
    assert house.stdout is not None
    _where[:] = [f"http://127.0.0.1:{int(house.stdout.readline())}"]
    wiring = {"base_url": _where[0], "api_key": API_KEY, "connect_seconds": 5.0, "read_seconds": 20.0}
    override_settings(
        ADAPTERS={**settings.ADAPTERS, "email": "sendgrid_email"},
        ADAPTER_WIRING={"sendgrid_email": wiring},
        DELIVERY=delivery.Limits(per_second={}),
    ).enable()
    world = World()
    LegalEntity.objects.update(messages_per_day=10_000_000)
    for number in range(10):
        world.customer(f"c{number}")


def bare() -> None:
    entity, now = LegalEntity.objects.get(), datetime.now(UTC)
    begun = time.perf_counter()
    for number in itertools.islice(_numbers, _count[0]):
        subject = f"Reminder {number}"
        Message.objects.create(
            key=f"bare:{number}", entity=entity, channel="email", recipient=f"ap{number}@globex.example", subject=subject,
            body="Please pay.", state=Message.State.ACCEPTED, planned_at=now, due_at=now, accepted_at=now,
        )  # fmt: skip
        told = {
            "personalizations": [{"to": [{"email": f"ap{number}@globex.example"}], "custom_args": {"attempt": f"{number}"}}],
            "from": {"email": "ar@duebook.example"}, "subject": subject,
            "content": [{"type": "text/plain", "value": "Please pay."}],
        }  # fmt: skip
        reply = wire.call(
            "POST", f"{_where[0]}/v3/mail/send", body=json.dumps(told).encode(), connect_seconds=5, read_seconds=20,
            headers={"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"},
        )  # fmt: skip
        assert reply.status == 202
    _say("bare", begun)


def planned() -> None:
    """Planned one by one, as a person's act plans; then one pass of delivery: lock, checks, attempt, call, outcome."""
    entity, customers = LegalEntity.objects.get(), list(Customer.objects.order_by("pk")[:10])
    begun = time.perf_counter()
    for number in itertools.islice(_numbers, _count[0]):
        now = datetime.now(UTC)
        with transaction.atomic(), audit.line("bench.planned", by=BY, now=now) as line:
            outbox.plan(
                line, key=f"bench:{number}", kind="dispatch", entity=entity, channel="email", now=now, due_at=now,
                recipient=f"ap{number}@globex.example", rendered=outbox.plain(f"Reminder {number}", "Please pay."),
                customer=customers[number % len(customers)],
            )  # fmt: skip
    _say("plan", begun)
    begun = time.perf_counter()
    came = outbox_send.deliver(CLOCKS, seconds=3600, most=_count[0])
    assert came == {"accepted": _count[0]}, came
    _say("deliver", begun)


def _say(what: str, begun: float) -> None:
    print(f"    {what:<8} {_count[0] / (time.perf_counter() - begun):8.1f} messages/s")


CASES: dict[str, Callable[[], None]] = {"insert a row, call": bare, "plan, then deliver": planned}
