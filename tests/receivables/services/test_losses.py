"""Write-offs by two people, their taking back, and the voiding of credit notes."""

from datetime import timedelta

import pytest

from receivables import posting
from receivables.actor import Actor
from receivables.models import Audit, Change, Entry, WriteOff
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.services import adjustments, allocation, changes, losses, write_offs
from tests.fixtures.world import DAY_0

EUR = "EUR"


@pytest.fixture
def people(world):
    """A collector who proposes and a finance manager who decides."""
    return Actor.of(world.user("collector"), "page"), Actor.of(world.user("finance_manager"), "page")


def propose(world, invoice, by, reason="Insolvent, no estate"):
    return losses.propose(
        invoice=invoice, reason_code="insolvency", reason=reason, now=world.at(DAY_0), by=by
    )


def decide(world, change, by, approve=True, on=DAY_0, note="agreed"):
    return changes.decide(
        change=change,
        approve=approve,
        content_hash=change.content_hash,
        today=on,
        now=world.at(on),
        by=by,
        note=note,
    )


def test_a_proposed_write_off_moves_nothing_until_another_person_approves(world, people):
    asks, decides = people
    invoice = world.issue("umbrella", "100.00", due_on=DAY_0 - timedelta(days=200))
    world.pay(invoice, "30.00")
    change = propose(world, invoice, asks)
    assert (world.state(invoice), world.open(invoice), WriteOff.objects.count()) == ("SENT", "70.00", 0)

    decide(world, change, decides)
    row = WriteOff.objects.get()
    assert (world.state(invoice), world.open(invoice)) == ("WRITTEN_OFF", "0.00")
    assert (row.amount, row.reason_code, row.reason) == (7000, "insolvency", "Insolvent, no estate")
    assert (row.change.requested_by.username, row.change.decided_by.username) == (
        "collector",
        "finance_manager",
    )
    assert Audit.objects.order_by("-seq").first().actor == "finance_manager"


def test_the_proposer_cannot_approve_even_with_a_second_account(world):
    one = world.user("finance_manager", username="ines", person="ines")
    other = world.user("cfo", username="ines.cfo", person="ines")
    change = propose(world, world.issue("umbrella", "10.00", due_on=DAY_0), Actor.of(one, "page"))
    for user in (one, other):
        with pytest.raises(Refused) as no:
            decide(world, change, Actor.of(user, "page"))
        assert no.value.code == "four_eyes"


def test_money_that_came_meanwhile_makes_the_proposal_stale(world, people):
    asks, decides = people
    invoice = world.issue("umbrella", "100.00", due_on=DAY_0)
    change = propose(world, invoice, asks)
    world.pay(invoice, "1.00")
    with pytest.raises(Refused) as no:
        decide(world, change, decides)
    assert (no.value.code, world.state(invoice), Change.objects.get().decision) == ("stale", "SENT", "")


def test_a_rejected_proposal_leaves_the_invoice_alone(world, people):
    asks, decides = people
    invoice = world.issue("umbrella", "100.00", due_on=DAY_0)
    decide(world, propose(world, invoice, asks), decides, approve=False, note="Sue first")
    assert (world.state(invoice), world.open(invoice)) == ("SENT", "100.00")


def test_a_reason_is_asked_for_and_a_paid_invoice_is_refused(world, people):
    asks, _decides = people
    invoice = world.issue("umbrella", "100.00", due_on=DAY_0)
    with pytest.raises(Refused) as no:
        propose(world, invoice, asks, reason=" ")
    assert no.value.code == "reason_missing"
    world.pay(invoice)
    invoice.refresh_from_db()
    with pytest.raises(Refused) as no:
        propose(world, invoice, asks)
    assert no.value.code == "state"


def test_a_write_off_taken_back_by_two_people_lets_the_invoice_live_again(world, people):
    asks, decides = people
    invoice = world.issue("umbrella", "100.00", due_on=DAY_0)
    decide(world, propose(world, invoice, asks), decides)
    row = WriteOff.objects.get()
    later = DAY_0 + timedelta(days=9)
    back = losses.propose_take_back(write_off=row, reason="The estate pays", now=world.at(later), by=asks)
    assert world.state(invoice) == "WRITTEN_OFF"
    decide(world, back, decides, on=later)
    assert (world.state(invoice), world.open(invoice)) == ("SENT", "100.00")
    assert (row.undone.undone_on, row.undone.entry.amount, row.undone.change) == (later, 10000, back)
    assert sum(Entry.objects.values_list("amount", flat=True)) == 10000
    with pytest.raises(Refused) as no:
        losses.propose_take_back(write_off=row, reason="again", now=world.at(later), by=asks)
    assert no.value.code == "already_undone"


def test_a_loss_is_not_taken_back_by_one_person_and_not_after_money_came_for_it(world, people):
    asks, decides = people
    invoice = world.issue("umbrella", "100.00", due_on=DAY_0)
    decide(world, propose(world, invoice, asks), decides)
    row = WriteOff.objects.get()
    with pytest.raises(Refused) as no:
        write_offs.take_back(write_off=row, on=DAY_0, reason="alone", now=world.at(DAY_0), by=decides)
    assert no.value.code == "two_people"
    money = world.receive("umbrella", "5.00")
    write_offs.recover(
        write_off=row, payment=money, amount=Money.of("5.00", EUR), on=DAY_0, now=world.at(DAY_0), by=decides
    )
    with pytest.raises(Refused) as no:
        losses.propose_take_back(write_off=row, reason="x", now=world.at(DAY_0), by=asks)
    assert no.value.code == "recovered"


def test_a_difference_is_taken_back_by_one_person_and_its_tie_cannot_be_undone_alone(world):
    invoice = world.issue("acme", "100.00", due_on=DAY_0)
    world.pay(invoice, "99.98")
    row = write_offs.write_difference(
        invoice=invoice,
        amount=Money(2, EUR),
        on=DAY_0,
        reason_code="small_difference",
        now=world.at(DAY_0),
        by=world.by,
    )
    assert world.state(invoice) == "PAID"
    write_offs.take_back(write_off=row, on=DAY_0, reason="not small", now=world.at(DAY_0), by=world.by)
    assert (world.state(invoice), world.open(invoice)) == ("SENT", "0.02")
    tie = row.entry.settles.in_force().get()
    with pytest.raises(Refused) as no:
        allocation.unapply(allocations=[tie], on=DAY_0, now=world.at(DAY_0), by=world.by, reason="x")
    assert no.value.code == "bound"


def test_a_bounce_after_a_write_off_lets_the_invoice_live_again_with_what_bounced(world, people):
    asks, decides = people
    invoice = world.issue("umbrella", "100.00", due_on=DAY_0)
    payment = world.pay(invoice, "40.00")
    decide(world, propose(world, invoice, asks), decides)
    tie = payment.entry.settles.in_force().get()
    allocation.unapply(allocations=[tie], on=DAY_0, now=world.at(DAY_0), by=world.by, reason="bounce")
    assert (world.state(invoice), world.open(invoice)) == ("SENT", "40.00")


def test_003_38_a_credit_note_is_voided_by_two_people_and_both_documents_stay(world):
    asks = Actor.of(world.user("finance_manager"), "page")
    decides = Actor.of(world.user("cfo"), "page")
    invoice = world.issue("initech", "100.00", due_on=DAY_0)
    note = adjustments.credit(
        invoice=invoice,
        amount=Money.of("30.00", EUR),
        on=DAY_0,
        reason_code="price",
        now=world.at(DAY_0),
        by=asks,
    )
    change = losses.propose_void(note=note, reason="Wrong customer", now=world.at(DAY_0), by=asks)
    assert (world.open(invoice), losses.waiting(invoice)) == ("70.00", [change])
    decide(world, change, decides)
    assert (world.open(invoice), note.void.reason, posting.left_of(note.entry)) == (
        "100.00",
        "Wrong customer",
        0,
    )
