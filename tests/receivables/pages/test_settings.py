"""Pages of changes, people, roles, keys and legal entities: who enters, what is shown once, what waits for a second person."""

import pytest
from django.urls import reverse

from receivables.actor import Actor
from receivables.models import ApiToken, Change, Contact, Customer, LegalEntity, Role, User
from receivables.services import sensitive, tokens
from tests.fixtures.world import DAY_0

ADMIN_PAGES = ["staff", "person_new", "roles", "role_new", "entities", "entity_new"]


def address(name, *args):
    return reverse(f"receivables:{name}", args=args)


@pytest.mark.parametrize("name", ADMIN_PAGES)
def test_administration_is_open_to_administrators_only(world, login, name):
    assert login("admin").get(address(name)).status_code == 200
    for role in ("cfo", "finance_manager", "auditor", "collector"):
        assert login(role).get(address(name)).status_code == 403, role


def test_settings_and_keys_open_to_everybody_with_what_is_theirs(world, login):
    accountant = login("accountant")
    text = accountant.get(address("settings")).content.decode()
    assert address("tokens") in text
    assert address("staff") not in text
    assert accountant.get(address("tokens")).status_code == 200
    assert accountant.get(address("own_password")).status_code == 200


def test_003_06_a_proposal_travels_through_the_pages_and_shows_before_and_after(world, login):
    customer = world.customer("acme")
    proposer, decider = login("accountant"), login("finance_manager")
    page = address("propose_tax_id", customer.pk)
    wrong = proposer.post(page, {"country": "DE", "tax_id": "12", "reason": "letter"})
    assert wrong.status_code == 422
    assert "DE136695976" in wrong.context["form"].errors["tax_id"][0]
    assert proposer.post(page, {"country": "DE", "tax_id": "DE811569869", "reason": "letter"}).status_code == 302
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
    terms = {"entity": world.entity.pk, "terms": "NET60", "valid_from": "2026-03-02", "reason": "frame contract"}
    assert client.post(address("propose_terms", customer.pk), terms).status_code == 302
    assert Change.objects.get().kind == "customer.terms"
    agreed = {"entity": world.entity.pk, "valid_from": "2026-03-02", "region": "south", "importance": "1"}
    assert client.post(address("customer_agree", customer.pk), agreed).status_code == 302
    assert customer.profiles.get(valid_to=None).region == "south"


def test_contacts_are_added_edited_flagged_and_retired_on_their_pages(world, login):
    customer = world.customer("acme")
    client = login("collector")
    form = {"name": "Mia", "role": "billing", "channel": "email", "email": "mia@acme.example", "language": "en"}
    assert client.post(address("contact_new", customer.pk), {**form, "email": "mia"}).status_code == 422
    assert client.post(address("contact_new", customer.pk), form).status_code == 302
    contact = Contact.objects.get()
    client.post(address("contact_flag", contact.pk), {"reason": "came back"})
    assert "cannot be reached" in client.get(address("customer", customer.pk)).content.decode()
    assert "Contact cannot be reached" in client.get(address("customers")).content.decode()
    stale = client.post(address("contact_edit", contact.pk), {**form, "name": "Mia Ro", "version": "1"})
    assert stale.status_code == 409
    assert client.post(address("contact_edit", contact.pk), {**form, "email": "m@acme.example", "version": "2"}).status_code == 302
    contact.refresh_from_db()
    assert contact.undeliverable_since is None


def test_a_new_persons_password_is_on_one_answer_only(world, login):
    client = login("admin")
    made = client.post(address("person_new"), {"username": "carl", "language": "en", "time_zone": "UTC"})
    password = made.context["password"]
    assert User.objects.get(username="carl").check_password(password)
    assert password in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert password not in client.get(address("person", User.objects.get(username="carl").pk)).content.decode()


def test_a_key_is_shown_once_and_revoked(world, login):
    client = login("accountant")
    made = client.post(address("tokens"), {"label": "ERP", "user": User.objects.get().pk, "verbs": ["customer.view"]})
    secret = made.context["secret"]
    assert tokens.find(secret, world.at(DAY_0)) is not None
    assert secret not in client.get(address("tokens")).content.decode()
    other = login("collector")
    assert other.post(address("token_revoke", ApiToken.objects.get().pk)).status_code == 404
    client.post(address("token_revoke", ApiToken.objects.get().pk))
    assert ApiToken.objects.get().revoked_at is not None


def test_002_14_a_composed_role_is_edited_in_the_page_and_waits(world, login):
    client = login("admin")
    client.post(address("role_new"), {"label": "Key accounts", "code": "key_accounts"})
    role = Role.objects.get(code="key_accounts")
    client.post(address("role", role.pk), {"verbs": ["customer.view"], "reason": "new team"})
    assert Change.objects.get().proposal["verbs"] == ["customer.view"]
    role.refresh_from_db()
    assert role.verbs == []
    assert "waits for another administrator" in client.get(address("role", role.pk)).content.decode()


def test_a_legal_entity_and_its_series_are_set_on_their_page(world, login):
    client = login("admin")
    page = address("entity_edit", world.entity.pk)
    form = {
        "name": "Nordlicht AG", "code": "NL", "country": "DE", "time_zone": "Europe/Berlin", "currency": "EUR",
        "work_starts": "08:00", "work_ends": "16:30", "aging_buckets": "15,30",
    }  # fmt: skip
    assert client.post(page, {**form, "aging_buckets": "30,x"}).status_code == 422
    assert client.post(page, form).status_code == 302
    assert LegalEntity.objects.get().name == "Nordlicht AG"
    assert client.post(address("entity_series", world.entity.pk), {"code": "INV", "start": "N-", "width": "5"}).status_code == 302
    assert "N-" in client.get(page).content.decode()
    assert client.post(address("entity_series", world.entity.pk), {"code": "INV", "start": "N-", "width": "99"}).status_code == 422
