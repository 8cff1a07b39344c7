"""Promises, calls, blocks and hand-overs over the API."""

from datetime import timedelta

import pytest

from receivables import clock


@pytest.fixture
def owed(world):
    return world.issue("globex", "600", due_on=clock.today(world.entity) - timedelta(days=20))


def entry_of(invoice):
    return invoice.instalments.get().entry_id


def day(world, ahead):
    return (clock.today(world.entity) + timedelta(days=ahead)).isoformat()


def test_a_promise_is_made_read_and_decided(world, api, owed):
    caller = api("collector")
    body = {"items": [{"entry": entry_of(owed), "amount": "500.00"}], "due_on": day(world, 5)}
    made = caller.post("promises", body)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["amount"], told["state"]) == ("500.00", "OPEN")
    assert told["items"] == [{"entry": entry_of(owed), "amount": "500.00"}]
    assert caller.post("promises", body).json()["code"] == "already_promised"
    assert caller.get(f"promises/{told['id']}").json() == told
    assert caller.get("promises?state=OPEN").json()["items"] == [told]
    done = caller.post(f"promises/{told['id']}/decide", {"kept": True, "reason": "cheque seen"})
    assert done.json()["state"] == "KEPT"
    assert (
        api("auditor").post(f"promises/{told['id']}/decide", {"kept": False, "reason": "x"}).status_code
        == 403
    )


def test_a_plan_over_the_api(world, api, owed):
    parts = [{"due_on": day(world, 7 * n), "amount": "300.00"} for n in (1, 2)]
    made = api("finance_manager").post("plans", {"entries": [entry_of(owed)], "parts": parts})
    assert made.status_code == 201, made.content
    assert [each["amount"] for each in made.json()["promises"]] == ["300.00", "300.00"]


def test_003_15_a_call_over_the_api(world, api, owed):
    caller = api("collector")
    body = {"customer": owed.customer_id, "entity": world.entity.pk, "outcome": "will_pay"}
    assert caller.post("calls", body).json()["code"] == "date_missing"
    promised = {"items": [{"entry": entry_of(owed)}], "due_on": day(world, 3)}
    made = caller.post("calls", body | {"promised": promised, "cause": "cash"})
    assert made.status_code == 201, made.content
    assert caller.get(f"promises/{made.json()['promise']}").json()["amount"] == "600.00"
    follow = body | {"outcome": "call_back", "follow_up_on": day(world, 1)}
    assert caller.post("calls", follow).status_code == 201
    assert [each["about"] for each in caller.get("call-tasks").json()["items"]] == ["follow_up"]


def test_pitfall_44_a_block_and_a_move_over_the_api(world, api, owed):
    caller = api("collector")
    body = {
        "customer": owed.customer_id,
        "reason": "clarifying",
        "until_on": day(world, 2),
        "entry": entry_of(owed),
    }
    made = caller.post("blocks", body)
    assert made.status_code == 201, made.content
    assert len(caller.get(f"blocks?standing_on={day(world, 2)}").json()["items"]) == 1
    assert caller.get(f"blocks?standing_on={day(world, 3)}").json()["items"] == []
    assert (
        caller.post(f"blocks/{made.json()['id']}/release", {"reason": "done"}).json()["released_by"]
        == "collector"
    )
    moved = caller.post(f"entries/{entry_of(owed)}/ladder", {"rank": 31, "reason": "by hand"})
    assert (moved.status_code, moved.json()["rank"]) == (201, 31)
    assert caller.post("blocks/999999/release", {"reason": "x"}).status_code == 404


def test_003_18_a_hand_over_over_the_api(world, api, owed):
    body = {"entries": [entry_of(owed)], "to": "Dr. Recht", "reason": "silent"}
    assert api("collector").post("handovers", body).status_code == 403
    caller = api("finance_manager")
    made = caller.post("handovers", body)
    assert made.status_code == 201, made.content
    assert len(made.json()["pack_sha256"]) == 64
    assert (
        caller.post(f"handovers/{made.json()['id']}/end", {"reason": "back"}).json()["end_reason"] == "back"
    )


def test_foreign_rows_are_not_found(world, api, owed):
    body = {"items": [{"entry": entry_of(owed)}], "due_on": day(world, 5)}
    foreign = api("collector", username="far", all_entities=False)
    assert foreign.post("promises", body).status_code == 404
    assert foreign.get("promises/1").status_code == 404
