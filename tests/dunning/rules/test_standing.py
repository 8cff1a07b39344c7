"""Where an item stands: next rung only, boundaries inclusive, gaps and deadlines kept, moves by hand respected."""

import pytest

from dunning.rules.ladder import Ladder, Stage
from dunning.rules.picture import Item, Move
from dunning.rules.standing import NONE, climb, days_past_due, standing
from tests.fixtures.dunning_pictures import D0, day, item, on_rung, standard, steps

LEVELS = steps(5, 20, 40)


def step(of: Item, at: int, ladder: Ladder = LEVELS) -> object:
    """The code of the rung taken that many days after D0, or the reason without the entry."""
    found = climb(of, ladder, standing(of, ladder.track), days_past_due(of, day(at)), day(at))
    return found.code if isinstance(found, Stage) else found[1]


@pytest.mark.parametrize(
    ("rungs", "at", "expected"),
    [
        pytest.param((), 4, "stage_not_due", id="dl_01_a_day_early"),
        pytest.param((), 5, "l1", id="dl_02_on_the_very_day"),
        pytest.param((on_rung("l1", 5, None),), 30, "pending", id="dl_03_an_unsent_level_does_not_advance"),
        pytest.param((on_rung("l1", 5, 5),), 30, "l2", id="dl_05_sent_and_unblocked"),
        pytest.param((on_rung("l1", 5, 5), on_rung("l2", 20, 20)), 39, "stage_not_due", id="dl_21_before_the_third"),
        pytest.param((on_rung("l1", 5, 5), on_rung("l2", 20, 20)), 40, "l3", id="dl_21_the_third"),
        pytest.param((), 35, "l1", id="dl_19_no_level_is_skipped"),
        pytest.param((), 400, "l1", id="dl_28_a_year_late_begins_at_the_first"),
    ],
)  # fmt: skip
def test_dl_the_next_rung_follows_the_last_reached_one(rungs, at, expected):
    assert step(item(rungs=rungs), at) == expected


def test_dl_08_after_the_last_rung_nothing_more_comes():
    assert step(item(rungs=(on_rung("l1", 5, 5),)), 90, steps(5)) == "done"


def test_dl_11_levels_are_reached_exactly_on_their_days():
    ladder = steps(31, 41, 51)
    reached = ()
    for n, at in enumerate((31, 41, 51), 1):
        assert step(item(rungs=reached), at - 1, ladder) == "stage_not_due"
        assert step(item(rungs=reached), at, ladder) == f"l{n}"
        reached = (*reached, on_rung(f"l{n}", at, at))


def test_dl_20_a_level_that_was_not_sent_keeps_the_next_one_back():
    assert step(item(rungs=(on_rung("l1", 5, None),)), 25) == "pending"


@pytest.mark.parametrize(("at", "expected"), [(4, "item_gap"), (9, "item_gap"), (10, "l2"), (11, "l2")])
def test_dl_22_days_between_two_levels_of_an_item(at, expected):
    ladder = steps(1, 2, stage={"min_gap": 10})
    assert step(item(rungs=(on_rung("l1", 1, 0),)), at, ladder) == expected


@pytest.mark.parametrize(("first", "expected"), [(15, "stage_not_due"), (7, "l1")])
def test_dl_23_days_after_due(first, expected):
    assert step(item(), 9, steps(first)) == expected


def test_dl_24_before_the_due_date_there_is_nothing():
    assert step(item(due=30), 0) == "not_due"


@pytest.mark.parametrize(("at", "expected"), [(3, "stage_not_due"), (4, "l1")])
def test_dl_25_pitfall_24_through_the_last_day_of_grace_the_item_is_untouched(at, expected):
    assert step(item(), at, steps(1, grace_days=3)) == expected


def test_dl_26_pitfall_27_the_gap_counts_from_the_latest_day_a_rung_was_reached_not_planned():
    ladder = steps(1, 10, 20, stage={"min_gap": 10})
    rungs = (on_rung("l1", 1, 1), on_rung("l2", 10, 13))
    assert step(item(rungs=rungs), 22, ladder) == "item_gap"
    assert step(item(rungs=rungs), 23, ladder) == "l3"


def test_dl_27_pitfall_23_due_today_is_not_overdue():
    assert step(item(), 0, steps(1)) == "not_due"
    assert days_past_due(item(), D0) == 0


@pytest.mark.parametrize(("at", "expected"), [(4, "stage_not_due"), (5, "l1"), (19, "l1")])
def test_pitfall_22_boundaries_are_inclusive(at, expected):
    assert step(item(), at) == expected


def test_a_note_before_the_due_date_is_not_said_after_its_last_day():
    assert step(item(), -8, standard()) == "not_due"
    assert step(item(), -7, standard()) == "friendly"
    assert step(item(), -1, standard()) == "friendly"
    assert step(item(), 0, standard()) == "not_due"
    assert step(item(), 1, standard()) == "call"


@pytest.mark.parametrize(("at", "expected"), [(20, "deadline_running"), (27, "deadline_running"), (28, "l2")])
def test_pitfall_39_a_new_deadline_is_respected(at, expected):
    rungs = (on_rung("l1", 5, 17, deadline_on=day(27)),)
    assert step(item(rungs=rungs), at) == expected


def test_pitfall_33_after_a_terminal_rung_nothing_speaks():
    ladder = Ladder(
        "t", 1, "chase",
        (Stage("l1", 5, "billing", ("email",), ""), Stage("end", 10, "finance_manager", ("work",), "", terminal=True),
         Stage("after", 20, "billing", ("email",), "")),
    )  # fmt: skip
    assert step(item(rungs=(on_rung("l1", 5, 5), on_rung("end", 10, 10))), 60, ladder) == "done"


def test_pitfall_37_a_move_by_hand_counts_and_automatic_rules_go_on_from_there():
    up = item(moves=(Move("chase", 20, 1, day(6)),))
    assert step(up, 39) == "stage_not_due"
    assert step(up, 40) == "l3"
    down = item(rungs=(on_rung("l1", 5, 5), on_rung("l2", 20, 20)), moves=(Move("chase", NONE, 2, day(25)),))
    assert step(down, 26) == "l1"
    reached_again = item(rungs=(*down.rungs, on_rung("l1", 5, 26, round=2)), moves=down.moves)
    assert step(reached_again, 26) == "item_gap"
    assert step(reached_again, 27) == "l2"


def test_dl_21_decision_17_one_rung_a_day_however_often_it_is_asked():
    assert step(item(rungs=(on_rung("l1", 5, 30),)), 30) == "item_gap"
    assert step(item(rungs=(on_rung("l1", 5, 30),)), 31) == "l2"


def test_a_move_on_another_track_says_nothing_here():
    assert step(item(moves=(Move("alert", 20, 1, day(6)),)), 40) == "l1"


def test_what_was_reached_after_a_move_counts_on_top():
    moved = item(rungs=(on_rung("l3", 40, 41),), moves=(Move("chase", 20, 1, day(6)),))
    assert step(moved, 90) == "done"


def test_pitfall_18_a_rung_of_an_older_policy_is_not_said_again():
    old = item(rungs=(on_rung("l1", 3, 3), on_rung("l2", 10, 10)))
    assert step(old, 30, steps(5, 20, 40)) == "stage_not_due"
    assert step(old, 40, steps(5, 20, 40)) == "l3"


def test_pitfall_41_the_days_of_a_dispute_do_not_count():
    assert step(item(paused_days=10), 14) == "stage_not_due"
    assert step(item(paused_days=10), 15) == "l1"
    found = climb(item(paused_days=10), LEVELS, standing(item(), "chase"), 4, day(14))
    assert found == (1, "stage_not_due", "l1", day(15).isoformat())
