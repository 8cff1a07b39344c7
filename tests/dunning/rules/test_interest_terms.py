"""Which law governs a debt, and what is refused rather than guessed."""

import json
from dataclasses import replace
from datetime import date

import pytest

from dunning.rules.interest import Debt, derive
from dunning.rules.interest_packs import by_code, shipped
from dunning.rules.interest_terms import Agreed, Facts, facts_from_json, facts_to_json, why_not
from dunning.rules.reference_rates import RateRow
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from tests.fixtures.late_interest import APRIL, BUSINESS, DAY, SME, contract


def answering(**answers):
    return replace(BUSINESS, answers={**BUSINESS.answers, **answers})


@pytest.mark.parametrize(
    ("code", "facts", "reason"),
    [
        ("de_b2b", BUSINESS, ""),
        ("de_b2b", answering(debtor_kind="consumer"), "not_applicable:debtor_kind"),
        ("de_b2b", answering(rate_agreed_otherwise="yes"), "not_applicable:rate_agreed_otherwise"),
        ("de_b2b", Facts(), "fact_missing:debtor_kind"),
        ("de_consumer", BUSINESS, "not_applicable:debtor_kind"),
        ("fr_l441_10", answering(debtor_kind="public_body"), "not_applicable:debtor_kind"),
        ("uk_1998", answering(debtor_kind="public_body"), ""),
        ("us_prompt_payment", BUSINESS, "not_applicable:debtor_kind"),
        ("contract", contract("5"), ""),
        ("contract", Facts(answers={"agreed_in_contract": "yes"}), "fact_missing:agreed"),
        ("contract", Facts(answers={"agreed_in_contract": "no"}), "not_applicable:agreed_in_contract"),
    ],
)
def test_a_pack_governs_only_what_its_questions_allow(code, facts, reason):
    assert why_not(APRIL, by_code(code), facts) == reason
    got = derive(
        Debt(100000, "EUR", APRIL), by_code(code), replace(facts, worth=Money(1, "GBP")), up_to=APRIL
    )
    assert (got.applicable, got.interest.minor, got.compensation.minor) == (not reason, 0, 0)


@pytest.mark.parametrize("debtor", ["public_body", "public_institution", "large_business"])
def test_the_chinese_regulation_binds_who_pays_small_suppliers(debtor):
    facts = Facts(answers={"debtor_kind": debtor, "creditor_is_sme": "yes"})
    assert why_not(date(2025, 6, 1), by_code("cn_802"), facts) == ""


@pytest.mark.parametrize(
    ("debtor", "small", "reason"),
    [
        ("business", "yes", "not_applicable:debtor_kind"),
        ("consumer", "yes", "not_applicable:debtor_kind"),
        ("large_business", "no", "not_applicable:creditor_is_sme"),
        ("large_business", "", "fact_missing:creditor_is_sme"),
    ],
)
def test_the_chinese_regulation_binds_nobody_else(debtor, small, reason):
    facts = Facts(answers={"debtor_kind": debtor, "creditor_is_sme": small})
    assert why_not(date(2025, 7, 1), by_code("cn_802"), facts) == reason


def test_a_delay_before_the_law_came_into_force_is_not_its_matter():
    assert why_not(date(2025, 5, 30), by_code("cn_802"), SME) == "not_in_force"
    assert why_not(date(2025, 5, 31), by_code("cn_802"), SME) == ""


def chinese(rate, contract_on, **terms):
    facts = replace(SME, agreed=Agreed(rate, **terms), contract_on=contract_on)
    debt = Debt(10000000, "CNY", date(2025, 7, 31))
    return derive(debt, by_code("cn_802"), facts, up_to=date(2025, 7, 31) + 30 * DAY)


def test_an_agreed_chinese_rate_holds_when_it_reaches_the_prime_rate_of_its_day():
    """Signed on 20 May 2025, when 3.00 was announced: 3.00 is enough; the day before it was 3.10."""
    assert chinese("3", date(2025, 5, 20)).interest.plain() == "246.58"
    with pytest.raises(Refused) as no:
        chinese("3", date(2025, 5, 19))
    assert (no.value.code, no.value.figures["floor"]) == ("agreed_rate_below_floor", "3.10")


def test_an_agreed_chinese_rate_a_day_is_compared_by_the_year():
    assert chinese("0.03", date(2025, 5, 20), per="day").interest.plain() == "900.00"
    with pytest.raises(Refused):
        chinese("0.008", date(2025, 5, 20), per="day")


def test_an_agreed_chinese_rate_needs_the_day_of_the_contract():
    with pytest.raises(Refused) as no:
        chinese("3", None)
    assert no.value.code == "contract_date_missing"


def test_an_unknown_rate_is_refused_with_its_period_and_people_can_add_it():
    debt, pack = Debt(100000, "EUR", date(2026, 6, 20)), by_code("de_b2b")
    with pytest.raises(Refused) as no:
        derive(debt, pack, BUSINESS, up_to=date(2026, 7, 10))
    assert no.value.code == "rate_unknown"
    assert no.value.figures == {"series": "de_basiszins", "on": "2026-07-01", "period": "2026-H2"}
    row = RateRow(date(2026, 7, 1), date(2026, 12, 31), "1.52", "entered by finance")
    got = derive(debt, pack.with_rows([row]), BUSINESS, up_to=date(2026, 7, 10))
    assert [(line.quote.reference, line.quote.source) for line in got.lines][1] == (
        "1.52",
        "entered by finance",
    )


def test_a_rate_is_asked_only_for_days_that_bear_interest():
    paid = Debt(100000, "EUR", date(2026, 6, 20), ((date(2026, 6, 30), 100000),))
    assert derive(paid, by_code("de_b2b"), BUSINESS, up_to=date(2026, 12, 1)).days == 10


def test_the_contracts_own_fixed_sum_is_claimed_in_its_currency():
    facts = contract("5", fixed_sum=Money.of("25", "EUR"))
    got = derive(Debt(100000, "EUR", APRIL), by_code("contract"), facts, up_to=APRIL + DAY)
    assert (str(got.compensation), got.compensation_citation) == (
        "25.00 EUR",
        "The agreement between the parties",
    )


@pytest.mark.parametrize("bad", [{"rate": "-1"}, {"rate": 5}, {"rate": "5", "per": "week"}, {"rate": "5,5"}])
def test_a_senseless_agreement_is_refused(bad):
    with pytest.raises(Refused):
        Agreed(**bad)


def test_every_pack_has_one_answer_that_lets_it_apply():
    for pack in shipped().values():
        answers = {question.fact: question.one_of[0] for question in pack.applies_when}
        assert why_not(date(2026, 1, 1), pack, Facts(answers=answers, agreed=Agreed("5"))) == ""


FULL = Facts(
    answers={"debtor_kind": "business"},
    agreed=Agreed("9.5", "year", "actual", Money.of("25", "EUR")),
    contract_on=date(2025, 5, 20),
    worth=Money.of("12.5", "GBP"),
)


@pytest.mark.parametrize("facts", [Facts(), BUSINESS, contract("0.05", per="day"), FULL])
def test_facts_are_stored_and_read_back(facts):
    assert facts_from_json(json.loads(json.dumps(facts_to_json(facts)))) == facts


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        {"more": 1},
        {"answers": {"debtor_kind": 1}},
        {"answers": []},
        {"agreed": {}},
        {"agreed": {"rate": "5", "note": ""}},
        {"agreed": {"rate": 5}},
        {"agreed": {"rate": "5", "per": []}},
        {"agreed": {"rate": "5", "fixed_sum": "25"}},
        {"contract_on": "20.5.2025"},
        {"worth": ["x", "EUR"]},
        {"worth": ["1", "EURO"]},
    ],
)
def test_facts_that_say_something_else_are_refused(bad):
    with pytest.raises(Refused):
        facts_from_json(bad)
