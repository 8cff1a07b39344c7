"""A payment, dispute, opt-out or block races with real senders: what was committed before the attempt stops the message.

The audit chain numbers verbs in the order of their commits, so it says who was first.
"""

import json
import time

import pytest

pytestmark = [pytest.mark.process, pytest.mark.django_db]
WORKERS = 3

WORK = """
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from django.conf import settings
from integrations.messaging.port import Accepted
from receivables.actor import Actor
from receivables.rules.delivery import Limits
from receivables.services import outbox_send

record, gate = Path(sys.argv[1]), Path(sys.argv[2])
settings.DELIVERY = Limits(per_second={}, in_flight_most=8)


class Provider:
    def send(self, out):
        handle = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, (out.token + " " + out.subject + "\\n").encode())
        os.close(handle)
        return Accepted("id-" + out.token)

    def probe(self):
        return True


outbox_send.adapter_for = lambda channel: Provider()
clocks = outbox_send.Clocks(now=lambda: datetime.now(UTC), monotonic=time.monotonic, pause=time.sleep)
print("ready", flush=True)
while not gate.exists():
    outbox_send.deliver(clocks, seconds=1, most=1000, patient=True, by=Actor.system("engine"))
    time.sleep(0.002)
"""

STOP = """
import json, random, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from django.db import transaction
from receivables import audit, books
from receivables.actor import Actor
from receivables.models import Attempt, Audit, Contact, Entry, LegalEntity, Message
from receivables.rules.delivery import Limits
from receivables.services import allocation, cash, consents, contacts, disputes, outbox
from receivables.rules.money import Money
from tests.fixtures.world import World

count, gate = int(sys.argv[1]), Path(sys.argv[2])
chance, by, world = random.Random(3), Actor.system("tester"), World()
people = []
for n in range(20):
    customer = world.customer(f"race{n}")
    people.append(Contact.objects.create(customer=customer, name="A", email=f"ap@race{n}.example"))
    for _m in range(2 + count // 20):
        world.issue(f"race{n}", "10.00")


def plan(number, contact):
    now = datetime.now(UTC)
    with transaction.atomic():
        from receivables import posting
        (customer,) = posting.lock(contact.customer_id)
        with audit.line("test.planned", by=by, now=now) as line:
            return outbox.plan(
                line, key=f"fact:{number}", kind="notice", entity=world.entity, channel="email", recipient=contact.email,
                rendered=outbox.plain(f"fact:{number}", "Please pay."), now=now, due_at=now, customer=customer,
                contact=contact, stop_version=customer.stop_version,
            )


def pay(contact):
    world.receive(contact.customer.code, "1.00", ref=str(time.monotonic_ns()))


def dispute(contact):
    taken = set(disputes.Dispute.objects.values_list("entry_id", flat=True))
    entry = next(e for e in Entry.objects.filter(customer=contact.customer, amount__gt=0) if e.pk not in taken)
    disputes.open_on(entry=entry, reason="quality", amount=None, note="", department="", today=world.today,
                     now=datetime.now(UTC), by=by)


def opt_out(contact):
    given = not (consents.Consent.objects.in_force("email", contact.email) or consents.Consent(given=True)).given
    consents.record(channel="email", address=contact.email, given=given, source="person", note="", now=datetime.now(UTC), by=by)


def block(contact):
    contact.refresh_from_db()
    verb = contacts.clear_undeliverable if contact.undeliverable_since else contacts.flag_undeliverable
    more = {} if contact.undeliverable_since else {"on": world.today, "reason": "sms: no"}
    verb(contact=contact, now=datetime.now(UTC), by=by, **more)


deeds, stopped = [pay, dispute, opt_out, block], {}
for number in range(count):
    contact = people[number % len(people)]
    message = plan(number, contact)
    time.sleep(chance.choice([0, 0, 0.001, 0.003, 0.006, 0.012, 0.025]))
    deed = deeds[number % 4]
    before = Audit.objects.order_by("-seq").values_list("seq", flat=True).first()
    deed(contact)
    mine = Audit.objects.filter(seq__gt=before, actor=by.name).exclude(action__startswith="message.")
    stopped[message.pk] = mine.order_by("seq").values_list("seq", flat=True).first()
time.sleep(2)
gate.touch()
claimed = {}
for subject, seq in Audit.objects.filter(action="message.claimed").values_list("subject", "seq"):
    claimed.setdefault(int(subject.removeprefix("message:")), seq)
late = [pk for pk, seq in stopped.items() if claimed.get(pk, 0) > seq]
print(json.dumps({"violations": late, "sent": len(claimed), "stopped": len(stopped) - len(claimed),
                  "stale": Message.objects.filter(stale_at__isnull=False).count(),
                  "twice": Attempt.objects.count() - len(claimed), "findings": [str(f) for f in books.check()]}))
"""


def test_p3_what_commits_before_the_attempt_stops_the_message(start_process, scale, tmp_path):
    record, gate = tmp_path / "accepted", tmp_path / "gate"
    workers = [start_process(WORK, record, gate) for _n in range(WORKERS)]
    for worker in workers:
        assert worker.stdout.readline().strip() == "ready", worker.stderr.read()[-2000:]
    stopper = start_process(STOP, scale(500), gate)
    out, error = stopper.communicate(timeout=900)
    assert stopper.returncode == 0, error[-3000:]
    for worker in workers:
        _out, error = worker.communicate(timeout=60)
        assert worker.returncode == 0, error[-3000:]
    told = json.loads(out.splitlines()[-1])
    assert told["violations"] == [] and told["twice"] == 0 and told["findings"] == []
    assert told["sent"] > 0 and told["stopped"] > 0, f"no race was run: {told}"
    subjects = [line.split()[1] for line in record.read_text().splitlines()]
    assert len(subjects) == len(set(subjects)) == told["sent"]


def test_p1_three_workers_hand_over_each_message_once(start_process, scale, tmp_path):
    record, gate = tmp_path / "accepted", tmp_path / "gate"
    seed = (
        STOP.split("deeds, stopped", maxsplit=1)[0]
        + "for number in range(count):\n    plan(number, people[number % 20])\n"
    )
    process = start_process(seed, scale(1000), gate)
    _out, error = process.communicate(timeout=600)
    assert process.returncode == 0, error[-3000:]
    workers = [start_process(WORK, record, gate) for _n in range(WORKERS)]
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        done = len(record.read_text().splitlines()) if record.exists() else 0
        if done >= scale(1000):
            break
        time.sleep(0.2)
    time.sleep(0.5)
    gate.touch()
    for worker in workers:
        _out, error = worker.communicate(timeout=60)
        assert worker.returncode == 0, error[-3000:]
    subjects = [line.split()[1] for line in record.read_text().splitlines()]
    assert sorted(subjects) == sorted(f"fact:{n}" for n in range(scale(1000)))
