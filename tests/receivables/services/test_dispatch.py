"""Sending, the courier's number within a working hour, and the customer's receipt."""

from datetime import UTC, datetime, timedelta

import pytest

from receivables.actor import Actor
from receivables.models import Contact, Invoice, InvoiceLine, Message, WorkItem
from receivables.rules.refusals import Refused
from receivables.rules.terms import Terms
from receivables.services import dispatch, invoicing

FRIDAY_16_30 = datetime(2026, 3, 6, 15, 30, tzinfo=UTC)  # 16:30 in Berlin; work ends at 17:00
CUSTOMER = Actor.system("customer", via="portal")


@pytest.fixture
def issued(world):
    customer = world.customer("acme")
    Contact.objects.create(customer=customer, name="Anna", email="ap@acme.example", time_zone="Europe/Berlin")
    invoice = Invoice(
        entity=world.entity,
        customer=customer,
        currency="EUR",
        net=10000,
        gross=10000,
        terms=Terms.net(30).to_json(),
        created_at=FRIDAY_16_30,
        state="APPROVED",
    )
    invoice.save()
    InvoiceLine.objects.create(invoice=invoice, position=1, description="Lathe", unit_price=10000, net=10000)
    return invoicing.issue(invoice=invoice, on=FRIDAY_16_30.date(), now=FRIDAY_16_30, by=world.by)


def test_003_12_a_posted_invoice_asks_for_the_courier_number_within_one_working_hour(world, issued):
    sent = dispatch.send(
        invoice=issued,
        channel="courier",
        contact=issued.customer.contacts.get(),
        now=FRIDAY_16_30,
        by=world.by,
    )
    item = WorkItem.objects.get(kind="courier_number")
    assert item.due_at == datetime(
        2026, 3, 9, 8, 30, tzinfo=UTC
    )  # half an hour on Friday, half an hour on Monday
    assert world.state(issued) == "ISSUED"

    dispatch.enter_tracking(
        dispatch=sent.dispatch,
        courier="DHL",
        tracking_number="JD0001",
        now=FRIDAY_16_30 + timedelta(minutes=5),
        by=world.by,
    )
    assert world.state(issued) == "SENT"
    assert WorkItem.objects.get().state == "DONE"
    assert Message.objects.get().recipient == "ap@acme.example"
    with pytest.raises(Refused, match="JD0001"):
        dispatch.enter_tracking(
            dispatch=sent.dispatch, courier="DHL", tracking_number="JD2", now=FRIDAY_16_30, by=world.by
        )


def test_003_25_the_customer_confirms_receipt_once_by_link_without_an_account(world, issued):
    sent = dispatch.send(
        invoice=issued, channel="email", contact=issued.customer.contacts.get(), now=FRIDAY_16_30, by=world.by
    )
    later = FRIDAY_16_30 + timedelta(days=1)
    first = dispatch.confirm_receipt(token=sent.receipt_token, name="Li Wei", now=later, by=CUSTOMER)
    again = dispatch.confirm_receipt(
        token=sent.receipt_token, name="Somebody", now=later + timedelta(hours=1), by=CUSTOMER
    )
    assert (
        (again.received_by, again.received_at) == (first.received_by, first.received_at) == ("Li Wei", later)
    )
    for wrong in (sent.receipt_token[:-1] + "_", ""):
        with pytest.raises(Refused, match="not valid"):
            dispatch.confirm_receipt(token=wrong, name="x", now=later, by=CUSTOMER)
    with pytest.raises(Refused, match="not valid"):
        dispatch.by_token(sent.receipt_token, now=FRIDAY_16_30 + timedelta(days=61))


def test_003_11_the_number_is_taken_in_the_issuing_transaction_without_gaps(world, issued):
    second = Invoice(
        entity=world.entity, customer=issued.customer, currency="EUR", terms=Terms.net(30).to_json(), created_at=FRIDAY_16_30,
        state="APPROVED",
    )  # fmt: skip
    second.save()
    zero = invoicing.issue(invoice=second, on=FRIDAY_16_30.date(), now=FRIDAY_16_30, by=world.by)
    assert (issued.number, zero.number) == ("NL-INV-000001", "NL-INV-000002")
    assert zero.state == "PAID"  # AL-20: a zero invoice is settled as soon as it is issued
    with pytest.raises(Refused, match="Only an approved request"):
        invoicing.issue(invoice=zero, on=FRIDAY_16_30.date(), now=FRIDAY_16_30, by=world.by)
