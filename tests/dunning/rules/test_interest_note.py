"""The printed derivation: each step with figures that can be recalculated."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

from dunning.rules.interest import Debt, derive
from dunning.rules.interest_note import explain
from dunning.rules.interest_packs import by_code
from dunning.rules.interest_terms import Facts
from tests.fixtures.late_interest import APRIL, BUSINESS, DAY, FEDERAL, SME, contract


def test_a_note_tells_debt_payment_lines_total_fixed_sum_and_law():
    debt = Debt(100000, "EUR", date(2025, 6, 20), ((date(2025, 6, 30), 40000),))
    assert explain(derive(debt, by_code("de_b2b"), BUSINESS, up_to=date(2025, 7, 10))) == [
        (
            "debt",
            {"principal": "1000.00", "currency": "EUR", "due_on": "2025-06-20", "up_to": "2025-07-10"},
        ),
        ("payment", {"on": "2025-06-30", "amount": "400.00"}),
        (
            "line_per_year",
            {
                "from": "2025-06-21",
                "to": "2025-06-30",
                "days": 10,
                "base": "1000.00",
                "rate": "11.27",
                "day_basis": 365,
                "exact": "3.087671",
                "reference": "2.27",
                "margin": "9",
                "source": "Announced by the Bundesbank; to be confirmed by the user",
            },
        ),
        (
            "line_per_year",
            {
                "from": "2025-07-01",
                "to": "2025-07-10",
                "days": 10,
                "base": "600.00",
                "rate": "10.27",
                "day_basis": 365,
                "exact": "1.688219",
                "reference": "1.27",
                "margin": "9",
                "source": "Announced by the Bundesbank; from the worked examples, to be confirmed by the user",
            },
        ),
        ("interest", {"exact": "4.775890", "interest": "4.78", "currency": "EUR", "days": 20}),
        ("fixed_sum", {"amount": "40.00", "currency": "EUR", "citation": "BGB § 288 Abs. 5"}),
        ("law", {"pack": "de_b2b", "citation": "BGB § 288 Abs. 2, § 247"}),
    ]


def test_the_lines_of_a_note_can_be_recalculated_by_its_reader():
    debt = Debt(12345678, "CNY", date(2025, 7, 31))
    steps = dict(explain(derive(debt, by_code("cn_802"), SME, up_to=date(2025, 9, 14))))
    line = steps["line_per_day"]
    again = Fraction(line["base"]) * Fraction(line["rate"]) / 100 * line["days"] / line["day_basis"]
    assert abs(again - Fraction(line["exact"])) <= Fraction(1, 2 * 10**6)


def test_a_note_says_what_was_left_out_charged_before_and_capitalised():
    debt = Debt(
        100000, "EUR", APRIL, disputed=((APRIL + DAY, APRIL + 5 * DAY),), charged_through=APRIL + 2 * DAY
    )
    codes = [
        code for code, _ in explain(derive(debt, by_code("contract"), contract("5"), up_to=APRIL + 9 * DAY))
    ]
    assert codes == ["debt", "days_left_out", "charged_before", "line_per_year", "interest", "law"]
    federal = derive(
        Debt(150000, "USD", APRIL), by_code("us_prompt_payment"), FEDERAL, up_to=APRIL + 40 * DAY
    )
    assert "capitalised" in explain(federal)[2][1]


def test_a_note_without_interest_says_why():
    debt, pack = Debt(100000, "EUR", APRIL), by_code("de_b2b")
    assert explain(derive(debt, pack, Facts(), up_to=APRIL + DAY))[1:] == [
        ("fact_missing", {"pack": "de_b2b", "fact": "debtor_kind"})
    ]
    assert explain(derive(debt, pack, BUSINESS, up_to=APRIL))[1:] == [("no_days", {"pack": "de_b2b"})]
    paid = replace(debt, principal=0)
    assert explain(derive(paid, pack, BUSINESS, up_to=APRIL + DAY))[1][0] == "nothing_owed"


def test_a_note_can_be_stored_as_it_is():
    got = explain(derive(Debt(100000, "JPY", APRIL), by_code("contract"), contract("5"), up_to=APRIL + DAY))
    assert [(c, f) for c, f in json.loads(json.dumps(got))] == got
