"""Pages of people, roles and settings: who enters, what is shown once, what waits for a second person."""

import pytest
from django.urls import reverse

from receivables.models import Change, Role, User

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


def test_a_new_persons_password_is_on_one_answer_only(world, login):
    client = login("admin")
    made = client.post(address("person_new"), {"username": "carl", "language": "en", "time_zone": "UTC"})
    password = made.context["password"]
    assert User.objects.get(username="carl").check_password(password)
    assert password in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert (
        password not in client.get(address("person", User.objects.get(username="carl").pk)).content.decode()
    )


def test_002_14_a_composed_role_is_edited_in_the_page_and_waits(world, login):
    client = login("admin")
    client.post(address("role_new"), {"label": "Key accounts", "code": "key_accounts"})
    role = Role.objects.get(code="key_accounts")
    client.post(address("role", role.pk), {"verbs": ["customer.view"], "reason": "new team"})
    assert Change.objects.get().proposal["verbs"] == ["customer.view"]
    role.refresh_from_db()
    assert role.verbs == []
    assert "waits for another administrator" in client.get(address("role", role.pk)).content.decode()
