"""Aging over the API: figures with their proof, as of and as known, and as CSV for those who may export."""

from datetime import timedelta

from tests.fixtures.world import DAY_0


def test_003_39_the_report_brings_rows_totals_and_a_proof_without_difference(api, world):
    world.pay(world.issue("globex", "100.00", due_on=DAY_0), "40.00")
    world.issue("acme", "50.00", due_on=DAY_0 + timedelta(days=40))
    world.receive("acme", "5.00")
    said = api("accountant").get(f"reports/aging?as_of={DAY_0 + timedelta(days=31)}").json()
    assert said["buckets"] == ["not_due", "1-30", "31-60", "61-90", "90+"]
    assert {row["label"]: row["net"] for row in said["rows"]} == {
        "Globex Retail BV": "60.00",
        "Acme Tools GmbH": "45.00",
    }
    (total,), (proof,) = said["totals"], said["proofs"]
    assert total["buckets"]["31-60"] == "60.00" and total["unapplied"] == "5.00"
    assert (proof["net"], proof["ledger"], proof["difference"]) == ("105.00", "105.00", "0.00")


def test_the_report_of_a_fixed_pair_does_not_change(api, world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    mine = api("accountant")
    first = mine.get(f"reports/aging?as_of={DAY_0}")
    query = f"reports/aging?as_of={DAY_0}&known_at={first.json()['known_at']}"
    world.pay(invoice, "40.00")
    assert mine.get(query).content == first.content
    assert mine.get(f"reports/aging?as_of={DAY_0}").json()["totals"][0]["net"] == "60.00"


def test_the_csv_has_the_same_figures_and_needs_the_right_to_export(api, world):
    world.issue("globex", "100.00", due_on=DAY_0)
    answer = api("accountant").get(f"reports/aging?as_of={DAY_0}", Accept="text/csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Type"].startswith("text/csv") and lines[0].startswith("key,label,currency,not_due")
    assert "Globex Retail BV,EUR,100.00" in lines[1] and str(DAY_0) in lines[1]
    assert api("sales_rep").get("reports/aging", Accept="text/csv").status_code == 403


def test_wrong_buckets_groups_and_days_are_422(api):
    mine = api("accountant")
    for query in (
        "buckets=90,30",
        "buckets=x",
        "group_by=password",
        "as_of=31.03.2026",
        "known_at=-1",
        "known_at=x",
    ):
        answer = mine.get(f"reports/aging?{query}")
        assert answer.status_code == 422 and answer.json()["code"], query
