"""Ids and keys in addresses and forms that no link of ours carries: answered like what is not there, never with a failure."""

import pytest
from django.urls import reverse

from receivables.models import CreditNote, Payment

JUNK = ("²", "٣", "-1", "9" * 30, "9" * 900, "1 OR 1=1", "7.", "7.n", "7.nx", "7.d2026-01-01", "7.t\x00")


def at(name, *args):
    return reverse(f"receivables:{name}", args=args)


@pytest.mark.parametrize(
    "page",
    [
        "customers",
        "invoices",
        "payments",
        "ledger",
        "disputes",
        "statements",
        "audit",
        "requests",
        "cash",
        "changes",
    ],
)
def test_bad_input_39_a_key_or_filter_nobody_gave_out_is_no_failure(world, login, page):
    client = login("finance_manager")
    for junk in JUNK:
        for names in (("after", "customer", "rep"), ("before", "entity"), ("line", "anchor")):
            answer = client.get(at(page), dict.fromkeys(names, junk))
            assert answer.status_code in (200, 302, 400, 404, 422), (names, junk[:20])


@pytest.mark.parametrize("junk", JUNK)
def test_bad_input_35_an_id_in_a_form_that_is_none_names_nothing(world, login, junk):
    payment = world.receive("acme", "10.00")
    client = login("finance_manager")
    answer = client.post(at("payment_undo", payment.pk), {"row": junk})
    assert answer.status_code in (404, 422)
    assert client.post(at("payment_apply", payment.pk), {f"item_{junk}": "1.00"}).status_code == 422
    answer = client.get(at("request_new"), {"customer": junk, "entity": junk})
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("day", ["9999-12-31", "2199-12-31", "2028-01-01", "0026-01-01"])
def test_bad_input_13_money_is_not_booked_on_a_day_nobody_can_mean(world, login, day):
    world.customer("acme")
    form = {"entity": world.entity.pk, "customer": "acme", "amount": "1.00", "currency": "EUR", "value_on": day,
            "method": "bank", "reference": "far"}  # fmt: skip
    assert login("accountant").post(at("payment_new"), form).status_code == 422
    assert not Payment.objects.exists()


def test_bad_input_11_more_than_the_books_hold_is_said_at_the_amount(world, login):
    world.customer("acme")
    form = {"entity": world.entity.pk, "customer": "acme", "amount": "10000000000000.01", "currency": "EUR",
            "value_on": "2026-03-02", "method": "bank", "reference": "big"}  # fmt: skip
    answer = login("accountant").post(at("payment_new"), form)
    assert answer.status_code == 422
    assert "larger than the books can hold" in answer.content.decode()


def test_bad_input_43_a_form_sent_twice_is_done_once(world, login):
    world.customer("acme")
    client = login("accountant")
    key = client.get(at("payment_new")).context["form_key"]
    form = {"entity": world.entity.pk, "customer": "acme", "amount": "5.00", "currency": "EUR", "value_on": "2026-03-02",
            "method": "bank", "reference": "twice", "form_key": key}  # fmt: skip
    first, second = client.post(at("payment_new"), form), client.post(at("payment_new"), form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Payment.objects.count() == 1
    assert client.post(at("payment_new"), {**form, "amount": "x", "form_key": "0" * 32}).status_code == 422
    client.post(at("payment_new"), {**form, "form_key": "0" * 32})
    assert Payment.objects.count() == 2


def test_bad_input_43_a_credit_note_sent_twice_is_written_once(world, login):
    invoice = world.issue("acme", "100.00")
    client = login("finance_manager")
    key = client.get(at("invoice_credit", invoice.pk)).context["form_key"]
    form = {"amount": "10.00", "on": "2026-03-02", "reason_code": "price", "reason": "x", "form_key": key}
    for _time in range(2):
        assert client.post(at("invoice_credit", invoice.pk), form).status_code == 302
    assert CreditNote.objects.count() == 1
