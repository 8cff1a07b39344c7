"""Laws of arithmetic for any debt: parts make the whole, days make the sum, paid in time is free."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dunning.rules.interest import Debt, derive
from dunning.rules.interest_packs import by_code
from receivables.rules.money import Money
from tests.fixtures.late_interest import BUSINESS, DAY, contract

DAYS = st.integers(0, 500)
DEBTS = st.builds(
    lambda principal, payments, disputed: Debt(
        principal,
        "EUR",
        date(2024, 1, 10),
        tuple((date(2024, 1, 10) + d * DAY, amount) for d, amount in payments),
        tuple((date(2024, 1, 10) + d * DAY, date(2024, 1, 10) + (d + n) * DAY) for d, n in disputed),
    ),
    st.integers(1, 10**9),
    st.lists(st.tuples(DAYS, st.integers(-(10**8), 10**9)), max_size=4),
    st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=2),
)
SIMPLE = st.sampled_from(
    [
        (by_code("de_b2b"), BUSINESS),
        (by_code("uk_1998"), replace(BUSINESS, worth=Money.of("1", "GBP"))),
        (by_code("contract"), contract("9.5", day_count="actual")),
        (by_code("contract"), contract("0.05", per="day")),
    ]
)


@given(DEBTS, SIMPLE, DAYS, DAYS)
def test_interest_of_two_parts_is_the_interest_of_the_whole(debt, terms, one, two):
    cut, end = sorted((one, two))
    cut_on, end_on = debt.due_on + cut * DAY, debt.due_on + end * DAY
    first, whole = derive(debt, *terms, up_to=cut_on), derive(debt, *terms, up_to=end_on)
    second = derive(replace(debt, charged_through=cut_on), *terms, up_to=end_on)
    assert first.exact + second.exact == whole.exact
    assert first.exact <= whole.exact
    assert first.days + second.days == whole.days


@given(DEBTS, DAYS)
def test_interest_is_the_sum_of_its_days(debt, days):
    """Against the slowest way there is: each day by itself."""
    rows = by_code("de_b2b").series.rows
    total = Fraction(0)
    for n in range(1, days + 1):
        day = debt.due_on + n * DAY
        base = debt.principal - sum(amount for on, amount in debt.payments if on < day)
        if base > 0 and not any(a <= day <= b for a, b in debt.disputed):
            rate = next(Fraction(r.rate) for r in rows if r.from_on <= day <= r.to_on) + 9
            total += base * rate / 36500
    got = derive(debt, by_code("de_b2b"), BUSINESS, up_to=debt.due_on + days * DAY)
    assert got.exact == total
    assert abs(got.interest.minor - total) <= Fraction(1, 2)


@given(st.integers(1, 10**12), SIMPLE, DAYS)
def test_paid_in_time_is_free_whatever_the_law(principal, terms, days):
    due = date(2024, 1, 10)
    debt = Debt(principal, "EUR", due, ((due, principal),))
    got = derive(debt, *terms, up_to=due + days * DAY)
    assert (got.interest.minor, got.compensation.minor, got.lines) == (0, 0, ())
