"""Aliases, names, discounts, disputes and look-alikes: what makes a proposal stronger, weaker, or sure."""

from datetime import date, timedelta

import pytest

from receivables.rules.matching import Alias, BankLine, MatchPolicy, OpenItem, Pool, propose, propose_from
from receivables.rules.matching_sums import sums_to

DAY = date(2026, 3, 2)
ACME, GLOBEX = 1, 2
IBAN = "DE89370400440532013000"
LEARNED = Alias("iban", "de89 3704 0044 0532 0130 00", ACME, hits=3)
AUTO = MatchPolicy(auto_alias=True)


def item(entry_id, amount, number, *, customer=ACME, due=0, **more):
    names = {ACME: "Acme Tools GmbH", GLOBEX: "Globex Corporation"}
    more = {"po_number": "", "references": (), "currency": "EUR", "customer_name": names[customer]} | more
    return OpenItem(
        entry_id=entry_id,
        customer_id=customer,
        number=number,
        amount_open=amount,
        due_on=DAY + timedelta(days=due),
        issued_on=DAY - timedelta(days=30),
        **more,
    )


def line(amount, *, reference="", text="", payer="", account=IBAN, currency="EUR"):
    return BankLine(1, DAY, DAY, amount, currency, reference, payer, account, text)


def best(bank_line, items, aliases=(), policy=AUTO):
    return propose(bank_line, items, aliases, policy)[0]


@pytest.mark.parametrize(
    ("aliases", "policy", "sure"),
    [
        ([LEARNED], AUTO, True),
        ([LEARNED], MatchPolicy(), False),
        ([LEARNED], MatchPolicy(auto_alias=True, auto_apply=False), False),
        ([Alias("iban", IBAN, ACME, hits=2)], AUTO, False),
        ([LEARNED, Alias("iban", IBAN, GLOBEX, hits=9)], AUTO, False),
        ([Alias("name", "Acme Tools", ACME, hits=99)], AUTO, False),
        ([], AUTO, False),
    ],
)
def test_a_learned_account_and_a_unique_exact_amount_are_sure_only_where_configured(aliases, policy, sure):
    items = [
        item(1, 50_000, "INV-1001"),
        item(2, 60_000, "INV-1002"),
        item(3, 70_000, "G-1", customer=GLOBEX),
    ]
    found = best(line(50_000, payer="ACME TOOLS"), items, aliases, policy)
    assert found.allocations == ((1, 50_000),)
    assert found.sure is sure


def test_a_disputed_item_is_never_sure_by_its_amount_and_is_noted():
    found = best(line(50_000), [item(1, 50_000, "INV-1001", disputed=10_000)], [LEARNED])
    assert not found.sure and "disputed" in found.codes


def test_a_withheld_disputed_part_explains_the_difference():
    found = best(line(40_000, text="INV-1001"), [item(1, 50_000, "INV-1001", disputed=10_000)])
    assert (found.difference_kind, found.difference, found.sure) == ("disputed", -10_000, True)


@pytest.mark.parametrize(("until", "kind"), [(0, "discount"), (-1, "partial")])
def test_VECTORS_T5_a_discount_counts_through_its_last_value_date(until, kind):
    offered = (10_000, DAY + timedelta(days=until))
    found = best(line(90_000, text="INV-1001"), [item(1, 100_000, "INV-1001", discount=offered)])
    assert (found.difference_kind, found.difference) == (kind, -10_000)
    assert found.sure is (kind == "discount")
    assert ("discount_expired" in found.codes) is (kind == "partial")


def test_discounts_of_several_invoices_each_leave_their_own_rest():
    items = [item(i, 100_00, f"INV-100{i}", discount=(2_00, DAY)) for i in (1, 2)]
    found = best(line(196_00, text="INV-1001 INV-1002"), items)
    assert found.allocations == ((1, 98_00), (2, 98_00)) and found.difference_kind == "discount"


def test_a_lookalike_is_a_suggestion_only():
    found = best(line(50_000, text="INV-1O0l", account=""), [item(1, 50_000, "INV-1001")])
    assert found.codes[0] == "reference_looks_alike" and not found.sure


def test_the_number_without_its_label_is_sure_only_with_the_exact_amount():
    items = [item(1, 50_000, "INV-2026-0001")]
    assert best(line(50_000, text="2026-0001"), items).sure
    assert not best(line(40_000, text="2026-0001"), items).sure


def test_an_order_number_over_several_invoices_is_partly_paid_only_by_a_person():
    items = [item(i, 10_000 * i, f"INV-100{i}", po_number="PO-77001") for i in (1, 2, 3)]
    assert best(line(60_000, text="PO 77001"), items).sure
    assert best(line(20_000, text="PO 77001"), items).allocations == ((2, 20_000),)
    assert not best(line(25_000, text="PO 77001"), items).sure


def test_instalments_of_one_invoice_are_paid_exact_first_then_oldest_due():
    items = [item(1, 12_000, "INV-1001", due=-20), item(2, 11_000, "INV-1001", due=0)]
    assert best(line(11_000, text="INV-1001"), items).allocations == ((2, 11_000),)
    found = best(line(14_000, text="INV-1001"), items)
    assert found.allocations == ((1, 12_000), (2, 2_000)) and found.sure


def test_invoices_of_two_customers_in_one_line_are_never_sure():
    items = [item(1, 10_000, "INV-1001"), item(2, 20_000, "INV-1002", customer=GLOBEX)]
    found = propose(line(30_000, text="INV-1001 INV-1002"), items, (), AUTO)
    assert not any(p.sure for p in found)
    assert {p.customer_id for p in found if "several_customers" in p.codes} == {ACME, GLOBEX}


def test_another_learned_payer_makes_anything_but_the_exact_amount_a_question():
    items = [item(1, 10_000, "INV-1001"), item(2, 5_000, "G-1", customer=GLOBEX)]
    other = [Alias("iban", IBAN, GLOBEX, hits=9)]
    exact, short = (
        best(line(10_000, text="INV-1001"), items, other),
        best(line(9_000, text="INV-1001"), items, other),
    )
    assert exact.sure and not short.sure and "payer_differs" in short.codes


@pytest.mark.parametrize(("amount", "code"), [(60_000, "all_open"), (30_000, "all_overdue")])
def test_a_payer_who_pays_all_that_is_open_or_overdue_is_recognised(amount, code):
    overdue = [item(1, 10_000, "A-1", due=-9), item(2, 20_000, "A-2", due=-1)]
    items = [*overdue, item(3, 12_000, "A-3", due=5), item(4, 18_000, "A-4", due=6)]
    found = best(line(amount), items, [LEARNED])
    assert code in found.codes and found.difference == 0 and not found.sure


def test_quoting_one_and_paying_all_proposes_all_and_asks():
    items = [item(1, 10_000, "INV-1001"), item(2, 20_000, "INV-1002")]
    found = best(line(30_000, text="INV-1001 and others", account=""), items)
    assert set(found.allocations) == {(1, 10_000), (2, 20_000)} and not found.sure


def test_two_sets_that_add_up_are_equal_candidates():
    items = [item(i, amount, f"A-{i}", due=i) for i, amount in enumerate([10, 40, 20, 30, 7], start=1)]
    found = propose(line(50), items, [LEARNED], AUTO)
    assert "equal_candidates" in found[0].codes and not found[0].sure


def test_the_search_for_sums_stops_at_its_limits():
    items = [item(i, 1_000 + 2 * i, f"A-{i}", due=i) for i in range(1, 60)]
    answers, complete = sums_to(items, 20_001, items_max=59, steps_max=2_000)
    assert (answers, complete) == ([], False)
    assert sums_to(items, 2_006, items_max=10, steps_max=2_000)[1] is False


def test_a_long_list_of_references_is_one_proposal():
    items = [item(i, 100 + i, f"INV-{5000 + i}", due=i % 7) for i in range(1, 201)]
    bank_line = line(sum(i.amount_open for i in items), text=" ".join(i.number for i in items))
    found = best(bank_line, items)
    assert len(found.allocations) == 200 and found.difference == 0 and found.sure


def test_nothing_crosses_a_currency_and_a_debit_line_is_left_alone():
    items = [item(1, 50_000, "INV-1001", currency="USD")]
    found = propose(line(50_000, text="INV-1001"), items, [LEARNED], AUTO)
    assert [p.allocations for p in found] == [()]
    assert propose(line(-50_000, text="INV-1001"), items, [LEARNED], AUTO) == []
    assert propose(line(0), items, [LEARNED], AUTO) == []


def test_a_pool_serves_many_lines_as_single_calls_would():
    items = [item(i, 100 * i, f"INV-{1000 + i}") for i in range(1, 50)]
    pool = Pool.of(items, [LEARNED])
    for i in (3, 17):
        bank_line = line(100 * i, text=f"inv {1000 + i}")
        assert propose_from(bank_line, pool, AUTO) == propose(bank_line, items, [LEARNED], AUTO)
