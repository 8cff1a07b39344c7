"""The bridge to pandas: currency and as_of are always there, and no amount ever becomes a float."""

from datetime import timedelta
from decimal import Decimal

import pytest

from receivables.models import Entry
from receivables.questions.frames import frame
from tests.fixtures.world import DAY_0


@pytest.fixture
def rows(world):
    world.issue("acme", "9007199254740.99", due_on=DAY_0)
    world.issue("hengda", "5000", due_on=DAY_0 + timedelta(days=1), currency="JPY")
    return Entry.objects.order_by("pk")


def test_amounts_are_integers_beside_their_currency_and_date(rows):
    made = frame(rows, {"customer__code": "customer", "amount": "amount", "due_on": "due_on"}, as_of=DAY_0)
    assert list(made.columns) == ["customer", "amount", "due_on", "currency", "as_of"]
    assert (str(made["amount"].dtype), made["amount"].tolist()) == ("int64", [900719925474099, 5000])
    assert made["currency"].tolist() == ["EUR", "JPY"] and set(made["as_of"]) == {DAY_0}


def test_major_units_are_exact_decimals_of_each_currency(rows):
    made = frame(rows, ["amount"], as_of=DAY_0, major=True)
    assert made["amount"].tolist() == [Decimal("9007199254740.99"), Decimal("5000")]


def test_gaps_do_not_turn_integers_into_floats(rows):
    made = frame(
        rows,
        {"amount": "amount", "settled_by__amount": "settled"},
        as_of=DAY_0,
        amounts=("amount", "settled"),
    )
    assert str(made["settled"].dtype) == "Int64" and made["settled"].isna().all()


def test_an_empty_set_and_a_missing_column(rows):
    assert len(frame(rows.none(), ["amount"], as_of=DAY_0)) == 0
    with pytest.raises(KeyError):
        frame(rows, ["reference"], as_of=DAY_0)
