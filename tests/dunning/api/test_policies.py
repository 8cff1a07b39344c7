"""Policies over the API: drafted from a document, rehearsed, put in force by another caller, assigned."""

from datetime import timedelta

import pytest

from dunning.rules.default_ladders import STANDARD, STRICT
from dunning.services import policies
from tests.fixtures.world import DAY_0


@pytest.fixture
def laid(world):
    policies.install_defaults(now=world.at(DAY_0), by=world.by)


def test_a_policy_goes_from_draft_into_force(api, laid):
    fiona, helena = api("finance_manager"), api("cfo")
    listed = {each["code"]: each for each in fiona.get("policies").json()["items"]}
    assert (listed["standard"]["version"], listed["standard"]["draft"]) == (1, None)
    drafted = fiona.post("policies/standard/draft", {"ladder": STRICT, "note": "sooner"}).json()
    assert (drafted["state"], drafted["number"], drafted["rehearsed"]) == ("draft", 2, False)
    seen = {"seen": drafted["content_hash"]}
    there = f"policy-versions/{drafted['id']}"
    assert helena.post(f"{there}/activate", seen).json()["code"] == "not_rehearsed"
    rehearsed = fiona.post(f"{there}/rehearse", seen).json()
    assert rehearsed["rehearsed"] and rehearsed["rehearsal"]["after"]["faults"] == {}
    assert fiona.post(f"{there}/activate", seen).json()["code"] == "four_eyes"
    done = helena.post(f"{there}/activate", seen)
    assert (done.status_code, done.json()["state"], done.json()["activated_by"]) == (200, "active", "cfo")
    states = [each["state"] for each in fiona.get("policies/standard/versions").json()["items"]]
    assert sorted(states) == ["active", "past"]


def test_a_draft_is_saved_under_what_was_seen(api, laid):
    fiona = api("finance_manager")
    drafted = fiona.post("policies/standard/draft", {}).json()
    there = f"policy-versions/{drafted['id']}"
    body = {"ladder": STRICT, "seen": drafted["content_hash"]}
    saved = fiona.post(f"{there}/save", body)
    assert saved.json()["ladder"]["stages"][0]["offset"] == -10
    again = fiona.post(f"{there}/save", body)
    assert (again.status_code, again.json()["code"]) == (409, "stale")
    assert fiona.post(f"{there}/discard", {"reason": "enough"}).json()["state"] == "discarded"


def test_a_ladder_that_makes_no_sense_is_refused_with_its_places(api, laid):
    answer = api("finance_manager").post(
        "policies/standard/draft", {"ladder": {**STANDARD, "stages": [{"code": "A"}]}}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "ladder_invalid")


def test_only_those_who_may_edit_draft(api, laid):
    assert api("collector").post("policies/standard/draft", {}).status_code == 403
    assert api("collector").get("policies/standard").status_code == 200


def test_003_20_the_answer_names_policy_and_assignment(world, api, laid):
    acme, fiona = world.customer("acme"), api("finance_manager")
    asked = f"customers/{acme.pk}/policies?entity={world.entity.pk}"
    chase, alert = fiona.get(asked).json()["tracks"]
    assert (chase["policy"], chase["level"], alert["policy"]) == ("standard", "default", "alerts")
    body = {"track": "chase", "policy": "gentle", "customer": acme.pk}
    made = fiona.post("policy-assignments", body)
    assert made.status_code == 201
    chase, _alert = fiona.get(asked).json()["tracks"]
    assert (chase["policy"], chase["level"], len(chase["assignments"])) == ("gentle", "customer", 2)
    removed = fiona.post(f"policy-assignments/{made.json()['id']}/remove", {})
    assert removed.status_code == 200
    assert fiona.get(asked).json()["tracks"][0]["policy"] == "standard"
    exempt = fiona.post("policy-assignments", {"track": "chase", "customer": acme.pk, "reason": "insolvent"})
    assert exempt.json()["policy"] is None
    assert fiona.get(asked).json()["tracks"][0]["policy"] is None


def test_P16_a_rehearsal_names_only_customers_one_may_see(world, api, laid):
    ours, theirs = (
        world.customer("acme"),
        world.legal_entity("FX", "Fremd GmbH", "EUR", "Europe/Berlin", "DE"),
    )
    world.issue("acme", "90.00", due_on=DAY_0 - timedelta(days=60))
    foreign = world.customer("fremd", entity=theirs)
    world.issue("fremd", "90.00", due_on=DAY_0 - timedelta(days=60), entity=theirs, number="FX-1")
    fiona, inside = api("finance_manager"), api("collector", username="inside", all_entities=False)
    inside.user.entities.add(world.entity)
    drafted = fiona.post("policies/standard/draft", {"ladder": STRICT}).json()
    there = f"policy-versions/{drafted['id']}"
    assert fiona.post(f"{there}/rehearse", {"seen": drafted["content_hash"]}).status_code == 200
    whole, part = (_named(caller.get(there).json()["rehearsal"]) for caller in (fiona, inside))
    assert whole == {ours.pk, foreign.pk} and part == {ours.pk}
    assert _named(inside.get("policies/standard/versions").json()["items"][0]["rehearsal"]) == part


def _named(kept):
    """Every customer that a rehearsal names, wherever it does."""
    sides = [kept["before"], kept["after"]]
    found = {each[0] for each in kept["changes"]} | {int(pk) for side in sides for pk in side["by_customer"]}
    found |= {pk for side in sides for pks in side["unreached"].values() for pk in pks}
    return found | {each["customer"] for side in sides for each in side["shown_faults"]}
