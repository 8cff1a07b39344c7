"""The night as the requirements ask for it: who hears what on which day, and why somebody hears nothing."""

from datetime import timedelta

import pytest

from dunning.models import Notice, NoticeItem, Run, RunOutcome
from dunning.services import runs
from receivables.models import Notification, WorkItem
from receivables.rules.refusals import Refused
from receivables.services import disputes
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


def day(n: int):
    return DAY_0 + timedelta(days=n)


def night(desk, *days: int) -> None:
    for at in days:
        desk.dun(day(at))
        desk.accept_all(day(at))


def test_003_14_seven_days_before_due_one_friendly_message_lists_all_invoices_in_the_window(dunning_desk):
    for number, due in enumerate((7, 5, 3), 1):
        dunning_desk.issue("globex", due_on=day(due), number=f"NL-{number}")
    paid = dunning_desk.issue("globex", due_on=day(6), number="NL-PAID")
    dunning_desk.world.pay(paid, on=day(-1))
    disputed = dunning_desk.issue("globex", due_on=day(6), number="NL-DISPUTED")
    entry = dunning_desk.entry(disputed)
    disputes.open_on(
        entry=entry, reason="price", today=day(-1), now=dunning_desk.now(day(-1)), by=dunning_desk.by
    )
    held = dunning_desk.issue("globex", due_on=day(6), number="NL-HELD")
    dunning_desk.block("globex", on=day(-1), entry=dunning_desk.entry(held))
    dunning_desk.dun(DAY_0)
    notice = Notice.objects.get(track="chase")
    assert (notice.stage, notice.channel, notice.total) == ("friendly", "email", 30_000)
    assert {item.entry.reference for item in notice.items.all()} == {"NL-1", "NL-2", "NL-3"}
    dunning_desk.accept_all(DAY_0)
    night(dunning_desk, 1, 2)
    assert Notice.objects.filter(track="chase").count() == 1


def test_003_15_day_1_opens_a_call_task_for_the_owning_rep(dunning_desk):
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.issue("globex", "70.00", due_on=DAY_0, number="NL-2")
    night(dunning_desk, 0, 1, 2, 15)
    [call] = dunning_desk.calls("globex")
    assert (call.assignee, call.owner_role, call.step) == (
        dunning_desk.user("sales_rep"),
        "sales_rep",
        "call",
    )
    assert call.due_at > call.opened_at
    notice = call.notices.get()
    assert (notice.state, notice.reached_on, notice.items.count()) == ("HANDED_OVER", day(1), 2)


def test_003_15_the_rep_of_record_on_that_day_is_asked(dunning_desk):
    new = dunning_desk.world.user("sales_rep", "new rep")
    customer = dunning_desk.customer("globex")
    profile = customer.profiles.get()
    profile.valid_to = day(1)
    profile.save()
    profile.pk, profile.valid_from, profile.valid_to, profile.rep = None, day(1), None, new
    profile.save(force_insert=True)
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.dun(day(1))
    assert dunning_desk.calls("globex")[0].assignee == new


def test_003_16_day_16_escalates_and_writes_firmly_and_open_calls_move_to_the_manager(dunning_desk):
    dunning_desk.issue("globex", due_on=DAY_0)
    night(dunning_desk, 1, 15)
    assert dunning_desk.calls("globex")[0].escalated_at is None
    dunning_desk.dun(day(16))
    said = {(stage, channel) for _who, stage, channel, _much in dunning_desk.said(day(16))}
    assert said == {("firm", "email"), ("escalate", "work")}
    task = WorkItem.objects.get(kind="dunning_escalation")
    assert (task.owner_role, task.step) == ("sales_manager", "escalate")
    [call] = dunning_desk.calls("globex")
    assert (call.escalated_to, call.owner_role, call.assignee) == ("sales_manager", "sales_manager", None)


@pytest.mark.parametrize(
    ("importance", "amount", "state"),
    [
        (3, "1.00", None),
        (3, "50.00", "PROPOSED"),
        (2, "9999.99", "RELEASED"),
        (2, "10000.00", "PROPOSED"),
        (1, "10000.00", "RELEASED"),
    ],
)
def test_003_17_day_31_weighs_importance_and_amount(dunning_desk, importance, amount, state):
    dunning_desk.customer("globex", importance=importance)
    dunning_desk.issue("globex", amount, due_on=DAY_0)
    night(dunning_desk, 1, 16, 30)
    dunning_desk.dun(day(31))
    found = Notice.objects.filter(stage="demand").first()
    assert (found.state if found else None) == state
    if found:
        assert (found.channel, found.why) == ("letter", "important" if state == "PROPOSED" else "")
        assert found.reached_on is None


def test_003_20_segments_are_treated_differently_at_the_same_lateness(dunning_desk):
    dunning_desk.customer("globex")
    dunning_desk.customer("acme", segment="Key Account")
    for code in ("globex", "acme"):
        dunning_desk.issue(code, due_on=DAY_0)
    dunning_desk.dun(day(1))
    assert [row[:2] for row in dunning_desk.said(track="chase")] == [("globex", "call")]
    assert dunning_desk.reasons("acme")["NL-0002"] == ["stage_not_due", "call", day(5).isoformat()]


def test_003_26_both_alerts_come_once_each_to_the_rep_and_not_when_paid(dunning_desk):
    invoice = dunning_desk.issue("globex", due_on=day(7))
    paid = dunning_desk.issue("acme", due_on=day(7))
    dunning_desk.world.pay(paid, on=day(-1))
    night(dunning_desk, 0, 1, 4, 5, 6, 7)
    told = Notice.objects.filter(track="alert").order_by("on")
    assert [(n.on, n.stage, n.user, n.recipient) for n in told] == [
        (DAY_0, "rep7", dunning_desk.user("sales_rep"), "sales_rep@us.example"),
        (day(4), "rep3", dunning_desk.user("sales_rep"), "sales_rep@us.example"),
    ]
    lines = Notification.objects.filter(user=dunning_desk.user("sales_rep")).order_by("at")
    assert [(line.figures["stage"], line.figures["total"]) for line in lines] == [
        ("rep7", 10_000),
        ("rep3", 10_000),
    ]
    assert lines[0].link == f"/customers/{invoice.customer_id}/"


def test_003_18_day_61_proposes_the_hand_over_to_finance_and_then_nothing_more(dunning_desk):
    dunning_desk.issue("globex", due_on=DAY_0)
    night(dunning_desk, 1, 16, 31, 61, 90, 200)
    assert [stage for _who, stage, *_rest in dunning_desk.said(track="chase")] == [
        "call",
        "firm",
        "demand",
        "handover",
    ]
    assert dunning_desk.why("globex") == "done"


def test_every_customer_looked_at_has_a_reason_and_a_row_only_when_it_changes(dunning_desk):
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.customer("acme", contacts=False)
    dunning_desk.issue("acme", due_on=day(5))
    night(dunning_desk, 2, 3, 4, 5, 6)
    kept = RunOutcome.objects.filter(customer__code="globex").order_by("from_on", "pk")
    assert [(row.from_on, row.to_on, row.code) for row in kept] == [
        (day(2), day(3), "sent"),
        (day(3), None, "stage_not_due"),
    ]
    assert dunning_desk.why("acme") == "sent"


def test_when_nothing_is_open_any_more_the_reason_ends_there(dunning_desk):
    invoice = dunning_desk.issue("globex", due_on=DAY_0)
    night(dunning_desk, 2)
    dunning_desk.world.pay(invoice, on=day(3))
    run = dunning_desk.dun(day(3))
    assert (run.looked_at, run.reasons) == (1, {"nothing_open": 1})
    run = dunning_desk.dun(day(4))
    assert run.looked_at == 0
    assert dunning_desk.why("globex") == "nothing_open"


def test_a_run_of_a_day_with_nobody_to_look_at_is_finished_all_the_same(dunning_desk):
    run = dunning_desk.dun(DAY_0)
    assert (run.looked_at, run.notices, run.finished_at is not None) == (0, 0, True)


def test_one_more_pass_over_history_is_refused(dunning_desk):
    run = dunning_desk.dun(DAY_0)
    dunning_desk.dun(day(1))
    with pytest.raises(Refused) as refused:
        runs.again(run=run, now=dunning_desk.now(day(1)), by=dunning_desk.by)
    assert refused.value.code == "run_in_the_past"
    assert Run.objects.count() == 2


def test_an_invoice_that_came_since_the_first_pass_is_seen_by_the_second(dunning_desk):
    dunning_desk.levels(1)
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.dun(day(1))
    dunning_desk.issue("acme", due_on=DAY_0)
    dunning_desk.issue("globex", "5.00", due_on=DAY_0, number="NL-LATE")
    dunning_desk.dun(day(1), again=True)
    assert [(who, stage) for who, stage, *_rest in dunning_desk.said()] == [("globex", "l1"), ("acme", "l1")]
    assert dunning_desk.reasons("globex")["NL-LATE"] == ["gap", "l1"]


def test_notices_per_item_and_round_are_unique_in_the_database(dunning_desk):
    from django.db import IntegrityError, transaction

    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.dun(day(1))
    item = NoticeItem.objects.first()
    item.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save(force_insert=True)


def test_a_run_costs_a_handful_of_queries_however_many_customers(dunning_desk, count_queries):
    def cost(many: int, on) -> int:
        for n in range(many):
            dunning_desk.issue(f"c{many}-{n}", due_on=DAY_0)
        with count_queries() as queries:
            dunning_desk.dun(on)
        return len(queries)

    few = cost(2, day(1))
    assert cost(12, day(2)) <= few + 5  # a query for each customer would be ten more
    assert few < 80


def test_a_call_that_is_still_to_be_made_takes_in_what_falls_due_meanwhile(dunning_desk):
    dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.issue("globex", "70.00", due_on=day(3), number="NL-2")
    night(dunning_desk, 1, 4)
    [call] = dunning_desk.calls("globex")
    assert [notice.on for notice in call.notices.order_by("on")] == [day(1), day(4)]
