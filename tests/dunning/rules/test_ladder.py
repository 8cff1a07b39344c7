"""Settings that people see have effect: each field of a ladder and of a stage changes what is decided, said or followed."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from dunning.rules import arbiter, policy
from dunning.rules.ladder import Fee, Ladder, Stage
from dunning.rules.picture import Reached
from tests.fixtures.dunning_pictures import D0, contact, house, item, noon, picture

HALF = {"EUR": 5_000}
BASE = Stage(code="firm", offset=16, audience="billing", channels=("email",), template="firm")
NEXT = Stage(code="demand", offset=31, audience="billing", channels=("letter",), template="demand")
LADDER = Ladder(policy="x", version=1, track="chase", stages=(BASE, NEXT))


def said(ladder, shown, at):
    """What a night says about a picture: rung, channel, state, or the reasons."""
    on = D0 + timedelta(days=at)
    shown = replace(shown, on=on)
    verdict = arbiter.merge(
        shown,
        [(ladder, policy.decide(shown, ladder, on=on, now=noon(on)))],
        on=on,
        now=noon(on),
        house=house(),
    )
    drafts = [
        (d.stage.code, d.target.channel, d.target.recipient, d.state, d.track, d.version_id)
        for d in verdict.drafts
    ]
    return drafts or [reason[1:] for reason in verdict.reasons]


def shown(*rungs, **options):
    return picture(
        item(due=0, rungs=rungs),
        contacts=(contact(addresses={"email": "b@customer.example", "letter": "Ring 1"}),),
        **options,
    )


def reached(at, deadline=None):
    return Reached(
        "chase",
        "firm",
        16,
        D0 + timedelta(days=at),
        1,
        None if deadline is None else D0 + timedelta(days=deadline),
    )


OF_A_LADDER = {
    "track": (replace(LADDER, track="alert"), shown(reached(16)), 31),
    "stages": (replace(LADDER, stages=(NEXT,)), shown(), 31),
    "version_id": (replace(LADDER, version_id=9), shown(), 16),
    "grace_days": (replace(LADDER, grace_days=2), shown(), 16),
    "min_gap": (replace(LADDER, min_gap=5), shown(last_outward_on={"EUR": D0 + timedelta(days=12)}), 16),
    "minimum": (replace(LADDER, minimum={"EUR": 10_001}), shown(), 16),
    "stale_bank_hours": (replace(LADDER, stale_bank_hours=24), shown(), 16),
    "hold_for_receipts": (replace(LADDER, hold_for_receipts=False), shown(receipts={"EUR": 1}), 16),
}
OF_A_STAGE = {
    "code": ({"code": "other"}, shown(), 16),
    "offset": ({"offset": 17}, shown(), 16),
    "audience": ({"audience": "cfo"}, shown(), 16),
    "channels": ({"channels": ("letter",)}, shown(), 16),
    "until": ({"offset": -7, "until": -5}, shown(), -4),
    "min_gap": ({}, shown(reached(25)), 31),
    "minimum": ({"minimum": {"EUR": 10_001}}, shown(), 16),
    "person_from": ({"person_from": {2: HALF}}, shown(importance=2), 16),
    "terminal": ({"terminal": True}, shown(reached(16)), 31),
}
SAID_IN_THE_MESSAGE = {"template", "name", "fee", "interest", "deadline_days", "effects"}
"""They change no decision: the text, the charge, the next rung's wait and the to-dos that follow take them from the stage."""
NAMES = {"policy", "version"}
"""What a ladder is called: told beside what was said, never decided by."""


def test_every_field_is_looked_at_here():
    assert {f.name for f in fields(Ladder)} == set(OF_A_LADDER) | NAMES
    assert {f.name for f in fields(Stage)} == set(OF_A_STAGE) | SAID_IN_THE_MESSAGE


@pytest.mark.parametrize("name", OF_A_LADDER)
def test_pitfall_80_each_setting_of_a_ladder_has_effect(name):
    changed, seen, at = OF_A_LADDER[name]
    assert said(changed, seen, at) != said(LADDER, seen, at)


@pytest.mark.parametrize("name", OF_A_STAGE)
def test_pitfall_80_each_setting_of_a_stage_has_effect(name):
    changes, seen, at = OF_A_STAGE[name]
    first = replace(BASE, **changes)
    stages = (first, replace(NEXT, min_gap=10) if name == "min_gap" else NEXT)
    base = replace(LADDER, stages=(replace(first, until=-1), NEXT)) if name == "until" else LADDER
    assert said(replace(LADDER, stages=stages), seen, at) != said(base, seen, at)


def test_pitfall_39_the_next_rung_waits_until_the_deadline_that_was_given_is_over():
    told = shown(reached(25, deadline=35))
    assert said(LADDER, told, 35) == [("deadline_running", "demand", (D0 + timedelta(days=35)).isoformat())]
    assert said(LADDER, told, 36)[0][:2] == ("demand", "letter")


def test_a_fee_is_none_unless_it_is_said():
    assert BASE.fee == Fee() and not Fee().amounts
