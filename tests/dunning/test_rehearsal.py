"""Rehearsals: what a night would do, what a ladder would have done, what ending a block would set free. Nothing is written."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from dunning import rehearsal, rehearsal_checks
from dunning.models import DunningBlock, Notice, Policy, PolicyVersion
from dunning.rehearsal_walk import Said
from dunning.services import assignments, blocks, policies
from receivables.models import Audit, Contact, CustomerProfile, LegalEntity
from receivables.services import disputes
from tests.fixtures.world import DAY_0


@pytest.fixture
def laid(world):
    policies.install_defaults(now=world.at(DAY_0 - timedelta(days=400)), by=world.by)
    rep = world.user("sales_rep", "rosa", email="rosa@nl.example.com")
    for code in ("acme", "globex", "initech", "umbrella"):
        customer = world.customer(code)
        CustomerProfile.objects.filter(customer=customer).update(rep=rep)
        Contact.objects.create(
            customer=customer, name="Accounts", email=f"ap@{code}.example.com", time_zone="Europe/Berlin",
            address={"street": "Ring 1", "city": "Berlin", "country": "DE"},
        )  # fmt: skip
    return rep


def tried(days=120, until=DAY_0 + timedelta(days=120), code="standard", now=None, **changes):
    version = PolicyVersion.objects.get(policy__code=code, active=True)
    ladder = replace(policies.read(version), **changes)
    return rehearsal.trial(version, ladder, until=until, now=now, days=days)


def said(world, trial, code):
    """(day, stage, channel) of everything the ladder on trial would have said about a customer."""
    customer = world.customer(code)
    book = rehearsal._Book(world.entity.pk, [customer.pk], trial, trial)
    pasts = rehearsal.rehearsal_facts.load(
        world.entity, [customer.pk], since=trial.since, until=trial.until, now=trial.now
    )
    found = [walked for _past, walked in rehearsal.walks(world.entity, pasts, trial, book.laws)]
    return [each for walked in found for each in walked.said if each.track == trial.track]


def told(rows):
    return [((row.day - DAY_0).days, row.stage, row.channel) for row in rows if not row.withdrawn]


def test_a_year_of_the_standard_ladder_climbs_every_rung_on_its_day(world, laid):
    world.issue("globex", "500.00", due_on=DAY_0 + timedelta(days=10))
    rows = said(world, tried(now=world.at(DAY_0 + timedelta(days=120))), "globex")
    assert told(rows) == [
        (3, "friendly", "email"),
        (11, "call", "call"),
        (28, "firm", "email"),
        (41, "demand", "letter"),
        (71, "handover", "work"),
    ]
    firm = rows[2]
    assert ((firm.decided_on - DAY_0).days, firm.deferred) == (26, 2), "a Saturday waits for Monday"


def test_money_that_came_stops_it_on_its_day(world, laid):
    invoice = world.issue("globex", "500.00", due_on=DAY_0 + timedelta(days=10))
    world.pay(invoice, on=DAY_0 + timedelta(days=20))
    rows = said(world, tried(now=world.at(DAY_0 + timedelta(days=120))), "globex")
    assert told(rows) == [(3, "friendly", "email"), (11, "call", "call")]


def test_a_message_that_waits_for_monday_is_withdrawn_when_the_money_came_on_sunday(world, laid):
    invoice = world.issue("globex", "500.00", due_on=DAY_0 + timedelta(days=10))
    world.pay(invoice, on=DAY_0 + timedelta(days=27))
    rows = said(world, tried(now=world.at(DAY_0 + timedelta(days=120))), "globex")
    assert [(row.stage, row.withdrawn) for row in rows][-1] == ("firm", "paid")


def test_a_dispute_stops_the_clock_and_resumes_with_the_rest(world, laid):
    invoice = world.issue("initech", "500.00", due_on=DAY_0 + timedelta(days=10))
    opened, closed = DAY_0 + timedelta(days=15), DAY_0 + timedelta(days=25)
    row = disputes.open_on(
        entry=invoice.instalments.get().entry,
        reason="quality",
        today=opened,
        now=world.at(opened),
        by=world.by,
    )
    disputes.reject(dispute=row, resolution="it was fine", on=closed, now=world.at(closed), by=world.by)
    rows = told(said(world, tried(now=world.at(DAY_0 + timedelta(days=120))), "initech"))
    assert (36, "firm", "email") in rows and not any(15 <= day < 25 for day, _stage, _channel in rows)


def test_two_versions_are_compared_customer_by_customer(world, laid):
    world.issue("globex", "500.00", due_on=DAY_0 + timedelta(days=10))
    trial = tried(now=world.at(DAY_0 + timedelta(days=120)))
    shorter = replace(trial.ladder, stages=trial.ladder.stages[:2])
    found = rehearsal.whole(replace(trial, ladder=shorter))
    assert found["before"]["messages"] == {
        "friendly|email": 1,
        "call|call": 1,
        "firm|email": 1,
        "demand|letter": 1,
        "handover|work": 1,
    }
    assert found["after"]["messages"] == {"friendly|email": 1, "call|call": 1}
    assert found["changes"] == [[world.customer("globex").pk, 3, 1]]
    assert found["after"]["faults"] == {}


def test_003_20_two_segments_get_different_steps(world, laid):
    for code, segment in (("acme", "key account"), ("globex", "small")):
        CustomerProfile.objects.filter(customer=world.customer(code)).update(segment=segment)
        world.issue(code, "500.00", due_on=DAY_0)
    now = world.at(DAY_0 + timedelta(days=60))
    key = told(said(world, tried(code="gentle", now=now, until=DAY_0 + timedelta(days=60), days=90), "acme"))
    small = told(said(world, tried(now=now, until=DAY_0 + timedelta(days=60), days=90), "globex"))
    assert [stage for _day, stage, _channel in key] == ["friendly", "call", "visit", "firm", "demand"]
    assert [stage for _day, stage, _channel in small] == ["friendly", "call", "firm", "demand"]
    assert {stage: day for day, stage, _c in key}["call"] == 5
    assert {stage: day for day, stage, _c in small}["call"] == 1


def test_pitfall_50_an_exempt_group_hears_nothing(world, laid):
    CustomerProfile.objects.filter(customer=world.customer("acme")).update(segment="public sector")
    world.issue("acme", "500.00", due_on=DAY_0)
    assignments.assign(
        track="chase", policy=None, segment="public sector", reason="They pay by statute",
        now=world.at(DAY_0), by=world.by,
    )  # fmt: skip
    (verdict,) = rehearsal.dry_run(
        world.entity, on=DAY_0 + timedelta(days=20), now=world.at(DAY_0 + timedelta(days=20))
    )
    assert [each[1:] for each in verdict.reasons if each[1] == "exempt"] == [
        ("exempt", "They pay by statute")
    ]
    assert all(draft.track == "alert" for draft in verdict.drafts)


def test_pitfall_19_a_dry_run_changes_nothing(world, laid):
    world.issue("globex", "500.00", due_on=DAY_0)
    lines, on = Audit.objects.count(), DAY_0 + timedelta(days=1)
    verdicts = list(rehearsal.dry_run(world.entity, on=on, now=world.at(on, 1)))
    assert [draft.stage.code for verdict in verdicts for draft in verdict.drafts] == ["call"]
    assert (Notice.objects.count(), Audit.objects.count()) == (0, lines)


def test_pitfall_34_offset_minimum_and_grace_below_at_and_above(world, laid):
    stages = tuple(
        replace(each, minimum={"EUR": 50_000})
        for each in tried(now=world.at(DAY_0)).ladder.stages
        if each.code == "firm"
    )
    for code, amount in (("acme", "499.99"), ("globex", "500.00"), ("initech", "500.01")):
        world.issue(code, amount, due_on=DAY_0)
    until = DAY_0 + timedelta(days=60)
    trial = tried(now=world.at(until), until=until, days=60, stages=stages)
    assert told(said(world, trial, "acme")) == []
    assert (
        told(said(world, trial, "globex")) == told(said(world, trial, "initech")) == [(16, "firm", "email")]
    )
    graceful = tried(now=world.at(until), until=until, days=60, stages=stages, grace_days=1)
    assert told(said(world, graceful, "globex")) == [(17, "firm", "email")]


def test_pitfall_18_a_changed_ladder_does_not_say_again_what_was_said(world, laid):
    """Half the span under one ladder, the rest under another in which the same rungs stand on other days."""
    world.issue("globex", "500.00", due_on=DAY_0)
    now = world.at(DAY_0 + timedelta(days=120))
    first = tried(now=now, until=DAY_0 + timedelta(days=20), days=40)
    later = replace(
        first.ladder,
        stages=tuple(replace(s, offset=s.offset + 9) if s.offset > 0 else s for s in first.ladder.stages),
    )
    customer = world.customer("globex")
    (past,) = rehearsal.rehearsal_facts.load(
        world.entity, [customer.pk], since=first.since, until=DAY_0 + timedelta(days=120), now=now
    )
    book = rehearsal._Book(world.entity.pk, [customer.pk], first, first)
    ((_past, walked),) = rehearsal.walks(world.entity, [past], first, book.laws)
    from dunning.rehearsal_walk import Walk

    ours = rehearsal.night.house(world.entity, now)
    walk = Walk(past, book.laws(past), ours, lambda day: world.at(day, 1))
    before = walk.through(first.since, first.until)
    book.active[first.policy] = later
    book.cache.clear()
    after = walk.through(first.until + timedelta(days=1), DAY_0 + timedelta(days=120))
    assert [s.stage for s in before.said if s.track == "chase"] == [
        s.stage for s in walked.said if s.track == "chase"
    ]
    stages = [s.stage for s in (*before.said, *after.said) if s.track == "chase"]
    assert stages == ["friendly", "call", "firm", "demand", "handover"]


def test_the_check_catches_what_was_planted(world, laid):
    """Messages that ask for paid, disputed, promised or blocked items are found, whoever wrote them."""
    due = DAY_0 - timedelta(days=20)
    paid, disputed, blocked, owed = (
        world.issue(code, "100.00", due_on=due) for code in ("acme", "globex", "initech", "umbrella")
    )
    world.pay(paid, on=DAY_0)
    disputes.open_on(
        entry=disputed.instalments.get().entry, reason="price", today=DAY_0, now=world.at(DAY_0), by=world.by
    )
    blocks.place(
        customer=world.customer("initech"), reason="clarifying", today=DAY_0, now=world.at(DAY_0), by=world.by,
        until_on=DAY_0 + timedelta(days=5),
    )  # fmt: skip

    def planted(invoice, day):
        entry = invoice.instalments.get().entry_id
        return Said(
            invoice.customer_id, world.entity.pk, day, day, "chase", "firm", "billing", "email", "a@b.example.com", "EUR",
            10_000, False, ((entry, "firm"),), (entry,), True,
        )  # fmt: skip

    day = DAY_0 + timedelta(days=2)
    found = rehearsal_checks.faults(planted(each, day) for each in (paid, disputed, blocked, owed))
    assert [fault.why for fault in found] == ["paid", "disputed", "blocked"]
    earlier = rehearsal_checks.faults(
        planted(each, DAY_0 - timedelta(days=1)) for each in (paid, disputed, blocked, owed)
    )
    assert earlier == []
    assert rehearsal_checks.faults([planted(blocked, DAY_0 + timedelta(days=6))]) == []


def test_the_preview_on_resume_says_what_would_go_out_and_changes_nothing(world, laid):
    world.issue("globex", "500.00", due_on=DAY_0 - timedelta(days=20))
    block = blocks.place(
        customer=world.customer("globex"), reason="clarifying", today=DAY_0, now=world.at(DAY_0), by=world.by
    )
    night = list(rehearsal.dry_run(world.entity, on=DAY_0, now=world.at(DAY_0, 1)))
    assert [draft for verdict in night for draft in verdict.drafts] == []
    (verdict,) = rehearsal.on_resume(
        block, entities=LegalEntity.objects.all(), on=DAY_0, now=world.at(DAY_0, 1)
    )
    assert [draft.stage.code for draft in verdict.drafts] == ["call", "escalate"]
    assert DunningBlock.objects.standing(DAY_0).get() == block
    second = blocks.place(
        customer=world.customer("globex"), reason="rep_handles", today=DAY_0, now=world.at(DAY_0), by=world.by
    )
    (verdict,) = rehearsal.on_resume(
        block, entities=LegalEntity.objects.all(), on=DAY_0, now=world.at(DAY_0, 1)
    )
    assert (verdict.drafts, verdict.code, second.pk != block.pk) == ((), "blocked", True)


def test_a_rehearsal_of_a_policy_that_speaks_about_nobody_tries_it_on_everybody(world, laid):
    world.issue("globex", "500.00", due_on=DAY_0)
    row = policies.create(
        code="fresh",
        name="New",
        document=PolicyVersion.objects.get(policy__code="strict").ladder,
        now=world.at(DAY_0),
        by=world.by,
    )
    until = DAY_0 + timedelta(days=60)
    trial = rehearsal.trial(row, policies.read(row), until=until, now=world.at(until), days=90)
    found = rehearsal.whole(trial)
    assert found["after"]["messages"]["demand|letter"] == 1
    assert Policy.objects.get(code="fresh").assignments.count() == 0


def test_pieces_cover_everybody_who_owed_something_once(world, laid):
    for code in ("acme", "globex", "initech"):
        world.issue(code, "100.00", due_on=DAY_0)
    world.pay(
        world.issue("umbrella", "100.00", due_on=DAY_0 - timedelta(days=300)), on=DAY_0 - timedelta(days=290)
    )
    pieces = rehearsal.chunks(since=DAY_0 - timedelta(days=100), size=2)
    assert [len(customers) for _entity, customers in pieces] == [2, 1]
    assert world.customer("umbrella").pk not in {pk for _entity, customers in pieces for pk in customers}
    assert connection.in_atomic_block
