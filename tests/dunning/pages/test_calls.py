"""The call list and the panel: everything on one screen, one form, one save."""

from datetime import timedelta

import pytest
from django.db import transaction

from dunning.models import Call, PromiseToPay
from receivables import audit, clock
from receivables.models import Contact, Dispute, WorkItem
from receivables.services import work


@pytest.fixture
def desk(world):
    today = clock.today(world.entity)
    world.invoice = world.issue("globex", "600", due_on=today - timedelta(days=1))
    world.issue("initech", "9000", due_on=today - timedelta(days=3))
    Contact.objects.create(
        customer=world.customer("globex"), name="Gerda", phone="+31201234567", time_zone="Europe/Amsterdam"
    )
    world.clerk = world.user("collector")
    world.tasks = [task(world, code) for code in ("globex", "initech")]
    return world


def task(world, code):
    now = clock.now()
    mine = world.clerk if code == "globex" else None
    with transaction.atomic(), audit.line("run.chunk", by=world.by, now=now) as line:
        return work.open_item(
            line, kind="dunning_call", entity=world.entity, customer=world.customer(code), step="call",
            owner_role="collector", assignee=mine, now=now, deadline=now + timedelta(hours=4),
        )  # fmt: skip


def test_003_15_tasks_are_listed_mine_first_and_by_amount(desk, login):
    client = login("collector")
    mine = client.get("/calls/").content.decode()
    assert "Globex" in mine and "Initech" not in mine
    everybody = client.get("/calls/?tab=all").content.decode()
    assert everybody.index("Initech") < everybody.index("Globex")  # the larger amount of the same day


def test_003_15_the_panel_holds_script_items_promises_and_the_contacts_clock(desk, login):
    page = login("collector").get(f"/calls/{desk.tasks[0].pk}/").content.decode()
    for words in (
        "600.00",
        desk.invoice.number,
        "Gerda",
        "Europe/Amsterdam",
        "tel:+31201234567",
        "Nordlicht GmbH",
        "collector",
    ):
        assert words in page, words
    assert 'data-key="1"' in page and 'data-key="9"' in page


def test_003_15_one_save_closes_the_task_with_its_promise(desk, login):
    client = login("collector")
    url = f"/calls/{desk.tasks[0].pk}/"
    entry = str(desk.invoice.instalments.get().entry_id)
    day = (clock.today(desk.entity) + timedelta(days=5)).isoformat()
    missing = client.post(url, {"outcome": "will_pay", "items": [entry], "note": "Gerda said"})
    assert missing.status_code == 422
    assert (
        'id="id_promised_on_error"' in missing.content.decode() and "Gerda said" in missing.content.decode()
    )
    told = {"outcome": "will_pay", "items": [entry], "amount": "", "promised_on": day, "cause": "approval"}
    assert client.post(url, told).status_code == 302
    assert PromiseToPay.objects.get().amount == 60000
    assert WorkItem.objects.get(pk=desk.tasks[0].pk).outcome == "will_pay"
    assert client.get(url).status_code == 302  # dealt with


def test_disputes_need_the_item(desk, login):
    client = login("collector")
    url = f"/calls/{desk.tasks[0].pk}/"
    assert client.post(url, {"outcome": "disputes"}).status_code == 422
    entry = str(desk.invoice.instalments.get().entry_id)
    told = {"outcome": "disputes", "disputed": entry, "dispute_reason": "price", "dispute_amount": "50"}
    assert client.post(url, told).status_code == 302
    assert Dispute.objects.get().amount == 5000


def test_a_customer_is_called_without_a_task(desk, login):
    client = login("collector")
    url = f"/customers/{desk.customer('globex').pk}/call/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"outcome": "paid"}).status_code == 302
    assert Call.objects.get().work_item is None


def test_the_customers_fragment_says_what_stands(desk, login):
    client = login("collector")
    url = f"/customers/{desk.customer('globex').pk}/collections/"
    page = client.get(url).content.decode()
    assert "<html" not in page and f"/calls/{desk.tasks[0].pk}/" in page
    assert client.get("/customers/999999/collections/").status_code == 404


def test_foreign_tasks_are_not_found(desk, login):
    foreign = login("collector", username="elsewhere", all_entities=False)
    assert foreign.get(f"/calls/{desk.tasks[0].pk}/").status_code == 404
    assert "Globex" not in foreign.get("/calls/?tab=all").content.decode()
