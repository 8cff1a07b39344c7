"""Who and what is left out, night by night, and how it comes back: pitfalls 35 to 52 and 107 to 114, rows RQ."""

from datetime import timedelta

import pytest

from dunning.models import HandOver, HandOverItem, LadderMove, Notice, NoticeItem
from dunning.services import promises
from receivables.models import (
    WorkItem,
)
from receivables.services import disputes, rescheduling
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


def day(n: int):
    return DAY_0 + timedelta(days=n)


@pytest.fixture
def levels(dunning_desk):
    dunning_desk.levels(5, 20, 40)
    return dunning_desk


def night(desk, *days: int) -> None:
    for at in days:
        desk.dun(day(at))
        desk.accept_all(day(at))


def test_pitfall_35_a_new_due_date_begins_a_new_clock_and_sent_steps_stay_in_history(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    night(levels, 5)
    rescheduling.reschedule(
        invoice=invoice,
        plan=[(day(30), 10_000)],
        reason="agreed",
        on=day(6),
        now=levels.now(day(6)),
        by=levels.by,
    )
    night(levels, 20, 34)
    assert [n.on for n in Notice.objects.all()] == [day(5)]
    night(levels, 35)
    assert [(n.on, n.stage) for n in Notice.objects.order_by("on")] == [(day(5), "l1"), (day(35), "l1")]


def test_pitfall_36_a_step_that_was_ignored_is_proposed_again_not_the_next_one(levels):
    levels.issue("globex", due_on=DAY_0)
    levels.dun(day(5))
    levels.lose_all(day(5))
    levels.dun(day(21))
    assert levels.said() == [("globex", "l1", "email", 10_000)]


def test_pitfall_37_a_move_by_hand_is_kept_and_automatic_rules_go_on_from_there(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    LadderMove.objects.create(
        entry=levels.entry(invoice), track="chase", rank=20, moved_on=day(6), reason="they know", moved_by="ann",
        recorded_at=levels.now(day(6)), audit_seq=levels._line(day(6)),
    )  # fmt: skip
    night(levels, 7, 39, 40)
    assert [(n.on, n.stage) for n in Notice.objects.all()] == [(day(40), "l3")]


def test_pitfall_41_a_dispute_pauses_its_item_and_the_clock_resumes_with_the_days_left(levels):
    disputed = levels.issue("globex", due_on=DAY_0)
    levels.issue("globex", "70.00", due_on=DAY_0, number="NL-OTHER")
    case = disputes.open_on(
        entry=levels.entry(disputed), reason="quality", today=day(2), now=levels.now(day(2)), by=levels.by
    )
    night(levels, 5)
    assert levels.said() == [("globex", "l1", "email", 7_000)]
    assert levels.reasons("globex")["NL-0001"] == ["disputed"]
    disputes.reject(dispute=case, resolution="it works", on=day(12), now=levels.now(day(12)), by=levels.by)
    night(levels, 12, 14, 15)
    assert NoticeItem.objects.get(entry=levels.entry(disputed)).notice.on == day(15)
    assert NoticeItem.objects.get(entry=levels.entry(disputed)).days_past_due == 5


def test_pitfall_42_what_is_with_lawyers_is_not_dunned_blindly(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    entry = levels.entry(invoice)
    made = HandOver.objects.create(
        entity=levels.world.entity, customer=invoice.customer, to="Law Ltd", currency="EUR", amount=10_000, number="H-1",
        reason="refuses", handed_on=day(2), handed_at=levels.now(day(2)), handed_by="ann", audit_seq=levels._line(day(2)),
    )  # fmt: skip
    item = HandOverItem.objects.create(hand_over=made, entry=entry, amount=10_000)
    levels.dun(day(50))
    assert (levels.said(), levels.why("globex")) == ([], "legal")
    item.ended = True
    item.save()
    levels.dun(day(51))
    assert levels.said() == [("globex", "l1", "email", 10_000)]


@pytest.mark.parametrize("reason", ["insolvency", "do_not_contact", "key_account"])
def test_pitfall_43_44_a_block_ends_by_itself_and_makes_one_step_not_many(levels, reason):
    levels.issue("globex", due_on=DAY_0)
    levels.block("globex", on=day(4), until=day(60), reason=reason)
    night(levels, 5, 20, 40, 60)
    assert levels.said() == []
    night(levels, 61, 62)
    assert [stage for _who, stage, *_rest in levels.said()] == ["l1", "l2"][: len(levels.said())]
    assert levels.said(day(61)) == [("globex", "l1", "email", 10_000)]


def test_pitfall_45_a_promise_covers_its_amount_until_it_is_decided(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    promises.make(
        items=[(levels.entry(invoice), 6_000)], due_on=day(12), source="call", today=day(3), now=levels.now(day(3)), by=levels.by
    )  # fmt: skip
    night(levels, 5)
    assert levels.said() == [("globex", "l1", "email", 4_000)]


def test_pitfall_46_di_07_a_payment_on_its_way_is_not_asked_for_until_its_block_is_over(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    levels.block(
        "globex", on=day(3), until=day(8), reason="pending_payment", entry=levels.entry(invoice), amount=7_000
    )
    levels.issue("acme", due_on=DAY_0)
    whole = levels.entry(levels.world.customer("acme").invoices.get())
    levels.block("acme", on=day(3), until=day(8), reason="pending_payment", entry=whole)
    night(levels, 5)
    assert levels.said() == [("globex", "l1", "email", 3_000)]
    assert levels.why("acme") == "pending"
    night(levels, 9)
    assert levels.said(day(9)) == [("acme", "l1", "email", 10_000)]


def test_pitfall_51_a_childs_debt_is_told_to_the_parent_who_pays(levels):
    parent = levels.customer("acme")
    child = levels.customer("globex", contacts=False, parent=parent)
    levels.issue("globex", due_on=DAY_0)
    levels.dun(day(5))
    notice = Notice.objects.get()
    assert (notice.customer, notice.recipient) == (child, "billing@acme.example")


def test_pitfall_49_rq_02_unapplied_cash_counts_against_what_is_asked(levels):
    levels.issue("globex", "500.00", due_on=DAY_0)
    levels.customer("acme")
    levels.issue("acme", due_on=DAY_0)
    levels.world.receive("globex", "150.00", on=day(1))
    levels.world.receive("acme", "100.00", on=day(1))
    levels.dun(day(5))
    assert levels.said() == [("globex", "l1", "email", 35_000)]
    assert levels.why("acme") == "covered"


def test_pitfall_15_di_11_a_reminder_sent_by_hand_today_is_todays_reminder(levels):
    invoice = levels.issue("globex", due_on=DAY_0)
    line = levels._line(day(5))
    by_hand = Notice.objects.create(
        entity=levels.world.entity, customer=invoice.customer, currency="EUR", on=day(5), track="chase", stage="l1", rank=5,
        audience="billing", channel="email", recipient="billing@globex.example", contact=invoice.customer.contacts.get(),
        total=10_000, state="RELEASED", due_at=levels.now(day(5)), audit_seq=line,
    )  # fmt: skip
    NoticeItem.objects.create(
        notice=by_hand,
        entry=levels.entry(invoice),
        stage="l1",
        rank=5,
        track="chase",
        open_amount=10_000,
        days_past_due=5,
    )
    levels.dun(day(5))
    assert list(Notice.objects.all()) == [by_hand]
    assert levels.why("globex") == "sent"


def test_pitfall_11_nobody_to_write_to_becomes_a_task_once_and_the_reason_stays(levels):
    levels.customer("globex", contacts=False)
    levels.issue("globex", due_on=DAY_0)
    night(levels, 5, 6, 7)
    tasks = WorkItem.objects.filter(kind="dunning_unreachable")
    assert [(task.customer.code, task.note, task.assignee) for task in tasks] == [
        ("globex", "no_contact", levels.user("collector"))
    ]
    assert (levels.said(), levels.why("globex")) == ([], "no_contact")
    levels.contact(levels.world.customer("globex"))
    night(levels, 8)
    assert levels.said() == [("globex", "l1", "email", 10_000)]
