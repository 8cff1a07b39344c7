"""Bank lines against open items: the scenario rows, and laws that no line may break."""

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.rules.matching import (
    Alias,
    BankLine,
    MatchPolicy,
    OpenItem,
    allocation_order,
    propose,
    propose_together,
)
from receivables.rules.refusals import Refused

DAY = date(2026, 3, 2)
ACME, GLOBEX = 1, 2
NAMES = {ACME: "Acme Tools GmbH", GLOBEX: "Globex Corporation"}
STRICT = MatchPolicy()


def item(entry_id, amount, number="", *, customer=ACME, due=0, **more):
    given_ = {"po_number": "", "references": (), "currency": "EUR", "issued_on": DAY - timedelta(days=60)}
    given_ |= {"due_on": DAY + timedelta(days=due), "customer_name": NAMES.get(customer, "Nobody")} | more
    return OpenItem(entry_id=entry_id, customer_id=customer, number=number, amount_open=amount, **given_)


def line(amount, reference="", *, payer="", text="", account="", **more):
    given_ = {"id": 1, "booked_on": DAY, "value_on": DAY, "currency": "EUR"} | more
    return BankLine(
        amount=amount, reference=reference, payer_name=payer, payer_account=account, text=text, **given_
    )


def best(bank_line, items, policy=STRICT, aliases=()):
    found = propose(bank_line, items, aliases, policy)
    return found[0] if found else None


THOUSAND = [item(1, 100_000, "123456")]
FROM_ACME = {"payer": "ACME TOOLS"}


@pytest.mark.parametrize(
    ("amount", "allocations", "difference"),
    [(100_000, ((1, 100_000),), 0), (99_000, (), 99_000), (101_000, ((1, 100_000),), 1_000)],
)
def test_MA_01_without_tolerance_the_exact_amount_matches_a_short_one_does_not(
    amount, allocations, difference
):
    found = best(line(amount, **FROM_ACME), THOUSAND)
    assert (found.allocations, found.on_account) == (allocations, difference)


@pytest.mark.parametrize(("basis_points", "matched"), [(50, False), (100, True)])
def test_MA_02_within_tolerance_the_gap_is_proposed_as_a_difference(basis_points, matched):
    found = best(line(99_000, **FROM_ACME), THOUSAND, MatchPolicy(tolerance_basis_points=basis_points))
    if matched:
        assert found.allocations == ((1, 99_000),)
        assert (found.difference_kind, found.difference) == ("tolerance", -1_000)
    else:
        assert found.allocations == ()


@pytest.mark.parametrize("basis_points", [0, 50, 100, 5_000])
def test_MA_03_tolerance_does_not_concern_an_over_payment(basis_points):
    found = best(line(101_000, **FROM_ACME), THOUSAND, MatchPolicy(tolerance_basis_points=basis_points))
    assert (found.allocations, found.on_account, found.difference_kind) == (
        ((1, 100_000),),
        1_000,
        "over_payment",
    )


def test_MA_04_only_a_reference_lets_it_apply_by_itself():
    assert best(line(101_000, "123456"), THOUSAND).sure
    without = best(line(101_000, **FROM_ACME), THOUSAND)
    assert without.allocations == ((1, 100_000),) and not without.sure
    assert not best(line(101_000, "123456"), THOUSAND, MatchPolicy(auto_apply=False)).sure


HUNDREDS = [item(1, 10_000, due=-3), item(2, 20_000, due=-2), item(3, 30_000, due=-1)]


def test_MA_05_the_oldest_are_proposed_as_far_as_the_receipt_reaches():
    assert best(line(25_000, **FROM_ACME), HUNDREDS).allocations == ((1, 10_000), (2, 15_000))


def test_MA_06_the_exact_one_alone_is_proposed():
    assert best(line(30_000, **FROM_ACME), HUNDREDS).allocations == ((3, 30_000),)


def test_MA_07_the_two_with_the_same_reference_are_proposed():
    pending = [item(1, 50_000, "A1B2C3"), item(2, 50_000, "A1B2C3"), item(3, 50_000, "D1E2F3")]
    found = best(line(100_000, "a1b2c3"), pending)
    assert set(found.allocations) == {(1, 50_000), (2, 50_000)} and found.sure


@pytest.mark.parametrize("where", ["reference", "text", "payer"])
def test_MA_08_each_place_of_search_can_be_switched_on_and_off(where):
    bank_line = line(100_000, **{"reference": "", where: "pays 123456 thanks"})
    name = "payer_name" if where == "payer" else where
    assert best(bank_line, THOUSAND, MatchPolicy(search_in=frozenset({name}))).sure
    others = frozenset({"reference", "text", "payer_name"}) - {name}
    assert not best(bank_line, THOUSAND, MatchPolicy(search_in=others)).sure


def test_MA_08_a_name_inside_the_text_finds_its_customer():
    items = [item(1, 5_000, customer=9, customer_name="Archibald Haddock"), item(2, 5_000, customer=GLOBEX)]
    found = best(line(5_000, text="1234//HADDOCK-Archibald"), items)
    assert (found.customer_id, found.codes[0], found.sure) == (9, "name_in_text", False)


@pytest.mark.parametrize(
    "name", ["A.*(B+[C", "\\d{3}(?P<x>", "Müller & Söhne (GmbH)", "O'Neil|x$^", "株式会社アクメ"]
)
def test_pitfall_119_names_with_special_characters_do_not_break_the_search(name):
    items = [item(1, 5_000, name, customer=9, customer_name=name, references=(name,))]
    found = best(line(5_000, payer=name, text=f"1234//{name}"), items)
    assert found.allocations == ((1, 5_000),)


def test_MA_09_a_smaller_receipt_with_the_reference_is_applied_in_part():
    found = best(line(4_000, "123456"), [item(1, 10_000, "123456")])
    assert (found.allocations, found.difference, found.difference_kind) == (((1, 4_000),), -6_000, "partial")
    assert found.sure


def test_MA_10_reference_and_tolerance_apply_by_themselves_and_propose_the_write_off():
    policy = MatchPolicy(tolerance_basis_points=1_000)
    found = best(line(9_500, "123456"), [item(1, 10_000, "123456")], policy)
    assert (found.allocations, found.difference, found.difference_kind) == (((1, 9_500),), -500, "tolerance")
    assert found.sure and "short_payment" in found.codes


def test_MA_11_the_same_short_reference_in_its_own_field_and_amount_are_sure():
    assert best(line(10_000, "123"), [item(1, 10_000, "123")]).sure
    assert not best(line(10_000, text="flat 123"), [item(1, 10_000, "123")]).sure


def test_MA_12_a_receipt_net_of_the_banks_fees_matches():
    items = [item(1, 353_764, "TR-77881")]
    found = best(line(346_052, "TR-77881"), items, MatchPolicy(accept_fees_up_to=8_000))
    assert (found.difference_kind, found.difference, found.sure) == ("bank_fee", -7_712, True)
    unnamed = best(line(346_052, **FROM_ACME), items, MatchPolicy(accept_fees_up_to=8_000))
    assert (unnamed.difference_kind, unnamed.sure) == ("bank_fee", False)


def test_MA_13_reversed_dates_and_documents_of_another_entity_are_refused():
    with pytest.raises(Refused, match="dates_reversed"):
        MatchPolicy(issued_from=DAY, issued_to=DAY - timedelta(days=1))
    with pytest.raises(Refused, match="other_entity"):
        propose(line(100, entity_id=1), [item(1, 100, entity_id=2)], (), STRICT)


LEARNED = Alias("iban", "DE89 3704 0044 0532 0130 00", ACME, hits=5)
IBAN = "DE89370400440532013000"


def test_MA_14_an_equal_amount_under_another_reference_is_never_sure():
    entry = [item(1, 50_000, "900619")]
    for aliases in ((), (LEARNED,)):
        found = best(line(50_000, "712219", account=IBAN), entry, MatchPolicy(auto_alias=True), aliases)
        assert found.allocations == ((1, 50_000),) and not found.sure


@pytest.mark.parametrize("aliases", [(), (LEARNED,)])
def test_MA_14_several_equal_candidates_are_asked_about(aliases):
    twins = [item(1, 50_000, "A-1001"), item(2, 50_000, "A-1002")]
    found = propose(line(50_000, account=IBAN), twins, aliases, MatchPolicy(auto_alias=True))
    assert len(found) == 2 and not any(p.sure for p in found)
    assert all("equal_candidates" in p.codes for p in found)


def test_pitfall_116_the_reference_beats_the_amount():
    items = [item(1, 70_000, "INV-2001"), item(2, 50_000, "INV-2002")]
    found = best(line(50_000, text="INV-2001", account=IBAN), items, MatchPolicy(auto_alias=True), [LEARNED])
    assert found.allocations == ((1, 50_000),) and found.difference_kind == "partial"


def test_pitfall_117_a_banks_fee_is_named_so_that_nothing_stays_almost_paid():
    found = best(line(99_850, "123456"), THOUSAND, MatchPolicy(accept_fees_up_to=200))
    assert (found.difference_kind, found.difference) == ("bank_fee", -150)


def test_pitfall_118_one_line_for_several_invoices():
    items = [item(1, 10_000, "INV-2001"), item(2, 15_000, "INV-2002"), item(3, 7_000, "INV-2003")]
    found = best(line(25_000, text="inv 2001, INV2002"), items)
    assert set(found.allocations) == {(1, 10_000), (2, 15_000)} and found.sure
    assert "several_invoices" in found.codes


def test_pitfall_118_several_lines_for_one_invoice_each_apply_in_part_by_reference():
    first = best(line(60_000, "123456"), THOUSAND)
    left = [dataclasses.replace(THOUSAND[0], amount_open=100_000 - first.allocated)]
    second = best(line(40_000, "123456"), left)
    assert first.sure and second.sure and (second.difference, second.difference_kind) == (0, "none")


def test_pitfall_118_several_lines_without_a_reference_are_seen_as_one_sum():
    lines = [line(60_000, id=1, **FROM_ACME), line(40_000, id=2, **FROM_ACME)]
    (first, one), (second, two) = propose_together(lines, THOUSAND, (), STRICT)[0]
    assert (first, one.allocations, second, two.allocations) == (1, ((1, 60_000),), 2, ((1, 40_000),))
    assert not one.sure and not two.sure
    with pytest.raises(Refused, match="lines_differ"):
        propose_together([lines[0], line(1, payer="Globex")], THOUSAND, (), STRICT)


def test_VECTORS_P1_AL_22_a_receipt_of_180_pays_100_and_80_of_150():
    items = [item(1, 10_000, "INV-2001", due=-2), item(2, 15_000, "INV-2002", due=-1)]
    for bank_line in (line(18_000, **FROM_ACME), line(18_000, "INV-2001 INV-2002")):
        found = best(bank_line, items)
        assert (found.allocations, found.difference) == (((1, 10_000), (2, 8_000)), -7_000)


def test_the_order_is_explicit_reference_then_exact_amount_then_oldest_due():
    items = [item(1, 100, due=-9), item(2, 300, due=-5), item(3, 200, due=-1), item(4, 50, due=0)]
    order = allocation_order(items, quoted=frozenset({4}), amount=200)
    assert [i.entry_id for i in order] == [4, 3, 1, 2]


AMOUNTS = st.integers(1, 2_000)
ITEMS = st.lists(
    st.builds(
        item,
        st.integers(1, 8),
        AMOUNTS,
        st.sampled_from(["INV-1001", "INV-1002", "100201", "", "A/1"]),
        customer=st.sampled_from([ACME, GLOBEX]),
        due=st.integers(-40, 40),
        currency=st.sampled_from(["EUR", "USD"]),
        disputed=st.integers(0, 300),
        discount=st.one_of(st.none(), st.tuples(st.integers(1, 3_000), st.just(DAY))),
        po_number=st.sampled_from(["", "PO-77001"]),
    ),
    max_size=8,
    unique_by=lambda i: i.entry_id,
)
POLICIES = st.builds(
    MatchPolicy,
    tolerance_basis_points=st.one_of(st.none(), st.integers(0, 2_000)),
    tolerance_amount=st.one_of(st.none(), st.integers(0, 500)),
    accept_fees_up_to=st.integers(0, 300),
    auto_alias=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(
    ITEMS,
    st.integers(-100, 6_000),
    st.sampled_from(["", "INV-1001", "INV 1001 inv/1002", "100201 PO-77001", "inv-l00l"]),
    st.sampled_from(["", "Acme Tools", "GLOBEX Corp"]),
    POLICIES,
)
def test_no_proposal_takes_more_than_is_open_nor_more_than_the_line_has(items, amount, text, payer, policy):
    bank_line = line(amount, text=text, payer=payer, account=IBAN)
    open_by_id = {i.entry_id: i for i in items}
    found = propose(bank_line, items, [LEARNED], policy)
    assert sum(p.sure for p in found) <= 1 and not any(p.sure for p in found[1:])
    for p in found:
        assert p.allocated <= amount and len({e for e, _ in p.allocations}) == len(p.allocations)
        for entry_id, part in p.allocations:
            owed = open_by_id[entry_id]
            assert 0 < part <= owed.amount_open
            assert (owed.currency, owed.customer_id) == (bank_line.currency, p.customer_id)
        assert p.on_account == amount - p.allocated and 1 <= p.confidence <= 100 and p.reasons
