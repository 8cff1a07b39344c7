"""Aging: edges inclusive at both ends, no lost item, sums that prove themselves."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.rules.aging import UNDATED, Buckets, bucket_of, days_past_due, prove
from receivables.rules.refusals import Refused

AS_OF = date(2025, 3, 31)
SETS = [Buckets.default(), Buckets.long(), Buckets.of_edges((-91, -61, -31, -8, -1, 0, 7, 30, 60, 90))]
DATES = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def late(days, buckets=None):
    return bucket_of(AS_OF - timedelta(days=days), AS_OF, buckets).key


def columns(items, buckets=None):
    sums = {}
    for due_on, amount in items:
        key = bucket_of(due_on, AS_OF, buckets).key
        sums[key] = sums.get(key, 0) + amount
    return sums


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (-400, "not_due"),
        (-1, "not_due"),
        (0, "not_due"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
        (4000, "90+"),
    ],
)
def test_the_edges_of_the_default_buckets_are_inclusive(days, key):
    assert late(days) == key


@pytest.mark.parametrize(
    ("days", "key"),
    [(90, "61-90"), (91, "91-120"), (120, "91-120"), (121, "121-180"), (180, "121-180"), (181, "180+")],
)
def test_the_long_buckets_split_what_is_older_than_90_days(days, key):
    assert late(days, Buckets.long()) == key


def test_A1_one_customer_falls_into_three_buckets():
    items = [
        (AS_OF + timedelta(days=5), 1000),
        (AS_OF - timedelta(days=15), 900),
        (AS_OF - timedelta(days=15), 600),
        (AS_OF - timedelta(days=37), 100),
    ]
    assert columns(items) == {"not_due": 1000, "1-30": 1500, "31-60": 100}
    assert sum(columns(items).values()) == 2600


def test_A2_due_on_the_15th_is_seven_days_late_on_the_22nd():
    assert days_past_due(date(2025, 4, 15), date(2025, 4, 22)) == 7


def test_A7_a_cent_does_not_vanish():
    assert columns([(AS_OF, 10000 - 9999)]) == {"not_due": 1}


def test_A8_a_loose_credit_of_100_stays_in_the_proof():
    proof = prove(currency="EUR", buckets=[], undated=0, unapplied=10000, ledger=-10000)
    assert (proof.net, proof.difference, proof.holds) == (-10000, 0, True)


def test_AG_29_an_unapplied_overpayment_lowers_the_net():
    proof = prove(currency="EUR", buckets=[10000], undated=0, unapplied=3000, ledger=7000)
    assert (proof.buckets_total, proof.net, proof.holds) == (10000, 7000, True)


def test_a_proof_names_the_difference():
    proof = prove(currency="EUR", buckets=[100, 50], undated=7, unapplied=0, ledger=150)
    assert (proof.net, proof.difference, proof.holds) == (157, 7, False)


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (0, "today"),
        (1, "1-7"),
        (7, "1-7"),
        (8, "8-30"),
        (30, "8-30"),
        (31, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
        (-1, "-7..-1"),
        (-7, "-7..-1"),
        (-8, "-30..-8"),
        (-31, "-60..-31"),
        (-61, "-90..-61"),
        (-91, "..-91"),
    ],
)
def test_AG_31_own_buckets_mirror_what_is_due_and_what_is_late(days, key):
    assert late(days, SETS[2]) == key


def test_AG_32_an_invoice_due_in_ten_days_is_not_due():
    assert days_past_due(AS_OF + timedelta(days=10), AS_OF) == -10
    assert late(-10) == "not_due"


def test_an_item_without_due_date_has_its_own_column():
    assert bucket_of(None, AS_OF) is UNDATED


@pytest.mark.parametrize(
    ("document_on", "as_of", "key"),
    [
        ("2024-03-31", "2025-03-31", "<=1y"),
        ("2024-03-30", "2025-03-31", "1-2y"),
        ("2025-05-01", "2025-03-31", "<=1y"),
        ("2023-03-31", "2025-03-31", "1-2y"),
        ("2023-03-30", "2025-03-31", "2-3y"),
        ("2020-03-31", "2025-03-31", "4-5y"),
        ("2020-03-30", "2025-03-31", ">5y"),
        ("2024-02-29", "2025-02-28", "<=1y"),
        ("2024-02-29", "2025-03-01", "1-2y"),
        ("2024-12-31", "2025-01-01", "<=1y"),
    ],
)
def test_chinese_year_bands_count_from_the_document(document_on, as_of, key):
    bands = Buckets.chinese_years()
    assert bands.base == "document"
    assert bands.bucket_of(date.fromisoformat(document_on), date.fromisoformat(as_of)).key == key


@pytest.mark.parametrize("buckets", [*SETS, Buckets.chinese_years(), Buckets.of_edges((30, 60), "document")])
def test_buckets_are_written_and_read_back(buckets):
    assert Buckets.parse(buckets.to_text()) == buckets


def test_the_default_reads_as_30_60_90():
    assert Buckets.default().to_text() == "30,60,90"
    assert Buckets.parse(" 0, 30,60 ,90").keys == ("not_due", "1-30", "31-60", "61-90", "90+")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30,30",
        "60,30",
        "a,b",
        "30,,60",
        "1.5",
        "-7,7",
        "issue:30",
        "9" * 30,
        ",".join(map(str, range(60))),
    ],
)
def test_edges_that_make_no_buckets_are_refused(text):
    with pytest.raises(Refused) as no:
        Buckets.parse(text)
    assert (no.value.code, no.value.field) == ("buckets_invalid", "buckets")


@given(DATES, DATES, st.sampled_from(SETS))
def test_every_date_falls_into_exactly_one_bucket(due_on, as_of, buckets):
    age = days_past_due(due_on, as_of)
    fits = [
        b for b in buckets.buckets if (b.low is None or b.low <= age) and (b.high is None or age <= b.high)
    ]
    assert fits == [buckets.bucket_of(due_on, as_of)]


@given(st.lists(st.tuples(st.none() | DATES, st.integers(-(10**12), 10**12))), st.integers(0, 10**12))
def test_the_buckets_always_sum_to_the_ledger(items, unapplied):
    sums = columns(items)
    undated = sums.pop("undated", 0)
    ledger = sum(amount for _, amount in items) - unapplied
    assert prove(
        currency="EUR", buckets=sums.values(), undated=undated, unapplied=unapplied, ledger=ledger
    ).holds
