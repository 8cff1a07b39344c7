"""Whom a policy speaks about: set, replaced and taken back; exemptions say why and stop what is on its way."""

import pytest

from dunning.models import Assignment, Policy
from dunning.services import assignments, policies
from receivables.actor import Actor
from receivables.models import CustomerProfile, User
from receivables.rules.refusals import Refused
from tests.fixtures.world import DAY_0


@pytest.fixture
def now(world):
    policies.install_defaults(now=world.at(DAY_0), by=world.by)
    return world.at(DAY_0)


def policy(code):
    return Policy.objects.get(code=code)


def refused(code, verb, /, **what):
    with pytest.raises(Refused) as no:
        verb(**what)
    assert no.value.code == code, no.value


def test_an_assignment_takes_the_place_of_the_former_of_the_same_group(world, now):
    first = assignments.assign(track="chase", policy=policy("strict"), segment="small", now=now, by=world.by)
    second = assignments.assign(track="chase", policy=policy("gentle"), segment="Small", now=now, by=world.by)
    first.refresh_from_db()
    assert (first.removed_at, second.removed_at) == (now, None)
    refused(
        "no_change",
        assignments.assign,
        track="chase",
        policy=policy("gentle"),
        segment="small",
        now=now,
        by=world.by,
    )


def test_pitfall_50_a_group_can_be_exempt_and_says_why(world, now):
    customer = world.customer("acme")
    CustomerProfile.objects.filter(customer=customer).update(segment="public sector")
    other, before = world.customer("globex"), customer.stop_version
    refused(
        "reason_missing",
        assignments.assign,
        track="chase",
        policy=None,
        segment="public sector",
        now=now,
        by=world.by,
    )
    row = assignments.assign(
        track="chase",
        policy=None,
        segment="public sector",
        reason="They pay by statute",
        now=now,
        by=world.by,
    )
    customer.refresh_from_db(), other.refresh_from_db()
    assert (row.policy, row.reason) == (None, "They pay by statute")
    assert (customer.stop_version, other.stop_version) == (before + 1, 0)


def test_one_customer_is_assigned_by_name(world, now):
    row = assignments.assign(
        track="chase", policy=policy("gentle"), customer=world.customer("acme"), now=now, by=world.by
    )
    assert row.customer.code == "acme"
    assignments.remove(assignment=row, reason="ordinary again", now=now, by=world.by)
    refused("already_undone", assignments.remove, assignment=row, now=now, by=world.by)


def test_the_last_resort_is_replaced_and_never_removed(world, now):
    row = Assignment.objects.get(policy__code="standard")
    refused("last_default", assignments.remove, assignment=row, now=now, by=world.by)
    assignments.assign(track="chase", policy=policy("gentle"), now=now, by=world.by)
    row.refresh_from_db()
    assert row.removed_at


def test_what_makes_no_sense_is_refused(world, now):
    acme = world.customer("acme")
    given = {"track": "chase", "policy": policy("standard"), "now": now, "by": world.by}
    refused("scope_mixed", assignments.assign, **given, segment="small", risk_class="C")
    refused("scope_mixed", assignments.assign, **given, segment="small", customer=acme)
    refused("class_unknown", assignments.assign, **given, risk_class="D")
    refused("track_mismatch", assignments.assign, **{**given, "track": "alert"})
    refused("track_unknown", assignments.assign, **{**given, "track": "sideways"})
    draft = policies.create(
        code="fresh", name="New", document=policy("standard").versions.get().ladder, now=now, by=world.by
    )
    refused("no_active_version", assignments.assign, **{**given, "policy": draft.policy})


def test_a_sales_rep_sees_only_own_customers_among_them(world, now):
    rosa = world.user("sales_rep", "rosa")
    mine, other = world.customer("acme", rep=rosa), world.customer("globex")
    for customer in (mine, other):
        assignments.assign(track="chase", policy=policy("gentle"), customer=customer, now=now, by=world.by)
    seen = Assignment.objects.for_user(rosa)
    assert set(seen.filter(customer__isnull=False).values_list("customer__code", flat=True)) == {"acme"}
    assert seen.filter(customer=None).count() == 4


def test_taking_an_assignment_back_stops_what_is_on_its_way_since_a_wider_exemption_may_speak(world, now):
    customer = world.customer("acme")
    row = assignments.assign(track="chase", policy=policy("gentle"), customer=customer, now=now, by=world.by)
    customer.refresh_from_db()
    before = customer.stop_version
    assignments.remove(assignment=row, now=now, by=world.by)
    customer.refresh_from_db()
    assert customer.stop_version == before + 1


def test_who_sees_one_entity_does_not_speak_for_others(world, now):
    narrow = world.user("finance_manager", "narrow", all_entities=False)
    narrow.entities.set([world.entity])
    by = Actor.of(User.objects.get(pk=narrow.pk), "page")
    what = {"track": "chase", "policy": None, "reason": "key accounts", "now": now, "by": by}
    refused("forbidden", assignments.assign, segment="key", **what)
    assert assignments.assign(segment="key", entity=world.entity, **what).pk
