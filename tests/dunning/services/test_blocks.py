"""Blocks: with a reason, an author and an end; and a payment in flight that stops for its amount only."""

from datetime import date, timedelta

import pytest

from dunning.models import DunningBlock
from dunning.services import blocks
from receivables.models import Audit, Customer
from receivables.rules.refusals import Refused
from receivables.services import cash

TODAY = date(2026, 3, 2)


def entry(invoice):
    return invoice.instalments.select_related("entry__entity").get().entry


@pytest.fixture
def owed(world):
    return world.issue("globex", "249.95", due_on=TODAY - timedelta(days=10))


def place(world, *, by=None, **more):
    told = {"reason": "clarifying", **more}
    return blocks.place(
        customer=world.customer("globex"), today=TODAY, now=world.at(TODAY), by=by or world.by, **told
    )


def release(world, block, on=TODAY, by=None):
    return blocks.release(
        block=block, reason="payment failed", on=on, now=world.at(on), by=by or world.by
    )  # fmt: skip


def refused(code, call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    assert caught.value.code == code, caught.value


def standing(on):
    return DunningBlock.objects.standing(on).count()


def test_pitfall_44_a_block_has_reason_and_author_and_ends_by_itself(world, owed):
    before = Customer.objects.get(code="globex").stop_version
    block = place(
        world, note="talking to Gerda", until_on=TODAY + timedelta(days=5), by=world.person("collector")
    )
    assert (block.placed_by, block.note) == ("collector", "talking to Gerda")
    assert [standing(TODAY + timedelta(days=n)) for n in (0, 5, 6)] == [1, 1, 0]  # the last day is inclusive
    assert Customer.objects.get(code="globex").stop_version > before
    assert Audit.objects.get(action="block.placed").actor == "collector"
    refused("date_past", place, world, until_on=TODAY - timedelta(days=1))
    refused("reason_unknown", place, world, reason="mood")
    refused("note_missing", place, world, reason="other")


def test_pitfall_44_a_release_before_the_day_has_its_reason(world, owed):
    block = place(world)
    refused(
        "reason_missing", blocks.release, block=block, reason=" ", on=TODAY, now=world.at(TODAY), by=world.by
    )
    release(world, block)
    assert standing(TODAY) == 0
    refused("state", release, world, block)


@pytest.mark.parametrize("reason", ["insolvency", "legal", "do_not_contact"])
def test_pitfall_43_a_hard_block_is_lifted_by_those_who_may(world, owed, reason):
    block = place(world, reason=reason)
    refused("forbidden", release, world, block, by=world.person("accountant"))
    release(world, block, by=world.person("finance_manager"))
    assert standing(TODAY) == 0


def test_pitfall_46_a_payment_in_flight_stops_for_its_amount_and_ends_in_time(world, owed):
    told = {"reason": "pending_payment", "entry": entry(owed), "until_on": TODAY + timedelta(days=3)}
    refused("amount_missing", place, world, **told)
    refused("over_open", place, world, amount=24996, **told)
    refused("end_missing", place, world, amount=100, **(told | {"until_on": None}))
    refused("end_missing", place, world, amount=100, **(told | {"until_on": TODAY + timedelta(days=15)}))
    refused("amount_unneeded", place, world, amount=100)
    assert place(world, amount=24995, **told).amount == 24995


def test_di_07_a_pending_payment_settles_nothing_but_is_not_asked_for(world, owed):
    block = place(
        world, reason="pending_payment", entry=entry(owed), amount=24995, until_on=TODAY + timedelta(days=3)
    )
    assert (world.open(owed), world.state(owed)) == ("249.95", "SENT")
    assert DunningBlock.objects.standing(TODAY).get() == block
    world.pay(owed, on=TODAY + timedelta(days=1))
    assert (world.open(owed), world.state(owed)) == ("0.00", "PAID")


def test_di_08_a_pending_payment_that_fails_is_asked_for_the_same_day(world, owed):
    block = place(
        world, reason="pending_payment", entry=entry(owed), amount=24995, until_on=TODAY + timedelta(days=3)
    )
    before = Customer.objects.get(code="globex").stop_version
    release(world, block, on=TODAY)
    assert (world.open(owed), standing(TODAY)) == ("249.95", 0)  # balance unchanged, nothing to undo
    assert Customer.objects.get(code="globex").stop_version > before


def test_di_09_a_success_corrected_to_failure_opens_it_again(world, owed):
    payment = world.pay(owed, on=TODAY)
    before = Customer.objects.get(code="globex").stop_version
    cash.reverse(payment=payment, reason="bounce", on=TODAY, now=world.at(TODAY), by=world.by)
    assert (world.open(owed), world.state(owed)) == ("249.95", "SENT")
    assert Customer.objects.get(code="globex").stop_version > before


def test_a_block_never_crosses_customers(world, owed):
    other = world.issue("acme", "10", due_on=TODAY)
    refused("crosses", place, world, entry=entry(other))
