"""`plan`: exactly what the run would do, and nothing is written (pitfall 19)."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dunning.models import Notice, Run, RunOutcome
from receivables import clock
from receivables.models import Audit, Notification, WorkItem
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db
DAY = DAY_0 + timedelta(days=16)


@pytest.fixture(autouse=True)
def day_sixteen(monkeypatch, dunning_desk):
    monkeypatch.setattr(clock, "now", lambda: dunning_desk.now(DAY))
    monkeypatch.setattr(clock, "today", lambda _entity=None: DAY)


@pytest.fixture
def crowd(dunning_desk):
    for n in range(6):
        dunning_desk.issue(f"c{n}", f"{n + 1}0.00", due_on=DAY_0 + timedelta(days=4 * n))
    dunning_desk.customer("nobody", contacts=False)
    dunning_desk.issue("nobody", due_on=DAY + timedelta(days=3))
    return dunning_desk


def planned(*words: str) -> dict:
    out = StringIO()
    call_command("plan", "--on", DAY.isoformat(), "--json", *words, stdout=out)
    return json.loads(out.getvalue())["entities"][0]


def counts() -> list[int]:
    return [model.objects.count() for model in (Notice, Run, RunOutcome, Audit, Notification, WorkItem)]


def test_pitfall_19_the_dry_run_is_the_run(crowd):
    before = counts()
    told = planned()
    assert counts() == before
    run = crowd.dun(DAY)
    done = [
        {
            "customer": n.customer.code, "currency": n.currency, "stage": n.stage, "track": n.track, "audience": n.audience,
            "channel": n.channel, "recipient": n.recipient, "contact": n.contact_id, "user": n.user_id, "template": n.template,
            "total": n.total, "state": n.state, "why": n.why,
            "items": sorted(n.items.values_list("entry", "stage", "open_amount")),
        }
        for n in Notice.objects.order_by("pk")
    ]  # fmt: skip
    shown = [
        {name: notice[name] for name in done[0]}
        | {"items": sorted((i["entry"], i["stage"], i["amount"]) for i in notice["items"])}
        for notice in told["notices"]
    ]
    assert shown == done
    assert (told["looked_at"], told["reasons"]) == (run.looked_at, run.reasons)
    assert [task["customer"] for task in told["tasks"]] == ["nobody"]
    assert [n.due_at.isoformat() for n in Notice.objects.order_by("pk")] == [
        _utc(notice["due_at"]) for notice in told["notices"]
    ]


def _utc(text: str) -> str:
    from datetime import UTC, datetime

    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


def test_it_writes_nothing_at_all(crowd, count_queries):
    with count_queries() as queries:
        planned()
    assert not [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert connection.in_atomic_block


def test_after_the_run_the_plan_of_the_same_day_is_empty(crowd):
    crowd.dun(DAY)
    told = planned()
    assert (told["notices"], told["failed"]) == ([], {})
    assert told["reasons"] == Run.objects.get().reasons


def test_a_night_to_come_may_be_planned_one_that_is_history_not(crowd):
    out = StringIO()
    call_command("plan", "--on", "2026-12-24", stdout=out)
    assert "NL 2026-12-24: 7 customers" in out.getvalue()
    crowd.dun(DAY)
    with pytest.raises(CommandError, match="run_in_the_past"):
        call_command("plan", "--on", DAY_0.isoformat(), stdout=StringIO())
