"""What the database refuses in the middle of a page's act is told as a conflict (409), never as a broken page."""

import pytest
from django.db import IntegrityError, OperationalError
from django.urls import reverse

from receivables.services import allocation, cash


@pytest.mark.parametrize(
    "error", [IntegrityError("entry_never_over_allocated"), OperationalError("deadlock detected")]
)
def test_P8_a_constraint_or_a_deadlock_is_a_conflict_and_not_a_500(world, login, monkeypatch, error):
    payment = world.receive("acme", "1.00")

    def collide(**_given):
        raise error

    monkeypatch.setattr(allocation, "oldest_first", collide)
    monkeypatch.setattr(cash, "reverse", collide)
    client = login("finance_manager")
    posts = (
        ("payment_apply", {"oldest": "1"}),
        ("payment_reverse", {"reason": "bounce", "on": "2026-03-02"}),
    )
    for name, form in posts:
        answer = client.post(reverse(f"receivables:{name}", args=[payment.pk]), form)
        assert answer.status_code == 409
        assert "look again" in answer.content.decode()
