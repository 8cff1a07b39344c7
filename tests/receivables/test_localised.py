"""Money, numbers and dates as people read them."""

from datetime import UTC, date, datetime

import pytest

from receivables import localised


@pytest.mark.parametrize(
    ("minor", "currency", "english", "chinese"),
    [
        (18_422_040, "EUR", "€184,220.40", "€184,220.40"),
        (120_600_000, "CNY", "CN¥1,206,000.00", "¥1,206,000.00"),
        (1_206_000, "JPY", "¥1,206,000", "JP¥1,206,000"),
        (1_234_567, "KWD", "KWD\N{NO-BREAK SPACE}1,234.567", "KWD\N{NO-BREAK SPACE}1,234.567"),
        (-5, "EUR", "−€0.05", "−€0.05"),
        (0, "USD", "$0.00", "US$0.00"),
        (2**63 - 1, "EUR", "€92,233,720,368,547,758.07", "€92,233,720,368,547,758.07"),
        (1_000, "IQD", "IQD\N{NO-BREAK SPACE}1.000", "IQD\N{NO-BREAK SPACE}1.000"),
    ],
)
def test_money_shows_every_minor_unit_and_an_unmistakable_currency(minor, currency, english, chinese):
    assert localised.money(minor, currency, language="en") == english
    assert localised.money(minor, currency, language="zh-hans") == chinese


def test_a_change_carries_its_sign():
    assert localised.money(1205, "USD", sign=True, language="en") == "+$12.05"
    assert localised.money(0, "USD", sign=True, language="en") == "$0.00"
    assert localised.money(-1205, "USD", sign=True, language="en") == "−$12.05"


def test_short_money_is_for_tiles():
    assert localised.money_short(191_000_000, "EUR", language="en") == "€1.91M"
    assert localised.money_short(191_000_000, "EUR", language="zh-hans") == "€191万"


def test_a_share_of_nothing_is_a_dash_not_a_fault():
    assert localised.percent(0, 0) == "–"
    assert localised.percent(191, 1038, language="en") == "18.4%"


def test_dates_are_unmistakable_in_both_languages():
    on = date(2026, 3, 2)
    assert localised.day(on, language="en") == "2 Mar 2026"
    assert localised.day(on, language="zh-hans") == "2026年3月2日"
    assert localised.day(on, iso=True) == "2026-03-02"


def test_a_moment_is_shown_to_the_minute():
    at = datetime(2026, 11, 21, 10, 42, 59, tzinfo=UTC)
    assert localised.moment(at, language="en") == "21 Nov 2026, 10:42"
    assert localised.moment(at, iso=True) == "2026-11-21 10:42"
