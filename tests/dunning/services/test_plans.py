"""Payment plans: several promises over the same items, which share the money that comes."""

from datetime import date, timedelta

import pytest

from dunning.models import PaymentPlan, PromiseToPay
from dunning.services import plans, promise_settling
from receivables.rules.refusals import Refused
from receivables.services import cash

TODAY = date(2026, 3, 2)
DAYS = [TODAY + timedelta(days=each) for each in (7, 28, 49)]


def entry(invoice):
    return invoice.instalments.select_related("entry__customer").get().entry


def agree(world, invoices, amounts, days=DAYS):
    parts = [(day, amount * 100) for day, amount in zip(days, amounts, strict=True)]
    return plans.agree(
        entries=[entry(each) for each in invoices], parts=parts, source="call", today=TODAY, now=world.at(TODAY), by=world.by
    )  # fmt: skip


def settle(world, on):
    return promise_settling.settle(on=on, now=world.at(on), by=world.by)


def states(plan):
    rows = PromiseToPay.objects.filter(plan=plan).order_by("due_on")
    return PaymentPlan.objects.get(pk=plan.pk).state, [row.state for row in rows]


@pytest.fixture
def two(world):
    return [world.issue("globex", amount, due_on=TODAY - timedelta(days=20)) for amount in ("100", "200")]


def test_a_plan_fills_items_in_order_and_shares_them(world, two):
    _plan, made = agree(world, two, (100, 100, 100))
    shares = [[(i.entry_id, i.amount) for i in each.items.order_by("pk")] for each in made]
    assert shares == [[(entry(two[0]).pk, 10000)], [(entry(two[1]).pk, 10000)], [(entry(two[1]).pk, 10000)]]


def test_a_plan_that_cannot_hold_is_refused(world, two):
    for amounts, days, code in [
        ((301,), DAYS[:1], "plan_invalid"),
        ((100, 100), [DAYS[0]] * 2, "plan_invalid"),
        ((200, 200, 100), DAYS, "over_open"),
    ]:
        with pytest.raises(Refused) as caught:
            agree(world, two, amounts, days)
        assert caught.value.code == code
    assert not PaymentPlan.objects.exists()


def test_pitfall_45_a_plan_on_track_keeps_part_after_part(world, two):
    plan, _made = agree(world, two, (100, 100, 100))
    world.pay(two[0], "100", on=DAYS[0])
    settle(world, DAYS[0])
    assert states(plan) == ("ACTIVE", ["KEPT", "OPEN", "OPEN"])
    world.pay(two[1], "200", on=DAYS[1])  # the rest at once
    settle(world, DAYS[1])
    assert states(plan) == ("KEPT", ["KEPT", "KEPT", "KEPT"])


def test_money_of_one_part_does_not_keep_two(world, two):
    plan, _made = agree(world, two, (100, 100, 100))
    world.pay(two[1], "120", on=DAYS[0])
    settle(world, DAYS[0])
    assert states(plan) == ("ACTIVE", ["KEPT", "OPEN", "OPEN"])


def test_a_broken_part_breaks_the_plan(world, two):
    plan, made = agree(world, two, (100, 100, 100))
    world.pay(two[0], "50", on=DAYS[0])
    settle(world, made[0].grace_until + timedelta(days=1))
    assert states(plan) == ("BROKEN", ["PARTLY_KEPT", "REPLACED", "REPLACED"])
    assert PromiseToPay.objects.filter(close_reason="plan_broken").count() == 2


def test_a_bounce_after_the_last_part_breaks_a_kept_plan(world, two):
    plan, made = agree(world, two, (100, 100, 100))
    world.pay(two[0], on=DAYS[0])
    last = world.pay(two[1], on=DAYS[1])
    settle(world, DAYS[1])
    back = made[2].grace_until + timedelta(days=3)
    cash.reverse(payment=last, reason="bounce", on=back, now=world.at(back), by=world.by)
    settle(world, back)
    assert states(plan)[0] == "BROKEN"


def test_a_cancelled_plan_frees_its_items(world, two):
    plan, _made = agree(world, two, (100, 100, 100))
    plans.cancel(plan=plan, reason="new terms", on=TODAY, now=world.at(TODAY), by=world.by)
    assert states(plan) == ("CANCELLED", ["REPLACED"] * 3)
    assert agree(world, two, (100, 100, 100))[0].state == "ACTIVE"


def test_a_plan_never_crosses_accounts_even_part_by_part(world, two):
    with pytest.raises(Refused) as caught:
        agree(world, [two[0], world.issue("acme", "100", due_on=TODAY)], (100, 100), DAYS[:2])
    assert caught.value.code == "crosses"
