"""Minor digits of ISO 4217."""

import pytest

from receivables.rules.currencies import EXPONENTS, exponent
from receivables.rules.refusals import Refused


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        ("EUR", 2),
        ("CNY", 2),
        ("USD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("KWD", 3),
        ("BHD", 3),
        ("CLF", 4),
        ("IDR", 2),
    ],
)
def test_each_currency_has_its_own_number_of_decimals(code, digits):
    assert exponent(code) == digits


@pytest.mark.parametrize("code", ["EURO", "eur", "", "XXX", "XAU", None, 978, ["EUR"]])
def test_an_unknown_code_is_refused_by_name(code):
    with pytest.raises(Refused) as no:
        exponent(code)
    assert no.value.code == "currency_unknown"


def test_every_code_is_three_capital_letters():
    assert len(EXPONENTS) > 160
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in EXPONENTS)
