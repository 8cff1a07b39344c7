"""What a person does with a bank line, and how it is taken back."""

from datetime import timedelta

import pytest

from receivables.actor import Actor
from receivables.models import Dispute, PayerAlias, Payment, StatementLine, WriteOff
from receivables.rules.refusals import Refused
from receivables.services import line_choices, matching
from tests.fixtures.world import DAY_0


@pytest.fixture
def act(world):
    return {"now": world.at(DAY_0), "by": Actor.of(world.user("accountant"), "page")}


def entry(invoice):
    return invoice.instalments.get().entry


def fresh(line):
    return StatementLine.objects.get(pk=line.pk)


def test_AL_22_P1_a_line_over_two_invoices_fills_the_first_and_part_of_the_second(world, bank, act):
    first, second = (
        world.issue("acme", "100.00", due_on=DAY_0),
        world.issue("acme", "150.00", due_on=DAY_0 + timedelta(days=9)),
    )
    [line] = bank.lines(("180.00", "", "Acme Tools GmbH"))
    best = matching.propose(line, bank.account)[0]
    assert dict(best.allocations) == {entry(first).pk: 10000, entry(second).pk: 8000}
    line_choices.accept(
        line=line, customer=first.customer, pairs=[(entry(first), 10000), (entry(second), 8000)], **act
    )
    assert (world.state(first), world.open(second)) == ("PAID", "70.00")


def test_AL_23_money_out_to_a_supplier_is_set_aside_and_never_a_customers_payment(world, bank, act):
    [line] = bank.lines(("-60.00", "bill 50"))
    matching.match_new_lines(account=bank.account, **act)
    assert (fresh(line).state, fresh(line).state_reason, Payment.objects.count()) == (
        "IGNORED",
        "outgoing",
        0,
    )


def test_P3_what_is_over_stays_on_account(world, bank, act):
    invoice = world.issue("acme", "100.00")
    [line] = bank.lines(("110.00", "thanks", "Acme Tools GmbH"))
    payment = line_choices.accept(
        line=line, customer=invoice.customer, pairs=[(entry(invoice), 10000)], **act
    )
    assert (world.state(invoice), world.left(payment)) == ("PAID", "10.00")


def test_a_difference_is_given_up_within_the_policy_and_refused_with_figures_beyond_it(world, bank, act):
    invoice = world.issue("acme", "100.00")
    [line] = bank.lines(("95.00", "x", "Acme Tools GmbH"))
    choice = {
        "line": line,
        "customer": invoice.customer,
        "pairs": [(entry(invoice), 9500)],
        "difference": "small_difference",
    }
    with pytest.raises(Refused, match="5.00") as refused:
        line_choices.accept(**choice, **act)
    assert (refused.value.code, fresh(line).state, Payment.objects.count()) == ("beyond_policy", "NEW", 0)
    bank.account.match_policy = {"tolerance_amount": 500}
    bank.account.save()
    line_choices.accept(**choice, **act)
    assert (world.state(invoice), WriteOff.objects.get().amount) == ("PAID", 500)
    line_choices.undo(line=line, **act)
    assert (world.open(invoice), fresh(line).state) == ("100.00", "NEW")


def test_a_deduction_opens_a_dispute_over_what_is_missing(world, bank, act):
    invoice = world.issue("initech", "100.00")
    [line] = bank.lines(("80.00", "less damaged goods"))
    line_choices.accept(
        line=line, customer=invoice.customer, pairs=[(entry(invoice), 8000)], difference="deduction", **act
    )
    assert (Dispute.objects.get().amount, Dispute.objects.get().reason, world.open(invoice)) == (
        2000,
        "deduction",
        "20.00",
    )


def test_undo_frees_the_line_to_be_applied_anew_and_forgets_what_it_taught(world, bank, act):
    wrong, right = world.issue("acme", "100.00"), world.issue("globex", "100.00")
    [line] = bank.lines(("100.00", "", "Some Holding", "NL91ABNA0417164300"))
    line_choices.accept(line=line, customer=wrong.customer, pairs=[(entry(wrong), 10000)], **act)
    assert sorted(PayerAlias.objects.values_list("kind", "hits")) == [("iban", 1), ("name", 1)]
    with pytest.raises(Refused) as refused:
        line_choices.put_on_account(line=line, customer=right.customer, **act)
    assert refused.value.code == "state"
    line_choices.undo(line=line, **act)
    assert (fresh(line).state, world.state(wrong), PayerAlias.objects.count()) == ("NEW", "SENT", 0)
    line_choices.accept(line=line, customer=right.customer, pairs=[(entry(right), 10000)], **act)
    assert (world.state(right), line_choices.standing(line).customer.code) == ("PAID", "globex")
    assert sorted(Payment.objects.values_list("line_round", flat=True)) == [1, 2]


def test_an_ignored_line_needs_a_reason_and_can_be_taken_up_again(world, bank, act):
    [line] = bank.lines(("9.00", "interest"))
    with pytest.raises(Refused):
        line_choices.ignore(line=line, reason="", **act)
    line_choices.ignore(line=line, reason="interest of the bank", **act)
    assert (fresh(line).state, fresh(line).state_reason) == ("IGNORED", "interest of the bank")
    assert line_choices.undo(line=line, **act).state == "NEW"


def test_more_than_the_line_brings_is_refused_with_figures(world, bank, act):
    invoice = world.issue("acme", "100.00")
    [line] = bank.lines(("80.00", "x"))
    with pytest.raises(Refused, match=r"80\.00.*90\.00"):
        line_choices.accept(line=line, customer=invoice.customer, pairs=[(entry(invoice), 9000)], **act)


def test_a_person_teaches_who_a_payer_is_and_the_next_line_of_theirs_is_proposed(world, bank, act):
    first, second = world.issue("acme", "100.00"), world.issue("acme", "60.00")
    [line] = bank.lines(("100.00", "", "ATG Treasury", "NL91ABNA0417164300"))
    line_choices.accept(line=line, customer=first.customer, pairs=[(entry(first), 10000)], **act)
    [later] = bank.lines(("60.00", "", "ATG Treasury", "NL91ABNA0417164300"), on=DAY_0 + timedelta(days=1))
    best = matching.propose(later, bank.account)[0]
    assert (best.customer_id, best.allocations) == (first.customer_id, ((entry(second).pk, 6000),))
