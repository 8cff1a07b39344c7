"""Eight real processes on one database: nothing is allocated, paid, issued or numbered twice; a kill leaves the books whole."""

import json
import random
import time

import pytest

pytestmark = [pytest.mark.process, pytest.mark.django_db]
WORKERS = 8

SEED = """
import sys
from django.utils import timezone
from receivables.models import Invoice
from receivables.rules.terms import Terms
from tests.fixtures.world import DAY_0, World
world = World()
invoices = [world.issue(code, "100.00") for code in ("acme", "globex") for _n in range(4)]
payments = [world.receive(code, "150.00") for code in ("acme", "globex") for _n in range(4)]
world.issue("initech", "80.00")
world.receive("initech", "80.00")
for n in range(int(sys.argv[1])):
    Invoice.objects.create(entity=world.entity, customer=world.customer("umbrella"), currency="EUR", net=1000, gross=1000,
                           terms=Terms.net(30).to_json(), created_at=timezone.now(), state="APPROVED")
"""

WORK = """
import json, random, sys, time
from collections import Counter
from pathlib import Path
from receivables.actor import Actor
from receivables.models import Allocation, Entry, Invoice, Payment
from receivables.rules.refusals import Refused
from receivables.services import allocation, cash, invoicing
from tests.fixtures.world import DAY_0
from datetime import UTC, datetime

number, rounds, gate = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
chance, by, now = random.Random(number), Actor.system(f"worker {number}"), datetime(2026, 3, 2, 10, tzinfo=UTC)
seen = Counter()

def attempt(name, deed):
    try:
        deed()
        seen[name] += 1
    except Refused as refused:
        seen[f"{name} {refused.code}"] += 1

def pay_all():
    debit = Entry.objects.get(customer__code="initech", amount__gt=0)
    credit = Entry.objects.get(customer__code="initech", amount__lt=0)
    allocation.apply(credit=credit, to=[(debit, 8000)], now=now, by=by)

def issue(pk):
    invoicing.issue(invoice=Invoice.objects.get(pk=pk), on=DAY_0, now=now, by=by)

def apply_some():
    code = chance.choice(["acme", "globex"])
    debit = chance.choice(list(Entry.objects.filter(customer__code=code, kind="invoice")))
    credit = chance.choice(list(Entry.objects.filter(customer__code=code, kind="payment")))
    allocation.apply(credit=credit, to=[(debit, chance.randint(1, 9000))], now=now, by=by)

def unapply_some():
    rows = Allocation.objects.in_force().filter(credit__kind="payment", debit__kind="invoice")
    rows = list(rows.exclude(debit__customer__code="initech"))
    if rows:
        allocation.unapply(allocations=[chance.choice(rows)], on=DAY_0, now=now, by=by, reason="x")

def bounce_some():
    payments = list(Payment.objects.filter(customer__code="globex", reversals__isnull=True))
    if len(payments) > 2:
        cash.reverse(payment=chance.choice(payments), reason="bounce", on=DAY_0, now=now, by=by)

print("ready", flush=True)
while not gate.exists():
    time.sleep(0.01)
shared = list(Invoice.objects.filter(customer__code="umbrella").order_by("pk").values_list("pk", flat=True))
attempt("paid", pay_all)
for pk in shared[:4]:
    attempt("issued", lambda: issue(pk))
for pk in shared[4 + number :: int(sys.argv[4])]:
    attempt("own", lambda: issue(pk))
for _round in range(rounds):
    attempt("some", chance.choice([apply_some, apply_some, apply_some, unapply_some, bounce_some]))
print(json.dumps(seen))
"""


def run(start_process, code, *arguments):
    process = start_process(code, *arguments)
    out, error = process.communicate(timeout=300)
    assert process.returncode == 0, error[-3000:]
    return out


def books_hold(start_process):
    process = start_process("check_books", "--json")
    out, error = process.communicate(timeout=300)
    answer = json.loads(out or "{}")
    assert answer.get("findings") == [], (answer, error[-2000:])


def let_go(start_process, gate, rounds, own):
    """Eight workers at one gate, so that they begin together."""
    workers = [start_process(WORK, number, rounds, gate, WORKERS) for number in range(WORKERS)]
    for worker in workers:
        assert worker.stdout.readline().strip() == "ready", worker.stderr.read()[-2000:]
    gate.touch()
    return workers


def test_P8_eight_processes_pay_once_issue_once_and_never_over_allocate(start_process, ask, scale, tmp_path):
    own = 2 * WORKERS
    run(start_process, SEED, 4 + own)
    seen = []
    for worker in let_go(start_process, tmp_path / "gate", scale(250), own):
        out, error = worker.communicate(timeout=300)
        assert worker.returncode == 0, error[-3000:]
        seen.append(json.loads(out.splitlines()[-1]))
    total = {key: sum(each.get(key, 0) for each in seen) for key in {name for each in seen for name in each}}
    assert total["paid"] == 1
    assert total["paid over_allocated"] == WORKERS - 1
    assert total["issued"] == 4
    assert total["issued state"] == 4 * (WORKERS - 1)
    assert total["own"] == own
    assert total["some"] > 0
    numbers = [
        row[0]
        for row in ask("SELECT number FROM receivables_invoice WHERE number LIKE 'NL-INV-%' ORDER BY number")
    ]
    assert numbers == [f"NL-INV-{n:06d}" for n in range(1, own + 5)]
    allowed = {"paid", "paid over_allocated", "issued", "issued state", "own", "some", "some over_allocated",
               "some already_undone", "some already_reversed"}  # fmt: skip
    assert set(total) <= allowed
    books_hold(start_process)


def test_P9_a_kill_in_the_middle_leaves_the_books_whole(start_process, scale, tmp_path):
    run(start_process, SEED, 4)
    chance = random.Random(9)
    for turn in range(max(2, scale(20))):
        workers = let_go(start_process, tmp_path / f"gate{turn}", 100_000, 0)
        time.sleep(chance.uniform(0.3, 1.0))
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.communicate()
        books_hold(start_process)
