"""The policy studio as people use it: look, ask who speaks, draft, edit, rehearse in pieces, put in force by somebody else."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dunning.models import Assignment, Policy, PolicyVersion
from dunning.rules.default_ladders import STRICT
from dunning.services import assignments, policies
from receivables import clock
from tests.fixtures.world import DAY_0


@pytest.fixture
def laid(world):
    policies.install_defaults(now=world.at(DAY_0), by=world.by)


@pytest.fixture
def drafted(world, laid):
    return policies.draft(
        policy=Policy.objects.get(code="standard"), now=world.at(DAY_0), by=world.person("finance_manager")
    )


def page(client, name, *args, **query):
    answer = client.get(reverse(f"dunning:{name}", args=args), query)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def inputs(client, pk):
    """What stands in the editor's inputs, as a browser would send it."""
    answer = client.get(reverse("dunning:policy_edit", args=[pk]))
    sent = {"seen": answer.context["seen"], **answer.context["top"]}
    for stage in answer.context["stages"]:
        sent |= {cell["name"]: cell["value"] for cell in stage["f"].values()}
        sent[f"s-{stage['n']}-effects"] = [each["code"] for each in stage["effects"] if each["on"]]
    return sent


def test_without_a_policy_the_page_says_what_follows(login, world):
    assert "Without a policy nobody is asked" in page(login("finance_manager"), "policies")


def test_the_list_shows_ladders_and_the_order_of_precedence(login, laid):
    text = page(login("collector"), "policies")
    assert "Segment key account" in text and "Class C" in text
    assert "One customer › Segment at an entity › Segment › Class at an entity" in " ".join(text.split())
    assert "Draft a change" not in page(login("collector"), "policy", "standard")


def test_003_20_the_page_says_which_policy_speaks_to_a_customer_and_why(login, world, laid):
    acme = world.customer("acme")
    client = login("finance_manager")
    assert "Standard" in page(client, "policies", customer="acme")
    assignments.assign(
        track="chase", policy=None, customer=acme, reason="by hand", now=world.at(DAY_0), by=world.by
    )
    answer = client.get(reverse("dunning:policies"), {"customer": "acme"}).context["answer"]
    chase, _alert = answer["entities"][0]["tracks"]
    assert [(row["exempt"], row["speaks"], row["policy"]) for row in chase["chain"]] == [
        (True, True, ""),
        (False, False, "Standard"),
    ]
    assert "no such customer" in page(client, "policies", customer="nobody at all")


def test_a_group_is_assigned_and_taken_back(login, world, laid):
    client = login("finance_manager")
    there = reverse("dunning:policy_assign")
    refused = client.post(there, {"policy": "chase:", "segment": "public sector"})
    assert refused.status_code == 422 and "Say why nobody speaks" in refused.content.decode()
    done = client.post(there, {"policy": "chase:", "segment": "public sector", "reason": "statute"})
    assert done.status_code == 302
    row = Assignment.objects.get(segment="public sector")
    client.post(reverse("dunning:policy_unassign", args=[row.pk]))
    row.refresh_from_db()
    assert row.removed_at
    assert client.post(there, {"policy": "chase:gentle", "customer": "who"}).status_code == 404


def test_the_editor_gives_back_what_it_was_given(login, drafted):
    client = login("finance_manager")
    before = drafted.content_hash
    answer = client.post(reverse("dunning:policy_edit", args=[drafted.pk]), inputs(client, drafted.pk))
    assert answer.status_code == 302
    drafted.refresh_from_db()
    assert drafted.content_hash == before


@pytest.mark.parametrize("code", ["gentle", "strict", "alerts"])
def test_every_shipped_ladder_survives_the_editor(login, world, laid, code):
    row = policies.draft(
        policy=Policy.objects.get(code=code), now=world.at(DAY_0), by=world.person("finance_manager")
    )
    client = login("finance_manager")
    assert (
        client.post(reverse("dunning:policy_edit", args=[row.pk]), inputs(client, row.pk)).status_code == 302
    )
    assert PolicyVersion.objects.get(pk=row.pk).content_hash == row.content_hash


def test_all_settings_survive_the_editor(login, world, laid):
    document = {
        "track": "chase", "grace_days": 2, "min_gap": 5, "stale_bank_hours": 48, "hold_for_receipts": False,
        "minimum": {"EUR": "25.00", "JPY": "500"},
        "stages": [
            {"code": "early", "offset": -5, "until": 0, "audience": "management", "channels": ["sms", "email", "letter"],
             "template": "early"},
            {"code": "final", "name": "Last word", "offset": 20, "audience": "legal", "channels": ["letter"], "template": "final",
             "min_gap": 3, "deadline_days": 7, "minimum": {"EUR": "100.00"},
             "person_from": {"1": {"EUR": "5.00"}, "3": {"*": "0"}},
             "fee": {"kind": "percent", "percent": "1.5", "base": "original"}, "interest": True, "effects": ["hold", "hand_over"],
             "repeat": {"every": 9, "times": 2}},
            {"code": "fee", "offset": 50, "audience": "billing", "channels": ["email"], "template": "fee",
             "fee": {"kind": "fixed", "amounts": {"EUR": "5.00", "JPY": "700"}}, "terminal": True},
        ],
    }  # fmt: skip
    row = policies.create(
        code="all", name="All", document=document, now=world.at(DAY_0), by=world.person("finance_manager")
    )
    client = login("finance_manager")
    answer = client.post(reverse("dunning:policy_edit", args=[row.pk]), inputs(client, row.pk))
    assert answer.status_code == 302, answer.context["wrong"]
    assert PolicyVersion.objects.get(pk=row.pk).ladder == row.ladder
    text = page(client, "policy", "all")
    assert "every 9 days, 2 times" in text and "1.5 per cent of the original amount" in text


def test_a_mistake_stands_at_its_input_and_saves_nothing(login, drafted):
    client = login("finance_manager")
    sent = inputs(client, drafted.pk) | {"s-2-offset": "x", "s-1-ch1": "email", "minimum": "EUR five"}
    answer = client.post(reverse("dunning:policy_edit", args=[drafted.pk]), sent)
    assert answer.status_code == 422
    assert set(answer.context["wrong"]) == {"minimum"}
    sent = inputs(client, drafted.pk) | {"s-2-deadline_days": "x", "s-1-ch1": "letter"}
    answer = client.post(reverse("dunning:policy_edit", args=[drafted.pk]), sent)
    assert answer.context["wrong"] == {
        "s-1-ch1": "Letter does not reach this audience.",
        "s-1-template": "A stage that writes needs a template.",
        "s-2-deadline_days": "A whole number from 0 to 90.",
    }
    drafted.refresh_from_db()
    assert drafted.ladder["stages"][2]["deadline_days"] == 7


def test_stages_are_added_moved_and_removed(login, drafted):
    client = login("finance_manager")
    there = reverse("dunning:policy_edit", args=[drafted.pk])
    added = client.post(there, inputs(client, drafted.pk) | {"add": "1"})
    assert [stage["f"]["code"]["value"] for stage in added.context["stages"]][-1] == "stage1"
    removed = client.post(there, inputs(client, drafted.pk) | {"remove": "4"})
    assert len(removed.context["stages"]) == 4
    moved = inputs(client, drafted.pk) | {"s-1-offset": "20"}
    assert client.post(there, moved).status_code == 302
    drafted.refresh_from_db()
    assert [stage["code"] for stage in drafted.ladder["stages"]] == [
        "friendly",
        "firm",
        "call",
        "demand",
        "handover",
    ]


def test_two_editors_do_not_overwrite_each_other(login, drafted):
    first, second = login("finance_manager"), login("finance_manager", username="other")
    there = reverse("dunning:policy_edit", args=[drafted.pk])
    one, other = inputs(first, drafted.pk), inputs(second, drafted.pk)
    assert first.post(there, one | {"s-2-offset": "15"}).status_code == 302
    late = second.post(there, other | {"s-2-offset": "14"})
    assert late.status_code == 409 and "Somebody changed this draft" in late.content.decode()


def test_a_draft_is_rehearsed_in_pieces_and_put_in_force_by_somebody_else(login, world, drafted):
    world.issue("globex", "500.00", due_on=clock.today(world.entity) - timedelta(days=60))
    writer, second = login("finance_manager"), login("cfo")
    refused = second.post(
        reverse("dunning:policy_activate", args=[drafted.pk]), {"seen": drafted.content_hash}
    )
    assert refused.status_code == 422
    began = writer.post(reverse("dunning:policy_rehearse", args=[drafted.pk]))
    assert "hx-post" in writer.get(began.url).content.decode()
    for _piece in range(5):
        answer = writer.post(
            reverse("dunning:policy_step", args=[drafted.pk]), headers={"HX-Request": "true"}
        )
        if answer.status_code == 204:
            break
    assert answer.headers["HX-Redirect"] == reverse("dunning:policy_rehearsal", args=[drafted.pk])
    text = page(second, "policy_rehearsal", drafted.pk)
    assert "Nobody was asked for money that was paid" in text and "Firm reminder" in text
    own = writer.post(reverse("dunning:policy_activate", args=[drafted.pk]), {"seen": drafted.content_hash})
    assert own.status_code == 409
    assert "You wrote on this draft" in page(login("finance_manager"), "policy", "standard")
    done = second.post(reverse("dunning:policy_activate", args=[drafted.pk]), {"seen": drafted.content_hash})
    assert done.status_code == 302
    drafted.refresh_from_db()
    assert drafted.active
    assert page(writer, "policy_version", drafted.pk)


def test_a_rehearsal_of_a_draft_that_changed_meanwhile_is_refused(login, drafted):
    client = login("finance_manager")
    client.post(reverse("dunning:policy_rehearse", args=[drafted.pk]))
    client.post(
        reverse("dunning:policy_edit", args=[drafted.pk]), inputs(client, drafted.pk) | {"s-2-offset": "15"}
    )
    assert client.post(reverse("dunning:policy_step", args=[drafted.pk])).status_code == 409


def test_policy_as_code_goes_out_and_comes_back(login, world, drafted):
    client = login("finance_manager")
    answer = client.get(reverse("dunning:policy_download", args=[drafted.pk]))
    assert json.loads(answer.content) == drafted.ladder
    assert answer["Content-Disposition"] == 'attachment; filename="standard-v2.json"'

    def send(data):
        file = SimpleUploadedFile("ladder.json", data, "application/json")
        return client.post(
            reverse("dunning:policy_upload", args=[drafted.pk]), {"file": file, "seen": drafted.content_hash}
        )

    assert send(b"\xff\xfe not json").status_code == 422
    assert send(json.dumps({"track": "chase", "stages": [{"code": "\ud800"}]}).encode()).status_code == 422
    assert send(b"[" * 100_000).status_code == 422
    assert send(json.dumps(STRICT).encode()).status_code == 302
    drafted.refresh_from_db()
    assert drafted.ladder["stages"][0]["offset"] == -10


def test_a_new_policy_begins_as_a_copy_or_from_a_file(login, laid):
    client = login("finance_manager")
    source = PolicyVersion.objects.get(policy__code="gentle").pk
    made = client.post(
        reverse("dunning:policy_new"), {"code": "public", "name": "Public sector", "source": source}
    )
    assert made.status_code == 302
    file = SimpleUploadedFile("x.json", b'{"track": "chase", "stages": []}')
    wrong = client.post(
        reverse("dunning:policy_new"), {"code": "two", "name": "Two", "source": "", "file": file}
    )
    assert wrong.status_code == 422 and "A ladder has 1 to 20 stages" in wrong.content.decode()
    text = page(client, "policies")
    assert "Public sector" in text and "Speaks about nobody yet" in text


def test_a_draft_is_discarded(login, drafted):
    client = login("finance_manager")
    assert client.post(reverse("dunning:policy_discard", args=[drafted.pk])).status_code == 302
    assert "Discarded" in page(client, "policy", "standard")
    active = PolicyVersion.objects.get(policy__code="standard", active=True)
    assert client.post(reverse("dunning:policy_discard", args=[active.pk])).status_code == 409
    assert client.get(reverse("dunning:policy_edit", args=[active.pk])).status_code == 302


def test_roles_that_may_not_edit_are_kept_out(login, drafted):
    for role in ("collector", "sales_rep", "auditor"):
        assert login(role).get(reverse("dunning:policy_edit", args=[drafted.pk])).status_code == 403
    assert (
        login("finance_manager").post(reverse("dunning:policy_retire", args=[drafted.pk])).status_code == 302
    )
