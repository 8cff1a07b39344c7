"""Alphabets are told apart, and what cannot be told is reported by its byte, never shown as mojibake."""

import io

import pytest

from integrations.errors import Unreadable
from integrations.files.currencies import CURRENT, DIGITS
from integrations.files.decoding import detect, whole_text

CHINESE = "交易日期,金额,对方户名\n2026-03-05,12.00,张三贸易有限公司\n"
FRENCH = "Date opération;Libellé\n2026-03-05;Café crème à l'été\n"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8-sig"),
        (CHINESE.encode("gbk"), "gb18030"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (FRENCH.encode("utf-16-le"), "utf-16-le"),
        (FRENCH.encode("cp1252"), "cp1252"),
        (FRENCH.encode(), "utf-8"),
        (b"plain,ascii\n", "utf-8"),
        ("name,amount\ncafé,1\n".encode("cp1252"), "cp1252"),
        ("name,amount\nACME公司,1\n".encode("gbk"), "gb18030"),
        ("name,amount\n公司,1\ncafé,2\n".encode("utf-16"), "utf-16"),
    ],
)
def test_bad_input_02_the_alphabet_is_told(raw, encoding):
    found = detect(io.BytesIO(raw))
    assert (found.encoding, found.bad_offsets) == (encoding, ())


def test_bad_input_04_invalid_bytes_keep_their_offsets():
    raw = ("é" * 5 + "abc").encode() + b"\xff" + b"def\n"
    assert detect(io.BytesIO(raw)) == detect(io.BytesIO(raw))
    assert detect(io.BytesIO(raw)).bad_offsets == (13,)


def test_a_character_cut_by_the_piece_size_is_no_error():
    raw = b"a" * ((1 << 20) - 1) + "é".encode() + b"\n"
    assert detect(io.BytesIO(raw)).encoding == "utf-8"


def test_a_declared_encoding_must_be_known():
    with pytest.raises(Unreadable):
        detect(io.BytesIO(b"x"), "rot13")
    assert whole_text("Ж\r\n".encode("cp1251"), "cp1251")[0] == "Ж\n"


def test_currency_digits_agree_with_the_ledger_floor():
    from receivables.rules.currencies import EXPONENTS

    assert {code: DIGITS[code] for code in EXPONENTS} == EXPONENTS
    assert frozenset(EXPONENTS) == CURRENT
