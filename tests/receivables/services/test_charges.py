"""Fees and interest on the ledger: once per fact, beside the invoice, waivable, and gone with an invoice that was wrong."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from receivables import audit, posting
from receivables.models import Charge, Entry, Invoice
from receivables.rules.refusals import Refused
from receivables.services import adjustments, cash, charges, disputes, periods
from receivables.services.charges import Claim
from tests.fixtures.world import DAY_0

pytestmark = pytest.mark.django_db
LATER = DAY_0 + timedelta(days=20)


def item(invoice):
    return Entry.objects.get(instalment__invoice=invoice)


def charge(world, invoice, amount=1000, *, key="fee:1:firm:1", on=LATER, kind="fee", **days):
    claim = Claim(key=key, kind=kind, of_entry=item(invoice).pk, amount=amount, number="F-1", **days)
    with transaction.atomic():
        posting.lock(invoice.customer_id)
        with audit.line("test.charged", by=world.by, now=world.at(on)) as line:
            return charges.write(line, [Claim.from_json(claim.to_json())], on=on, by=world.by)


def test_fe_12_a_fee_is_its_own_document_and_the_invoice_stays_as_it_was(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    charge(world, invoice)
    assert world.open(invoice) == "100.00"
    assert Invoice.objects.get(pk=invoice.pk).gross == 10_000
    assert world.balance("globex") == "110.00"


def test_di_04_the_same_fact_is_charged_once(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    assert len(charge(world, invoice)) == 1
    assert charge(world, invoice) == []
    assert world.balance("globex") == "110.00"


def test_fe_14_waiving_takes_it_off_once(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    (row,) = charge(world, invoice)
    charges.waive(charge=row, reason="goodwill", on=LATER, now=world.at(LATER), by=world.by)
    assert world.balance("globex") == "100.00"
    with pytest.raises(Refused) as refused:
        charges.waive(charge=row, reason="again", on=LATER, now=world.at(LATER), by=world.by)
    assert refused.value.code == "duplicate"


def test_waiving_needs_a_reason(world):
    (row,) = charge(world, world.issue("globex", "100.00", due_on=DAY_0))
    with pytest.raises(Refused) as refused:
        charges.waive(charge=row, reason=" ", on=LATER, now=world.at(LATER), by=world.by)
    assert refused.value.code == "reason_missing"


def test_fe_06_paying_only_the_principal_keeps_the_charge_and_a_waiver_survives_the_bounce(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    (row,) = charge(world, invoice, 1041)
    world.pay(invoice, on=LATER)
    assert world.balance("globex") == "10.41"
    charges.waive(charge=row, reason="goodwill", on=LATER, now=world.at(LATER), by=world.by)
    assert world.balance("globex") == "0.00"
    other = world.issue("globex", "50.00", due_on=DAY_0)
    payment = world.pay(other, on=LATER)
    cash.reverse(payment=payment, reason="bounce", on=LATER, now=world.at(LATER), by=world.by)
    assert Charge.objects.get().waiver.amount == 1041
    assert posting.left_of(row.entry) == 0


def test_pitfall_76_cancelling_an_invoice_takes_its_charges_away(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    charge(world, invoice)
    adjustments.cancel(invoice=invoice, on=LATER, reason_code="wrong", now=world.at(LATER), by=world.by)
    assert world.balance("globex") == "0.00"
    assert charge(world, invoice, key="fee:1:demand:1") == []


def test_pitfall_78_a_dispute_found_valid_reverses_fees_charged_during_it_and_not_those_before(world):
    invoice = world.issue("initech", "100.00", due_on=DAY_0)
    charge(world, invoice, 500, key="before", on=DAY_0 + timedelta(days=5))
    opened = DAY_0 + timedelta(days=10)
    dispute = disputes.open_on(
        entry=item(invoice), reason="quality", note="broken", today=opened, now=world.at(opened), by=world.by
    )
    charge(world, invoice, 700, key="during", on=DAY_0 + timedelta(days=15))
    disputes.accept(dispute=dispute, resolution="we were wrong", on=LATER, now=world.at(LATER), by=world.by)
    assert world.balance("initech") == "105.00"


def test_pitfall_113_a_fee_is_not_booked_into_a_closed_period(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    periods.lock(
        entity=world.entity,
        until=LATER,
        today=LATER + timedelta(days=1),
        reason="month end",
        now=world.at(LATER),
        by=world.by,
    )
    (row,) = charge(world, invoice)
    assert (row.charged_on, row.entry.booked_on) == (LATER, LATER + timedelta(days=1))


def test_interest_is_claimed_once_for_the_same_days(world):
    invoice = world.issue("globex", "100.00", due_on=DAY_0)
    days = {"from_on": DAY_0 + timedelta(days=1), "to_on": LATER}
    assert charge(world, invoice, 41, key="interest:1", kind="interest", **days)
    with pytest.raises(IntegrityError):
        charge(world, invoice, 41, key="interest:1-again", kind="interest", **days)
