"""Invoice requests over the API: drafted, saved under a version, submitted; a draft cannot jump (row 43)."""

import pytest

from receivables.models import Invoice

LINE = {"description": "Work", "quantity": "2", "unit_price": "50.00", "tax_percent": "19"}


@pytest.fixture
def drafted(api, world):
    mine = api("sales_manager")
    body = {
        "entity": world.entity.pk,
        "customer": world.customer("acme").pk,
        "lines": [LINE],
        "po_number": "PO-1",
    }
    answer = mine.post("requests", body)
    assert answer.status_code == 201, answer.content
    return mine, answer.json()


def test_003_39_a_draft_is_summed_and_saved_under_its_version(drafted):
    mine, draft = drafted
    assert (draft["net"], draft["tax"], draft["gross"]) == ("100.00", "19.00", "119.00")
    path = f"requests/{draft['id']}"
    saved = mine.patch(path, {"lines": [LINE | {"quantity": "3"}]}, draft["version"])
    assert saved.status_code == 200 and saved.json()["net"] == "150.00"
    stale = mine.patch(path, {"lines": []}, draft["version"])
    assert stale.status_code == 412 and stale["ETag"] == saved["ETag"]


def test_a_refused_submission_names_every_problem(drafted, api, world):
    mine, _draft = drafted
    empty = mine.post("requests", {"entity": world.entity.pk, "customer": world.customer("acme").pk}).json()
    answer = mine.post(f"requests/{empty['id']}/submit", {})
    assert answer.status_code == 422 and answer.json()["figures"]["problems"]


@pytest.mark.parametrize("verb", ["verify", "approve", "send-back"])
def test_bad_input_43_a_draft_cannot_jump(drafted, api, verb):
    _mine, draft = drafted
    body = {"content_hash": draft["content_hash"]} | ({"code": "wrong_amount"} if verb == "send-back" else {})
    answer = api("finance_manager").post(f"requests/{draft['id']}/{verb}", body)
    assert answer.status_code in (409, 422), answer.content
    assert Invoice.objects.get(pk=draft["id"]).state == "DRAFT"


def test_bad_input_43_a_draft_is_not_issued_and_is_no_invoice(drafted, api):
    _mine, draft = drafted
    caller = api("finance_manager")
    answer = caller.post(f"invoices/{draft['id']}/issue", {})
    assert answer.status_code in (409, 422) and Invoice.objects.get(pk=draft["id"]).number is None
    assert caller.get(f"invoices/{draft['id']}").status_code == 404
