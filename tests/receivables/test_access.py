"""The access matrix asked about a person: shipped roles from code beside roles composed in rows."""

import pytest

from receivables import access
from receivables.models import Role, User

pytestmark = pytest.mark.django_db


def person(*verbs: str, shipped: str = "") -> User:
    """A log-in with a composed role of these verbs, and a shipped role beside it."""
    user = User.objects.create(username="composed")
    if verbs:
        user.roles.add(Role.objects.create(code="clerk", label="Clerk", verbs=list(verbs)))
    if shipped:
        user.roles.add(
            Role.objects.get_or_create(code=shipped, defaults={"label": shipped, "shipped": True})[0]
        )
    return user


def test_a_composed_role_that_may_change_the_noun_reads_and_writes_its_fields():
    found = access.fields(person("customer.view", "customer.edit"), "customer")
    assert found.readable("bank_account") and found.writable("tax_id")


def test_a_composed_role_that_may_only_view_the_noun_opens_no_guarded_field():
    found = access.fields(person("customer.view"), "customer")
    assert not found.readable("bank_account") and not found.readable("tax_id")
    assert found.readable("legal_name")


def test_rights_over_another_noun_open_nothing():
    assert not access.fields(person("customer.view", "payment.receive"), "customer").readable("bank_account")


def test_viewing_by_a_composed_role_takes_nothing_from_the_shipped_one_beside_it():
    found = access.fields(person("customer.view", shipped="collector"), "customer")
    assert found.readable("payment_terms") and not found.readable("bank_account")


def test_a_composed_role_beside_a_shipped_one_adds_its_fields():
    found = access.fields(person("customer.change_propose", shipped="collector"), "customer")
    assert found.readable("bank_account")


def test_nobodys_roles_read_no_guarded_field():
    assert not access.fields(person(), "customer").readable("tax_id")
