"""May an order go on credit: a table of cases, each with its reason and its cheapest ways out."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.rules.order_check import HOLD, OK, STAGES, WARN, Case, Item, decide

DUE = date(2026, 3, 2)
OLD = Item("INV-17", "EUR", DUE, 45, 30_000)
NEXT = Item("INV-21", "EUR", DUE, 31, 20_000)
USD = Item("INV-30", "USD", DUE, 60, 99_000)
CASE = Case(
    amount=10_000, currency="EUR", stage="order", prepaid=False, hold="", exposure=50_000, limit=100_000,
    limit_currency="EUR", items=(OLD, NEXT),
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "answer", "reason"),
    [
        ({}, OK, "within_limit"),
        ({"limit": None, "limit_currency": ""}, OK, "no_limit"),
        ({"limit": 0}, HOLD, "nothing_on_credit"),
        ({"limit": 0, "limit_currency": "USD"}, HOLD, "nothing_on_credit"),
        ({"amount": 50_000}, WARN, "near_limit"),
        ({"amount": 50_001}, HOLD, "over_limit"),
        ({"amount": 40_000}, OK, "within_limit"),
        ({"amount": 40_001}, WARN, "near_limit"),
        ({"limit_currency": "USD"}, WARN, "limit_in_other_currency"),
        ({"hold": "legal"}, HOLD, "legal"),
        ({"hold": "legal", "limit": None}, HOLD, "legal"),
        ({"long_overdue": (OLD,)}, HOLD, "overdue"),
        ({"hold": "legal", "prepaid": True}, OK, "prepaid"),
        ({"limit": 0, "prepaid": True}, OK, "prepaid"),
        ({"hold": "overdue", "stage": "invoice"}, OK, "delivered"),
        ({"hold": "overdue", "stage": "delivery"}, HOLD, "overdue"),
        ({"hold": "overdue", "stage": "quote"}, HOLD, "overdue"),
        ({"exposure": -90_000, "amount": 190_000}, WARN, "near_limit"),
    ],
)
def test_a_case_is_answered(change, answer, reason):
    found = decide(replace(CASE, **change))
    assert (found.answer, found.reason) == (answer, reason)


def test_cl_19_exactly_at_the_limit_passes_and_a_cent_more_does_not():
    assert decide(replace(CASE, amount=50_000)).answer != HOLD
    assert decide(replace(CASE, amount=50_001)).answer == HOLD


def test_what_releases_a_hold_by_age_is_paying_what_holds_per_currency():
    found = decide(replace(CASE, hold="overdue", long_overdue=(OLD, NEXT, USD)))
    pay, dollars, prepay, release = found.ways
    assert ([item.reference for item in pay.items], pay.amount, pay.currency) == (
        ["INV-17", "INV-21"],
        50_000,
        "EUR",
    )
    assert (dollars.amount, dollars.currency) == (99_000, "USD")
    assert (prepay.kind, prepay.amount, release.kind) == ("prepay", 10_000, "release")


def test_over_the_limit_the_oldest_items_that_free_enough_are_named_and_no_more():
    pay, prepay, raised = decide(replace(CASE, amount=60_000)).ways
    assert ([item.reference for item in pay.items], pay.amount) == (["INV-17"], 10_000)
    assert (prepay.amount, raised.kind) == (10_000, "raise")


def test_paying_is_no_way_out_when_all_open_items_are_not_enough():
    found = decide(replace(CASE, amount=160_000, exposure=50_000))
    assert [way.kind for way in found.ways] == ["prepay", "raise"]


def test_a_person_who_placed_a_hold_is_asked_not_paid():
    assert [way.kind for way in decide(replace(CASE, hold="other")).ways] == ["prepay", "release"]


@given(
    st.integers(0, 10**9),
    st.integers(-(10**9), 10**9),
    st.none() | st.integers(0, 10**9),
    st.sampled_from(STAGES),
)
def test_the_limit_is_never_passed_in_its_own_currency(amount, exposure, limit, stage):
    found = decide(replace(CASE, amount=amount, exposure=exposure, limit=limit, stage=stage))
    if found.answer != HOLD and stage != "invoice" and limit is not None and amount:
        assert exposure + amount <= limit
    for way in found.ways:
        assert way.amount >= 0
