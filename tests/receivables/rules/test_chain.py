"""The audit chain: one canonical form, every change of a row found, a digest that streams."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.rules.chain import GENESIS, Digest, canonical, digest, link, verify
from receivables.rules.refusals import Refused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def chain_of(*bodies):
    rows, prev = [], GENESIS
    for seq, body in enumerate(bodies, 1):
        row = {"seq": seq, "prev_hash": prev, **body}
        row["hash"] = prev = link(prev, row)
        rows.append(row)
    return rows


@pytest.fixture
def rows():
    return chain_of(
        {"verb": "issue", "count": 1}, {"verb": "receive", "count": 2}, {"verb": "apply", "count": 3}
    )


def test_keys_are_sorted_and_blanks_left_out():
    assert canonical({"b": [1, None, True], "a": "é\n", "10": 1, "2": {}}) == (
        '{"10":1,"2":{},"a":"é\\n","b":[1,null,true]}'.encode()
    )


def test_keys_sort_by_utf16_units_as_rfc_8785_asks():
    assert list(json.loads(canonical({"\ufb33": 1, "\U0001f600": 2, "\r": 3, "€": 4}))) == [
        "\r",
        "€",
        "\U0001f600",
        "\ufb33",
    ]


def test_dates_moments_and_ids_have_one_spelling():
    noon = datetime(2025, 3, 31, 12, 0, tzinfo=UTC)
    abroad = noon.astimezone(timezone(timedelta(hours=8)))
    assert canonical(date(2025, 3, 31)) == b'"2025-03-31"'
    assert canonical(noon) == canonical(abroad) == b'"2025-03-31T12:00:00.000000Z"'
    assert canonical(UUID(int=7)) == b'"00000000-0000-0000-0000-000000000007"'


@pytest.mark.parametrize(
    "bad",
    [
        1.0,
        float("nan"),
        {"a": 0.1},
        datetime(2025, 1, 1),
        {1: 2},
        {"a", "b"},
        object(),
        b"x",
        2**63,
        "\ud800",
    ],
)
def test_what_has_no_canonical_form_is_refused(bad):
    with pytest.raises(Refused, match="not_canonical"):
        canonical(bad)


@given(JSON)
def test_the_form_survives_reading_and_writing(value):
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_the_link_is_fixed_for_ever():
    expected = hashlib.sha256(b"1\n" + b"0" * 64 + b'\n{"seq":1,"verb":"issue"}').hexdigest()
    assert link(GENESIS, {"verb": "issue", "seq": 1}) == expected
    assert link(GENESIS, {"verb": "issue", "seq": 1, "hash": "x", "prev_hash": "y"}) == expected


def test_an_untouched_chain_verifies(rows):
    assert verify(rows) is None
    assert verify([]) is None
    assert verify(rows[1:], after=(1, rows[0]["hash"])) is None


@pytest.mark.parametrize(
    ("harm", "first_bad"),
    [
        (lambda r: r[1].update(count=9), 2),
        (lambda r: r[1].update(note="added"), 2),
        (lambda r: r[0].update(hash="0" * 64), 1),
        (lambda r: r[2].update(prev_hash=GENESIS), 3),
        (lambda r: r.pop(0), 1),
        (lambda r: r.pop(1), 2),
        (lambda r: r.insert(1, r[0]), 2),
        (lambda r: r.reverse(), 1),
        (lambda r: r[1].update(count=2.5), 2),
        (lambda r: r[1].pop("hash"), 2),
    ],
)
def test_the_first_harmed_row_is_named(rows, harm, first_bad):
    harm(rows)
    assert verify(rows) == first_bad


def test_a_row_changed_together_with_its_hash_breaks_the_next(rows):
    rows[0]["count"] = 9
    rows[0]["hash"] = link(GENESIS, rows[0])
    assert verify(rows) == 2


def test_a_digest_counts_and_hashes_the_lines_it_was_given():
    lines = b'["entry",7,1990,"EUR","2025-03-31"]\n["invoice",3,"SENT"]\n'
    touched = [("entry", 7, 1990, "EUR", date(2025, 3, 31)), ("invoice", 3, "SENT")]
    assert digest(touched) == (2, hashlib.sha256(lines).hexdigest())
    one_by_one = Digest().add(*touched[0]).add(*touched[1])
    assert (one_by_one.count, one_by_one.hexdigest) == digest(iter(touched))


def test_a_digest_tells_order_and_grouping_apart():
    sums = {
        digest(t)[1]
        for t in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)], [("a", 1, "b", 2)], [("a", "1"), ("b", 2)], [])
    }
    assert len(sums) == 5


def test_an_empty_digest_is_the_hash_of_nothing():
    assert digest([]) == (0, hashlib.sha256(b"").hexdigest())
