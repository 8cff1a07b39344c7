"""The invoice page's smaller acts: new due dates, differences taken back, disputes opened from it, papers handed out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from receivables import posting
from receivables.models import Attachment, Invoice
from receivables.rules.money import Money
from receivables.services import write_offs
from tests.fixtures.world import DAY_0

TODAY = DAY_0
LATER = [str(TODAY + timedelta(days=days)) for days in (30, 60)]


@pytest.fixture(autouse=True)
def it_is_day_0(world, monkeypatch):
    monkeypatch.setattr("receivables.clock.today", lambda entity=None: TODAY)
    monkeypatch.setattr("receivables.clock.now", lambda: world.at(TODAY))


@pytest.fixture
def late(world):
    return world.issue("globex", "100.00", due_on=TODAY - timedelta(days=20), number="G-1")


def post(client, name, *args, **data):
    return client.post(reverse(f"receivables:{name}", args=args), data)


def page(client, invoice):
    return client.get(reverse("receivables:invoice", args=[invoice.pk])).content.decode()


def dues(invoice):
    rows = invoice.instalments.select_related("entry").order_by("due_on")
    return [(str(row.due_on), posting.left_of(row.entry)) for row in rows if posting.left_of(row.entry)]


def test_new_dates_spread_what_is_open_and_the_empty_amount_takes_the_rest(late, login):
    client = login("accountant")
    assert reverse("receivables:invoice_dates", args=[late.pk]) in page(client, late)
    given = {"due_1": LATER[0], "amount_1": "40", "due_2": LATER[1], "amount_2": "", "reason": "Two parts"}
    assert post(client, "invoice_dates", late.pk, **given).status_code == 302
    assert dues(late) == [(LATER[0], 4000), (LATER[1], 6000)]
    assert "Replaced by new dates" in page(client, late)


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_1": LATER[0], "amount_1": "99.99"},
        {"due_1": LATER[0], "amount_1": "100.01"},
        {"due_1": LATER[0], "amount_1": "1,2,3"},
        {"due_1": "tomorrow", "amount_1": "100"},
        {"due_1": LATER[0], "amount_1": "150", "due_2": LATER[1], "amount_2": ""},
        {"due_1": LATER[0], "amount_1": "", "due_2": LATER[1], "amount_2": ""},
        {"due_1": LATER[0], "amount_1": "40", "amount_2": "60"},
        {"due_1": LATER[0], "amount_1": "100", "reason": " "},
    ],
)
def test_a_plan_that_does_not_come_to_what_is_open_changes_nothing(late, login, wrong):
    before = dues(late)
    answer = post(login("accountant"), "invoice_dates", late.pk, **{"reason": "Agreed", **wrong})
    assert answer.status_code == 422 and dues(late) == before
    assert b'class="wrong"' in answer.content or b"notice bad" in answer.content


def test_who_may_not_issue_neither_sees_nor_gets_new_dates(late, login):
    for role in ("collector", "auditor", "sales_manager"):
        client = login(role)
        assert reverse("receivables:invoice_dates", args=[late.pk]) not in page(client, late)
        assert post(client, "invoice_dates", late.pk, due_1=LATER[0], reason="x").status_code == 403


@pytest.fixture
def short(world, late):
    """Paid but for three euros, which the policy gave up as a bank fee."""
    world.pay(late, "97.00", on=TODAY)
    row = write_offs.write_difference(
        invoice=Invoice.objects.get(pk=late.pk), amount=Money.of("3.00", "EUR"), on=TODAY, reason_code="bank_fee",
        now=world.at(TODAY), by=world.by,
    )  # fmt: skip
    assert world.state(late) == "PAID"
    return row


def test_a_difference_the_policy_gave_up_is_taken_back_by_one_person_with_a_reason(world, late, short, login):
    client, address = (
        login("accountant"),
        reverse("receivables:invoice_difference_undo", args=[late.pk, short.pk]),
    )
    assert address in page(client, late)
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "They will pay it"}).status_code == 302
    assert (world.open(late), world.state(late) == "PAID") == ("3.00", False)
    assert address not in page(client, late)
    assert client.post(address, {"reason": "again"}).status_code == 409


def test_who_may_not_undo_allocations_is_offered_no_difference(late, short, login):
    client, address = (
        login("sales_manager"),
        reverse("receivables:invoice_difference_undo", args=[late.pk, short.pk]),
    )
    assert address not in page(client, late)
    assert client.post(address, {"reason": "x"}).status_code == 403


def test_a_dispute_is_opened_from_the_invoice_page_once(world, late, login):
    client, entry = login("sales_manager"), late.instalments.get().entry_id
    address = reverse("receivables:dispute_open", args=[entry])
    assert address in page(client, late)
    given = {"amount": "100.00", "reason": "price", "sla_hours": "40"}
    assert client.post(address, given).status_code == 302
    shown, made = page(client, late), late.instalments.get().entry.disputes.get()
    assert address not in shown and reverse("receivables:dispute", args=[made.pk]) in shown
    assert address not in page(login("auditor"), late)


def test_a_settled_invoice_is_not_called_disputed(world, late, login):
    entry = late.instalments.get().entry_id
    client = login("finance_manager")
    client.post(
        reverse("receivables:dispute_open", args=[entry]),
        {"amount": "100.00", "reason": "price", "sla_hours": "40"},
    )
    assert "In dispute" in page(client, late)
    world.pay(late, "100.00", on=TODAY)
    assert "In dispute" not in page(client, late)


def test_the_papers_of_an_invoice_are_handed_out_from_its_page(world, late, login):
    paper = Attachment.objects.create(
        invoice=late, kind="contract", name="contract.pdf", content_type="application/pdf", size=3, sha256="0" * 64,
        stored_as="absent", added_at=world.at(TODAY), added_by="tester",
    )  # fmt: skip
    address = reverse("receivables:request_paper", args=[late.pk, paper.pk])
    assert address in page(login("accountant"), late)
