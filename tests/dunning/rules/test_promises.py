"""The verdict about a promise, an amount spread over items, and reliability, as plain figures."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.rules import promises
from dunning.rules.promises import Count, Past, Verdict

GRACE = date(2026, 3, 16)


def count(in_time, *, wanted=10000, tolerance=500, held=False):
    return Count(10000, tolerance, wanted, in_time, GRACE, held)


@pytest.mark.parametrize(
    ("in_time", "days", "verdict"),
    [
        (0, 0, "OPEN"), (9499, 0, "OPEN"), (9500, -20, "KEPT"), (9500, 0, "KEPT"), (9499, 1, "PARTLY_KEPT"),
        (1000, 1, "PARTLY_KEPT"), (999, 1, "BROKEN"), (0, 1, "BROKEN"), (12000, 400, "KEPT"),
    ],
)  # fmt: skip
def test_at_below_and_above_the_limit(in_time, days, verdict):
    assert promises.judge(count(in_time), on=GRACE + timedelta(days=days)) == verdict


def test_a_verdict_waits_a_few_days_for_money_that_lies_about():
    assert promises.judge(count(0, held=True), on=GRACE + timedelta(days=5)) == Verdict.OPEN
    assert promises.judge(count(0, held=True), on=GRACE + timedelta(days=6)) == Verdict.BROKEN


def test_what_is_not_owed_any_more_is_not_wanted():
    assert promises.judge(count(0, wanted=0), on=GRACE) == Verdict.NOTHING_LEFT
    assert promises.judge(count(3800, wanted=4000), on=GRACE) == Verdict.KEPT  # the tolerance shrinks with it
    assert promises.judge(count(3799, wanted=4000), on=GRACE) == Verdict.OPEN


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(-30, 30), st.booleans())
def test_more_money_never_makes_it_worse(amount, came, days, held):
    worth = {"BROKEN": 0, "PARTLY_KEPT": 1, "OPEN": 1, "KEPT": 2}
    on = GRACE + timedelta(days=days)
    some, more = (
        promises.judge(Count(amount, promises.usual_tolerance(amount), amount, paid, GRACE, held), on=on)
        for paid in (came, came + 1)
    )
    assert worth[more] >= worth[some]


@given(st.integers(0, 5000), st.lists(st.integers(0, 1000), max_size=8))
def test_a_spread_amount_stays_whole(amount, rooms):
    found = promises.spread(amount, list(enumerate(rooms)))
    assert sum(each for _item, each in found) == min(amount, sum(rooms))
    assert all(0 < each <= rooms[item] for item, each in found)


def test_parts_of_a_plan_share_money_in_their_order():
    assert promises.waterfall([150, 150, 300], [100, 100, 100]) == [100, 50, 100]
    assert promises.waterfall([0, 300, 300], [100, 100, 100]) == [0, 100, 100]


def test_wish_b12_reliability_is_shrunk_towards_the_house():
    house = Fraction(3, 4)
    assert promises.reliability([], house=house).rate == house
    one = promises.reliability([Past(100, 0, False)], house=house)
    assert one.rate == Fraction(15, 24)  # (0 + 5 · 3/4) / (1 + 5)
    many = promises.reliability([Past(100, 100, True, -1, "EUR")] * 20, house=house)
    assert (many.percent, many.mean_slip, many.shares) == (95, -1, {"EUR": 1})


def test_wish_b12_amount_ratio_and_slip():
    past = [Past(100, 100, True, 0, "EUR"), Past(300, 60, False, 9, "EUR"), Past(50, 0, False, None, "USD")]
    found = promises.reliability(past, house=promises.house_rate(0, 0))
    assert found.shares == {"EUR": Fraction(160, 400), "USD": 0}
    assert (found.kept, found.number, found.mean_slip) == (1, 3, Fraction(9, 2))
