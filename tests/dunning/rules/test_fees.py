"""Fees of stages and the order in which a payment settles. Pure halves of the FE rows.

For verbs remain: charging once (FE-10, FE-16, FE-18 on re-runs, pitfall 69), the fee as its own document (FE-12, FE-14,
pitfall 79), resolving (FE-05), keeping what was not paid and waiving (FE-06, pitfall 75), reversing (pitfalls 76, 78).
"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.rules.fees import COSTS_FIRST, ORDERS, PRINCIPAL_FIRST, allocate_order, fee_currency, fee_of
from dunning.rules.interest import Debt, derive
from dunning.rules.interest_packs import by_code
from dunning.rules.ladder import Fee
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from tests.fixtures.late_interest import APRIL, DAY, contract

HUNDRED = Money.of("100", "EUR")


def eur(text):
    return Money.of(text, "EUR")


def flat(amount, currency="EUR"):
    return Fee("fixed", {currency: Money.of(amount, currency).minor})


def share(percent, base="open"):
    return Fee("percent", percent=percent, base=base)


def notice(rate, days, fee):
    debt = Debt(HUNDRED.minor, "EUR", APRIL)
    interest = derive(debt, by_code("contract"), contract(rate), up_to=APRIL + days * DAY).interest
    asked = interest + fee_of(fee, HUNDRED, HUNDRED, "EUR")
    return interest.plain(), asked.plain(), (HUNDRED + asked).plain()


def test_fe_01_no_fee_and_no_interest_ask_for_the_principal():
    assert notice("0", 20, None) == ("0.00", "0.00", "100.00")


def test_fe_02_interest_and_fee_stand_beside_the_principal():
    assert notice("10", 15, flat("10")) == ("0.41", "10.41", "110.41")


def test_fe_03_eight_percent_and_a_fee_of_twenty():
    assert notice("8", 20, flat("20")) == ("0.44", "20.44", "120.44")


def test_fe_04_a_fee_without_interest():
    assert notice("0", 20, flat("20")) == ("0.00", "20.00", "120.00")


def test_fe_07_the_second_fee_is_of_the_original_not_of_the_first_fee():
    first = fee_of(flat("10"), HUNDRED, HUNDRED, "EUR")
    second = fee_of(share("15", "original"), HUNDRED, HUNDRED, "EUR")
    assert (first + HUNDRED, first + second + HUNDRED) == (eur("110"), eur("125"))


def test_fe_07_the_original_stays_the_base_after_a_part_payment():
    assert fee_of(share("15", "original"), eur("40"), HUNDRED, "EUR") == eur("15")
    assert fee_of(share("15"), eur("40"), HUNDRED, "EUR") == eur("6")


def test_fe_08_a_fee_in_another_currency_is_divided_by_the_tables_rate():
    assert fee_of(flat("5.00"), HUNDRED, HUNDRED, "EUR") == eur("5")
    abroad = fee_of(flat("5.00"), HUNDRED, HUNDRED, "USD", "0.654", per_unit_of_target=True)
    assert str(abroad) == "7.65 USD"


def test_fe_08_an_amount_of_its_own_needs_no_rate():
    fee = Fee("fixed", {"EUR": 500, "GBP": 450})
    assert str(fee_of(fee, HUNDRED, HUNDRED, "GBP")) == "4.50 GBP"


def test_fe_08_several_amounts_none_of_which_fits_are_not_guessed():
    fee = Fee("fixed", {"EUR": 500, "GBP": 450})
    assert [fee_currency(fee, "CHF", "EUR"), fee_currency(flat("5"), "CHF", "USD")] == ["EUR", "EUR"]
    assert str(fee_of(fee, HUNDRED, HUNDRED, "CHF", "0.95", home="EUR")) == "4.75 CHF"
    with pytest.raises(Refused) as no:
        fee_of(fee, HUNDRED, HUNDRED, "CHF", "0.95", home="USD")
    assert no.value.code == "fee_currency_unclear"


def test_fe_09_nothing_asked_is_nothing_and_the_unknown_is_refused():
    for none in (None, flat("0"), Fee("fixed"), Fee("none"), share("0")):
        assert fee_of(none, HUNDRED, HUNDRED, "EUR") == eur("0")
    for kind in ("", "flat", "compound"):
        with pytest.raises(Refused) as no:
            fee_of(Fee(kind), HUNDRED, HUNDRED, "EUR")
        assert no.value.code == "fee_unknown"


def test_fe_10_each_stage_has_a_fee_of_its_own():
    assert [fee_of(flat(f), HUNDRED, HUNDRED, "EUR").plain() for f in ("101", "102", "103")] == [
        "101.00",
        "102.00",
        "103.00",
    ]


@pytest.mark.parametrize(
    ("fee", "balance"),
    [pytest.param("10", "20.00", id="test_fe_11"), pytest.param("5", "15.00", id="test_fe_13")],
)
def test_fe_11_and_13_a_fee_is_owed_beside_ten(fee, balance):
    assert (eur("10") + fee_of(flat(fee), eur("10"), eur("10"), "EUR")).plain() == balance


def test_fe_15_a_percentage_never_sees_the_fee_before():
    """The open principal is of the item alone: ten per cent twice is twice the same."""
    first, second = (fee_of(share("10"), HUNDRED, HUNDRED, "EUR") for _ in range(2))
    assert first == second == eur("10")


def test_fe_17_a_share_is_asked_in_the_currency_of_the_letter():
    assert str(HUNDRED.converted(Fraction("1.5"), "CHF")) == "150.00 CHF"
    assert str(fee_of(share("10"), HUNDRED, HUNDRED, "CHF", "1.5")) == "15.00 CHF"
    assert str(fee_of(share("100"), HUNDRED, HUNDRED, "CHF", "1.5")) == "150.00 CHF"


@pytest.mark.parametrize("fee", [flat("10"), share("10"), share("10", "original")])
@pytest.mark.parametrize("balance", ["0", "-25"])
def test_fe_18_a_balance_not_above_zero_has_no_fee(fee, balance):
    assert fee_of(fee, eur(balance), HUNDRED, "EUR") == eur("0")


def test_fe_20_principal_first_leaves_eight_of_interest_and_fee():
    got = allocate_order(eur("105"), principal=HUNDRED, interest=eur("3"), costs=eur("10"))
    assert (got.principal, got.interest + got.costs, got.on_account) == (HUNDRED, eur("5"), eur("0"))
    assert eur("13") - got.interest - got.costs == eur("8")


def test_fe_20_the_german_order_leaves_eight_of_the_principal():
    got = allocate_order(eur("105"), principal=HUNDRED, interest=eur("3"), costs=eur("10"), order=COSTS_FIRST)
    assert (got.costs, got.interest, got.principal) == (eur("10"), eur("3"), eur("92"))
    assert HUNDRED - got.principal == eur("8")


def test_pitfall_70_the_base_is_declared_and_another_is_refused():
    assert Fee("percent").base == "open"
    with pytest.raises(Refused) as no:
        fee_of(share("10", "with_earlier_fees"), HUNDRED, HUNDRED, "EUR")
    assert no.value.code == "fee_base_unknown"


def test_pitfall_72_interest_is_of_the_principal_whatever_fees_are_open():
    debt = Debt(HUNDRED.minor, "EUR", APRIL)
    terms = by_code("contract"), contract("10")
    assert not {"fees", "interest"} & set(Debt.__dataclass_fields__)
    two_years = derive(debt, *terms, up_to=APRIL + 730 * DAY).interest
    assert two_years == eur("20")


def test_pitfall_74_the_order_is_a_setting_with_a_named_default():
    assert ORDERS == {"principal_first": PRINCIPAL_FIRST, "costs_first": COSTS_FIRST}
    default, named = (
        allocate_order(eur("50"), principal=HUNDRED, interest=eur("3"), costs=eur("10"), **order)
        for order in ({}, {"order": PRINCIPAL_FIRST})
    )
    assert default == named
    with pytest.raises(Refused) as no:
        allocate_order(eur("5"), principal=HUNDRED, interest=eur("3"), costs=eur("10"), order=("principal",))
    assert no.value.code == "order_unknown"


@pytest.mark.parametrize(("currency", "expected"), [("JPY", "817"), ("KWD", "1.667"), ("CNY", "39.15")])
def test_pitfall_77_a_foreign_fee_is_rounded_to_its_currency(currency, expected):
    rate = {"JPY": "163.345", "KWD": "0.33333", "CNY": "7.8292"}[currency]
    assert fee_of(flat("5.00"), HUNDRED, HUNDRED, currency, rate).plain() == expected


@pytest.mark.parametrize(
    ("rate", "code"),
    [
        (None, "fee_rate_missing"),
        ("0", "rate_invalid"),
        ("-1", "rate_invalid"),
        ("NaN", "rate_invalid"),
        ("1e999999999", "rate_invalid"),
        ("", "rate_invalid"),
    ],
)
def test_pitfall_77_a_missing_or_senseless_rate_is_never_one(rate, code):
    with pytest.raises(Refused) as no:
        fee_of(flat("5.00"), HUNDRED, HUNDRED, "USD", rate)
    assert no.value.code == code


@pytest.mark.parametrize("fee", [flat("-5"), share("-5")])
def test_a_negative_fee_is_refused(fee):
    with pytest.raises(Refused) as no:
        fee_of(fee, HUNDRED, HUNDRED, "EUR")
    assert no.value.code == "fee_negative"


def test_a_negative_payment_is_refused_and_so_is_another_currency():
    for payment, code in ((eur("-1"), "amount_invalid"), (Money.of("1", "USD"), "currency_mismatch")):
        with pytest.raises(Refused) as no:
            allocate_order(payment, principal=HUNDRED, interest=eur("3"), costs=eur("10"))
        assert no.value.code == code


AMOUNTS = st.integers(0, 10**9)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.permutations(PRINCIPAL_FIRST))
def test_no_order_loses_a_cent_or_starts_a_part_before_the_last_is_full(
    paid, principal, interest, costs, order
):
    owed = {"principal": principal, "interest": interest, "costs": costs}
    parts = {name: Money(minor, "EUR") for name, minor in owed.items()}
    got = allocate_order(Money(paid, "EUR"), **parts, order=tuple(order))
    settled = [getattr(got, name).minor for name in order]
    assert sum(settled) + got.on_account.minor == paid
    assert all(0 <= s <= owed[name] for name, s in zip(order, settled, strict=True))
    for n, (name, s) in enumerate(zip(order, settled, strict=True)):
        if s < owed[name]:
            assert not any(settled[n + 1 :]) and got.on_account.minor == 0
