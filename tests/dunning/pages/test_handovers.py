"""Hand-overs and blocks on their pages."""

from datetime import timedelta

import pytest

from dunning.models import DunningBlock, HandOver, LadderMove
from receivables import clock


@pytest.fixture
def owed(world):
    return world.issue("umbrella", "1200", due_on=clock.today(world.entity) - timedelta(days=70))


def pk_of(invoice):
    return str(invoice.instalments.get().entry_id)


def hand_over(client, world, owed):
    told = {"items": [pk_of(owed)], "to": "Dr. Recht", "kind": "legal", "reason": "silent"}
    return client.post(f"/customers/{world.customer('umbrella').pk}/handover/", told)


def test_003_18_finance_hands_over_and_takes_back(world, login, owed):
    client = login("finance_manager")
    assert hand_over(client, world, owed).status_code == 302
    made = HandOver.objects.get()
    page = client.get(f"/handovers/{made.pk}/").content.decode()
    assert made.number in page and made.pack_sha256 in page and "Dr. Recht" in page
    assert made.number in client.get("/handovers/").content.decode()
    pack = client.get(f"/handovers/{made.pk}/pack/")
    assert pack.headers["Content-Type"] == "application/zip" and pack.content[:2] == b"PK"
    assert pack.headers["Content-Disposition"] == f'attachment; filename="{made.pack_name}"'
    assert client.post(f"/handovers/{made.pk}/end/", {"reason": "they pay"}).status_code == 302
    assert made.number in client.get("/handovers/?tab=ended").content.decode()


def test_003_18_others_do_not_hand_over(world, login, owed):
    assert hand_over(login("collector"), world, owed).status_code == 403
    assert (
        hand_over(login("finance_manager", username="far", all_entities=False), world, owed).status_code
        == 404
    )


def test_pitfall_44_a_block_is_placed_listed_and_released(world, login, owed):
    client = login("collector")
    day = clock.today(world.entity) + timedelta(days=3)
    url = f"/customers/{world.customer('umbrella').pk}/block/"
    told = {"reason": "clarifying", "until_on": day.isoformat(), "note": "talking", "item": pk_of(owed)}
    assert client.post(url, told | {"until_on": "2020-01-01"}).status_code == 422
    assert client.post(url, told).status_code == 302
    block = DunningBlock.objects.get()
    assert "talking" in client.get("/blocks/?tab=soon").content.decode()
    assert client.post(f"/blocks/{block.pk}/release/", {"reason": "settled"}).status_code == 302
    assert "settled" in client.get("/blocks/?tab=over").content.decode()


def test_pitfall_46_a_payment_in_flight_has_an_amount(world, login, owed):
    client = login("accountant")
    day = clock.today(world.entity) + timedelta(days=3)
    url = f"/customers/{world.customer('umbrella').pk}/block/"
    told = {"reason": "pending_payment", "until_on": day.isoformat(), "item": pk_of(owed), "amount": "200"}
    assert client.post(url, told).status_code == 302
    assert DunningBlock.objects.get().amount == 20000
    assert client.post(url, told | {"amount": "abc"}).status_code == 422
    assert client.post(url, told | {"item": "", "amount": "5"}).status_code == 422


def test_pitfall_37_an_item_is_moved_on_its_page(world, login, owed):
    client = login("collector")
    assert client.get(f"/items/{pk_of(owed)}/ladder/").status_code == 200
    told = {"track": "chase", "rank": "", "reason": "begin again", "anew": "on"}
    assert client.post(f"/items/{pk_of(owed)}/ladder/", told).status_code == 302
    assert LadderMove.objects.get().round == 2
