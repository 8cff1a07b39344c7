"""The access engine, and this floor's shipped table held against what the roles are for."""

import pytest

from receivables import access_table
from receivables.access_table import MONEY_VERBS, ROLES, SCOPES, TABLE, VERBS
from receivables.rules import access
from receivables.rules.access import ENTITY, OWN, FieldRules, Table

SMALL = Table(
    verbs={"clerk": frozenset({"invoice.view", "export"}), "boss": frozenset({"invoice.*"})},
    fields={
        "clerk": {
            "invoice": FieldRules(hidden=frozenset({"margin"}), readonly=frozenset({"amount", "note"}))
        },
        "boss": {"invoice": FieldRules(readonly=frozenset({"amount"}))},
    },
    scopes={"clerk": OWN, "boss": ENTITY},
)


@pytest.mark.parametrize(
    ("roles", "verb", "answer"),
    [
        (["clerk"], "invoice.view", True),
        (["clerk"], "invoice.issue", False),
        (["boss"], "invoice.issue", True),
        (["boss"], "invoices.issue", False),
        (["boss"], "invoice", False),
        (["boss"], "export", False),
        (["clerk"], "export", True),
        (["clerk", "boss"], "invoice.issue", True),
        ([], "invoice.view", False),
        (["ghost"], "invoice.view", False),
    ],
)
def test_a_verb_needs_a_role_that_grants_it(roles, verb, answer):
    assert access.may(SMALL, roles, verb) is answer


def test_a_wildcard_does_not_reach_a_noun_that_only_begins_alike():
    assert access.grants({"invoice.*"}, "invoice_batch.view") is None


@pytest.mark.parametrize(
    "wrong", ["invoice.", ".view", "Invoice.view", "invoice.view.all", "in*.view", "", "**"]
)
def test_a_verb_that_is_none_is_refused_when_the_table_is_built(wrong):
    with pytest.raises(ValueError, match="not a verb"):
        Table(verbs={"clerk": frozenset({wrong})})


def test_003_41_a_hidden_field_is_neither_read_nor_written():
    found = access.fields(SMALL, ["clerk"], "invoice")
    assert not found.readable("margin") and not found.writable("margin")
    assert found.readable("amount") and not found.writable("amount")
    assert found.writable("po_number")
    assert found.visible(["margin", "amount", "number"]) == ["amount", "number"]


def test_003_41_a_second_role_opens_what_the_first_one_hides():
    found = access.fields(SMALL, ["clerk", "boss"], "invoice")
    assert found.writable("margin") and found.writable("note")
    assert not found.writable("amount")


def test_003_41_a_role_that_has_no_business_with_the_noun_opens_no_field():
    table = access.merge([SMALL, Table(verbs={"porter": frozenset({"parcel.view"})})])
    assert not access.fields(table, ["clerk", "porter"], "invoice").readable("margin")
    assert not access.fields(table, [], "invoice").readable("margin")
    assert not access.fields(table, ["porter"], "invoice").readable("margin")


def test_merging_adds_up_the_floors_and_keeps_the_stricter_fields_of_one_role():
    upper = Table(
        verbs={"clerk": frozenset({"notice.view"})},
        fields={"clerk": {"invoice": FieldRules(hidden=frozenset({"cost"}))}},
        scopes={"clerk": ENTITY},
    )
    both = access.merge([SMALL, upper])
    assert access.may(both, ["clerk"], "notice.view") and access.may(both, ["clerk"], "invoice.view")
    assert access.fields(both, ["clerk"], "invoice").hidden == {"margin", "cost"}
    assert access.scope(both, ["clerk"]) == ENTITY


def test_a_composed_role_holds_what_its_parts_hold():
    table = access.compose(SMALL, "deputy", parts=["clerk", "boss"])
    assert access.may(table, ["deputy"], "export") and access.may(table, ["deputy"], "invoice.issue")
    assert access.fields(table, ["deputy"], "invoice").readonly == {"amount"}
    with pytest.raises(ValueError, match="unknown parts ghost"):
        access.compose(SMALL, "deputy", parts=["ghost"])


def test_an_explanation_names_the_grant_or_who_has_it():
    assert (
        access.explain(SMALL, ["boss"], "invoice.issue") == "invoice.issue is granted to boss by invoice.*."
    )
    assert (
        access.explain(SMALL, ["clerk"], "invoice.issue")
        == "invoice.issue is not granted to clerk; it is granted to boss."
    )
    assert (
        access.explain(SMALL, [], "staff.admin")
        == "staff.admin is not granted to no role; it is granted to nobody."
    )


def test_the_shipped_roles_are_the_eight_and_each_has_verbs_and_a_scope():
    assert set(TABLE.verbs) == set(ROLES) == set(SCOPES) and len(ROLES) == 8
    assert all(TABLE.verbs[role] for role in ROLES)


def test_every_shipped_grant_names_a_known_verb():
    for role, patterns in TABLE.verbs.items():
        for pattern in patterns:
            assert any(access.grants({pattern}, verb) for verb in VERBS), (role, pattern)


def test_every_verb_is_held_by_somebody():
    assert [verb for verb in sorted(VERBS) if not access.may(TABLE, ROLES, verb)] == []


@pytest.mark.parametrize("role", ["admin", "auditor"])
@pytest.mark.parametrize("verb", sorted(MONEY_VERBS))
def test_who_administers_or_audits_moves_no_money(role, verb):
    assert not access.may(TABLE, [role], verb)


def test_the_auditor_reads_everything_and_changes_nothing():
    held = {verb for verb in VERBS if access.may(TABLE, ["auditor"], verb)}
    assert held == {verb for verb in VERBS if verb.endswith(".view")} | {"export"}
    assert access.fields(TABLE, ["auditor"], "customer").hidden == frozenset()


@pytest.mark.parametrize(
    ("verb", "holders"),
    [
        ("request.verify", {"sales_manager", "finance_manager"}),
        ("request.approve", {"finance_manager", "cfo"}),
        ("invoice.issue", {"accountant", "finance_manager"}),
        ("invoice.write_off_decide", {"finance_manager", "cfo"}),
        ("payment.refund_decide", {"finance_manager", "cfo"}),
        ("payment.allocate", {"accountant", "finance_manager"}),
        ("customer.change_decide", {"finance_manager", "cfo"}),
        ("staff.admin", {"admin"}),
        ("period.lock", {"finance_manager", "cfo"}),
    ],
)
def test_the_shipped_matrix_gives_the_weighty_verbs_to(verb, holders):
    assert {role for role in ROLES if access.may(TABLE, [role], verb)} == holders


def test_003_41_bank_details_are_hidden_from_roles_without_need():
    hidden_from = {r for r in ROLES if not access.fields(TABLE, [r], "customer").readable("iban")}
    assert hidden_from == {"sales_rep", "sales_manager", "collector", "admin"}
    assert not access.fields(TABLE, ["admin"], "customer").readable("tax_id")
    assert access.fields(TABLE, ["sales_rep"], "customer").readable("tax_id")  # a request needs it


def test_only_the_sales_rep_is_confined_to_own_customers():
    assert {role for role, scope in access_table.SCOPES.items() if scope == OWN} == {"sales_rep"}
    assert access.scope(TABLE, ["sales_rep"]) == OWN
    assert access.scope(TABLE, ["sales_rep", "collector"]) == ENTITY
    assert access.scope(TABLE, []) == OWN
