"""The promise pages: the list by state, a promise made, renegotiated and decided, a plan agreed."""

from datetime import timedelta

import pytest

from dunning.models import PaymentPlan, PromiseToPay
from receivables import clock


@pytest.fixture
def owed(world):
    today = clock.today(world.entity)
    return [world.issue("globex", amount, due_on=today - timedelta(days=20)) for amount in ("600", "400")]


def pk_of(invoice):
    return str(invoice.instalments.get().entry_id)


def make(client, world, owed, **more):
    day = clock.today(world.entity) + timedelta(days=7)
    told = {"items": [pk_of(owed[0])], "amount": "500", "due_on": day.isoformat(), "source": "call", **more}
    return client.post(f"/customers/{world.customer('globex').pk}/promise/", told)


def test_wish_b5_a_promise_is_made_and_found_in_the_list(world, login, owed):
    client = login("collector")
    assert "600.00" in client.get(f"/customers/{world.customer('globex').pk}/promise/").content.decode()
    answer = make(client, world, owed)
    made = PromiseToPay.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/promises/{made.pk}/")
    assert (made.amount, made.made_by) == (50000, "collector")
    page = client.get("/promises/").content.decode()
    assert owed[0].number in page and "Globex Retail BV" in page
    detail = client.get(f"/promises/{made.pk}/").content.decode()
    assert "500.00" in detail and "Renegotiate" in detail


def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(world, login, owed):
    client = login("collector")
    answer = make(client, world, owed, amount="700", note="Gerda said so")
    assert answer.status_code == 422
    assert 'id="id_amount_error"' in answer.content.decode() and "Gerda said so" in answer.content.decode()
    assert make(client, world, owed, items=[]).status_code == 422
    assert not PromiseToPay.objects.exists()


def test_tabs_show_what_is_due_today_and_what_broke(world, login, owed):
    client = login("collector")
    make(client, world, owed, due_on=clock.today(world.entity).isoformat())
    page = client.get("/promises/?tab=DUE").content.decode()
    assert owed[0].number in page and "Due today" in page
    assert owed[0].number not in client.get("/promises/?tab=BROKEN").content.decode()
    assert owed[0].number in client.get("/promises/?tab=all&q=globex").content.decode()
    assert owed[0].number not in client.get("/promises/?tab=all&q=nobody").content.decode()


def test_renegotiated_withdrawn_and_decided_by_those_who_may(world, login, owed):
    client = login("finance_manager")
    make(client, world, owed)
    first = PromiseToPay.objects.get()
    day = clock.today(world.entity) + timedelta(days=14)
    told = {"items": [pk_of(owed[0])], "amount": "", "due_on": day.isoformat(), "source": "mail"}
    assert client.post(f"/promises/{first.pk}/renegotiate/", told).status_code == 302
    second = PromiseToPay.objects.get(replaces=first)
    assert second.amount == 60000
    assert f"/promises/{first.pk}/" in client.get(f"/promises/{second.pk}/").content.decode()  # the chain
    assert client.post(f"/promises/{second.pk}/decide/", {"kept": "yes", "reason": ""}).status_code == 422
    assert (
        client.post(f"/promises/{second.pk}/decide/", {"kept": "no", "reason": "they laughed"}).status_code
        == 302
    )
    assert PromiseToPay.objects.get(pk=second.pk).state == "BROKEN"
    assert client.post(f"/promises/{second.pk}/withdraw/", {"reason": "x"}).status_code == 409


def test_a_rep_makes_promises_and_closes_none(world, login, owed):
    rep = login("sales_rep")
    user = world.user("sales_rep", "other_rep")
    assert make(rep, world, owed).status_code == 404  # not their customer
    world.customer("globex").profiles.update(rep=user)
    rep.force_login(user)
    assert make(rep, world, owed).status_code == 302
    made = PromiseToPay.objects.get()
    assert rep.post(f"/promises/{made.pk}/decide/", {"kept": "yes", "reason": "x"}).status_code == 403


def test_a_plan_is_agreed_in_equal_parts_and_cancelled(world, login, owed):
    client = login("finance_manager")
    day = clock.today(world.entity) + timedelta(days=7)
    told = {
        "items": [pk_of(each) for each in owed], "amount": "1000", "number": "3", "every": "30",
        "due_on": day.isoformat(), "source": "call",
    }  # fmt: skip
    answer = client.post(f"/customers/{world.customer('globex').pk}/plan/", told)
    plan = PaymentPlan.objects.get()
    assert answer.headers["Location"] == f"/plans/{plan.pk}/"
    assert list(plan.promises.order_by("due_on").values_list("amount", flat=True)) == [33333, 33333, 33334]
    assert client.get(f"/plans/{plan.pk}/").status_code == 200
    assert client.post(f"/plans/{plan.pk}/cancel/", {"reason": "new terms"}).status_code == 302
    assert PaymentPlan.objects.get().state == "CANCELLED"


def test_an_empty_list_says_where_promises_come_from(world, login):
    assert "Nobody has promised anything" in login("auditor").get("/promises/").content.decode()
