"""An item moved by hand, its ladder begun anew, a proposed step ignored."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from dunning.models import DunningBlock, LadderMove, Notice, NoticeItem
from dunning.services import ladder_moves
from receivables import audit
from receivables.models import Audit
from receivables.rules.refusals import Refused

TODAY = date(2026, 3, 2)


@pytest.fixture
def item(world):
    invoice = world.issue("globex", "600", due_on=TODAY - timedelta(days=20))
    return invoice.instalments.select_related("entry__customer", "entry__entity").get().entry


def move(world, item, rank, **more):
    told = {"track": "chase", "reason": "spoke to the owner", **more}
    return ladder_moves.move(entry=item, rank=rank, on=TODAY, now=world.at(TODAY), by=world.by, **told)


def refused(code, call, *args, **options):
    with pytest.raises(Refused) as caught:
        call(*args, **options)
    assert caught.value.code == code, caught.value


def test_pitfall_37_an_item_goes_to_any_rung_with_a_reason_and_history_stays(world, item):
    refused("reason_missing", move, world, item, 31, reason=" ")
    refused("track_unknown", move, world, item, 31, track="sideways")
    refused("rank_invalid", move, world, item, 99999)
    first = move(world, item, 31)
    second = move(world, item, None)
    assert [(m.rank, m.round) for m in (first, second)] == [(31, 1), (-32768, 1)]
    assert Audit.objects.filter(action="ladder.moved", reason="spoke to the owner").count() == 2
    with pytest.raises(IntegrityError):
        LadderMove.objects.filter(pk=first.pk).update(rank=0)


def test_pitfall_37_begun_anew_is_another_round(world, item):
    move(world, item, 31)
    assert move(world, item, None, anew=True).round == 2
    assert move(world, item, 1).round == 2
    assert move(world, item, 1, anew=True).round == 3


def test_what_is_paid_is_not_moved(world, item):
    world.pay(item.instalment.invoice)
    refused("not_open", move, world, item, 1)


def notice(world, item):
    with transaction.atomic(), audit.line("run.chunk", by=world.by, now=world.at(TODAY)) as line:
        made = Notice.objects.create(
            entity=item.entity, customer=item.customer, currency="EUR", on=TODAY, track="chase", stage="firm", rank=16,
            audience="billing", channel="email", recipient="ap@globex.example", total=60000, due_at=world.at(TODAY),
            audit_seq=line.seq,
        )  # fmt: skip
        NoticeItem.objects.create(
            notice=made, entry=item, stage="firm", rank=16, track="chase", open_amount=60000, days_past_due=20
        )
    return made


def ignore(world, made, **more):
    told = {"reason": "they moved house", "again_on": TODAY + timedelta(days=7), **more}
    return ladder_moves.ignore(notice=made, on=TODAY, now=world.at(TODAY), by=world.by, **told)


def test_pitfall_36_an_ignored_step_may_be_proposed_again_later(world, item):
    made = notice(world, item)
    refused("date_past", ignore, world, made, again_on=TODAY)
    ignore(world, made)
    assert (Notice.objects.get().state, Notice.objects.get().why) == ("WITHDRAWN", "ignored")
    assert NoticeItem.objects.get().withdrawn  # so the same rung of the same round may stand again
    block = DunningBlock.objects.get()
    assert (block.entry, block.until_on) == (item, TODAY + timedelta(days=6))
    assert notice(world, item).state == "PROPOSED"


def test_pitfall_36_what_was_decided_before_is_not_ignored(world, item):
    made = notice(world, item)
    ignore(world, made)
    refused("state", ignore, world, made)
