"""Who is asked for what, and why not: exclusions, gaps, amounts, minimums; tables of cases without a database."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.rules.picture import Block
from dunning.rules.policy import decide
from dunning.rules.reasons import CODES
from tests.fixtures.dunning_pictures import (
    D0,
    alerts,
    asked,
    contact,
    day,
    item,
    noon,
    on_rung,
    picture,
    standard,
    steps,
)

LEVELS = steps(5, 20, 40)


def codes(decision) -> dict[int, str]:
    return {reason[0]: reason[1] for reason in decision.reasons}


def entries(decision) -> list[int]:
    return [intent.item.entry for intent in decision.intents]


@pytest.mark.parametrize(
    ("one", "code"),
    [
        pytest.param(item(disputed=True), "disputed", id="pitfall_41_disputed"),
        pytest.param(item(legal=True), "legal", id="pitfall_42_with_legal"),
        pytest.param(item(on_plan=True), "plan", id="on_a_plan"),
        pytest.param(
            item(promised=10_000, promised_until=day(9)), "promised", id="pitfall_45_promised_in_full"
        ),
        pytest.param(item(pending=10_000), "pending", id="pitfall_46_in_flight"),
        pytest.param(item(block=Block("clarifying", None)), "blocked", id="pitfall_43_blocked"),
        pytest.param(item(due=30), "not_due", id="pitfall_40_not_yet_due"),
    ],
)
def test_pitfall_40_to_46_an_excluded_item_is_left_out_and_the_rest_goes_on(one, code):
    other = item(2, due=0)
    decision = asked(picture(one, other), LEVELS, 6)
    assert codes(decision) == {1: code, 2: "sent"}
    assert entries(decision) == [2]
    assert decision.code == "sent"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param({"closed": True}, "closed", id="closed"),
        pytest.param({"block": Block("insolvency", None)}, "blocked", id="pitfall_43_insolvency"),
        pytest.param({"block": Block("legal", None)}, "legal", id="pitfall_43_legal_hold"),
    ],
)
def test_pitfall_43_a_hold_on_the_customer_silences_every_track(options, code):
    for ladder in (standard(), alerts()):
        decision = asked(picture(item(), item(2), **options), ladder, 40)
        assert (decision.intents, decision.code) == ((), code)
        assert set(codes(decision).values()) == {code}


def test_dl_06_dl_07_nothing_open_asks_for_nothing():
    decision = asked(picture(), LEVELS, 50)
    assert (decision.intents, decision.reasons, decision.code) == ((), (), "nothing_open")


def test_pitfall_45_a_partial_promise_covers_only_its_amount():
    decision = asked(picture(item(promised=4_000)), LEVELS, 5)
    assert [intent.ask for intent in decision.intents] == [6_000]


@pytest.mark.parametrize(("credit", "code"), [(9_000, "sent"), (10_000, "covered"), (20_000, "covered")])
def test_pitfall_49_customers_covered_by_credit_hear_nothing(credit, code):
    for ladder in (LEVELS, alerts()):
        decision = asked(picture(item(), unapplied={"EUR": credit}), ladder, 16)
        assert decision.code == code


@pytest.mark.parametrize(
    ("open_amount", "limit", "code"),
    [
        pytest.param(5_100, 5_099, "sent", id="dl_31_above"),
        pytest.param(5_000, 5_099, "minimum", id="dl_31_below"),
        pytest.param(9_900, 9_901, "minimum", id="dl_32_a_cent_below"),
        pytest.param(9_901, 9_901, "sent", id="dl_15_exactly"),
    ],
)
def test_dl_31_dl_32_the_minimum_is_reached_inclusively(open_amount, limit, code):
    ladder = steps(5, minimum={"EUR": limit})
    assert asked(picture(item(amount=open_amount)), ladder, 6).code == code


def test_rq_08_pitfall_48_the_minimum_is_compared_with_what_is_open_net_of_credit():
    ladder = steps(5, minimum={"EUR": 10_000})
    assert asked(picture(item(amount=20_000, open_amount=5_000)), ladder, 6).code == "minimum"
    assert asked(picture(item(amount=20_000), unapplied={"EUR": 15_000}), ladder, 6).code == "minimum"
    assert asked(picture(item(amount=20_000), unapplied={"USD": 15_000}), ladder, 6).code == "sent"


def test_pitfall_47_small_items_are_not_asked_for_but_have_a_reason():
    decision = asked(picture(item(amount=40)), steps(5, minimum={"EUR": 50}), 6)
    assert decision.reasons == ((1, "minimum", "l1"),)


def test_a_rung_may_have_its_own_minimum():
    ladder = steps(5, stage={"minimum": {"EUR": 50_000}})
    assert asked(picture(item()), ladder, 6).code == "minimum"
    assert asked(picture(item(), item(2, 40_000)), ladder, 6).code == "sent"


@pytest.mark.parametrize(
    ("since", "code"),
    [(1, "gap"), (3, "gap"), pytest.param(4, "sent", id="dl_33_pitfall_26_exactly_n_days_later")],
)
def test_pitfall_25_a_gap_between_two_messages_to_one_customer(since, code):
    decision = asked(picture(item(), last_outward_on={"EUR": day(10 - since)}), steps(5, min_gap=4), 10)
    assert decision.code == code
    assert asked(picture(item(), last_outward_on={"USD": day(9)}), steps(5, min_gap=4), 10).code == "sent"


def test_the_gap_names_the_day_on_which_it_ends():
    decision = asked(picture(item(), last_outward_on={"EUR": day(9)}), steps(5, min_gap=4), 10)
    assert decision.reasons == ((1, "gap", "l1", day(13).isoformat()),)


def test_calls_and_alerts_do_not_wait_for_the_gap_or_the_bank():
    shown = picture(
        item(), last_outward_on={"EUR": D0}, receipts={"EUR": 1}, newest_bank_file=None, contacts=(contact(),)
    )
    assert asked(shown, standard(), 1).intents[0].stage.code == "call"
    assert asked(shown, alerts(), 16).intents[0].stage.code == "escalate"


@pytest.mark.parametrize(("hours", "code"), [(24, "sent"), (25, "bank_stale"), (None, "bank_stale")])
def test_nothing_is_said_while_the_bank_file_is_stale(hours, code):
    newest = None if hours is None else noon(day(6)) - timedelta(hours=hours)
    assert asked(picture(item(), newest_bank_file=newest), steps(5, stale_bank_hours=24), 6).code == code


def test_nothing_is_said_while_a_probable_receipt_waits():
    assert asked(picture(item(), receipts={"EUR": 5}), LEVELS, 6).code == "receipt_waiting"
    assert asked(picture(item(), receipts={"USD": 5}), LEVELS, 6).code == "sent"
    assert asked(picture(item(), receipts={"EUR": 5}), steps(5, hold_for_receipts=False), 6).code == "sent"


def test_a_friendly_note_is_not_said_to_somebody_who_hears_of_later_weeks():
    late = item(1, rungs=(on_rung("call", 1, -19), on_rung("firm", 16, -4)), due=-20)
    coming = item(2, due=7)
    assert codes(asked(picture(late, coming), standard(), 0))[2] == "later_stage"
    called = item(1, rungs=(on_rung("call", 1, -4),), due=-5)
    assert codes(asked(picture(called, coming), standard(), 0))[2] == "sent"
    assert codes(asked(picture(called, item(2, due=7, currency="USD")), standard(), 0))[2] == "sent"


def test_pitfall_28_another_items_first_reminder_is_not_suppressed():
    far = item(1, due=-40, rungs=(on_rung("l1", 5, -35), on_rung("l2", 20, -20)))
    fresh = item(2, due=-5)
    decision = asked(picture(far, fresh), LEVELS, 0)
    assert {(i.item.entry, i.stage.code) for i in decision.intents} == {(1, "l3"), (2, "l1")}


def test_dl_45_g5_of_two_instalments_only_the_overdue_one_is_asked_for():
    decision = asked(picture(item(1, 5_000, due=-1), item(2, 5_000, due=4)), steps(1), 0)
    assert codes(decision) == {1: "sent", 2: "not_due"}


def test_pitfall_30_31_what_is_paid_is_gone_and_the_next_begins_at_its_own_rung():
    both = picture(item(1, due=-40, rungs=(on_rung("l1", 5, -30),)), item(2, due=-6))
    assert {i.stage.code for i in asked(both, LEVELS, 0).intents} == {"l2", "l1"}
    assert [i.stage.code for i in asked(picture(item(2, due=-6)), LEVELS, 0).intents] == ["l1"]


def test_pitfall_32_after_a_partial_payment_the_level_stays_and_the_amount_falls():
    one = item(rungs=(on_rung("l1", 5, 5),), open_amount=2_500)
    assert codes(asked(picture(one), LEVELS, 10)) == {1: "stage_not_due"}
    assert [i.ask for i in asked(picture(one), LEVELS, 20).intents] == [2_500]


def test_pitfall_34_age_and_amount_are_combined():
    ladder = steps(5, minimum={"EUR": 10_000})
    cases = {(4, 10_000): "stage_not_due", (5, 9_999): "minimum", (5, 10_000): "sent", (6, 10_001): "sent"}
    for (age, amount), code in cases.items():
        assert asked(picture(item(amount=amount)), ladder, age).code == code


def test_pitfall_35_a_new_due_date_takes_the_level_with_it():
    extended = item(due=25)
    assert codes(asked(picture(extended), LEVELS, 29)) == {1: "stage_not_due"}
    assert codes(asked(picture(extended), LEVELS, 30)) == {1: "sent"}


def test_rq_01_to_04_only_what_is_open_is_asked_for():
    shown = picture(item(1, 20_000, open_amount=10_000), item(2, 50_000, open_amount=30_000))
    assert sum(i.ask for i in asked(shown, LEVELS, 6).intents) == 40_000


def test_rq_05_currencies_are_never_mixed():
    shown = picture(item(1), item(2, currency="USD"), unapplied={"USD": 50_000})
    assert codes(asked(shown, LEVELS, 6)) == {1: "sent", 2: "covered"}


def items(track: str) -> st.SearchStrategy:
    rung = st.builds(
        lambda n, at, number: on_rung(f"l{n}", (5, 20, 40)[n - 1], at, track=track, round=number),
        st.integers(1, 3), st.none() | st.integers(-60, 60), st.integers(1, 2),
    )  # fmt: skip
    return st.builds(
        lambda amount, due, flags, block, rungs, promised, pending: item(
            amount=amount, due=due, disputed=flags[0], legal=flags[1], on_plan=flags[2],
            block=Block("other", None) if block else None,
            rungs=tuple(rungs), promised=min(promised, amount), pending=min(pending, amount),
        ),
        st.integers(1, 10**6), st.integers(-90, 30), st.tuples(*[st.booleans()] * 3), st.booleans(), st.lists(rung, max_size=4),
        st.integers(0, 10**6), st.integers(0, 10**6),
    )  # fmt: skip


@settings(max_examples=300)
@given(
    st.lists(items("chase"), max_size=5),
    st.integers(-20, 60),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10**6),
)
def test_whatever_the_facts_nobody_is_asked_for_what_is_held_or_not_due(rows, at, closed, blocked, credit):
    from dataclasses import replace

    rows = [replace(row, entry=n, invoice=n) for n, row in enumerate(rows, 1)]
    block = Block("other", None) if blocked else None
    shown = picture(*rows, on=day(at), closed=closed, block=block, unapplied={"EUR": credit})
    decision = decide(shown, LEVELS, on=day(at), now=noon(day(at)))
    assert [reason[0] for reason in decision.reasons] == [row.entry for row in rows]
    assert all(reason[1] in CODES for reason in decision.reasons)
    assert entries(decision) == [reason[0] for reason in decision.reasons if reason[1] == "sent"]
    for intent in decision.intents:
        one = intent.item
        assert not (closed or blocked or one.disputed or one.legal or one.on_plan or one.block)
        assert one.due_on + timedelta(days=intent.stage.offset) <= day(at)
        assert 0 < intent.ask == one.open_amount - one.promised - one.pending
        assert all(rung.stage != intent.stage.code or rung.round != intent.round for rung in one.rungs)
    if decision.intents:
        assert sum(i.ask for i in decision.intents) <= sum(row.open_amount for row in rows)
        assert sum(max(0, row.open_amount - row.promised - row.pending) for row in rows) > credit
