"""Which bank lines are the same: any cutting of a history into overlapping statements gives the same set of lines."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from receivables.rules.bank_lines import Seen, number_new, strong_tokens, text_hash

DAY = date(2026, 3, 2)
TEXTS = [text_hash(word) for word in ("a", "b")]
movement = st.tuples(st.integers(0, 2), st.sampled_from([100, 200, 100_000]), st.sampled_from(TEXTS))
cuts = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=6)


def history(movements, *, balances):
    balance, out = 0, []
    for day, amount, digest in sorted(movements, key=lambda m: m[0]):
        balance += amount
        out.append(Seen(DAY + timedelta(days=day), amount, digest, balance if balances else None))
    return out


def take_in(windows):
    stored = []
    for window in windows:
        for line, k in zip(window, number_new(window, stored), strict=True):
            if k is not None:
                stored.append(Seen(line.booked_on, line.amount, line.text_hash, line.balance_after, k))
    return stored


def bag(lines):
    return sorted((line.booked_on, line.amount, line.text_hash) for line in lines)


@given(st.lists(movement, max_size=12), cuts, st.randoms())
def test_any_overlapping_statements_with_balances_give_the_same_lines(movements, windows, shuffler):
    whole = history(movements, balances=True)
    parts = [whole[min(a, b) : max(a, b)] for a, b in windows] + [whole]
    shuffler.shuffle(parts)
    stored = take_in(parts)
    assert bag(stored) == bag(whole)
    assert len({(line.key, line.k) for line in stored}) == len(stored)


@given(
    st.lists(movement, max_size=12),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6),
    st.randoms(),
)
def test_statements_of_whole_days_need_no_balances(movements, windows, shuffler):
    whole = history(movements, balances=False)
    days = [(DAY + timedelta(days=min(a, b)), DAY + timedelta(days=max(a, b))) for a, b in windows]
    parts = [[line for line in whole if first <= line.booked_on < last] for first, last in days] + [whole]
    shuffler.shuffle(parts)
    assert bag(take_in(parts)) == bag(whole)


def test_a_day_told_in_another_order_is_not_doubled():
    one, other = Seen(DAY, 100, "a", 100), Seen(DAY, 50, "b", 150)
    stored = take_in([[one, other]])
    turned = [Seen(DAY, 50, "b", 50), Seen(DAY, 100, "a", 150)]
    assert number_new(turned, stored) == [None, None]


def test_lines_of_an_undecided_statement_are_no_evidence_but_keep_their_k():
    held = Seen(DAY, 100, "a", None, k=1, live=False)
    assert number_new([Seen(DAY, 100, "a", None)], [held]) == [2]


def test_short_bare_numbers_count_only_as_the_whole_of_a_field():
    assert strong_tokens("4711", "") == ["4711"]
    assert "4711" not in strong_tokens("", "house 4711 is big")
    assert "INV20260001" in strong_tokens("", "pays INV-2026-0001 now")
