"""The demo company: the same every time, and true to its own ground truth."""

import json
from datetime import UTC, date, datetime, time

import pytest
from django.db import transaction

from receivables import books
from receivables.models import Audit, Invoice, StatementLine, User, WorkItem
from receivables.rules.aging import Buckets
from receivables.rules.business_days import Calendar, Hours
from reports import aging
from reports.sandbox import build, desk

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.fixture
def built(db, tmp_path):
    told = []
    truth = build.build(
        today=TODAY, now=NOW, customers=30, seed=7, say=told.append, truth_path=tmp_path / "truth.json"
    )
    assert json.loads((tmp_path / "truth.json").read_text()) == json.loads(json.dumps(truth))
    return truth


def test_the_demo_company_keeps_its_books(built):
    assert not books.check()


def test_aging_of_the_demo_ties_to_its_ground_truth_and_to_the_ledger_on_any_day(built):
    helena = User.objects.get(username="helena")
    for as_of in (TODAY, date(2026, 6, 30), date(2025, 12, 31)):
        found = aging.report(
            aging.Question(as_of=as_of, known_at=None, user=helena, buckets=Buckets.default())
        )
        assert all(proof.holds for proof in found.proofs)
        if as_of == TODAY:
            assert {total.currency: total.net for total in found.totals} == {
                c: n for c, n in built["open"].items() if n
            }


def test_003_40_the_demo_has_something_to_do_for_everybody(built):
    assert set(built["requests"]) >= {
        "draft",
        "requested",
        "sent_back",
        "verified",
        "approved",
        "issued",
        "sent",
    }
    assert StatementLine.objects.filter(state="NEW").exists()
    assert StatementLine.objects.filter(state="APPLIED").count() > 20
    assert {"SENT", "PAID", "DRAFT", "ISSUED"} <= set(Invoice.objects.values_list("state", flat=True))


def test_fresh_requests_wait_within_their_limits_and_nothing_happens_tomorrow(built):
    waiting = WorkItem.objects.filter(closed_at=None)
    in_time = waiting.filter(kind="approval", due_at__gt=NOW)
    assert len(set(in_time.values_list("step", flat=True))) == 2
    assert waiting.filter(due_at__lt=NOW).exists()
    assert Audit.objects.latest("at").at <= NOW


@pytest.mark.parametrize(
    ("now", "found"),
    [
        ("2026-11-20T15:00+01:00", "2026-11-20T15:00+01:00"),  # a Friday afternoon: now
        ("2026-11-20T19:00+01:00", "2026-11-20T17:00+01:00"),  # the evening: when they went home
        ("2026-11-20T08:00+01:00", "2026-11-19T17:00+01:00"),  # before they come: the day before
        ("2026-11-22T12:00+01:00", "2026-11-20T17:00+01:00"),  # a Sunday: Friday
    ],
)
def test_fresh_requests_begin_while_people_are_at_work(now, found):
    hours = Hours(time(9), time(17), "Europe/Berlin", Calendar("DE"))
    assert desk._at_work(datetime.fromisoformat(now), hours) == datetime.fromisoformat(found)


def test_the_same_seed_and_day_give_the_same_company(db, tmp_path):
    def once():
        with transaction.atomic():
            truth = build.build(
                today=TODAY,
                now=NOW,
                customers=12,
                seed=3,
                say=lambda _text: None,
                truth_path=tmp_path / "truth.json",
                collect=False,
            )
            rows = list(
                Invoice.objects.order_by("pk").values_list("number", "customer__code", "gross", "state")
            )
            lines = list(
                StatementLine.objects.order_by("pk").values_list("booked_on", "amount", "text", "state")
            )
            transaction.set_rollback(True)
        return truth, rows, lines

    first = once()
    assert len(first[1]) > 100
    assert once() == first
