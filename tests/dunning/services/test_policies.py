"""Versions of policies: one draft at a time, rehearsed as it stands, put in force by somebody else, never changed then."""

import pytest
from django.db import IntegrityError, transaction

from dunning.models import Assignment, Policy, PolicyVersion
from dunning.rules import ladder_json
from dunning.rules.default_ladders import ALERTS, STANDARD, STRICT
from dunning.services import assignments, policies
from receivables.models import Audit
from receivables.rules.refusals import Refused
from tests.fixtures.world import DAY_0


@pytest.fixture
def now(world):
    return world.at(DAY_0)


@pytest.fixture
def standard(world, now):
    policies.install_defaults(now=now, by=world.by)
    return Policy.objects.get(code="standard")


@pytest.fixture
def finance(world):
    return world.person("finance_manager")


@pytest.fixture
def cfo(world):
    return world.person("cfo")


def refused(code, verb, /, **what):
    with pytest.raises(Refused) as no:
        verb(**what)
    assert no.value.code == code, no.value
    return no.value


def rehearse(row, now, by):
    return policies.rehearsed(
        version=row, summary={"messages": 1}, content_hash=row.content_hash, now=now, by=by
    )


def put_in_force(policy, document, now, writer, second):
    row = policies.draft(policy=policy, document=document, now=now, by=writer)
    row = rehearse(row, now, writer)
    return policies.activate(version=row, seen_hash=row.content_hash, now=now, by=second)


def test_the_defaults_are_laid_once(world, now, standard):
    assert list(Policy.objects.order_by("code").values_list("code", "track")) == [
        ("alerts", "alert"),
        ("gentle", "chase"),
        ("standard", "chase"),
        ("strict", "chase"),
    ]
    before = Audit.objects.count()
    assert policies.install_defaults(now=now, by=world.by) == []
    assert Audit.objects.count() == before
    assert PolicyVersion.objects.filter(active=True).count() == Assignment.objects.count() == 4
    assert policies.read(standard.versions.get()).stage("demand").offset == 31


def test_a_default_takes_no_place_that_is_taken(world, now):
    row = policies.create(code="ours", name="Ours", document=STANDARD, now=now, by=world.by)
    PolicyVersion.objects.filter(pk=row.pk).update(active=True)
    assignments.assign(track="chase", policy=row.policy, now=now, by=world.by)
    policies.install_defaults(now=now, by=world.by)
    everybody = Assignment.objects.filter(
        track="chase", segment="", risk_class="", entity=None, customer=None
    )
    assert [each.policy.code for each in everybody] == ["ours"]


def test_a_draft_is_a_copy_of_what_is_in_force(standard, now, finance):
    row = policies.draft(policy=standard, now=now, by=finance)
    assert (row.number, row.active, row.ladder) == (2, False, standard.versions.get(number=1).ladder)
    refused("already_open", policies.draft, policy=standard, now=now, by=finance)


def test_a_draft_is_saved_only_over_what_was_seen(standard, now, finance):
    row = policies.draft(policy=standard, now=now, by=finance)
    seen = row.content_hash
    saved = policies.save_draft(version=row, document=STRICT, seen_hash=seen, now=now, by=finance)
    assert saved.content_hash == ladder_json.digest(ladder_json.normal(STRICT)) != seen
    refused("stale", policies.save_draft, version=row, document=STANDARD, seen_hash=seen, now=now, by=finance)
    refused(
        "track_mismatch",
        policies.save_draft,
        version=row,
        document=ALERTS,
        seen_hash=saved.content_hash,
        now=now,
        by=finance,
    )


def test_a_policy_is_put_in_force_by_somebody_else(world, standard, now, finance, cfo):
    row = rehearse(policies.draft(policy=standard, document=STRICT, now=now, by=finance), now, cfo)
    refused("four_eyes", policies.activate, version=row, seen_hash=row.content_hash, now=now, by=finance)
    refused("four_eyes", policies.activate, version=row, seen_hash=row.content_hash, now=now, by=world.by)
    done = policies.activate(version=row, seen_hash=row.content_hash, now=now, by=cfo)
    former = standard.versions.get(number=1)
    assert (done.active, done.activated_by, former.active, former.retired_at) == (True, cfo.user, False, now)


def test_whoever_wrote_on_a_draft_before_may_not_put_it_in_force_either(standard, now, finance, cfo):
    row = policies.draft(policy=standard, now=now, by=cfo)
    row = policies.save_draft(version=row, document=STRICT, seen_hash=row.content_hash, now=now, by=finance)
    row = rehearse(row, now, finance)
    refused("four_eyes", policies.activate, version=row, seen_hash=row.content_hash, now=now, by=cfo)


def test_a_second_account_of_the_same_person_is_no_second_person(world, standard, now, finance):
    other = world.user("cfo", "frieda2", person="frieda")
    type(other).objects.filter(pk=finance.user.pk).update(person="frieda")
    finance.user.refresh_from_db()
    row = rehearse(policies.draft(policy=standard, document=STRICT, now=now, by=finance), now, finance)
    by = type(finance).of(other, "page")
    refused("four_eyes", policies.activate, version=row, seen_hash=row.content_hash, now=now, by=by)


def test_four_eyes_hold_in_the_database_too(standard, now, finance):
    row = policies.draft(policy=standard, now=now, by=finance)
    with pytest.raises(IntegrityError, match="policy_activated_by_another"), transaction.atomic():
        PolicyVersion.objects.filter(pk=row.pk).update(activated_by=finance.user)


def test_only_what_was_rehearsed_as_it_stands_is_put_in_force(standard, now, finance, cfo):
    row = policies.draft(policy=standard, now=now, by=finance)
    refused("not_rehearsed", policies.activate, version=row, seen_hash=row.content_hash, now=now, by=cfo)
    row = rehearse(row, now, finance)
    edited = policies.save_draft(
        version=row, document=STRICT, seen_hash=row.content_hash, now=now, by=finance
    )
    refused(
        "not_rehearsed", policies.activate, version=edited, seen_hash=edited.content_hash, now=now, by=cfo
    )
    refused(
        "stale",
        policies.rehearsed,
        version=row,
        summary={},
        content_hash=row.content_hash,
        now=now,
        by=finance,
    )


def test_a_rehearsal_that_asked_wrongly_puts_nothing_in_force(standard, now, finance, cfo):
    row = policies.draft(policy=standard, now=now, by=finance)
    bad = {"after": {"faults": {"paid": 1}}}
    row = policies.rehearsed(version=row, summary=bad, content_hash=row.content_hash, now=now, by=finance)
    refused("rehearsal_failed", policies.activate, version=row, seen_hash=row.content_hash, now=now, by=cfo)


def test_what_is_in_force_never_changes(standard, now, finance, cfo):
    row = put_in_force(standard, STRICT, now, finance, cfo)
    for verb, what in (
        (policies.save_draft, {"document": STANDARD, "seen_hash": row.content_hash}),
        (policies.activate, {"seen_hash": row.content_hash}),
        (policies.rehearsed, {"summary": {}, "content_hash": row.content_hash}),
    ):
        refused("already_decided", verb, version=row, now=now, by=cfo, **what)


def test_a_draft_is_discarded_and_leaves_its_number(standard, now, finance):
    row = policies.draft(policy=standard, now=now, by=finance)
    policies.retire(version=row, reason="not needed", now=now, by=finance)
    assert policies.draft(policy=standard, now=now, by=finance).number == 3
    refused("already_decided", policies.retire, version=row, reason="", now=now, by=finance)


def test_a_policy_that_speaks_about_somebody_is_not_taken_out_of_force(standard, now, finance):
    row = standard.versions.get(active=True)
    refused("in_use", policies.retire, version=row, reason="", now=now, by=finance)


def test_a_policy_is_begun_from_a_file(now, finance):
    row = policies.create(
        code="slow", name="Slow", document=STANDARD, note="from the file", now=now, by=finance
    )
    assert (row.policy.track, row.number, row.active, row.note) == ("chase", 1, False, "from the file")
    refused("duplicate", policies.create, code="slow", name="Again", document=STANDARD, now=now, by=finance)
    refused("code_invalid", policies.create, code="no good", name="x", document=STANDARD, now=now, by=finance)
    refused(
        "ladder_invalid", policies.create, code="bad", name="x", document={"stages": []}, now=now, by=finance
    )


def test_each_verb_leaves_one_line(standard, now, finance, cfo):
    before = Audit.objects.count()
    row = put_in_force(standard, STRICT, now, finance, cfo)
    lines = list(Audit.objects.order_by("seq")[before:].values_list("action", "subject", "actor"))
    assert lines == [
        ("policy.drafted", f"policy_version:{row.pk}", "finance_manager"),
        ("policy.rehearsed", f"policy_version:{row.pk}", "finance_manager"),
        ("policy.activated", f"policy_version:{row.pk}", "cfo"),
    ]
