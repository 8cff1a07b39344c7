"""The pages of charges: what they show, who may give one up, and what giving up does."""

from datetime import date

import pytest

from receivables.models import Charge, ChargeWaiver

pytestmark = pytest.mark.django_db
APRIL, MAY = date(2025, 4, 1), date(2025, 5, 31)


@pytest.fixture
def charge(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL, number="NL-7")
    interest.terms("globex", "de_b2b")
    interest.claim("globex", MAY)
    return Charge.objects.get(kind="interest")


def test_the_list_says_what_was_charged_on_which_item_and_the_sums(charge, login):
    page = login("accountant").get("/charges/").content.decode()
    assert charge.number in page
    assert "NL-7" in page
    assert "58.53" in page


def test_the_list_narrows_by_kind_and_standing(charge, login):
    client = login("accountant")
    assert len(client.get("/charges/?kind=interest&standing=open").context["page"].rows) == 1
    assert not client.get("/charges/?standing=waived").context["page"].rows
    assert not client.get("/charges/?customer=999999").context["page"].rows


def test_one_charge_shows_how_it_was_reached(charge, login):
    page = login("accountant").get(f"/charges/{charge.pk}/").content.decode()
    assert "11.27" in page
    assert "§ 288" in page


def test_an_accountant_sees_but_does_not_waive(charge, login):
    client = login("accountant")
    assert "/waive/" not in client.get(f"/charges/{charge.pk}/").content.decode()
    assert client.post(f"/charges/{charge.pk}/waive/", {"reason": "goodwill"}).status_code == 403
    assert not ChargeWaiver.objects.exists()


def test_a_finance_manager_waives_for_a_reason(charge, login):
    client = login("finance_manager")
    assert client.post(f"/charges/{charge.pk}/waive/", {"reason": ""}).status_code == 422
    answer = client.post(f"/charges/{charge.pk}/waive/", {"reason": "goodwill"}, follow=True)
    assert answer.status_code == 200
    assert "goodwill" in answer.content.decode()
    assert ChargeWaiver.objects.get().amount == charge.amount


def test_a_charge_of_another_entity_is_not_there(charge, world, login):
    world.legal_entity("CN", "Beidou", "CNY", "Asia/Shanghai", "CN")
    client = login("accountant", username="elsewhere", all_entities=False)
    assert client.get(f"/charges/{charge.pk}/").status_code == 404
    assert not client.get("/charges/").context["page"].rows
