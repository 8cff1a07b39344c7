"""The approval flow as data: who is next, who holds it, what passes by itself, and how it is drawn."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.rules.workflow import DEFAULT_FLOW, Delegation, Flow, Step, breached, holder, next_steps

MONDAY = date(2026, 3, 2)
REP, MANAGER, DEPUTY, FINANCE, CFO = 1, 2, 3, 4, 5
ROLES = {"sales_manager": [MANAGER], "finance_manager": [FINANCE], "cfo": [CFO]}
VERIFY, APPROVE = DEFAULT_FLOW.steps
SMALL = Flow(
    "invoice_request",
    2,
    (
        Step("VERIFY", "Verify", "sales_manager", 2, auto_below={"EUR": 100_000}),
        Step("LEGAL", "Read the contract", "cfo", 8, condition="amount >= 50000.00 EUR"),
        Step("APPROVE", "Approve", "finance_manager", 4),
    ),
)


def states(flow, request, done=()):
    return {
        outcome.step.code: (outcome.state, outcome.reason) for outcome in next_steps(flow, request, set(done))
    }


def away(person, to, first=MONDAY, last=MONDAY, role=""):
    return Delegation(person, to, first, last, role)


def test_003_09_the_default_flow_asks_the_sales_manager_within_2_working_hours():
    assert (VERIFY.code, VERIFY.owner_role, VERIFY.sla_hours) == ("VERIFY", "sales_manager", 2)
    assert states(DEFAULT_FLOW, {})["VERIFY"] == ("next", "first_open")


def test_003_10_then_finance_within_4_with_checks_that_pass_or_fail():
    assert (APPROVE.code, APPROVE.owner_role, APPROVE.sla_hours) == ("APPROVE", "finance_manager", 4)
    assert APPROVE.checks and VERIFY.checks
    assert states(DEFAULT_FLOW, {}, ["VERIFY"]) == {
        "VERIFY": ("done", "done"),
        "APPROVE": ("next", "first_open"),
    }


def test_003_23_finishing_one_node_opens_the_next_and_the_last_one_ends_the_flow():
    amount = {"amount": Money(9_000_000, "EUR")}
    assert [states(SMALL, amount)[c][0] for c in ("VERIFY", "LEGAL", "APPROVE")] == ["next", "todo", "todo"]
    assert [states(SMALL, amount, ["VERIFY"])[c][0] for c in ("LEGAL", "APPROVE")] == ["next", "todo"]
    assert "next" not in {
        state for state, _ in states(SMALL, amount, ["VERIFY", "LEGAL", "APPROVE"]).values()
    }


def test_003_23_a_new_version_is_another_flow_and_leaves_the_old_one_alone():
    newer = Flow.from_json({**SMALL.to_json(), "version": 3, "steps": SMALL.to_json()["steps"][:1]})
    assert newer.version == 3 and len(newer.steps) == 1 and len(SMALL.steps) == 3


def test_a_step_whose_condition_is_false_is_skipped_and_says_why():
    found = next_steps(SMALL, {"amount": Money(4_999_999, "EUR")}, {"VERIFY"})
    assert (found[1].state, found[1].reason, found[1].params) == (
        "skipped",
        "condition_false",
        (("condition", "amount >= 50000.00 EUR"),),
    )
    assert found[2].state == "next"


def test_a_step_whose_facts_are_unknown_is_never_skipped():
    assert states(SMALL, {}, ["VERIFY"])["LEGAL"][0] == "next"
    nobody_knows = Flow("f", 1, (Step("A", "A", "cfo", 1, condition="importance > 2"),))
    assert states(nobody_knows, {"importance": None})["A"][0] == "next"


@pytest.mark.parametrize(
    ("amount", "state"),
    [
        (Money(99_999, "EUR"), "automatic"),
        (Money(100_000, "EUR"), "next"),
        (Money(1, "USD"), "next"),
        (Money(0, "EUR"), "next"),
        (Money(-5, "EUR"), "next"),
        (None, "next"),
    ],
)
def test_001_14_a_step_passes_by_itself_strictly_below_its_threshold_per_currency(amount, state):
    found = next_steps(SMALL, {"amount": amount}, set())[0]
    assert found.state == state
    if state == "automatic":
        assert found.reason == "below_threshold"
        assert found.params == (("amount", "999.99 EUR"), ("limit", "1000.00 EUR"))


def test_001_14_an_automatic_step_lets_the_next_one_begin():
    assert states(SMALL, {"amount": Money(5, "EUR")}) == {
        "VERIFY": ("automatic", "below_threshold"),
        "LEGAL": ("skipped", "condition_false"),
        "APPROVE": ("next", "first_open"),
    }


def test_the_owner_of_the_role_holds_the_step():
    held = holder(VERIFY, ROLES, [], MONDAY, requester=REP)
    assert (held.person, held.role, held.reason, held.people) == (
        MANAGER,
        "sales_manager",
        "owner",
        (MANAGER,),
    )


@pytest.mark.parametrize(
    ("on", "person", "reason"),
    [
        (MONDAY - timedelta(days=1), MANAGER, "owner"),
        (MONDAY, DEPUTY, "delegated"),
        (MONDAY + timedelta(days=4), DEPUTY, "delegated"),
        (MONDAY + timedelta(days=5), MANAGER, "owner"),
    ],
)
def test_003_46_a_delegation_holds_from_its_first_to_its_last_day(on, person, reason):
    gone = [away(MANAGER, DEPUTY, MONDAY, MONDAY + timedelta(days=4))]
    held = holder(VERIFY, ROLES, gone, on, requester=REP)
    assert (held.person, held.reason) == (person, reason)
    assert held.on_behalf_of == (MANAGER if reason == "delegated" else None)


def test_003_46_a_delegation_of_another_role_changes_nothing():
    assert holder(VERIFY, ROLES, [away(MANAGER, DEPUTY, role="cfo")], MONDAY, requester=REP).person == MANAGER


def test_003_46_delegations_are_followed_and_a_circle_escalates():
    chain = [away(MANAGER, DEPUTY), away(DEPUTY, CFO)]
    assert holder(VERIFY, ROLES, chain, MONDAY, requester=REP).person == CFO
    circle = [away(MANAGER, DEPUTY), away(DEPUTY, MANAGER)]
    held = holder(VERIFY, ROLES, circle, MONDAY, requester=REP)
    assert (held.person, held.reason, held.role) == (FINANCE, "escalated", "finance_manager")


def test_003_46_after_a_breach_the_step_falls_to_the_next_role_and_the_owner_may_still_act():
    held = holder(VERIFY, ROLES, [], MONDAY, requester=REP, breached=True)
    assert (held.person, held.reason, held.people) == (FINANCE, "escalated", (FINANCE, MANAGER))


@pytest.mark.parametrize("late", [False, True])
def test_the_requester_never_holds_his_own_request(late):
    assert holder(VERIFY, ROLES, [], MONDAY, requester=MANAGER, breached=late).person == FINANCE
    both = {"sales_manager": [MANAGER], "finance_manager": [MANAGER]}
    held = holder(VERIFY, both, [], MONDAY, requester=MANAGER, breached=late)
    assert (held.person, held.reason) == (None, "nobody")


def test_the_requester_decides_neither_as_a_stand_in_nor_through_one():
    to_the_rep = [away(MANAGER, REP)]
    assert holder(VERIFY, ROLES, to_the_rep, MONDAY, requester=REP).person == FINANCE
    in_my_name = [away(MANAGER, DEPUTY)]
    assert holder(VERIFY, ROLES, in_my_name, MONDAY, requester=MANAGER).person == FINANCE


def test_a_colleague_who_is_present_comes_before_a_stand_in():
    two = {"sales_manager": [MANAGER, 9]}
    held = holder(VERIFY, two, [away(MANAGER, DEPUTY)], MONDAY, requester=REP)
    assert (held.person, held.people) == (9, (9, DEPUTY))


def test_the_deadline_itself_is_still_in_time():
    due = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    assert not breached(due, due)
    assert breached(due, due + timedelta(microseconds=1))


def test_a_flow_comes_back_from_json_as_it_went():
    for flow in (DEFAULT_FLOW, SMALL):
        assert Flow.from_json(json.loads(json.dumps(flow.to_json()))) == flow


GOOD = {"code": "VERIFY", "label": "Verify", "owner_role": "sales_manager", "sla_hours": 2}


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ({**GOOD, "code": "verify"}, "steps[0].code"),
        ({**GOOD, "label": " "}, "steps[0].label"),
        ({**GOOD, "owner_role": ""}, "steps[0].owner_role"),
        ({**GOOD, "escalate_to_role": "The Boss"}, "steps[0].escalate_to_role"),
        ({**GOOD, "sla_hours": 0}, "steps[0].sla_hours"),
        ({**GOOD, "sla_hours": 2.5}, "steps[0].sla_hours"),
        ({**GOOD, "sla_hours": True}, "steps[0].sla_hours"),
        ({**GOOD, "condition": "balance > 5"}, "steps[0].condition"),
        ({**GOOD, "condition": 5}, "steps[0].condition"),
        ({**GOOD, "checks": ["a", "a"]}, "steps[0].checks"),
        ({**GOOD, "checks": "abc"}, "steps[0].checks"),
        ({**GOOD, "auto_below": {"EUR": "100"}}, "steps[0].auto_below"),
        ({**GOOD, "auto_below": {"EURO": 100}}, "steps[0].auto_below"),
        ({**GOOD, "surprise": 1}, "steps[0]"),
        ({"code": "VERIFY"}, "steps[0]"),
        ("VERIFY", "steps[0]"),
    ],
)
def test_a_flow_with_a_mistake_is_refused_with_its_place(step, place):
    with pytest.raises(Refused) as no:
        Flow.from_json({"code": "f", "version": 1, "steps": [step]})
    assert (no.value.code, no.value.field) == ("flow_invalid", place)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"code": "f", "version": 1, "steps": [GOOD, GOOD]}, "steps[1].code"),
        ({"code": "f", "version": 1, "steps": []}, "steps"),
        ({"code": "f", "version": 0, "steps": [GOOD]}, "version"),
        ({"code": "F!", "version": 1, "steps": [GOOD]}, "code"),
        ([], "flow"),
    ],
)
def test_a_flow_of_the_wrong_shape_is_refused(data, place):
    with pytest.raises(Refused) as no:
        Flow.from_json(data)
    assert no.value.field == place
