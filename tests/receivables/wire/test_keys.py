"""Idempotency keys: the same answer, one effect, another body refused, every credential for itself."""

import pytest
from django.db import OperationalError

from receivables.models import Audit, Payment, RequestKey
from receivables.services import cash

BODY = {"amount": "5.00", "currency": "EUR", "value_on": "2026-03-02", "reference": "bank"}


@pytest.fixture
def receipt(world):
    return BODY | {"entity": world.entity.pk, "customer": world.customer("acme").pk}


def test_P10_a_repeat_gets_the_same_status_and_body_and_one_effect(api, receipt):
    mine = api("accountant")
    first = mine.post("payments", receipt, key="k")
    lines = Audit.objects.count()
    again = mine.post("payments", dict(reversed(receipt.items())), key="k")
    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, first.content)
    assert "Idempotency-Replayed" not in first and again["Idempotency-Replayed"] == "true"
    assert Payment.objects.count() == 1 and Audit.objects.count() == lines


def test_P10_a_refusal_is_repeated_as_well(api, receipt, world):
    mine = api("accountant")
    payment = mine.post("payments", receipt).json()["id"]
    invoice = world.issue("acme", "3.00")
    entry = invoice.instalments.get().entry_id
    body = {"items": [{"entry": entry, "amount": "4.00"}]}
    first = mine.post(f"payments/{payment}/allocations", body, key="k")
    again = mine.post(f"payments/{payment}/allocations", body, key="k")
    assert first.status_code == again.status_code == 409 and first.content == again.content
    assert again["Content-Type"] == "application/problem+json" and first.json()["code"] == "over_allocated"


def test_bad_input_37_another_body_address_or_method_under_the_same_key_is_422(api, receipt):
    mine = api("accountant")
    mine.post("payments", receipt, key="k")
    answer = mine.post("payments", receipt | {"amount": "6.00"}, key="k")
    assert answer.status_code == 422 and answer.json()["code"] == "key_reused"
    assert mine.post("allocations/undo", {"allocations": [], "reason": "x"}, key="k").status_code == 422
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "x" * 300, "schlüssel", "a b ", "a\tb", "\x7f"], ids=repr)
def test_bad_input_37_a_bad_key_is_400(api, receipt, key):
    answer = api("accountant").send("POST", "payments", receipt, **{"Idempotency-Key": key})
    assert answer.status_code == 400 and answer.json()["code"] == "key_invalid"
    assert not Payment.objects.exists() and not RequestKey.objects.exists()


def test_what_moves_money_needs_a_key_and_the_rest_takes_one(api, receipt, world):
    mine = api("accountant")
    refused = mine.post("payments", receipt, key=None)
    assert refused.status_code == 400 and refused.json()["code"] == "key_missing"
    path = f"customers/{receipt['customer']}/contacts"
    assert mine.post(path, {"name": "A", "email": "a@acme.example"}, key=None).status_code == 201
    twice = [
        mine.post(path, {"name": "B", "email": "b@acme.example"}, key="k").json()["id"] for _ in range(2)
    ]
    assert twice[0] == twice[1]


def test_keys_belong_to_the_credential(api, receipt):
    for mine in (api("accountant"), api("accountant"), api("finance_manager")):
        assert mine.post("payments", receipt, key="k").status_code == 201
    assert Payment.objects.count() == 3


def test_a_request_that_was_never_taken_up_leaves_its_key_free(api, receipt):
    mine = api("accountant")
    assert mine.post("payments", receipt | {"amount": 5}, key="k").status_code == 422
    assert mine.post("payments", receipt | {"customer": 987654}, key="k").status_code == 404
    assert mine.post("payments", receipt, key="k").status_code == 201


def test_P10_what_fails_in_the_middle_leaves_neither_effect_nor_key(api, receipt, monkeypatch):
    mine, real = api("accountant"), cash.write

    def broken(*args, **values):
        real(*args, **values)
        raise OperationalError("the lock took too long")

    monkeypatch.setattr(cash, "write", broken)
    answer = mine.post("payments", receipt, key="k")
    assert answer.status_code == 409 and answer.json()["code"] == "busy" and answer["Retry-After"] == "1"
    assert not Payment.objects.exists() and not RequestKey.objects.exists()
    monkeypatch.setattr(cash, "write", real)
    assert mine.post("payments", receipt, key="k").status_code == 201
    assert Payment.objects.count() == 1
