"""Customers over the API: versions, fields that roles hide, the card for a CRM."""

from datetime import timedelta

import pytest

from receivables.models import Change, Customer
from tests.fixtures.world import DAY_0


def test_003_39_a_customer_is_made_given_a_contact_and_activated(api, world):
    mine = api("accountant")
    body = {
        "entity": world.entity.pk, "code": "D-1", "legal_name": "Acme Tools GmbH", "country": "DE", "tax_id": "DE136695976",
        "address": {"street": "Weg 1", "city": "Bonn", "postcode": "53111"}, "segment": "retail",
    }  # fmt: skip
    made = mine.post("customers", body)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    missing = mine.post(f"customers/{pk}/activate")
    assert missing.status_code == 422 and missing.json()["figures"]["gaps"] == ["billing_contact"]
    assert (
        mine.post(f"customers/{pk}/contacts", {"name": "Billing", "email": "b@acme.example"}).status_code
        == 201
    )
    assert mine.post(f"customers/{pk}/activate").json()["state"] == "ACTIVE"
    assert mine.get("customers?code=D-1").json()["items"][0]["id"] == pk
    assert [p["segment"] for p in mine.get(f"customers/{pk}").json()["profiles"]] == ["retail"]


def test_bad_input_38_a_stale_version_is_412_with_the_current_one(api, world):
    mine, pk = api("accountant"), world.customer("acme").pk
    read = mine.get(f"customers/{pk}")
    assert read["ETag"] == '"1"'
    edited = mine.patch(f"customers/{pk}", {"notes": "first"}, 1)
    assert edited.status_code == 200 and edited["ETag"] == '"2"'
    stale = mine.patch(f"customers/{pk}", {"notes": "second"}, 1)
    assert stale.status_code == 412 and stale["ETag"] == '"2"' and stale.json()["figures"]["version"] == 2
    assert Customer.objects.get(pk=pk).notes == "first"


@pytest.mark.parametrize(("version", "status"), [(None, 428), ("x", 412), ("9999999999", 412), ("7", 412)])
def test_bad_input_38_without_a_version_nothing_is_edited(api, world, version, status):
    pk = world.customer("acme").pk
    assert api("accountant").patch(f"customers/{pk}", {"notes": "x"}, version).status_code == status


@pytest.mark.parametrize(
    "field", ["id", "state", "version", "bank_account", "parent", "stop_version", "created_at"]
)
def test_bad_input_33_read_only_fields_of_a_customer_are_422(api, world, field):
    pk = world.customer("acme").pk
    answer = api("accountant").patch(f"customers/{pk}", {field: "x"}, 1)
    assert answer.status_code == 422 and answer.json()["code"] == "unknown_field"


HIDDEN = {
    "sales_rep": {"bank_account"}, "sales_manager": {"bank_account"}, "collector": {"bank_account", "tax_id", "tax_id_note"},
    "accountant": set(), "finance_manager": set(), "cfo": set(), "auditor": set(),
    "admin": {"bank_account", "tax_id", "tax_id_note"},
}  # fmt: skip


@pytest.mark.parametrize("role", HIDDEN)
def test_003_41_a_hidden_field_is_absent_from_every_answer(api, world, role):
    mine = api(role)
    customer = world.customer(
        "acme", bank_account="CANARY-ACCOUNT", rep=mine.user if role == "sales_rep" else None
    )
    for path in (f"customers/{customer.pk}", "customers"):
        said = mine.get(path).json()
        row = said if "id" in said else said["items"][0]
        assert {"bank_account", "tax_id", "tax_id_note"} - set(row) == HIDDEN[role], path
    if "bank_account" in HIDDEN[role]:
        for path in ("customers", "changes", "audit", f"customers/{customer.pk}/card"):
            assert "CANARY-ACCOUNT" not in mine.get(path).content.decode()


def test_003_41_a_hidden_or_locked_field_is_not_written(api, world):
    rep = api("sales_rep")
    customer = world.customer("acme", rep=rep.user)
    body = {"bank_account": "DE02120300000000202051", "reason": "new bank"}
    refused = rep.post(f"customers/{customer.pk}/bank-account-proposals", body)
    assert refused.status_code == 403 and refused.json()["field"] == "bank_account"
    terms = {"entity": world.entity.pk, "terms": {}, "valid_from": "2026-12-01", "reason": "asked"}
    assert rep.post(f"customers/{customer.pk}/terms-proposals", terms).status_code == 403
    assert not Change.objects.exists()
    assert (
        api("collector").post("customers", {"entity": 1, "code": "x", "legal_name": "x"}).status_code == 403
    )


def test_003_41_a_proposal_and_the_audit_hide_the_field_too(api, world):
    customer = world.customer("acme")
    api("accountant").post(
        f"customers/{customer.pk}/bank-account-proposals",
        {"bank_account": "DE02120300000000202051", "reason": "new bank"},
    )
    shown = {role: api(role).get("changes").content.decode() for role in ("finance_manager", "sales_manager")}
    assert "DE02120300000000202051" in shown["finance_manager"]
    assert "bank_account" in shown["sales_manager"] and "DE02120300000000202051" not in shown["sales_manager"]
    assert "DE02120300000000202051" not in api("admin").get("audit").content.decode()


def test_two_people_change_a_bank_account_over_the_api(api, world):
    customer, proposer, decider = world.customer("acme"), api("accountant"), api("finance_manager")
    body = {"bank_account": "DE02120300000000202051", "reason": "new bank"}
    change = proposer.post(f"customers/{customer.pk}/bank-account-proposals", body).json()
    word = {"approve": True, "content_hash": change["content_hash"]}
    assert proposer.post(f"changes/{change['id']}/decide", word).status_code == 403
    wrong = decider.post(f"changes/{change['id']}/decide", word | {"content_hash": "0" * 64})
    assert wrong.status_code == 409 and wrong.json()["code"] == "stale"
    assert decider.post(f"changes/{change['id']}/decide", word).json()["decision"] == "APPROVED"
    assert Customer.objects.get(pk=customer.pk).bank_account == "DE02120300000000202051"


def test_000_32_the_card_shows_invoice_and_payment_status(api, world):
    rep = api("sales_rep")
    customer = world.customer("globex", rep=rep.user)
    late = world.issue("globex", "100.00", due_on=DAY_0)
    world.pay(late, "40.00")
    world.issue("globex", "50.00", due_on=DAY_0 + timedelta(days=30))
    said = rep.get(f"customers/{customer.pk}/card?as_of={DAY_0 + timedelta(days=6)}").json()
    (balance,) = said["balances"]
    assert (balance["open"], balance["overdue"], balance["currency"]) == ("110.00", "60.00", "EUR")
    assert {row["number"]: (row["open"], row["overdue"]) for row in said["invoices"]}[late.number] == (
        "60.00",
        True,
    )
    assert [row["amount"] for row in said["payments"]] == ["40.00"]


def test_000_32_a_rep_lists_and_opens_only_their_own_customers(api, world):
    rep = api("sales_rep")
    own, other = world.customer("acme", rep=rep.user), world.customer("globex")
    assert [row["id"] for row in rep.get("customers").json()["items"]] == [own.pk]
    absent = rep.get("customers/987654/card")
    foreign = rep.get(f"customers/{other.pk}/card")
    assert (foreign.status_code, foreign.content) == (404, absent.content)
