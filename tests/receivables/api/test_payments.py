"""Money over the API: received, applied, taken back, reversed, refunded by two; and what must not happen (rows 41 and 42)."""

import pytest

from receivables.models import Allocation, Refund


@pytest.fixture
def mine(api):
    return api("finance_manager")


def received(world, api_caller, amount="100.00", code="acme", currency="EUR"):
    body = {
        "entity": world.entity.pk, "customer": world.customer(code).pk, "amount": amount, "currency": currency,
        "value_on": "2026-03-02", "reference": "bank",
    }  # fmt: skip
    answer = api_caller.post("payments", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def item(invoice):
    return invoice.instalments.get().entry_id


def test_003_39_money_is_received_applied_undone_and_reversed(mine, world):
    invoice = world.issue("acme", "80.00")
    payment = received(world, mine)
    assert (payment["amount"], payment["unapplied"], payment["reversed"]) == ("100.00", "100.00", False)
    path = f"payments/{payment['id']}"
    (made,) = mine.post(f"{path}/allocations", {"oldest_first": True}).json()
    assert made["amount"] == "80.00" and mine.get(path).json()["unapplied"] == "20.00"
    assert mine.get(f"invoices/{invoice.pk}").json()["state"] == "PAID"
    undone = mine.post("allocations/undo", {"allocations": [made["id"]], "reason": "wrong invoice"}).json()
    assert [(row["amount"], row["reverses"]) for row in undone] == [("-80.00", made["id"])]
    assert mine.post(f"{path}/reversals", {"reason": "bounce"}).status_code == 201
    assert mine.get(path).json()["reversed"] is True
    assert (
        mine.get("balances").json()["positions"][0] | {"holds": True}
        == mine.get("balances").json()["positions"][0]
    )


def test_bad_input_41_more_than_open_is_409_with_figures(mine, world):
    invoice, payment = world.issue("acme", "80.00"), received(world, mine)
    body = {"items": [{"entry": item(invoice), "amount": "80.01"}]}
    said = mine.post(f"payments/{payment['id']}/allocations", body)
    assert said.status_code == 409 and said.json()["code"] == "over_allocated" and said.json()["figures"]
    assert not Allocation.objects.exists()


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0", "1.001"])
def test_bad_input_41_zero_negative_and_odd_amounts_are_422(mine, world, amount):
    invoice, payment = world.issue("acme", "80.00"), received(world, mine)
    body = {"items": [{"entry": item(invoice), "amount": amount}]}
    assert mine.post(f"payments/{payment['id']}/allocations", body).status_code == 422


def test_bad_input_41_another_customer_or_currency_is_422_and_absent_is_404(mine, world):
    payment = received(world, mine)
    other, dollars = world.issue("globex", "10.00"), world.issue("acme", "10.00", currency="USD")
    for invoice in (other, dollars):
        body = {"items": [{"entry": item(invoice), "amount": "1.00"}]}
        answer = mine.post(f"payments/{payment['id']}/allocations", body)
        assert answer.status_code == 422, answer.content
    body = {"items": [{"entry": 987654, "amount": "1.00"}]}
    assert mine.post(f"payments/{payment['id']}/allocations", body).status_code == 404


def test_bad_input_41_a_paid_invoice_takes_no_more(mine, world):
    invoice = world.issue("acme", "10.00")
    world.pay(invoice)
    payment = received(world, mine)
    body = {"items": [{"entry": item(invoice), "amount": "1.00"}]}
    assert mine.post(f"payments/{payment['id']}/allocations", body).status_code == 409


def test_bad_input_42_taking_back_twice_is_409(mine, world):
    world.issue("acme", "80.00")
    payment = received(world, mine)
    (made,) = mine.post(f"payments/{payment['id']}/allocations", {"oldest_first": True}).json()
    body = {"allocations": [made["id"]], "reason": "wrong"}
    assert mine.post("allocations/undo", body).status_code == 201
    again = mine.post("allocations/undo", body)
    assert again.status_code == 409 and again.json()["code"] == "already_undone"


def test_bad_input_42_reversing_twice_is_409_and_a_refund_beyond_is_409(mine, world):
    payment = received(world, mine)
    path = f"payments/{payment['id']}"
    beyond = mine.post(f"{path}/refund-proposals", {"amount": "100.01", "currency": "EUR", "reason": "asked"})
    assert beyond.status_code == 409 and beyond.json()["figures"]["left"] == 10_000
    assert mine.post(f"{path}/reversals", {"reason": "bounce"}).status_code == 201
    again = mine.post(f"{path}/reversals", {"reason": "bounce"})
    assert again.status_code == 409 and again.json()["code"] == "already_reversed"


def test_bad_input_42_cancelling_twice_is_refused_with_the_state(mine, world):
    invoice = world.issue("acme", "80.00")
    body = {"reason_code": "wrong_customer", "reason": "mistake"}
    assert mine.post(f"invoices/{invoice.pk}/cancel", body).status_code == 201
    again = mine.post(f"invoices/{invoice.pk}/cancel", body)
    assert again.status_code == 409 and "CANCELLED" in again.json()["detail"]


def test_a_refund_takes_two_people(mine, api, world):
    payment = received(world, mine)
    body = {"amount": "30.00", "currency": "EUR", "reason": "overpaid"}
    change = mine.post(f"payments/{payment['id']}/refund-proposals", body).json()
    word = {"approve": True, "content_hash": change["content_hash"]}
    assert mine.post(f"changes/{change['id']}/decide", word).json()["code"] == "four_eyes"
    assert not Refund.objects.exists()
    assert api("cfo").post(f"changes/{change['id']}/decide", word).status_code == 200
    assert Refund.objects.get().amount == 3_000


def test_a_credit_note_lowers_the_invoice_and_is_listed_by_number(mine, world):
    invoice = world.issue("acme", "80.00")
    body = {"amount": "30.00", "currency": "EUR", "reason_code": "price", "reason": "agreed"}
    note = mine.post(f"invoices/{invoice.pk}/credit-notes", body)
    assert note.status_code == 201, note.content
    assert (
        mine.get(f"credit-notes?number={note.json()['number']}").json()["items"][0]["id"] == note.json()["id"]
    )
    assert mine.get(f"invoices?number={invoice.number}").json()["items"][0]["open"] == "50.00"


def test_open_items_and_balances_answer_as_of_and_as_known_at(mine, world):
    invoice = world.issue("acme", "80.00", due_on=world.today)
    known = mine.get("balances").json()["known_at"]
    world.pay(invoice, "30.00")
    query = f"customer={invoice.customer_id}&as_of=2026-03-02"
    assert [row["open"] for row in mine.get(f"open-items?{query}").json()["items"]] == ["50.00"]
    assert [row["open"] for row in mine.get(f"open-items?{query}&known_at={known}").json()["items"]] == [
        "80.00"
    ]
    before = mine.get("balances?as_of=2026-01-01").json()
    assert before["positions"] == [] and before["as_of"] == "2026-01-01"


def test_a_dispute_is_opened_once_and_resolved(mine, world):
    invoice = world.issue("initech", "80.00")
    body = {"entry": item(invoice), "reason": "price", "amount": "20.00", "currency": "EUR"}
    made = mine.post("disputes", body)
    assert made.status_code == 201 and made.json()["amount"] == "20.00"
    assert mine.post("disputes", body).status_code == 409
    path = f"disputes/{made.json()['id']}"
    assert mine.post(f"{path}/assign", {"owner": "finance_manager"}).json()["owner"] == "finance_manager"
    assert (
        mine.post(f"{path}/accept", {"resolution": "agreed", "credit": "20.00"}).json()["state"] == "ACCEPTED"
    )
    assert mine.get(f"invoices/{invoice.pk}").json()["open"] == "60.00"
