"""A night is killed at every line of its planning path, and several processes do the same night: nothing is lost or doubled."""

import json

import pytest

pytestmark = [pytest.mark.process, pytest.mark.django_db]

WORLD = """
import json, os, random, sys
from datetime import UTC, date, datetime, time, timedelta
from django.db import connections, transaction
from dunning.models import Notice, NoticeItem, Run, RunChunk, RunOutcome
from dunning.services import policies, runs
from receivables.actor import Actor
from receivables.models import Contact, Customer, CustomerProfile, Entry, Instalment, Invoice, LegalEntity, Notification, Role
from receivables.models import User, WorkItem

NOW, DAY, BY = datetime(2026, 3, 2, 6, tzinfo=UTC), date(2026, 3, 2), Actor.system("test")
AGES = (-7, 1, 20, 40)


def staff():
    for role in ("sales_rep", "sales_manager", "finance_manager", "cfo"):
        user = User.objects.create_user(role, email=f"{role}@us.example", all_entities=True)
        user.roles.add(Role.objects.get_or_create(code=role, defaults={"label": role, "shipped": True})[0])
    policies.install_defaults(now=NOW, by=BY)


@transaction.atomic
def house(code, customers):
    # An entity whose customers owe four invoices each; every third one cannot be reached.
    entity = LegalEntity.objects.create(
        code=code, name=code, country="DE", time_zone="Europe/Berlin", currency="EUR", work_starts=time(9), work_ends=time(17)
    )
    for n in range(customers):
        one = Customer.objects.create(code=f"{code}-{n}", legal_name=f"Customer {n}", country="DE", created_at=NOW)
        CustomerProfile.objects.create(customer=one, entity=entity, valid_from=date(2020, 1, 1))
        if n % 3 != 2:
            Contact.objects.create(customer=one, name="Billing", email=f"billing@{code}-{n}.example", time_zone="Europe/Berlin")
        for age in AGES:
            due, number = DAY - timedelta(days=age), f"{code}-{n}-{age}"
            paper = Invoice.objects.create(
                entity=entity, customer=one, state="SENT", currency="EUR", net=5000, gross=5000, number=number, invoice_on=due,
                created_at=NOW,
            )
            entry = Entry.objects.create(
                entity=entity, customer=one, kind="invoice", currency="EUR", amount=5000, document_on=date(2025, 1, 1),
                due_on=due, booked_on=date(2025, 1, 1), reference=number, recorded_at=NOW, audit_seq=0,
            )
            Instalment.objects.create(invoice=paper, due_on=due, amount=5000, entry=entry)
    return entity


def night(entity, size=2):
    run = runs.start(entity=entity, on=DAY, now=NOW, by=BY, chunk_size=size)
    for chunk in runs.undone(run=run):
        runs.do_chunk(chunk_id=chunk, now=NOW, by=BY)


def rows(entity):
    # All a night wrote for an entity, in words that do not depend on ids.
    def plain(text):
        return str(text).replace(entity.code, "X")
    found = []
    for n in Notice.objects.filter(entity=entity).select_related("customer"):
        found.append(["notice", n.customer.code, n.stage, n.channel, n.recipient, n.total, n.state, n.items.count()])
    for i in NoticeItem.objects.filter(notice__entity=entity).select_related("entry"):
        found.append(["item", i.entry.reference, i.stage, i.round, i.withdrawn, str(i.reached_on)])
    for w in WorkItem.objects.filter(entity=entity).select_related("customer"):
        found.append(["work", w.customer.code, w.kind, w.step, w.state])
    for o in RunOutcome.objects.filter(entity=entity).select_related("customer"):
        found.append(["outcome", o.customer.code, o.code, str(o.from_on), str(o.to_on), [r[1:] for r in o.items]])
    for t in Notification.objects.filter(customer__code__startswith=f"{entity.code}-").select_related("customer"):
        found.append(["told", t.customer.code, t.figures["stage"]])
    run = Run.objects.get(entity=entity)
    found.append(["run", run.looked_at, run.notices, run.items, run.failed, run.finished_at is not None])
    found.append(["left", RunChunk.objects.filter(run=run, done_at=None).count()])
    return sorted(plain(each) for each in found)
"""

KILL = (
    WORLD
    + """
staff()
sample, share, seed = house("E0", 5), float(sys.argv[1]), 7
ROOMS = {m.__file__ for m in map(sys.modules.get, [
    "dunning.services.runs", "dunning.services.run_apply", "dunning.services.run_bulk", "dunning.questions.night"])}


def traced(entity, reached):
    # Runs a night in a child; `reached(file, line)` is asked at every line of the planning path.
    connections.close_all()
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    def local(frame, event, _argument):
        if event == "line":
            reached(frame.f_code.co_filename, frame.f_lineno)
        return local
    sys.settrace(lambda frame, *_rest: local if frame.f_code.co_filename in ROOMS else None)
    try:
        night(entity)
    finally:
        sys.settrace(None)
        reached(None, None)
        os._exit(0)


out, into = os.pipe()
seen = {}
def collect(file, line):
    if file is None:
        with os.fdopen(into, "w") as pipe:
            json.dump(list(seen), pipe)
    else:
        seen[(file, line)] = True
traced(sample, collect)
os.close(into)
with os.fdopen(out) as pipe:
    lines = [tuple(each) for each in json.load(pipe)]
expected = rows(sample)
chosen = random.Random(seed).sample(lines, max(1, round(len(lines) * share)))
died, wrong = 0, []
for number, target in enumerate(sorted(chosen), 1):
    entity = house(f"E{number}", 5)
    def die(file, line, target=target):
        if (file, line) == target:
            os._exit(9)
    died += os.waitstatus_to_exitcode(traced(entity, die)) == 9
    night(entity)
    if rows(entity) != expected:
        wrong.append([*target, sorted(set(expected) ^ set(rows(entity)))[:4]])
print(json.dumps({"lines": len(lines), "chosen": len(chosen), "died": died, "wrong": wrong, "rows": len(expected)}))
"""
)

PREPARE = WORLD + "\nstaff()\nhouse('E1', 60)\n"
NIGHT = WORLD + "\nnight(LegalEntity.objects.get(code='E1'), size=5)\n"
TELL = WORLD + "\nprint(json.dumps(rows(LegalEntity.objects.get(code='E1'))))\n"
ALONE = WORLD + "\nentity = house('E1', 60)\nnight(entity, size=5)\nprint(json.dumps(rows(entity)))\n"


def answer(process):
    out, problems = process.communicate(timeout=1500)
    assert process.returncode == 0, problems[-3000:]
    return json.loads(out.splitlines()[-1])


def test_p1_p22_killed_at_every_line_of_the_planning_path_nothing_is_lost_or_doubled(start_process, scale):
    """Each line is where the process dies once; then somebody runs the night again and the rows are those of a quiet night."""
    told = answer(start_process(KILL, scale(100) / 100))
    assert told["wrong"] == []
    assert told["died"] == told["chosen"] > 0
    assert told["lines"] > 150 and told["rows"] > 30


def test_di_14_pitfall_4_three_processes_do_the_same_night_without_error_and_once(start_process, ask):
    prepared = start_process(PREPARE)
    assert prepared.wait(120) == 0, prepared.stderr.read()
    workers = [start_process(NIGHT) for _n in range(3)]
    for worker in workers:
        _out, problems = worker.communicate(timeout=300)
        assert worker.returncode == 0, problems[-3000:]
    told = answer(start_process(TELL))
    doubled = ask(
        "select entry_id, stage, round, count(*) from dunning_noticeitem group by entry_id, stage, round having count(*) > 1"
    )
    assert doubled == []
    assert [line for line in told if line.startswith("['left'")] == ["['left', 0]"]
    assert ask("select count(*) from dunning_run") == [(1,)]
    assert len([line for line in told if line.startswith("['outcome'")]) == 60
    assert len([line for line in told if line.startswith("['notice'")]) == len(
        {line for line in told if line.startswith("['notice'")}
    )
