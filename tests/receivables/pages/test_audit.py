"""The audit page: what the auditor reads, and who may not."""

from receivables.models import Audit
from tests.fixtures.world import DAY_0


def test_003_42_every_verb_call_stands_in_the_audit_with_who_and_why(world, login):
    invoice = world.issue("acme", "100.00", due_on=DAY_0)
    client = login("auditor")
    page = client.get("/audit/", {"q": "invoice.recorded"}).content.decode()
    assert "invoice.recorded" in page and "tester" in page
    row = Audit.objects.get(action="invoice.recorded")
    shown = client.get(f"/audit/{row.seq}/").content.decode()
    assert row.hash in shown and "The hash is what the content says" in shown
    assert invoice.number in row.subject


def test_absent_rows_are_not_found_and_reps_have_no_audit(world, login):
    world.issue("acme", "100.00", due_on=DAY_0)
    assert login("auditor").get("/audit/999999/").status_code == 404
    assert login("sales_rep").get("/audit/").status_code == 403


def test_search_is_literal_and_unreadable_filters_filter_nothing(world, login):
    world.issue("acme", "100.00", due_on=DAY_0)
    client = login("auditor")
    assert "invoice.recorded" not in client.get("/audit/", {"q": "%"}).content.decode()
    assert "invoice.recorded" in client.get("/audit/", {"since": "yesterday"}).content.decode()
