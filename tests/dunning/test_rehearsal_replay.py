"""Rehearsals held against the real thing: the same night run for real, the same weeks lived night by night with the real post."""

from datetime import date, timedelta
from random import Random

import pytest

from dunning import rehearsal, rehearsal_checks, rehearsal_facts
from dunning.models import Notice, NoticeItem, PolicyVersion
from dunning.services import blocks, policies
from receivables.models import Audit, Message
from receivables.services import disputes
from tests.fixtures.world import DAY_0

CAST = ("acme", "globex", "initech", "umbrella")


def days(count):
    return DAY_0 + timedelta(days=count)


def test_pitfall_19_the_dry_run_is_the_list_the_real_run_makes(dunning_desk):
    desk = dunning_desk
    desk.customer("acme", importance=3)
    for number, code in enumerate(CAST):
        for due in (-40, -31, -16, -1, 3, 7, 20):
            desk.issue(code, f"{100 + number}.00", due_on=days(due))
    desk.block("initech", on=DAY_0)
    for night in (0, 1, 4):
        on = days(night)
        before = (Audit.objects.count(), Message.objects.count(), Notice.objects.count())
        told = {
            (v.picture.customer, d.currency, d.stage.code, d.target.channel, d.target.recipient, d.total, d.state,
             tuple(sorted((i.item.entry, i.stage.code) for i in d.climbing)))
            for v in rehearsal.dry_run(desk.world.entity, on=on, now=desk.now(on))
            for d in v.drafts
        }  # fmt: skip
        assert (Audit.objects.count(), Message.objects.count(), Notice.objects.count()) == before
        desk.dun(on)
        made = {
            (n.customer_id, n.currency, n.stage, n.channel, n.recipient, n.total, n.state,
             tuple(sorted(n.items.values_list("entry_id", "stage"))))
            for n in Notice.objects.filter(on=on)
        }  # fmt: skip
        assert made == told
        assert bool(made) or night
        desk.release_all(on)
        desk.accept_all(on)


def lived(notice_desk, what, until):
    """Every day: what happens on it, the night, a person who releases, the hand-over, the post."""
    for number in range(until + 1):
        on = days(number)
        for act in what.get(number, ()):
            act(on)
        notice_desk.night(on)
        notice_desk.desk.release_all(on)
        notice_desk.hand_over(on)
        notice_desk.send(on)
        notice_desk.look_again(on)
        notice_desk.send(on)


def rehearsed(world, until):
    """(customer, entry, stage, channel, day) of everything the ladders in force would have said."""
    version = PolicyVersion.objects.get(policy__code="standard", active=True)
    trial = rehearsal.Trial(
        version.policy_id, "chase", policies.read(version), DAY_0, days(until), world.at(days(until))
    )
    customers = [world.customer(code).pk for code in CAST]
    book = rehearsal._Book(world.entity.pk, customers, None, trial)
    pasts = rehearsal_facts.load(world.entity, customers, since=DAY_0, until=days(until), now=trial.now)
    said = [
        s for _past, walked in rehearsal.walks(world.entity, pasts, trial, book.laws) for s in walked.said
    ]
    assert rehearsal_checks.faults(said) == []
    return {
        (s.customer, entry, stage, s.channel, s.day)
        for s in said
        if not s.withdrawn
        for entry, stage in s.climbing
        if s.day <= days(until)
    }


def happened() -> set[tuple[int, int, str, str, date]]:
    rows = NoticeItem.objects.filter(withdrawn=False, reached_on__isnull=False)
    return set(rows.values_list("notice__customer_id", "entry_id", "stage", "notice__channel", "reached_on"))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_back_test_says_what_really_would_have_happened(notice_desk, seed, scale):
    """Random weeks of four customers: invoices, part payments, disputes opened and closed, blocks."""
    desk, world, dice = notice_desk, notice_desk.world, Random(seed)  # noqa: S311
    until = min(scale(600), 90)
    invoices = [
        desk.issue(code, "900.00", due_on=days(dice.randrange(-5, 40))) for code in CAST for _n in range(2)
    ]
    what: dict[int, list] = {}

    def at(number, act):
        what.setdefault(number, []).append(act)

    paid, part, fought = invoices[0], invoices[2], invoices[4]
    at(dice.randrange(15, 30), lambda on: world.pay(paid, on=on))
    at(dice.randrange(15, 30), lambda on: world.pay(part, "400.00", on=on))
    opened = dice.randrange(5, 20)
    cases = []

    def fight(on):
        entry = fought.instalments.get().entry
        cases.append(
            disputes.open_on(entry=entry, reason="price", today=on, now=world.at(on, 4), by=world.by)
        )

    at(opened, fight)
    at(
        opened + dice.randrange(3, 12),
        lambda on: disputes.reject(
            dispute=cases[0], resolution="fine", on=on, now=world.at(on, 4), by=world.by
        ),
    )
    at(
        dice.randrange(3, 12),
        lambda on: blocks.place(
            customer=world.customer("umbrella"), reason="clarifying", today=on, until_on=on + timedelta(days=9),
            now=world.at(on, 4), by=world.by,
        ),
    )  # fmt: skip
    lived(desk, what, until)
    real, played = happened(), rehearsed(world, until)
    assert played == real
    assert len(real) > 25
