"""A process dies once at each line of the sending path, in a real database; recovery runs; nothing is doubled, nothing lost."""

import json

import pytest

from tests.conftest import FULL

pytestmark = [pytest.mark.process, pytest.mark.django_db]
EVERY = 1 if FULL else 4
"""`make test-long` dies at each line, `make test` at every fourth."""

DRIVER = """
import json, os, sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from django.conf import settings
from django.db import connection, connections, transaction
from integrations.messaging.port import Accepted, Evidence
from receivables import audit, books
from receivables.actor import Actor
from receivables.models import Attempt, Contact, Message
from receivables.rules.delivery import Limits
from receivables.services import outbox, outbox_resolve, outbox_send
from tests.fixtures.world import World

record, every, knows = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "knows"
PATH = ("outbox.py", "outbox_claim.py", "outbox_send.py", "outbox_settle.py", "audit.py", "posting.py", "outbox_channels.py")
settings.DELIVERY = Limits(per_second={}, backoff=1, breaker_count=10**6, doubtful_most=10**6)
BEGIN = datetime(2026, 3, 3, 10, tzinfo=UTC)
BY = Actor.system("engine")
said = {"taken": 0}


class Provider:
    def send(self, out):
        handle = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, (out.token + " " + out.subject + "\\n").encode())
        os.close(handle)
        return Accepted("id-" + out.token)

    def probe(self):
        return True

    def search(self, *, token, **_asked):
        if not knows:
            return None
        return Evidence(any(line.split()[0] == token for line in taken()), canary_seen=True)


def taken():
    return record.read_text().splitlines() if record.exists() else []


outbox_send.adapter_for = lambda channel: Provider()


def clocks(now):
    return outbox_send.Clocks(now=lambda: now, monotonic=lambda: 0.0, pause=lambda seconds: None)


def plan(number):
    contact.customer.refresh_from_db()
    with transaction.atomic(), audit.line("test.planned", by=BY, now=BEGIN) as line:
        return outbox.plan(
            line, key=f"fact:{number}", kind="notice", entity=world.entity, channel="email", recipient="ap@acme.example",
            rendered=outbox.plain(f"fact:{number}", "Please pay."), now=BEGIN, due_at=BEGIN, customer=contact.customer,
            contact=contact, stop_version=contact.customer.stop_version,
        )


def in_a_child(deed):
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            deed()
            os._exit(0)
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def lines_of_one_sending():
    seen, out = [], Path(str(record) + ".lines")

    def trace(frame, event, arg):
        place = (os.path.basename(frame.f_code.co_filename), frame.f_lineno)
        if "receivables" not in frame.f_code.co_filename or place[0] not in PATH:
            return None
        if event == "line" and place not in seen:
            seen.append(place)
        return trace

    def deed():
        sys.settrace(trace)
        outbox_send.deliver(clocks(BEGIN), seconds=60, most=10, by=BY)
        sys.settrace(None)
        out.write_text(json.dumps(seen))

    assert in_a_child(deed) == 0
    return [tuple(each) for each in json.loads(out.read_text())]


def die_at(place):
    def trace(frame, event, arg):
        if "receivables" not in frame.f_code.co_filename or os.path.basename(frame.f_code.co_filename) != place[0]:
            return None
        if event == "line" and frame.f_lineno == place[1]:
            os._exit(9)
        return trace

    def deed():
        sys.settrace(trace)
        outbox_send.deliver(clocks(BEGIN), seconds=60, most=10, by=BY)

    return in_a_child(deed)


def recover():
    now = BEGIN
    for wait in (100, 100, 1000, 1000):
        now += timedelta(seconds=wait)
        outbox_resolve.sweep(now=now, by=BY)
        outbox_send.deliver(clocks(now), seconds=60, most=10, by=BY)


world = World()
contact = Contact.objects.create(customer=world.customer("acme"), name="Anna", email="ap@acme.example")
plan(0)
places = lines_of_one_sending()
ends, wrong, codes = Counter(), [], Counter()
for number, place in enumerate(places[::every], start=1):
    plan(number)
    codes[die_at(place)] += 1
    recover()
    message = Message.objects.get(key=f"fact:{number}")
    copies = sum(1 for line in taken() if line.split()[1] == message.key)
    ends[f"{message.state} {copies}"] += 1
    fine = {("ACCEPTED", 1)} | (set() if knows else {("PARKED", 0), ("PARKED", 1)}) | {("PARKED", 0)}
    if (message.state, copies) not in fine or (message.state == "PARKED" and message.reason != "in_doubt"):
        wrong.append([place, message.state, message.reason, copies])
print(json.dumps({"places": len(places), "codes": codes, "ends": ends, "wrong": wrong,
                  "findings": [str(each) for each in books.check()]}))
"""


@pytest.mark.parametrize("provider", ["silent", "knows"])
def test_p1_p2_a_kill_at_every_line_of_sending_doubles_nothing_and_loses_nothing(
    start_process, tmp_path, provider
):
    process = start_process(DRIVER, tmp_path / "accepted", EVERY, provider)
    out, error = process.communicate(timeout=1500)
    assert process.returncode == 0, error[-3000:]
    told = json.loads(out.splitlines()[-1])
    assert told["wrong"] == [] and told["findings"] == []
    assert told["places"] > 150, "the sending path was not walked"
    assert set(told["codes"]) == {"9"}, told["codes"]  # it died each time
    assert told["ends"].get("ACCEPTED 1", 0) > 0 and told["ends"].get("PARKED 0", 0) > 0, told["ends"]
    if provider == "silent":
        assert told["ends"].get("PARKED 1", 0) > 0, told["ends"]
