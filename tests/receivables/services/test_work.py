"""To-dos in time: escalation once, delegation by dates, hand-over, and estimates that learn."""

from datetime import UTC, datetime, timedelta

import pytest

from receivables.actor import Actor
from receivables.models import Audit, WorkItem
from receivables.questions.request_forecast import Forecast, estimate_errors
from receivables.rules.refusals import Refused
from receivables.services import delegations, requesting, work

ENGINE = Actor.system("engine")


def refused(code, call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    assert caught.value.code == code, caught.value


def away(desk, who, to, first=0, last=3, by=None):
    return delegations.delegate(
        from_user=who, to_user=to, starts_on=desk.today + timedelta(days=first), ends_on=desk.today + timedelta(days=last),
        today=desk.today, now=desk.now, by=desk.by(by or who), reason="travelling",
    )  # fmt: skip


def test_003_09_a_breach_is_recorded_once_and_escalated(desk):
    invoice = desk.request()
    desk.later(hours=2)
    assert work.escalate_breached(now=desk.now, by=ENGINE) == []  # the deadline's own instant is in time
    desk.later(minutes=1)
    item = work.escalate_breached(now=desk.now, by=ENGINE)[0]
    assert (item.escalated_at, item.escalated_to, item.assignee) == (
        desk.now,
        "finance_manager",
        desk.finance,
    )
    assert work.escalate_breached(now=desk.now + timedelta(hours=1), by=ENGINE) == []
    assert Audit.objects.filter(action="work.escalated").count() == 1
    assert desk.verify(invoice, user=desk.finance).state == "VERIFIED"


def test_003_46_after_a_breach_the_owner_may_still_decide(desk):
    invoice = desk.request()
    desk.later(hours=3)
    work.escalate_breached(now=desk.now, by=ENGINE)
    assert desk.verify(invoice, user=desk.manager).state == "VERIFIED"


def test_003_46_a_travelling_manager_delegates_for_some_days(desk):
    stand_in = desk.world.user("sales_manager", "stella")
    away(desk, desk.manager, stand_in)
    invoice = desk.request()
    assert desk.item(invoice).assignee == stand_in
    desk.verify(invoice, user=stand_in)
    desk.now += timedelta(days=7)
    assert desk.manager in {desk.item(desk.request(amount=f"{n}.00")).assignee for n in range(1, 3)}


def test_003_46_what_lies_on_the_desk_when_the_journey_begins_is_handed_on(desk):
    invoice = desk.request()
    assert desk.item(invoice).assignee == desk.manager
    stand_in = desk.world.user("cfo", "stella")
    away(desk, desk.manager, stand_in)
    work.escalate_breached(now=desk.now + timedelta(minutes=5), by=ENGINE)
    item = desk.item(invoice)
    assert (item.assignee, item.escalated_at) == (stand_in, None)
    assert desk.verify(invoice, user=stand_in).state == "VERIFIED"


def test_003_46_a_delegation_never_lets_the_requester_decide(desk):
    second = desk.world.user("sales_manager", "mona")
    away(desk, second, desk.manager)
    invoice = desk.submit(desk.draft(user=desk.manager), user=desk.manager)
    refused("forbidden", desk.verify, invoice, user=desk.manager)
    assert desk.item(invoice).assignee == desk.finance


def test_003_46_a_revoked_delegation_ends_at_once(desk):
    stand_in = desk.world.user("sales_manager", "stella")
    row = away(desk, desk.manager, stand_in)
    refused("forbidden", delegations.revoke, delegation=row, now=desk.now, by=desk.by(desk.rep))
    delegations.revoke(delegation=row, now=desk.now, by=desk.by(desk.manager))
    refused("already_decided", delegations.revoke, delegation=row, now=desk.now, by=desk.by(desk.manager))
    assert desk.manager in {desk.item(desk.request(amount=f"{n}.00")).assignee for n in range(1, 3)}


def test_delegations_that_make_no_sense_are_refused(desk):
    other = desk.world.user("sales_manager", "stella")
    refused("not_entitled", away, desk, desk.manager, desk.rep)
    refused("delegate_self", away, desk, desk.manager, desk.world.user("cfo", "max2", person="max"))
    refused("dates_invalid", away, desk, desk.manager, other, 3, 1)
    refused("dates_invalid", away, desk, desk.manager, other, -5, -1)
    refused("dates_invalid", away, desk, desk.manager, other, 0, 400)
    refused("forbidden", away, desk, desk.manager, other, by=desk.rep)
    away(desk, desk.manager, other, by=desk.finance)
    refused("delegation_overlaps", away, desk, desk.manager, desk.cfo, 2, 9)


def test_one_item_is_handed_to_another_manager_but_never_to_its_requester(desk):
    stella = desk.world.user("sales_manager", "stella")
    invoice = desk.submit(desk.draft(user=stella), user=stella)
    item = desk.item(invoice)
    options = {"item": item, "reason": "on the phone", "now": desk.now, "by": desk.by(desk.manager)}
    refused("own_request", work.reassign, to=stella, **options)
    refused("not_entitled", work.reassign, to=desk.rep, **options)
    assert work.reassign(to=desk.cfo, **options).assignee == desk.cfo
    assert desk.verify(invoice, user=desk.cfo).state == "VERIFIED"
    refused("already_decided", work.reassign, to=desk.finance, **options)


def test_other_to_dos_are_completed_cancelled_and_escalated_to_finance(desk):
    from django.db import transaction

    from receivables import audit

    with transaction.atomic(), audit.line("work.opened", by=ENGINE, now=desk.now) as line:
        items = [
            work.open_item(line, kind="call", entity=desk.world.entity, owner_role="sales_rep", step=str(n), now=desk.now,
                           deadline=work.due_at(desk.world.entity, desk.now, 1))
            for n in range(3)
        ]  # fmt: skip
    work.complete(item=items[0], outcome="reached", now=desk.now, by=desk.by(desk.rep))
    refused("already_decided", work.complete, item=items[0], outcome="x", now=desk.now, by=desk.by(desk.rep))
    work.cancel(item=items[1], reason="paid", now=desk.now, by=ENGINE)
    desk.later(hours=2)
    assert [i.escalated_to for i in work.escalate_breached(now=desk.now, by=ENGINE)] == ["finance_manager"]
    approval = desk.item(desk.request())
    refused("wrong_kind", work.complete, item=approval, outcome="x", now=desk.now, by=ENGINE)


def test_001_03_the_first_estimate_comes_from_the_time_limits(desk):
    invoice = desk.request()
    guess = Forecast.load(desk.world.entity, desk.now).estimate(invoice)
    assert guess.samples == 0
    assert guess.expected_at == guess.latest_at == desk.now + timedelta(hours=6)
    assert guess.earliest_at == desk.now


def test_001_03_later_estimates_learn_from_the_last_decisions_and_state_a_range(desk):
    for minutes in (30, 60, 60, 90, 120):
        desk.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        invoice = desk.request(amount=f"{minutes + len(WorkItem.objects.all())}.00")
        desk.later(minutes=minutes)
        desk.verify(invoice)
        desk.later(minutes=minutes)
        desk.approve(invoice)
    desk.now = datetime(2026, 3, 3, 8, tzinfo=UTC)
    guess = Forecast.load(desk.world.entity, desk.now).estimate(desk.request(amount="999.00"))
    assert guess.samples == 5
    assert guess.expected_at == desk.now + timedelta(minutes=120)
    assert (guess.earliest_at, guess.latest_at) == (
        desk.now + timedelta(minutes=60),
        desk.now + timedelta(minutes=240),
    )
    error = estimate_errors(desk.world.entity, desk.today)
    assert (error.requests, error.late, error.median_hours) == (5, 0, 4)


def test_an_entity_of_a_country_without_holiday_table_still_has_deadlines(desk):
    desk.world.entity.country = "XX"
    desk.world.entity.save()
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert work.due_at(desk.world.entity, saturday, 1) == datetime(2026, 3, 9, 9, tzinfo=UTC)


def test_an_estimate_is_none_for_drafts_and_for_what_is_through(desk):
    forecast = Forecast.load(desk.world.entity, desk.now)
    assert forecast.estimate(desk.draft()) is None
    assert forecast.estimate(desk.approved(amount="3.00")) is None
    assert requesting.problems(invoice=desk.draft(amount="4.00"), today=desk.today) == []
