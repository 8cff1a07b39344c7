"""Notices over the API: what is read is what is released, and the same refusals as on the pages."""

from datetime import date, timedelta

import pytest

from receivables import clock
from receivables.models import CustomerProfile
from tests.fixtures.notice_desk import NoticeDesk

DUE = date(2026, 3, 2)
CALL = DUE + timedelta(days=1)
FIRM = DUE + timedelta(days=16)
DEMAND = DUE + timedelta(days=31)


@pytest.fixture
def desk(notice_desk: NoticeDesk, monkeypatch) -> NoticeDesk:
    notice_desk.issue("globex", "900.00", due_on=DUE)
    CustomerProfile.objects.filter(customer__code="globex").update(importance=3)
    for day in (CALL, FIRM):
        notice_desk.day(day)
    notice_desk.night(DEMAND)
    monkeypatch.setattr(clock, "now", lambda: notice_desk.at(DEMAND, 10))
    return notice_desk


def test_what_was_read_is_what_is_released(desk, api):
    caller = api("finance_manager")
    (waiting,) = caller.get("notices?state=PROPOSED").json()["items"]
    assert (waiting["total"], waiting["why"], waiting["currency"]) == ("900.00", "important", "EUR")
    seen = caller.get(f"notices/{waiting['id']}/preview").json()
    assert "NL-letter-000001" in seen["subject"] and seen["wrong"] == seen["cannot"] == ""
    stale = caller.post(f"notices/{waiting['id']}/approve", {"sha256": "0" * 64})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    done = caller.post(f"notices/{waiting['id']}/approve", {"sha256": seen["sha256"]}).json()
    assert (done["state"], done["approved_hash"], done["number"]) == (
        "HANDED_OVER",
        seen["sha256"],
        "NL-letter-000001",
    )
    assert done["items"][0]["open"] == "900.00"


def test_a_notice_is_put_off_and_withdrawn_with_a_reason(desk, api):
    caller, notice = api("finance_manager"), desk.notice("globex")
    later = (DEMAND + timedelta(days=2)).isoformat()
    assert caller.post(f"notices/{notice.pk}/postpone", {"until": later}).status_code == 200
    assert caller.post(f"notices/{notice.pk}/postpone", {"until": "someday"}).status_code == 422
    done = caller.post(f"notices/{notice.pk}/withdraw", {"reason": "Spoke to them"})
    assert (done.json()["state"], done.json()["why"]) == ("WITHDRAWN", "by_hand")
    assert caller.get(f"notices/{notice.pk}/preview").json()["wrong"] != ""


def test_a_notice_is_written_by_hand_once_for_a_key(desk, api):
    desk.issue("initech", "100.00", due_on=DEMAND - timedelta(days=16))
    customer = desk.world.customer("initech")
    body = {
        "customer": customer.pk, "entity": desk.world.entity.pk, "currency": "EUR", "contact": customer.contacts.get().pk,
        "channel": "email", "stage": "firm",
    }  # fmt: skip
    caller = api("collector")
    made = caller.post("notices", body, key="k1")
    assert (made.status_code, made.json()["state"]) == (201, "RELEASED")
    assert caller.post("notices", body, key="k1").json()["id"] == made.json()["id"]
    assert caller.post("notices", body).status_code == 422


def test_why_not_is_told_with_codes_and_sentences(desk, api):
    customer = desk.world.customer("globex")
    (found,) = api("collector").get(f"customers/{customer.pk}/why").json()["found"]
    told = {item["code"]: item["sentence"] for item in found["items"]}
    assert "waits for somebody to release it" in told["proposed"]
    assert "They were written to" in told["sent"]  # our management was told


def test_a_collector_may_not_release(desk, api):
    notice = desk.notice("globex")
    assert api("collector").post(f"notices/{notice.pk}/approve", {"sha256": "0" * 64}).status_code == 403
    outside = api("collector", username="elsewhere", all_entities=False)
    assert outside.get(f"notices/{notice.pk}").status_code == 404
