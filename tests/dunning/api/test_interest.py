"""Late interest over the API: looked at, claimed once as seen, rates entered, terms set."""

from datetime import date

import pytest

from receivables.models import Charge


@pytest.fixture
def body(world, interest):
    world.issue("globex", "1000.00", due_on=date(2025, 4, 1))
    interest.terms("globex", "de_b2b")
    return {
        "customer": world.customer("globex").pk, "entity": world.entity.pk, "currency": "EUR", "up_to": "2025-05-31"
    }  # fmt: skip


def test_what_was_seen_is_claimed_once(body, api):
    caller = api("finance_manager")
    seen = caller.post("interest/preview", body).json()
    assert (seen["interest"], seen["fixed_sums"], seen["law"], seen["why"]) == (
        "18.53",
        "40.00",
        "de_b2b",
        "",
    )
    note = caller.post("interest/notes", {**body, "seen": seen["seen"]})
    assert (note.status_code, note.json()["total"]) == (201, "58.53")
    assert caller.post("interest/notes", {**body, "seen": seen["seen"]}).status_code == 422
    assert Charge.objects.count() == 2
    assert caller.get("interest/notes").json()["items"][0]["number"] == note.json()["number"]
    assert (
        caller.get(f"interest/notes/{note.json()['id']}").json()["derivation"]["order"] == "principal_first"
    )


def test_looking_needs_no_claiming_and_claiming_needs_its_right(body, api):
    caller = api("accountant")
    seen = caller.post("interest/preview", body).json()["seen"]
    assert caller.post("interest/notes", {**body, "seen": seen}).status_code == 403


def test_an_unknown_rate_is_a_refusal_with_series_and_period(body, api):
    answer = api("accountant").post("interest/preview", {**body, "up_to": "2026-08-01"})
    assert (answer.status_code, answer.json()["code"]) == (422, "rate_unknown")
    assert answer.json()["figures"]["period"] == "2026-H2"


def test_a_rate_is_entered_with_its_source(body, api):
    rate = {
        "series": "de_basiszins",
        "from_on": "2026-07-01",
        "to_on": "2026-12-31",
        "rate": "1.52",
        "source": "Bundesbank",
    }
    caller = api("finance_manager")
    assert caller.post("interest/rates", {**rate, "rate": "1,52"}).json()["code"] == "rate_invalid"
    assert caller.post("interest/rates", rate).status_code == 201
    assert caller.get("interest/rates").json()["items"][0]["rate"] == "1.52"
    assert caller.post("interest/preview", {**body, "up_to": "2026-08-01"}).status_code == 200


def test_terms_with_an_answer_nobody_asked_for_are_refused(body, api):
    terms = {
        "customer": body["customer"], "entity": body["entity"], "pack": "de_b2b", "reason": "contract",
        "valid_from": "2020-01-01", "facts": {"answers": {"moon": "full"}},
    }  # fmt: skip
    caller = api("finance_manager")
    assert caller.post("interest/terms", terms).json()["code"] == "fact_unknown"
    assert caller.post("interest/terms", {**terms, "pack": "", "facts": {}}).status_code == 201
    assert caller.post("interest/preview", {**body, "up_to": "2026-08-01"}).json()["why"] == "no_pack"
