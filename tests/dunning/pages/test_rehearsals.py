"""The dry run's page and the preview on resume."""

from datetime import timedelta

import pytest
from django.urls import reverse

from dunning.models import Notice
from dunning.services import blocks
from receivables import clock


@pytest.fixture
def late(dunning_desk):
    desk = dunning_desk
    today = clock.today(desk.world.entity)
    desk.issue("globex", "250.00", due_on=today - timedelta(days=20))
    desk.issue("acme", "100.00", due_on=today + timedelta(days=60))
    return today


def test_the_dry_run_shows_what_a_night_would_say_and_why_others_hear_nothing(login, late):
    client = login("finance_manager", username="fiona")
    answer = client.get(reverse("dunning:policy_dry_run"))
    assert {(row["customer"].code, row["channel"]) for row in answer.context["rows"]} >= {("globex", "call")}
    assert Notice.objects.count() == 0
    later = client.get(reverse("dunning:policy_dry_run"), {"on": (late + timedelta(days=53)).isoformat()})
    assert ("acme", "email") in {(row["customer"].code, row["channel"]) for row in later.context["rows"]}
    nonsense = client.get(reverse("dunning:policy_dry_run"), {"on": "yesterday", "entity": "x"})
    assert (nonsense.status_code, nonsense.context["on"]) == (200, late)


def test_a_sales_rep_sees_only_own_customers_in_it(login, late, dunning_desk):
    answer = login("sales_rep", username="rosa").get(reverse("dunning:policy_dry_run"))
    assert answer.status_code == 200
    assert answer.context["rows"] == []


def test_the_preview_on_resume_is_a_page_and_a_fragment(login, late, dunning_desk):
    world = dunning_desk.world
    block = blocks.place(
        customer=world.customer("globex"), reason="clarifying", today=late, now=clock.now(), by=world.by
    )
    client = login("collector", username="cem")
    there = reverse("dunning:policy_resume", args=[block.pk])
    assert "Call by the sales rep" in client.get(there).content.decode()
    part = client.get(there, headers={"HX-Request": "true"}).content.decode()
    assert "would follow" in part and "<html" not in part
    assert client.get(reverse("dunning:policy_resume", args=[block.pk + 1])).status_code == 404
