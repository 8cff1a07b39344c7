"""Changes by two people, and what a customer's sensitive fields and profiles do with them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from receivables.actor import Actor
from receivables.models import Audit, Change, Customer, CustomerProfile
from receivables.rules.refusals import Refused
from receivables.rules.terms import Terms
from receivables.services import changes, customers, profiles, sensitive
from tests.fixtures.world import DAY_0


@pytest.fixture
def two(world):
    """An accountant who proposes and a finance manager who decides."""
    return Actor.of(world.user("accountant"), "page"), Actor.of(world.user("finance_manager"), "page")


def propose(world, by, **given):
    return sensitive.propose_tax_id(
        customer=world.customer("acme"), now=world.at(DAY_0), by=by,
        **{"country": "DE", "tax_id": "DE811569869", "reason": "letter of 3 March", **given},
    )  # fmt: skip


def decide(world, change, by, **given):
    options = {
        "approve": True,
        "content_hash": change.content_hash,
        "today": DAY_0,
        "now": world.at(DAY_0),
        **given,
    }
    return changes.decide(change=change, by=by, **options)


def refused(call, *args, **given):
    with pytest.raises(Refused) as found:
        call(*args, **given)
    return found.value.code


def tax_id():
    return Customer.objects.get(code="acme").tax_id


def test_003_06_a_tax_id_is_inert_until_a_second_person_approves_and_both_are_in_the_log(world, two):
    change = propose(world, two[0])
    assert tax_id() == "DE136695976"
    decide(world, change, two[1])
    assert tax_id() == "DE811569869"
    lines = Audit.objects.filter(action__startswith="change.").order_by("seq").values_list("action", "actor")
    assert list(lines) == [("change.proposed", "accountant"), ("change.approved", "finance_manager")]


def test_003_06_neither_the_requester_nor_their_other_account_decides(world):
    manager = world.user("finance_manager", "mei", person="Mei Lin")
    twin = world.user("cfo", "mei.cfo", person="Mei Lin")
    change = propose(world, Actor.of(manager, "page"))
    for user in (manager, twin):
        assert refused(decide, world, change, Actor.of(user, "page")) == "four_eyes"
    assert tax_id() == "DE136695976"


def test_003_06_the_database_refuses_a_self_approval_too(world, two):
    change = propose(world, two[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.filter(pk=change.pk).update(
            decision="APPROVED",
            decided_by=two[0].user,
            decided_person=two[0].human,
            audit_seq=change.audit_seq + 9,
        )


def test_003_06_a_rule_or_the_engine_neither_proposes_nor_decides(world, two):
    assert refused(propose, world, Actor.system("engine")) == "forbidden"
    assert refused(decide, world, propose(world, two[0]), Actor.system("rule")) == "forbidden"


def test_003_06_a_role_without_the_right_does_not_decide_even_if_it_had_it_before(world, two):
    change = propose(world, two[0])
    assert refused(decide, world, change, Actor.of(world.user("collector"), "page")) == "forbidden"


def test_a_decision_is_bound_to_what_was_shown(world, two):
    change = propose(world, two[0])
    assert refused(decide, world, change, two[1], content_hash="0" * 64) == "stale"
    Change.objects.filter(pk=change.pk).update(proposal={**change.proposal, "tax_id": "DE129273398"})
    assert refused(decide, world, change, two[1]) == "stale"
    assert tax_id() == "DE136695976"


def test_a_change_is_decided_once(world, two):
    change = decide(world, propose(world, two[0]), two[1], approve=False, note="no letter attached")
    assert (change.decision, tax_id()) == ("REJECTED", "DE136695976")
    assert refused(decide, world, change, two[1]) == "already_decided"


def test_a_rejection_says_why_and_a_proposal_too(world, two):
    assert refused(propose, world, two[0], reason=" ") == "reason_missing"
    assert refused(decide, world, propose(world, two[0]), two[1], approve=False) == "note_missing"


def test_one_open_change_per_kind_and_subject_until_it_is_withdrawn(world, two):
    change = propose(world, two[0])
    assert refused(propose, world, two[0], tax_id="DE129273398") == "already_open"
    assert refused(changes.withdraw, change=change, now=world.at(DAY_0), by=two[1]) == "not_yours"
    changes.withdraw(change=change, now=world.at(DAY_0), by=two[0])
    assert propose(world, two[0], tax_id="DE129273398").decision == ""


def test_an_approval_on_ground_that_moved_carries_nothing_out(world, two):
    change = propose(world, two[0])
    customer = world.customer("acme")
    Customer.objects.filter(pk=customer.pk).update(tax_id="DE129273398")
    assert refused(decide, world, change, two[1]) == "stale"
    change.refresh_from_db()
    assert change.decision == ""


def test_003_01_a_proposed_tax_id_of_another_customer_is_refused(world, two):
    world.customer("globex", country="DE", tax_id="DE811569869")
    assert refused(propose, world, two[0]) == "duplicate"


def test_003_06_a_bank_account_is_checked_and_takes_two(world, two):
    customer = world.customer("acme")
    give = {"customer": customer, "reason": "new bank", "now": world.at(DAY_0), "by": two[0]}
    assert (
        refused(sensitive.propose_bank_account, bank_account="DE89370400440532013001", **give)
        == "bank_account_invalid"
    )
    change = sensitive.propose_bank_account(bank_account="DE89 3704 0044 0532 0130 00", **give)
    assert Customer.objects.get().bank_account == ""
    decide(world, change, two[1])
    assert Customer.objects.get().bank_account == "DE89370400440532013000"


def test_003_06_terms_take_two_and_begin_a_new_dated_row(world, two):
    customer = world.customer("acme")
    change = sensitive.propose_terms(
        customer=customer, entity=world.entity, terms=Terms.net(60).to_json(), valid_from=DAY_0, reason="frame contract",
        now=world.at(DAY_0), by=two[0],
    )  # fmt: skip
    later = DAY_0 + timedelta(days=3)
    decide(world, change, two[1], today=later)
    rows = CustomerProfile.objects.filter(customer=customer).order_by("valid_from")
    assert [row.valid_to for row in rows] == [later, None]
    on_day = CustomerProfile.objects.filter(customer=customer)
    assert on_day.current(later - timedelta(days=1)).get().terms == Terms.net(30).to_json()
    assert on_day.current(later).get().terms == Terms.net(60).to_json()


def test_003_41_a_rep_does_not_propose_terms_that_their_role_may_only_read(world):
    rep = world.user("sales_rep")
    customer = world.customer("acme", rep=rep)
    code = refused(
        sensitive.propose_terms, customer=customer, entity=world.entity, terms=Terms.net(60).to_json(), valid_from=DAY_0,
        reason="asked", now=world.at(DAY_0), by=Actor.of(rep, "api"),
    )  # fmt: skip
    assert code == "forbidden"


def test_an_agreement_closes_the_former_and_never_begins_before_it(world):
    customer = world.customer("acme")
    give = {"customer": customer, "entity": world.entity, "now": world.at(DAY_0), "by": world.by}
    profiles.agree(valid_from=DAY_0, values={"region": "south"}, **give)
    profiles.agree(valid_from=DAY_0, values={"segment": "retail"}, **give)
    rows = list(CustomerProfile.objects.filter(customer=customer).order_by("valid_from"))
    assert [(row.region, row.segment, row.valid_to) for row in rows] == [
        ("", "", DAY_0),
        ("south", "retail", None),
    ]
    assert (
        refused(profiles.agree, valid_from=DAY_0 - timedelta(days=1), values={"region": "x"}, **give)
        == "before_current"
    )
    assert refused(profiles.agree, valid_from=DAY_0, values={"terms": {}}, **give) == "needs_two"


def test_bad_input_38_a_change_approved_meanwhile_makes_an_edit_stale(world, two):
    customer = world.customer("acme")
    decide(world, propose(world, two[0]), two[1])
    with pytest.raises(Refused) as found:
        customers.edit(customer=customer, version=1, fields={"notes": "x"}, now=world.at(DAY_0), by=two[0])
    assert {each["field"] for each in found.value.figures["changed"]} >= {"tax_id"}
