"""What people do on the invoice pages: issue, send, courier number, credit, cancel, issue anew, give up by two, undo."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from receivables import posting
from receivables.models import Change, Contact, Dispatch, Invoice, InvoiceLine, Message, WorkItem, WriteOff
from receivables.rules.terms import Terms
from receivables.services import losses
from tests.fixtures.world import DAY_0

TODAY = DAY_0


@pytest.fixture(autouse=True)
def it_is_day_0(world, monkeypatch):
    monkeypatch.setattr("receivables.clock.today", lambda entity=None: TODAY)
    monkeypatch.setattr("receivables.clock.now", lambda: world.at(TODAY))


@pytest.fixture
def approved(world):
    """An approved request of acme over 119.00, with a contact to write to."""
    customer = world.customer("acme")
    Contact.objects.create(customer=customer, name="Anna", email="ap@acme.example")
    invoice = Invoice(
        entity=world.entity, customer=customer, currency="EUR", net=10000, tax=1900, gross=11900,
        terms=Terms.net(30).to_json(), created_at=world.at(TODAY), state="APPROVED",
    )  # fmt: skip
    invoice.save()
    InvoiceLine.objects.create(
        invoice=invoice, position=1, description="Lathe", unit_price=10000, net=10000, tax_bp=1900, tax=1900
    )
    return invoice


def post(client, name, *args, **data):
    return client.post(reverse(f"receivables:{name}", args=args), data)


def send(client, invoice, **data):
    given = {
        "channel": "email",
        "contact": Contact.objects.get().pk,
        "seen": invoice.dispatches.count(),
        **data,
    }
    return post(client, "invoice_send", invoice.pk, **given)


def test_003_11_finance_issues_an_approved_request_under_the_next_number(approved, login):
    client = login("accountant")
    assert client.get(reverse("receivables:invoice_issue", args=[approved.pk])).status_code == 200
    assert post(client, "invoice_issue", approved.pk, on=str(TODAY)).status_code == 302
    approved = Invoice.objects.get(pk=approved.pk)
    assert (approved.state, approved.number) == ("ISSUED", "NL-INV-000001")
    again = post(client, "invoice_issue", approved.pk, on=str(TODAY))
    assert (again.status_code, Invoice.objects.get().number) == (409, "NL-INV-000001")
    assert post(login("collector"), "invoice_issue", approved.pk, on=str(TODAY)).status_code == 403


def test_003_12_by_courier_the_page_asks_for_the_number_and_entering_it_sends(approved, login):
    client = login("accountant")
    post(client, "invoice_issue", approved.pk, on=str(TODAY))
    answer = send(client, approved, channel="courier", courier="DHL")
    assert answer.status_code == 200 and Invoice.objects.get().state == "ISSUED"
    row = Dispatch.objects.get()
    detail = client.get(reverse("receivables:invoice", args=[approved.pk])).content.decode()
    assert "Courier number is missing" in detail
    assert (
        post(client, "invoice_track", approved.pk, row.pk, courier="DHL", tracking_number="").status_code
        == 422
    )
    assert (
        post(client, "invoice_track", approved.pk, row.pk, courier="DHL", tracking_number="JD1").status_code
        == 302
    )
    assert (Invoice.objects.get().state, WorkItem.objects.get().state, Message.objects.count()) == (
        "SENT",
        "DONE",
        1,
    )
    outbox = client.get(reverse("receivables:outbox")).content.decode()
    assert "ap@acme.example" in outbox
    assert (
        "JD1" in client.get(reverse("receivables:message", args=[Message.objects.get().pk])).content.decode()
    )


def test_003_12_with_the_number_at_hand_it_is_sent_at_once(approved, login):
    client = login("accountant")
    post(client, "invoice_issue", approved.pk, on=str(TODAY))
    assert send(client, approved, channel="courier", tracking_number="JD9").status_code == 422
    assert Dispatch.objects.count() == 0
    send(client, approved, channel="courier", courier="DHL", tracking_number="JD9")
    assert (Invoice.objects.get().state, WorkItem.objects.count()) == ("SENT", 0)


def test_the_receipt_link_is_shown_once_and_sending_twice_by_a_double_click_is_refused(approved, login):
    client = login("accountant")
    post(client, "invoice_issue", approved.pk, on=str(TODAY))
    answer = send(client, approved)
    link = re.search(r"/r/[\w-]{20,}/", answer.content.decode())[0]
    assert "no-store" in answer["Cache-Control"]
    assert send(client, approved, seen=0).status_code == 409
    assert Dispatch.objects.count() == 1
    assert link not in client.get(reverse("receivables:invoice", args=[approved.pk])).content.decode()
    assert client.get(link).status_code == 200


def test_000_42_a_credit_note_in_part_then_voided_by_a_second_person(world, login):
    invoice = world.issue("initech", "100.00", due_on=TODAY)
    asks = login("finance_manager")
    form = {"on": str(TODAY), "reason_code": "price", "reason": "10 % off"}
    assert post(asks, "invoice_credit", invoice.pk, amount="100.01", **form).status_code == 422
    assert post(asks, "invoice_credit", invoice.pk, amount="30.00", **form).status_code == 302
    assert world.open(invoice) == "70.00"
    note = invoice.credit_notes.get()
    post(asks, "invoice_void", invoice.pk, note.pk, reason="Wrong customer")
    change = Change.objects.get()
    decision = {"decision": "approve", "content_hash": change.content_hash}
    assert post(asks, "invoice_decide", invoice.pk, change.pk, **decision).status_code == 409
    assert world.open(invoice) == "70.00"
    assert post(login("cfo"), "invoice_decide", invoice.pk, change.pk, **decision).status_code == 302
    assert world.open(invoice) == "100.00"


def test_003_38_cancelled_and_issued_anew_the_two_name_each_other(world, approved, login):
    client = login("finance_manager")
    post(client, "invoice_issue", approved.pk, on=str(TODAY))
    assert post(client, "invoice_cancel", approved.pk, on=str(TODAY), reason_code="").status_code == 422
    post(client, "invoice_cancel", approved.pk, on=str(TODAY), reason_code="wrong_title")
    assert world.state(approved) == "CANCELLED"
    assert post(client, "invoice_reissue", approved.pk).status_code == 302
    new = Invoice.objects.get(copied_from=approved)
    assert (new.state, new.gross, new.number, new.lines.get().description) == ("DRAFT", 11900, None, "Lathe")
    old_page = client.get(reverse("receivables:invoice", args=[approved.pk])).content.decode()
    new_page = client.get(reverse("receivables:invoice", args=[new.pk])).content.decode()
    assert reverse("receivables:invoice", args=[new.pk]) in old_page
    assert reverse("receivables:invoice", args=[approved.pk]) in new_page
    assert post(client, "invoice_reissue", approved.pk).status_code == 409


def test_a_write_off_waits_on_the_page_until_another_person_approves_it(world, login):
    invoice = world.issue("umbrella", "100.00", due_on=TODAY - timedelta(days=300))
    post(login("collector"), "invoice_write_off", invoice.pk, reason_code="insolvency", reason="No estate")
    change = Change.objects.get()
    assert (world.state(invoice), WriteOff.objects.count()) == ("SENT", 0)
    boss = login("finance_manager")
    shown = boss.get(reverse("receivables:invoice", args=[invoice.pk])).content.decode()
    assert change.content_hash in shown and "No estate" in shown
    assert (
        post(
            boss, "invoice_decide", invoice.pk, change.pk, decision="approve", content_hash="0" * 64
        ).status_code
        == 409
    )
    post(boss, "invoice_decide", invoice.pk, change.pk, decision="approve", content_hash=change.content_hash)
    assert world.state(invoice) == "WRITTEN_OFF"
    page = boss.get(reverse("receivables:invoice", args=[invoice.pk])).content.decode()
    assert "proposed by collector, approved by finance_manager" in page
    post(boss, "invoice_take_back", invoice.pk, WriteOff.objects.get().pk, reason="Money is coming")
    assert [c.kind for c in losses.waiting(invoice)] == [losses.TAKE_BACK]


def test_a_sales_rep_does_not_read_why_a_debt_was_given_up(world, login):
    rep = world.user("sales_rep")
    world.customer("umbrella", rep=rep)
    invoice = world.issue("umbrella", "100.00", due_on=TODAY)
    post(
        login("collector"), "invoice_write_off", invoice.pk, reason_code="insolvency", reason="Secret reason"
    )
    change = Change.objects.get()
    post(
        login("cfo"),
        "invoice_decide",
        invoice.pk,
        change.pk,
        decision="approve",
        content_hash=change.content_hash,
    )
    page = login("sales_rep").get(reverse("receivables:invoice", args=[invoice.pk])).content.decode()
    assert "Written off" in page and "Secret reason" not in page


def test_003_13_undoing_an_allocation_on_the_page_opens_the_invoice_and_frees_the_money(world, login):
    invoice = world.issue("globex", "100.00", due_on=TODAY)
    before = invoice.customer.__class__.objects.get(pk=invoice.customer_id).stop_version
    payment = world.pay(invoice)
    invoice.customer.refresh_from_db()
    assert world.state(invoice) == "PAID" and invoice.customer.stop_version > before
    row = payment.entry.settles.get()
    client = login("accountant")
    assert post(client, "invoice_undo", invoice.pk, row.pk).status_code == 422
    post(client, "invoice_undo", invoice.pk, row.pk, reason="Wrong invoice")
    assert (world.state(invoice), world.open(invoice), posting.left_of(payment.entry)) == (
        "SENT",
        "100.00",
        10000,
    )


def test_bad_input_42_the_same_undone_twice_or_in_a_wrong_state_is_a_conflict_that_names_it(world, login):
    invoice = world.issue("globex", "100.00", due_on=TODAY)
    row = world.pay(invoice).entry.settles.get()
    client = login("finance_manager")
    post(client, "invoice_undo", invoice.pk, row.pk, reason="Wrong")
    again = post(client, "invoice_undo", invoice.pk, row.pk, reason="Wrong")
    assert again.status_code == 409 and "undone before" in again.content.decode()
    post(client, "invoice_cancel", invoice.pk, on=str(TODAY), reason_code="price")
    for name, data in (
        ("invoice_cancel", {"on": str(TODAY), "reason_code": "price"}),
        ("invoice_credit", {"on": str(TODAY), "reason_code": "price", "amount": "1.00"}),
        ("invoice_write_off", {"reason_code": "other", "reason": "x"}),
        ("invoice_send", {"channel": "hand", "seen": 0}),
    ):
        answer = post(client, name, invoice.pk, **data)
        assert answer.status_code == 409 and "CANCELLED" in answer.content.decode(), name


@pytest.mark.parametrize(
    "name", ["invoice_credit", "invoice_cancel", "invoice_send", "invoice_issue", "invoice_write_off"]
)
def test_an_auditor_reads_and_changes_nothing(world, login, name):
    invoice = world.issue("globex", "100.00", due_on=TODAY)
    client = login("auditor")
    assert client.get(reverse("receivables:invoice", args=[invoice.pk])).status_code == 200
    assert post(client, name, invoice.pk).status_code == 403
