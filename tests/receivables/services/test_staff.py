"""Accounts, roles by two people, keys for the API, legal entities, and laying the ground."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command

from receivables import access
from receivables.access_table import ROLES
from receivables.actor import Actor
from receivables.models import ApiToken, Audit, LegalEntity, Role, User
from receivables.rules.refusals import Refused
from receivables.services import changes, entities, roles, staff, tokens
from tests.fixtures.world import DAY_0


def refused(call, **given):
    with pytest.raises(Refused) as found:
        call(**given)
    return found.value.code


@pytest.fixture
def admins(world):
    return [Actor.of(world.user("admin", name), "page") for name in ("ada", "bea")]


def decide(world, change, by):
    return changes.decide(
        change=change, approve=True, content_hash=change.content_hash, today=DAY_0, now=world.at(DAY_0), by=by
    )


def give_roles(world, user, codes, by):
    return roles.propose_roles(
        user=user, roles=[Role.objects.get_or_create(code=c, defaults={"shipped": True})[0] for c in codes],
        all_entities=False, entities=[world.entity], reason="new job", now=world.at(DAY_0), by=by,
    )  # fmt: skip


@pytest.mark.django_db
def test_init_lays_the_ground_once_and_shows_a_password_once():
    first, second = io.StringIO(), io.StringIO()
    call_command("init", "--admin", "ada", "--admin", "bea", stdout=first)
    lines = Audit.objects.count()
    call_command("init", "--admin", "ada", "--admin", "bea", stdout=second)
    assert set(Role.objects.values_list("code", flat=True)) == set(ROLES)
    assert Audit.objects.count() == lines
    assert "password" in first.getvalue()
    assert "one-time" not in second.getvalue()
    password = first.getvalue().split("once): ")[1].split()[0]
    assert User.objects.get(username="ada").check_password(password)
    assert access.may(User.objects.get(username="bea"), "staff.admin")


def test_002_14_roles_are_given_by_two_administrators(world, admins):
    person, password = staff.create(
        username="carl",
        first_name="Carl",
        last_name="Cole",
        email="carl@us.example",
        now=world.at(DAY_0),
        by=admins[0],
    )
    assert person.check_password(password)
    change = give_roles(world, person, ["collector"], admins[0])
    assert not access.may(User.objects.get(pk=person.pk), "customer.view")
    assert refused(decide, world=world, change=change, by=admins[0]) == "four_eyes"
    decide(world, change, admins[1])
    person = User.objects.get(pk=person.pk)
    assert access.may(person, "customer.view")
    assert person.scope.entity_ids == {world.entity.pk}


def test_002_14_nobody_decides_about_their_own_roles(world, admins):
    change = give_roles(world, admins[1].user, ["cfo"], admins[0])
    assert refused(decide, world=world, change=change, by=admins[1]) == "four_eyes"


def test_002_14_a_role_is_composed_from_rights_by_two_people(world, admins):
    role = roles.compose(code="Key Accounts", label="Key accounts", now=world.at(DAY_0), by=admins[0])
    user = world.user("auditor", "kim")
    user.roles.set([role])
    give = {
        "role": role,
        "own_customers_only": True,
        "reason": "new team",
        "now": world.at(DAY_0),
        "by": admins[0],
    }
    assert refused(roles.propose_verbs, verbs=["moon.land"], **give) == "verb_unknown"
    change = roles.propose_verbs(verbs=["customer.view", "invoice.view"], **give)
    assert not access.may(User.objects.get(pk=user.pk), "customer.view")
    decide(world, change, admins[1])
    user = User.objects.get(pk=user.pk)
    assert [access.may(user, verb) for verb in ("customer.view", "invoice.view", "invoice.issue")] == [
        True,
        True,
        False,
    ]
    assert user.scope.own_customers_only


def test_002_14_shipped_roles_are_not_edited(world, admins):
    shipped = Role.objects.get(code="admin")
    give = {"verbs": [], "own_customers_only": False, "reason": "x", "now": world.at(DAY_0), "by": admins[0]}
    assert refused(roles.propose_verbs, role=shipped, **give) == "shipped"


def test_the_last_administrator_and_oneself_are_not_locked_out(world, admins):
    give = {"active": False, "now": world.at(DAY_0)}
    assert refused(staff.set_active, user=admins[0].user, by=admins[0], **give) == "yourself"
    staff.set_active(user=admins[1].user, by=admins[0], **give)
    assert refused(staff.set_active, user=admins[0].user, by=world.by, **give) == "last_admin"


def test_a_key_is_kept_as_a_hash_and_lives_until_it_is_revoked_or_over(world):
    user = world.user("accountant")
    by, now = Actor.of(user, "page"), world.at(DAY_0)
    token, secret = tokens.create(
        user=user, label="ERP", verbs=["customer.view"], expires_at=now + timedelta(days=1), now=now, by=by
    )
    assert secret not in str(ApiToken.objects.values().get())
    assert tokens.find(secret, now) == token
    assert tokens.allows(token, "customer.view")
    assert not tokens.allows(token, "invoice.issue")
    assert tokens.find(secret, now + timedelta(days=1)) is None
    assert tokens.find(secret[:-1] + "?", now) is None
    tokens.revoke(token=token, now=now, by=by)
    assert tokens.find(secret, now) is None


def test_nobody_makes_a_key_for_another_person_or_beyond_their_rights(world, admins):
    user = world.user("collector")
    give = {"label": "x", "expires_at": None, "now": world.at(DAY_0)}
    assert refused(tokens.create, user=user, verbs=["customer.view"], by=admins[0], **give) == "forbidden"
    assert (
        refused(tokens.create, user=user, verbs=["invoice.issue"], by=Actor.of(user, "page"), **give)
        == "forbidden"
    )
    robot, password = staff.create(
        username="erp", first_name="", last_name="", email="", service=True, now=world.at(DAY_0), by=admins[0]
    )
    assert password == ""
    decide(world, give_roles(world, robot, ["accountant"], admins[0]), admins[1])
    robot = User.objects.get(pk=robot.pk)
    token, _secret = tokens.create(user=robot, verbs=["customer.view"], by=admins[0], **give)
    assert token.user == robot


def test_a_locked_out_account_has_no_keys(world, admins):
    user = world.user("accountant")
    _token, secret = tokens.create(
        user=user,
        label="x",
        verbs=["customer.view"],
        expires_at=None,
        now=world.at(DAY_0),
        by=Actor.of(user, "page"),
    )
    staff.set_active(user=user, active=False, now=world.at(DAY_0), by=admins[0])
    assert tokens.find(secret, world.at(DAY_0)) is None


def entity_fields(**given):
    return {
        "code": "US", "name": "Northlight Inc", "country": "US", "time_zone": "America/New_York", "currency": "USD", **given,
    }  # fmt: skip


def test_a_legal_entity_is_created_with_sensible_hours_and_buckets(world, admins):
    entity = entities.create(fields=entity_fields(), now=world.at(DAY_0), by=admins[0])
    assert (entity.aging_buckets, entity.work_starts.hour) == ("30,60,90", 9)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Base"), ("currency", "RMB"), ("country", "Narnia"), ("aging_buckets", "30,20"),
        ("subdivision", "ZZ"), ("name", "No\x00rd"), ("code", ""),
    ],
)  # fmt: skip
def test_000_14_a_wrong_setting_names_its_field(world, admins, field, value):
    with pytest.raises(Refused) as found:
        entities.create(fields=entity_fields(**{field: value}), now=world.at(DAY_0), by=admins[0])
    assert set(found.value.figures["errors"]) <= {field, "country"}
    assert LegalEntity.objects.count() == 1


def test_currency_is_fixed_once_something_is_booked(world, admins):
    world.issue("acme", "10.00", due_on=DAY_0)
    give = {"entity": world.entity, "now": world.at(DAY_0), "by": admins[0]}
    assert refused(entities.edit, fields={"currency": "USD"}, **give) == "fixed"
    assert entities.edit(fields={"aging_buckets": "15,30"}, **give).aging_buckets == "15,30"


def test_a_series_keeps_its_counter_when_prefix_and_width_change(world, admins):
    give = {"entity": world.entity, "code": "INV", "now": world.at(DAY_0), "by": admins[0]}
    row = entities.set_series(prefix="A-", width=4, **give)
    type(row).objects.filter(pk=row.pk).update(last_number=7)
    row = entities.set_series(prefix="B-", width=6, **give)
    row.refresh_from_db()
    assert (row.prefix, row.width, row.last_number) == ("B-", 6, 7)
    type(row).objects.filter(pk=row.pk).update(last_number=0)
