"""Looked at once more before it leaves: what was paid, disputed, promised or blocked since then falls out or stops it."""

import pytest

from dunning.rules.picture import Block, Move
from dunning.rules.second_look import NoticeFacts, Right, Wrong, still_right
from tests.fixtures.dunning_pictures import contact, day, item, noon, picture, steps

LEVELS = steps(5, 20, 40, minimum={"EUR": 1_000})
ADDRESS = "billing1@customer.example"
NOTICE = NoticeFacts("EUR", "billing", "email", ADDRESS, 1, ((1, "l1", 1), (2, "l2", 1)))


def look(*items, at: int = 25, ladder=LEVELS, **options):
    return still_right(picture(*items, **options), NOTICE, ladder, on=day(at), now=noon(day(at)))


def test_what_is_still_right_goes_at_its_highest_rung():
    found = look(item(1), item(2))
    assert isinstance(found, Right)
    assert (found.stage.code, found.total, found.dropped) == ("l2", 20_000, ())


@pytest.mark.parametrize(
    ("second", "why"),
    [
        pytest.param(None, "paid", id="pitfall_52_paid_since"),
        pytest.param(item(2, disputed=True), "disputed", id="disputed_since"),
        pytest.param(item(2, promised=10_000), "promised", id="promised_since"),
        pytest.param(item(2, block=Block("other", None)), "blocked", id="blocked_since"),
        pytest.param(item(2, legal=True), "legal", id="handed_over_since"),
        pytest.param(item(2, due=30), "stage_not_due", id="pitfall_35_due_later_now"),
    ],
)
def test_pitfall_52_an_item_that_stopped_being_right_falls_out(second, why):
    found = look(item(1), *([second] if second else []))
    assert isinstance(found, Right)
    assert (found.stage.code, found.total, found.dropped) == ("l1", 10_000, ((2, why),))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"closed": True}, "closed"),
        ({"block": Block("do_not_contact", None)}, "blocked"),
        ({"contacts": ()}, "no_contact"),
        ({"contacts": (contact(addresses={"email": "other@customer.example"}),)}, "no_contact"),
        ({"contacts": (contact(stopped=frozenset({"email"})),)}, "opted_out"),
        ({"receipts": {"EUR": 1}}, "receipt_waiting"),
        ({"unapplied": {"EUR": 20_000}}, "covered"),
        ({"unapplied": {"EUR": 19_500}}, "minimum"),
    ],
)
def test_pitfall_52_a_notice_that_stopped_being_right_is_withdrawn(options, why):
    assert look(item(1), item(2), **options) == Wrong(why)


def test_nothing_left_is_withdrawn_as_paid_and_without_policy_as_exempt():
    assert look() == Wrong("paid")
    assert look(item(1), ladder=None) == Wrong("exempt")
    assert look(item(1), item(2), ladder=steps(5)).dropped == ((2, "policy"),)


def test_pitfall_32_less_is_asked_for_after_a_part_was_paid():
    found = look(item(1), item(2, open_amount=2_500))
    assert (found.total, [intent.ask for intent in found.climbing]) == (12_500, [10_000, 2_500])


def test_the_gap_is_not_asked_again():
    assert isinstance(look(item(1), item(2), last_outward_on={"EUR": day(25)}), Right)


@pytest.mark.parametrize(("rank", "round"), [(20, 1), (31, 1), (-365, 2)])
def test_an_item_that_was_moved_past_the_rung_or_began_anew_falls_out(rank, round):
    moved = item(2, moves=(Move("chase", rank, round, day(24)),))
    found = look(item(1), moved)
    assert (found.stage.code, found.dropped) == ("l1", ((2, "done"),))
    assert isinstance(look(item(1), item(2, moves=(Move("chase", 5, 1, day(24)),))), Right)
