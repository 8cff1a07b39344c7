"""Bank lines find their invoices: what is applied without a person, and what is left for one."""

from datetime import timedelta

import pytest

from receivables.models import Allocation, Audit, Payment, StatementLine, WriteOff
from receivables.rules.refusals import Refused
from receivables.services import bounces, matching, statement_decisions
from tests.fixtures.bank import mt940
from tests.fixtures.world import DAY_0


@pytest.fixture
def match(bank):
    def run(**policy):
        if policy:
            bank.account.match_policy = policy
            bank.account.save()
        return matching.match_new_lines(account=bank.account, now=bank.world.at(DAY_0), by=bank.world.by)

    return run


def states():
    return list(StatementLine.objects.order_by("pk").values_list("state", flat=True))


def test_a_quoted_invoice_of_the_exact_amount_is_paid_without_a_person(world, bank, match):
    first, second = world.issue("acme", "100.00"), world.issue("globex", "70.00")
    bank.lines(("100.00", f"Invoice {first.number} thanks", "Acme"), ("70.00", f"re {second.number}"))
    done = match()
    assert (done.exact, done.left, world.state(first), world.state(second)) == (2, 0, "PAID", "PAID")
    line = StatementLine.objects.first()
    assert (line.state, line.matched_by, line.match_confidence) == ("APPLIED", "matching", 100)
    assert Payment.objects.get(bank_line=line).entry.allocated == 10000
    assert match().applied == 0


def test_pitfall_118_one_line_pays_several_invoices_and_several_lines_one(world, bank, match):
    first, second = world.issue("acme", "100.00"), world.issue("acme", "50.00")
    third = world.issue("globex", "90.00")
    bank.lines(
        ("150.00", f"{first.number}, {second.number}"), ("40.00", third.number), ("50.00", third.number)
    )
    match()
    assert [world.state(i) for i in (first, second, third)] == ["PAID", "PAID", "PAID"]


def test_MA_04_the_reference_decides_whether_a_person_is_needed(world, bank, match):
    invoice = world.issue("acme", "1000.00", number="123456")
    bank.lines(("1010.00", "", "Acme Tools GmbH"))
    assert (match().applied, world.open(invoice)) == (0, "1000.00")
    bank.lines(("1010.00", "123456 payment"), on=DAY_0 + timedelta(days=1))
    match()
    assert world.state(invoice) == "PAID"
    assert world.left(Payment.objects.get()) == "10.00"


def test_MA_09_a_smaller_payment_with_the_reference_is_applied_in_part(world, bank, match):
    invoice = world.issue("acme", "100.00")
    bank.lines(("40.00", invoice.number))
    match()
    assert (world.open(invoice), states()) == ("60.00", ["APPLIED"])


def test_MA_10_within_tolerance_the_rest_is_written_off_where_the_policy_says_so(world, bank, match):
    invoice = world.issue("acme", "100.00")
    bank.lines(("95.00", invoice.number))
    assert (match(tolerance_basis_points=1000).applied, states()) == (0, ["NEW"])
    match(tolerance_basis_points=1000, auto_differences=True)
    assert (world.state(invoice), WriteOff.objects.get().amount, states()) == ("PAID", 500, ["APPLIED"])


def test_pitfall_117_a_bank_fee_does_not_leave_the_invoice_almost_paid(world, bank, match):
    invoice = world.issue("acme", "1000.00")
    bank.lines(("985.00", invoice.number))
    match(accept_fees_up_to=2000, auto_differences=True)
    assert (world.state(invoice), WriteOff.objects.get().reason_code) == ("PAID", "bank_fee")


def test_MA_11_a_line_applied_leaves_the_list_and_MA_12_a_net_transfer_matches_its_net_amount(
    world, bank, match
):
    world.issue("acme", "100.00", number="NL-123")
    net = world.issue("globex", "3460.52", number="NL-777001")
    bank.lines(("100.00", "ref NL-123"), ("3460.52", "NL-777001 transfer 3537.64 less fees"))
    assert StatementLine.objects.to_apply().count() == 2
    match()
    assert (StatementLine.objects.to_apply().count(), world.state(net)) == (0, "PAID")


def test_MA_13_reversed_dates_and_documents_of_another_company_are_refused(world, bank, match):
    with pytest.raises(Refused) as refused:
        match(
            issued_from=DAY_0, issued_to=DAY_0 - timedelta(days=1)
        ) if False else matching.matching_picture.MatchPolicy(
            issued_from=DAY_0, issued_to=DAY_0 - timedelta(days=1)
        )
    assert refused.value.code == "dates_reversed"
    other = world.legal_entity("FR", "Autre SA", "EUR", "Europe/Paris", "FR")
    theirs = world.issue("acme", "100.00", entity=other, number="FR-9001")
    bank.lines(("100.00", "FR-9001"))
    assert (match().applied, world.open(theirs)) == (0, "100.00")


def test_MA_14_pitfall_116_an_equal_amount_with_another_reference_is_not_guessed(world, bank, match):
    invoice = world.issue("acme", "100.00", number="900619")
    twins = [world.issue("globex", "55.00"), world.issue("globex", "55.00")]
    bank.lines(("100.00", "712219", "Acme Tools GmbH"), ("55.00", "", "Globex Retail BV"))
    assert match().applied == 0
    assert world.open(invoice) == "100.00" and {world.open(i) for i in twins} == {"55.00"}


def test_AL_24_the_same_invoice_on_two_statements_is_paid_once(world, bank, match):
    invoice = world.issue("acme", "300.00")
    bank.lines(("300.00", invoice.number, "Acme Tools GmbH"))
    match()
    bank.lines(("300.00", f"{invoice.number} again", "Acme Tools GmbH"), on=DAY_0 + timedelta(days=1))
    match()
    assert (world.open(invoice), Payment.objects.count(), states()) == ("0.00", 1, ["APPLIED", "NEW"])


def test_two_lines_for_one_invoice_in_one_file_pay_it_once(world, bank, match):
    invoice = world.issue("acme", "300.00")
    bank.lines(("300.00", invoice.number), ("300.00", f"{invoice.number} second"))
    match()
    assert (world.open(invoice), sorted(states())) == ("0.00", ["APPLIED", "NEW"])


def test_a_line_that_quotes_two_customers_goes_to_a_person(world, bank, match):
    one, other = world.issue("acme", "100.00"), world.issue("globex", "50.00")
    bank.lines(("150.00", f"{one.number} and {other.number}"))
    assert (match().applied, states()) == (0, ["NEW"])


def test_pitfall_119_names_with_special_characters_do_not_break_the_search(world, bank, match):
    world.customer("odd", legal_name="(O'Neill) [*] \\d+ & Söhne")
    world.issue("odd", "10.00")
    [line] = bank.lines(("10.00", "x", "(O'Neill) [*] \\d+ & Söhne"))
    match()
    assert matching.propose(line, bank.account)[0].allocations


def test_a_bounce_finds_the_payment_it_takes_back(world, bank, match):
    invoice = world.issue("acme", "100.00")
    rows = [(DAY_0, "100.00", f"Invoice {invoice.number}")]
    bank.take_in(mt940(rows))
    match()
    assert world.state(invoice) == "PAID"
    back = mt940(
        [(DAY_0 + timedelta(days=2), "-100.00", f"return of {invoice.number}")],
        opening="100.00",
        number="2/1",
    )
    bank.take_in(back.replace(b"D100,00", b"RC100,00"))
    done = match()
    assert (done.reversed, world.open(invoice), states()) == (1, "100.00", ["APPLIED", "APPLIED"])


def test_bad_input_28_the_reversal_of_an_unknown_line_waits_for_a_person_and_other_payments_out_are_set_aside(
    world, bank, match
):
    rows = [(DAY_0, "-100.00", "return of something"), (DAY_0, "-60.00", "supplier bill")]
    bank.take_in(mt940(rows, opening="500.00").replace(b"D100,00", b"RC100,00"))
    done = match()
    assert (done.reversed, done.outgoing, states()) == (0, 1, ["NEW", "IGNORED"])
    payment = world.receive("acme", "100.00")
    line = StatementLine.objects.get(state="NEW")
    bounces.accept(line=line, payment=payment, reason="bounce", now=world.at(DAY_0), by=world.by)
    assert payment.reversals.get().bank_line == line


def test_P4_a_cancelled_statement_takes_back_everything_it_posted_and_can_be_taken_in_again(
    world, bank, match
):
    invoices = [world.issue("acme", "100.00"), world.issue("globex", "70.00")]
    taken = bank.take_in(mt940([(DAY_0, "100.00", invoices[0].number), (DAY_0, "70.00", invoices[1].number)]))
    match()
    decide = {"now": world.at(DAY_0), "by": world.by, "statement": taken.statements[0]}
    statement_decisions.cancel(reason="wrong account", **decide)
    assert [world.open(i) for i in invoices] == ["100.00", "70.00"] and states() == ["HELD", "HELD"]
    statement_decisions.release(reason="was right after all", **decide)
    assert match().applied == 2
    assert [world.open(i) for i in invoices] == ["0.00", "0.00"]
    assert sorted(Payment.objects.values_list("line_round", flat=True)) == [1, 1, 2, 2]


def test_one_chunk_is_one_audit_row_and_the_queries_do_not_grow_with_the_lines(
    world, bank, match, count_queries
):
    def batch(count, day):
        issued = [world.issue("acme", f"{10 + n}.00") for n in range(count)]
        bank.lines(*((f"{10 + n}.00", i.number) for n, i in enumerate(issued)), on=day)
        with count_queries() as queries:
            assert match().applied == count
        return len(queries)

    before = Audit.objects.filter(action="bank.matched").count()
    few, many = batch(3, DAY_0), batch(30, DAY_0 + timedelta(days=1))
    assert many == few
    assert Audit.objects.filter(action="bank.matched").count() == before + 2
    assert Allocation.objects.count() == 33
