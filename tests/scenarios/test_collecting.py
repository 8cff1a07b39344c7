"""Promises, blocks, payments in flight, hand-overs and moves by hand, and what the nights say about their items."""

from datetime import timedelta

import pytest

from dunning.models import PromiseToPay
from dunning.services import blocks, calls, handovers, ladder_moves, plans, promise_settling, promises
from dunning.services.calls import Promised
from receivables.rules.money import Money
from receivables.services import cash
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db


def day(n: int):
    return DAY_0 + timedelta(days=n)


@pytest.fixture
def desk(dunning_desk):
    """Rungs at 5, 20 and 40 days; one item of 100.00 due on day 0, the first rung reached on day 5."""
    dunning_desk.levels(5, 20, 40)
    dunning_desk.invoice = dunning_desk.issue("globex", due_on=DAY_0)
    dunning_desk.dun(day(5))
    dunning_desk.accept_all(day(5))
    return dunning_desk


def promise(desk, amount, made, due):
    minor = Money.of(amount, "EUR").minor
    return promises.make(
        items=[(desk.entry(desk.invoice), minor)], due_on=day(due), source="call", today=day(made), now=desk.now(day(made)),
        by=desk.by,
    )  # fmt: skip


def night(desk, n):
    promise_settling.settle(on=day(n), now=desk.now(day(n), 1), by=desk.by)
    desk.dun(day(n))
    return desk.said(on=day(n))


def test_pitfall_45_a_promise_is_silence_and_a_broken_one_goes_on_with_the_next_rung(desk):
    made = promise(desk, "100", 15, 25)
    assert night(desk, 20) == []
    assert desk.why("globex") == "promised"
    assert night(desk, (made.grace_until - DAY_0).days) == []
    after = (made.grace_until - DAY_0).days + 1
    assert night(desk, after) == [("globex", "l2", "email", 10_000)]
    assert PromiseToPay.objects.get().state == "BROKEN"


def test_pitfall_45_a_partial_promise_covers_its_amount_only(desk):
    promise(desk, "60", 15, 25)
    assert night(desk, 20) == [("globex", "l2", "email", 4_000)]


def test_pitfall_45_kept_in_part_the_rest_is_asked_for(desk):
    promise(desk, "60", 15, 25)
    desk.world.pay(desk.invoice, "60", on=day(18))
    assert night(desk, 20) == [("globex", "l2", "email", 4_000)]
    assert PromiseToPay.objects.get().state == "KEPT"


def test_pitfall_45_a_plan_on_track_is_silence_a_broken_one_is_not(desk):
    plan, made = plans.agree(
        entries=[desk.entry(desk.invoice)], parts=[(day(21), 5_000), (day(60), 5_000)], source="call", today=day(15),
        now=desk.now(day(15)), by=desk.by,
    )  # fmt: skip
    assert night(desk, 21) == []
    desk.world.pay(desk.invoice, "50", on=day(21))
    assert night(desk, 45) == []  # the second part is not due yet
    assert plan.promises.get(due_on=day(21)).state == "KEPT"
    after = (made[1].grace_until - DAY_0).days + 1
    assert night(desk, after) == [("globex", "l2", "email", 5_000)]


def test_003_15_a_call_that_ends_with_a_promise_is_silence_from_that_moment(desk):
    calls.log(
        customer=desk.customer("globex"), entity=desk.world.entity, outcome="will_pay", today=day(19),
        promised=Promised([(desk.entry(desk.invoice), 10_000)], day(22)), now=desk.now(day(19)), by=desk.by,
    )  # fmt: skip
    assert night(desk, 20) == []


def test_pitfall_46_a_payment_in_flight_that_fails_is_asked_for_the_same_day(desk):
    block = blocks.place(
        customer=desk.customer("globex"), reason="pending_payment", entry=desk.entry(desk.invoice), amount=10_000,
        until_on=day(25), today=day(15), now=desk.now(day(15)), by=desk.by,
    )  # fmt: skip
    assert night(desk, 20) == []
    blocks.release(block=block, reason="returned unpaid", on=day(22), now=desk.now(day(22), 1), by=desk.by)
    assert night(desk, 22) == [("globex", "l2", "email", 10_000)]


def test_di_09_a_payment_taken_back_is_seen_by_the_next_night(desk):
    payment = desk.world.pay(desk.invoice, on=day(6))
    assert night(desk, 20) == []
    cash.reverse(payment=payment, reason="bounce", on=day(21), now=desk.now(day(21), 1), by=desk.by)
    assert night(desk, 21) == [("globex", "l2", "email", 10_000)]


def test_pitfall_107_reopened_with_its_own_age_and_history(desk):
    """Back at the level that age and history give: not the first one again, and not the last one at once."""
    payment = desk.world.pay(desk.invoice, on=day(6))
    cash.reverse(payment=payment, reason="bounce", on=day(200), now=desk.now(day(200), 1), by=desk.by)
    assert night(desk, 200) == [("globex", "l2", "email", 10_000)]


def test_pitfall_33_what_was_handed_over_is_not_written_about_until_it_comes_back(desk):
    made = handovers.make(
        entries=[desk.entry(desk.invoice)], to="Dr. Recht", kind="legal", reason="silent", today=day(15),
        now=desk.now(day(15)), by=desk.by,
    )  # fmt: skip
    assert night(desk, 20) == []
    assert desk.why("globex") == "legal"
    handovers.end(hand_over=made, reason="they talk again", on=day(30), now=desk.now(day(30), 1), by=desk.by)
    assert night(desk, 30) == [("globex", "l2", "email", 10_000)]


def test_pitfall_37_moved_by_hand_the_rules_go_on_from_there(desk):
    told = {
        "entry": desk.entry(desk.invoice),
        "track": "chase",
        "reason": "agreed with the owner",
        "by": desk.by,
    }
    ladder_moves.move(rank=20, on=day(10), now=desk.now(day(10)), **told)
    assert night(desk, 20) == []  # that rung counts as reached
    assert night(desk, 40) == [("globex", "l3", "email", 10_000)]


def test_pitfall_37_begun_anew_the_first_rung_is_said_again(desk):
    told = {"entry": desk.entry(desk.invoice), "track": "chase", "reason": "new owner", "by": desk.by}
    ladder_moves.move(rank=None, anew=True, on=day(10), now=desk.now(day(10)), **told)
    assert night(desk, 11) == [("globex", "l1", "email", 10_000)]


def test_pitfall_36_an_ignored_step_is_proposed_again_and_not_the_next_one(desk):
    from dunning.models import Notice

    assert night(desk, 20) == [("globex", "l2", "email", 10_000)]
    notice = Notice.objects.get(stage="l2")
    ladder_moves.ignore(
        notice=notice,
        reason="they asked for a week",
        again_on=day(41),
        on=day(20),
        now=desk.now(day(20)),
        by=desk.by,
    )
    assert night(desk, 40) == []
    assert night(desk, 41) == [("globex", "l2", "email", 10_000)]
