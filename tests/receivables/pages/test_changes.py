"""The pages of changes: proposals with before and after, decided by a second person."""

from django.urls import reverse

from receivables.actor import Actor
from receivables.models import Change, Customer
from receivables.services import sensitive
from tests.fixtures.world import DAY_0


def address(name, *args):
    return reverse(f"receivables:{name}", args=args)


def test_003_06_a_proposal_travels_through_the_pages_and_shows_before_and_after(world, login):
    customer = world.customer("acme")
    proposer, decider = login("accountant"), login("finance_manager")
    page = address("propose_tax_id", customer.pk)
    wrong = proposer.post(page, {"country": "DE", "tax_id": "12", "reason": "letter"})
    assert wrong.status_code == 422
    assert "DE136695976" in wrong.context["form"].errors["tax_id"][0]
    assert (
        proposer.post(page, {"country": "DE", "tax_id": "DE811569869", "reason": "letter"}).status_code == 302
    )
    change = Change.objects.get()
    shown = decider.get(address("change", change.pk)).content.decode()
    assert "DE136695976" in shown
    assert "DE811569869" in shown
    assert "Approve and carry out" in shown
    assert "Approve and carry out" not in proposer.get(address("change", change.pk)).content.decode()
    body = {"decision": "approve", "content_hash": change.content_hash}
    proposer.post(address("change_decide", change.pk), body)
    assert Customer.objects.get().tax_id == "DE136695976"
    assert decider.post(address("change_decide", change.pk), {**body, "content_hash": "x"}).status_code == 409
    decider.post(address("change_decide", change.pk), body)
    assert Customer.objects.get().tax_id == "DE811569869"


def test_003_41_a_hidden_value_is_masked_in_the_queue(world, login):
    customer = world.customer("acme")
    sensitive.propose_bank_account(
        customer=customer, bank_account="DE89370400440532013000", reason="new bank", now=world.at(DAY_0),
        by=Actor.of(world.user("accountant"), "page"),
    )  # fmt: skip
    change = Change.objects.get()
    for role, seen in (("finance_manager", True), ("collector", False), ("sales_manager", False)):
        text = login(role).get(address("change", change.pk)).content.decode()
        assert ("DE89370400440532013000" in text) is seen, role


def test_a_rep_sees_no_change_of_a_foreign_customer_nor_of_staff(world, login):
    sensitive.propose_tax_id(
        customer=world.customer("acme"), country="DE", tax_id="DE811569869", reason="x", now=world.at(DAY_0),
        by=Actor.of(world.user("accountant"), "page"),
    )  # fmt: skip
    client = login("sales_rep")
    assert client.get(address("change", Change.objects.get().pk)).status_code == 404
    assert client.get(address("changes")).status_code == 200


def test_terms_and_agreements_are_proposed_and_agreed_on_their_pages(world, login):
    customer = world.customer("acme")
    client = login("accountant")
    terms = {
        "entity": world.entity.pk,
        "terms": "NET60",
        "valid_from": "2026-03-02",
        "reason": "frame contract",
    }
    assert client.post(address("propose_terms", customer.pk), terms).status_code == 302
    assert Change.objects.get().kind == "customer.terms"
    agreed = {"entity": world.entity.pk, "valid_from": "2026-03-02", "region": "south", "importance": "1"}
    assert client.post(address("customer_agree", customer.pk), agreed).status_code == 302
    assert customer.profiles.get(valid_to=None).region == "south"
