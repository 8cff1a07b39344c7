"""Calls: one save, with everything that follows from the outcome."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError

from dunning.models import Call, PromiseToPay
from dunning.services import calls
from dunning.services.calls import Disputed, Promised
from receivables import audit
from receivables.models import Audit, Contact, Customer, Dispute, WorkItem
from receivables.rules.refusals import Refused
from receivables.services import work

TODAY = date(2026, 3, 2)


@pytest.fixture
def desk(world):
    world.invoice = world.issue("globex", "600", due_on=TODAY - timedelta(days=1))
    world.entry = world.invoice.instalments.select_related("entry__customer").get().entry
    world.contact = Contact.objects.create(
        customer=world.customer("globex"), name="Gerda", email="ap@globex.example", phone="+31201234567"
    )
    world.rep = world.user("sales_rep")
    with_line(world)
    return world


def with_line(world):
    from django.db import transaction

    with transaction.atomic(), audit.line("run.chunk", by=world.by, now=world.at(TODAY)) as line:
        world.task = work.open_item(
            line, kind="dunning_call", entity=world.entity, customer=world.customer("globex"), step="call",
            owner_role="sales_rep", assignee=world.rep, now=world.at(TODAY), deadline=world.at(TODAY, 16),
        )  # fmt: skip


def log(desk, outcome, *, on=TODAY, **more):
    told = {"work_item": desk.task, "contact": desk.contact, **more}
    return calls.log(
        customer=desk.customer("globex"), entity=desk.entity, outcome=outcome, today=on, now=desk.at(on), by=desk.by, **told
    )  # fmt: skip


def refused(code, call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    assert caught.value.code == code, caught.value


def task(desk):
    return WorkItem.objects.get(pk=desk.task.pk)


def test_003_15_closing_a_call_needs_an_outcome(desk):
    refused("wrong_kind", work.complete, item=desk.task, outcome="done", now=desk.at(TODAY), by=desk.by)
    refused("outcome_unknown", log, desk, "")
    assert task(desk).state == "OPEN"


def test_003_15_will_pay_needs_a_date_and_makes_the_promise_in_the_same_line(desk):
    refused("date_missing", log, desk, "will_pay")
    refused("date_missing", log, desk, "will_pay", promised=Promised([(desk.entry, 60000)], None))
    day = TODAY + timedelta(days=4)
    call = log(
        desk,
        "will_pay",
        cause="approval",
        note="Gerda will pay",
        promised=Promised([(desk.entry, 60000)], day),
    )
    assert (call.promise.due_on, call.promise.contact, call.promise.amount) == (day, desk.contact, 60000)
    assert call.promise.audit_seq == call.audit_seq == task(desk).audit_seq
    assert (task(desk).state, task(desk).outcome) == ("DONE", "will_pay")
    assert Audit.objects.filter(action="promise.made").count() == 0  # one line, the call's
    with pytest.raises(IntegrityError):
        Call.objects.create(
            customer=call.customer, entity=call.entity, outcome="will_pay", called_at=call.called_at,
            called_by="x", recorded_at=call.called_at, audit_seq=call.audit_seq,
        )  # fmt: skip


def test_003_15_a_refused_promise_leaves_nothing_behind(desk):
    refused(
        "date_past", log, desk, "will_pay", promised=Promised([(desk.entry, 1)], TODAY - timedelta(days=1))
    )
    assert not Call.objects.exists() and not PromiseToPay.objects.exists() and task(desk).state == "OPEN"


def test_disputes_opens_the_dispute_in_the_same_transaction(desk):
    refused("entry_missing", log, desk, "disputes")
    call = log(desk, "disputes", note="broken boxes", disputed=Disputed(desk.entry, "quality"))
    assert (call.dispute.amount, call.dispute.note, call.dispute.state) == (60000, "broken boxes", "OPEN")
    assert Dispute.objects.get().audit_seq == call.audit_seq
    assert task(desk).state == "DONE"


def test_wrong_contact_flags_the_contact(desk):
    refused("contact_missing", log, desk, "wrong_contact", contact=None)
    log(desk, "wrong_contact")
    assert Contact.objects.get().undeliverable_since == TODAY
    assert Contact.objects.get().undeliverable_reason == "wrong contact"


def test_call_back_opens_a_task_on_its_day(desk):
    refused("date_missing", log, desk, "call_back")
    refused("date_past", log, desk, "call_back", follow_up_on=TODAY - timedelta(days=1))
    log(desk, "call_back", follow_up_on=date(2026, 3, 9))
    again = WorkItem.objects.open().get()
    assert (again.kind, again.assignee, again.step) == ("dunning_call", desk.rep, "call")
    assert again.due_at == datetime(2026, 3, 9, 16, tzinfo=UTC)  # 17:00 in Berlin
    assert task(desk).outcome == "call_back"


def test_nobody_answers_comes_back_on_the_next_bank_day_and_escalates(desk):
    friday = date(2026, 3, 6)
    for number, (on, due) in enumerate(
        [(friday, 9), (date(2026, 3, 9), 10), (date(2026, 3, 10), 11)], start=1
    ):
        log(desk, "no_answer", on=on)
        assert (task(desk).state, task(desk).due_at.day, calls.tries(desk.task)) == ("OPEN", due, number)
        assert (task(desk).escalated_to == "sales_manager") == (number == 3)
    assert WorkItem.objects.open().count() == 1


def test_a_call_is_kept_for_ever_and_what_was_planned_is_looked_at_again(desk):
    before = Customer.objects.get(code="globex").stop_version
    call = log(desk, "refuses", cause="cash", note="no money\nat all")
    assert Customer.objects.get(code="globex").stop_version > before
    assert (call.note, call.cause) == ("no money\nat all", "cash")
    with pytest.raises(IntegrityError):
        Call.objects.filter(pk=call.pk).update(note="paid")


def test_another_outcome_needs_words(desk):
    refused("note_missing", log, desk, "other")
    refused("cause_unknown", log, desk, "paid", cause="weather")


def test_a_task_is_answered_once_and_by_its_own_account(desk):
    log(desk, "paid")
    refused("already_decided", log, desk, "paid")
    elsewhere = desk.customer("acme")
    refused(
        "crosses", calls.log, customer=elsewhere, entity=desk.entity, outcome="paid", today=TODAY, now=desk.at(TODAY),
        by=desk.by, contact=desk.contact,
    )  # fmt: skip


def test_003_16_promise_from_the_task_that_went_to_the_sales_manager(desk):
    WorkItem.objects.filter(pk=desk.task.pk).update(kind="dunning_escalation", step="escalate")
    call = log(desk, "will_pay", promised=Promised([(desk.entry, 60000)], TODAY + timedelta(days=2)))
    assert (call.promise.state, task(desk).outcome) == ("OPEN", "will_pay")


def test_a_call_without_a_task_is_logged_too(desk):
    call = log(desk, "no_answer", work_item=None)
    assert call.work_item is None
    assert WorkItem.objects.open().filter(step="follow_up").count() == 1
