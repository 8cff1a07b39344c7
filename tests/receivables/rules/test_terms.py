"""Payment terms: the peers' figures for due dates and splits; what is refused."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.rules.business_days import Calendar
from receivables.rules.due_rules import steps_from_json
from receivables.rules.money import Money
from receivables.rules.refusals import Refused
from receivables.rules.term_presets import PRESETS
from receivables.rules.terms import (
    Due,
    EarlyPayment,
    Line,
    Terms,
    schedule,
)

TEN_PERCENT = Terms(Terms.net(30).lines, EarlyPayment(Decimal(10), 10))


def on(text):
    return date.fromisoformat(text)


def eur(text):
    return Money.of(text, "EUR")


def due_for(terms, *starts):
    return [schedule(terms, on(start), eur("100.00"))[0].due_on.isoformat() for start in starts]


def whole(*steps):
    return Terms((Line("percent", Fraction(100), steps_from_json(list(steps))),))


def tryton_shape(fixed):
    return Terms.from_json(
        {
            "lines": [
                {"remainder": "25", "due": [{"days": 30}]},
                {"percent": "25", "due": [{"months": 1}]},
                {"fixed": fixed, "currency": "EUR", "due": [{"months": 1}, {"days": 30}]},
                {"remainder": "100", "due": [{"months": 2}, {"day": 15}, {"days": 30}]},
            ]
        }
    )


def rows(dues):
    return [(due.amount.plain(), due.due_on.isoformat()) for due in dues]


def test_DT_01_thirty_days():
    assert due_for(PRESETS["NET30"], "2016-01-22") == ["2016-02-21"]


def test_DT_02_the_end_of_the_next_month_knows_leap_years():
    assert due_for(PRESETS["NEXT_EOM"], "2016-01-22", "2017-01-22") == ["2016-02-29", "2017-02-28"]


def test_DT_03_without_terms_an_invoice_is_due_at_once():
    assert due_for(PRESETS["IMMEDIATE"], "2016-01-22") == ["2016-01-22"]


def test_DT_04_four_kinds_of_lines_share_one_amount():
    assert rows(schedule(tryton_shape("396.84"), on("2011-10-01"), eur("1587.35"))) == [
        ("396.84", "2011-10-31"),
        ("396.84", "2011-11-01"),
        ("396.84", "2011-12-01"),
        ("396.83", "2012-01-14"),
    ]


def test_DT_05_a_credit_note_mirrors_the_split():
    dues = schedule(tryton_shape("4"), on("2011-10-01"), eur("-10.00"))
    assert [due.amount.plain() for due in dues] == ["-2.50", "-2.50", "-4.00", "-1.00"]


def test_DT_06_nothing_is_due_at_once_whatever_the_terms():
    assert schedule(tryton_shape("4"), on("2011-10-01"), eur("0")) == (Due(on("2011-10-01"), eur("0")),)


@pytest.mark.parametrize(
    ("ratio", "divisor"), [("0.4", "2"), ("0.33", "3"), ("0.3334", "3"), ("0.5", "1"), ("0.1", "100")]
)
def test_DT_07_a_ratio_that_contradicts_its_divisor_is_refused(ratio, divisor):
    with pytest.raises(Refused, match="terms_invalid"):
        Terms.from_json({"lines": [{"ratio": ratio, "divisor": divisor}, {"remainder": 100}]})


def test_DT_07_a_third_as_repeating_decimal_is_a_third():
    third = {"ratio": "0.3333333333", "divisor": "3", "due": [{"days": 30}]}
    terms = Terms.from_json({"lines": [third, {"ratio": "1/3"}, {"ratio": "1/3"}]})
    parts = [due.amount.plain() for due in schedule(terms, on("2025-01-01"), eur("100.00"))]
    assert parts == ["33.33", "33.33", "33.34"]


def test_DT_08_end_of_month_and_45_days():
    assert due_for(PRESETS["EOM45"], "2019-01-01", "2019-01-15", "2019-01-31") == ["2019-03-17"] * 3


def test_DT_09_at_least_31_days_then_the_next_15th():
    terms = whole({"days": 31}, {"next_day": 15})
    assert due_for(terms, "2019-01-01", "2019-01-15", "2019-01-31") == [
        "2019-02-15",
        "2019-02-15",
        "2019-03-15",
    ]


def test_DT_10_end_of_month_and_first_of_next():
    january = ["2019-01-01", "2019-01-15", "2019-01-31"]
    assert due_for(PRESETS["EOM"], *january) == ["2019-01-31"] * 3
    assert due_for(PRESETS["FIRST_OF_NEXT_MONTH"], *january) == ["2019-02-01"] * 3


def test_T1_net_30():
    starts = ["2022-01-01", "2022-01-15", "2022-01-31"]
    assert due_for(PRESETS["NET30"], *starts) == ["2022-01-31", "2022-02-14", "2022-03-02"]


def test_T2_thirty_and_seventy_percent():
    dues = schedule(PRESETS["30/70"], on("2022-01-31"), eur("100.00"))
    assert rows(dues) == [("30.00", "2022-02-15"), ("70.00", "2022-03-17")]


@pytest.mark.parametrize("percents", [["30", "60"], ["50", "50.01"], ["33.33", "33.33", "33.33"]])
def test_T3_percentages_that_do_not_sum_to_100_are_refused(percents):
    with pytest.raises(Refused) as no:
        Terms.from_json({"lines": [{"percent": p} for p in percents]})
    assert (no.value.code, no.value.field) == ("percents_not_100", "lines")


def test_T4_two_halves_of_three_cents():
    dues = schedule(PRESETS["50/50"], on("2025-01-01"), eur("0.03"))
    assert [due.amount.plain() for due in dues] == ["0.02", "0.01"]


def test_A6_and_AG_01_three_instalments_of_100():
    assert rows(schedule(PRESETS["30/50/20"], on("2025-01-01"), eur("100.00"))) == [
        ("30.00", "2025-01-31"),
        ("50.00", "2025-03-02"),
        ("20.00", "2025-04-01"),
    ]


def test_a_due_date_moves_off_a_holiday_and_the_nominal_date_is_kept():
    germany = Calendar("DE")
    forward = Terms(Terms.net(30).lines, shift="next")
    back = Terms(Terms.net(30).lines, shift="previous")
    assert schedule(forward, on("2025-04-01"), eur("1.00"), germany) == (
        Due(on("2025-05-02"), eur("1.00"), on("2025-05-01")),
    )
    assert schedule(back, on("2025-04-01"), eur("1.00"), germany)[0].due_on == on("2025-04-30")
    assert schedule(forward, on("2025-04-02"), eur("1.00"), germany) == (Due(on("2025-05-02"), eur("1.00")),)


def test_a_fixed_line_serves_its_own_currency_only():
    with pytest.raises(Refused, match="terms_currency"):
        schedule(tryton_shape("4"), on("2025-01-01"), Money.of("10.00", "USD"))


def test_a_fixed_line_larger_than_the_invoice_takes_all_and_leaves_no_empty_rows():
    dues = schedule(tryton_shape("500"), on("2025-01-01"), eur("10.00"))
    assert [due.amount.plain() for due in dues] == ["2.50", "2.50", "5.00"]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [],
        {},
        {"lines": []},
        {"lines": {}},
        {"lines": ["net 30"]},
        {"lines": [{}]},
        {"lines": [{"percent": "100", "ratio": "1"}]},
        {"lines": [{"percent": 100.0}]},
        {"lines": [{"percent": "1e2"}]},
        {"lines": [{"percent": "1e999999999"}]},
        {"lines": [{"percent": "-100"}]},
        {"lines": [{"percent": "NaN"}]},
        {"lines": [{"percent": "1/0"}]},
        {"lines": [{"percent": "0"}, {"percent": "100"}]},
        {"lines": [{"percent": "100", "divisor": "1"}]},
        {"lines": [{"percent": "100", "currency": "EUR"}]},
        {"lines": [{"fixed": "5", "currency": "EUR"}]},
        {"lines": [{"fixed": "5"}, {"remainder": "100"}]},
        {"lines": [{"remainder": "50"}]},
        {"lines": [{"remainder": "100"}, {"remainder": "100"}]},
        {"lines": [{"remainder": "101"}]},
        {"lines": [{"percent": "100"}], "shift": "later"},
        {"lines": [{"percent": "100"}], "note": "x"},
        {"lines": [{"percent": "100"}], "early_payment": {"percent": "100", "days": 10}},
        {"lines": [{"percent": "100"}], "early_payment": {"percent": "2", "days": "10"}},
        {"lines": [{"percent": "100"}], "early_payment": {"days": 10}},
        {"lines": [{"percent": "100"}], "early_payment": {"percent": "2", "days": 10, "on_tax": "yes"}},
        {"lines": [{"percent": "1"}] * 121},
    ],
)
def test_terms_that_do_not_add_up_are_refused_with_their_field(bad):
    with pytest.raises(Refused) as no:
        Terms.from_json(bad)
    assert no.value.code == "terms_invalid"
    assert no.value.field


@pytest.mark.parametrize("fixed", ["1.234", 1.5, "x"])
def test_a_fixed_amount_is_money(fixed):
    with pytest.raises(Refused, match="amount_invalid"):
        Terms.from_json({"lines": [{"fixed": fixed, "currency": "EUR"}, {"remainder": "100"}]})


@pytest.mark.parametrize("terms", [*PRESETS.values(), tryton_shape("396.84"), TEN_PERCENT], ids=str)
def test_terms_are_written_and_read_back(terms):
    assert Terms.from_json(terms.to_json()) == terms


@given(
    st.sampled_from(
        [
            *PRESETS.values(),
            Terms.from_json({"lines": [{"remainder": "25"}, {"remainder": "10"}, {"remainder": "100"}]}),
        ]
    ),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.builds(Money, st.integers(-(10**14), 10**14), st.sampled_from(["JPY", "EUR", "KWD"])),
)
def test_a_schedule_loses_nothing_and_is_never_due_before_the_invoice(terms, invoice_on, amount):
    dues = schedule(terms, invoice_on, amount)
    assert sum(due.amount.minor for due in dues) == amount.minor
    assert all(due.due_on >= invoice_on for due in dues)
    assert all(due.amount.minor * amount.minor > 0 for due in dues) or amount.minor == 0
    mirrored = schedule(terms, invoice_on, -amount)
    assert [(due.due_on, -due.amount) for due in dues] == [(due.due_on, due.amount) for due in mirrored]
