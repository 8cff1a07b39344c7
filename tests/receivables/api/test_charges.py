"""Charges over the API: listed, shown with their derivation, waived once."""

from datetime import date

import pytest

from receivables.models import Charge

pytestmark = pytest.mark.django_db
APRIL, MAY = date(2025, 4, 1), date(2025, 5, 31)


@pytest.fixture
def charge(world, interest):
    world.issue("globex", "1000.00", due_on=APRIL)
    interest.terms("globex", "de_b2b")
    interest.claim("globex", MAY)
    return Charge.objects.get(kind="interest")


def test_it_lists_and_shows_amount_open_and_steps(charge, api):
    caller = api("accountant")
    (row,) = caller.get("charges?kind=interest").json()["items"]
    assert (row["amount"], row["open"], row["from_on"], row["to_on"]) == (
        "18.53",
        "18.53",
        "2025-04-02",
        "2025-05-31",
    )
    shown = caller.get(f"charges/{charge.pk}").json()
    assert shown["derivation"][0][0] == "debt"


def test_waiving_takes_role_reason_and_key_and_happens_once(charge, api):
    assert api("accountant").post(f"charges/{charge.pk}/waive", {"reason": "goodwill"}).status_code == 403
    caller = api("cfo")
    assert caller.post(f"charges/{charge.pk}/waive", {"reason": ""}).status_code == 422
    done = caller.post(f"charges/{charge.pk}/waive", {"reason": "goodwill"})
    assert (done.status_code, done.json()["open"], done.json()["waived_reason"]) == (200, "0.00", "goodwill")
    assert caller.post(f"charges/{charge.pk}/waive", {"reason": "again"}).status_code == 409
