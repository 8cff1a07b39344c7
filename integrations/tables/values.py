"""Single values out of strangers' cells: amounts, currencies, names. Strict: what has two readings is refused.

Pure: no files, no clock, no floats. `Unparsed` says what is wrong and how to repair it.
"""

import re
from collections.abc import Mapping
from typing import Literal

from integrations.files.currencies import CURRENT, DIGITS

DecimalMark = Literal[".", ",", ""]

MINOR_MAX = 10**18
"""Largest amount taken from a file, in minor units: within BIGINT, with room for sums."""


class NumberText(str):
    """A number cell of a workbook: always a decimal point, never grouped, whatever the import's locale."""


class Unparsed(Exception):
    """`code` is stable; `reason` is a sentence; `repair` tells what to change."""

    def __init__(self, code: str, reason: str, repair: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.repair = repair


WIDE = str.maketrans(
    {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
    | {"\u3000": " ", "\xa0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\u2010": "-", "\u2011": "-"}
    | {"￥": "¥", "￡": "£", "￠": "¢", "’": "'"}
)
_SYMBOLS = {
    "¥": "CNY JPY", "元": "CNY", "円": "JPY", "€": "EUR", "£": "GBP EGP", "₩": "KRW", "₹": "INR", "₽": "RUB", "₺": "TRY",
    "HK$": "HKD", "US$": "USD", "A$": "AUD", "C$": "CAD", "NT$": "TWD", "S$": "SGD", "R$": "BRL", "Fr.": "CHF",
    "$": "USD AUD CAD HKD SGD TWD NZD MXN CLP COP ARS", "kr": "SEK NOK DKK ISK", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
}  # fmt: skip
_BODY = re.compile(r"\d[\d .,']*\Z", re.ASCII)


def parse_amount(
    text: str, *, currency: str, decimal_mark: DecimalMark = "", exact_zeros: bool = False
) -> int:
    """Signed minor units of `currency`.

    `decimal_mark` is the import's locale; "" accepts only what can be read in one way. `(12.00)` and `12.00-` are negative.
    `exact_zeros` lets zeros beyond the currency's digits pass (bank formats write 8.850); other digits there never pass.
    Raises Unparsed: empty, not_a_number, negative_zero, ambiguous_amount, too_many_decimals, amount_too_large,
    currency_mismatch, currency_unknown.
    """
    if currency not in DIGITS:
        raise Unparsed("currency_unknown", f"{currency[:10]!r} is not a known currency.")
    body, negative = _signed(_without_symbol(text.translate(WIDE).strip(), currency))
    if not body:
        raise Unparsed("empty", "The amount is empty.", "Fill it in, or take the row out.")
    if not _BODY.match(body) or len(body) > 60:
        raise Unparsed(
            "not_a_number", "This is not an amount.", "Use digits with one decimal mark, such as 1234.56."
        )
    mark: DecimalMark = "." if isinstance(text, NumberText) else decimal_mark or _only_reading(body)
    whole, fraction = _split(body, mark)
    minor = _minor(whole, fraction, DIGITS[currency], currency, exact_zeros)
    if minor > MINOR_MAX:
        raise Unparsed("amount_too_large", "The amount is too large to be true.", "Check the decimal mark.")
    if negative and minor == 0:
        raise Unparsed("negative_zero", "Minus zero is not an amount.", "Write 0.")
    return -minor if negative else minor


def _without_symbol(text: str, currency: str) -> str:
    """Takes one currency sign or code off either end; refuses one that says another currency."""
    core = text.strip("()+- ")
    for sign in sorted((*_SYMBOLS, currency), key=len, reverse=True):
        if core.startswith(sign) or core.endswith(sign):
            if sign != currency and currency not in _SYMBOLS[sign].split():
                raise Unparsed("currency_mismatch", f"The amount says {sign}, the row says {currency}.")
            return text.replace(sign, "", 1).strip()
    return text


def _signed(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    for sign, negative in (("-", True), ("+", False)):
        if text.startswith(sign):
            return text[1:].strip(), negative
        if text.endswith(sign):
            return text[:-1].strip(), negative
    return text, False


def _only_reading(body: str) -> DecimalMark:
    marks = [c for c in body if c in ".,"]
    if not marks:
        return "."
    kinds = set(marks)
    last: DecimalMark = "." if marks[-1] == "." else ","
    if len(kinds) == 2:
        return last
    other: DecimalMark = "," if last == "." else "."
    if len(marks) > 1:
        return other
    before, _, after = body.partition(last)
    if len(after) == 3 and len(before) <= 3 and before != "0":
        raise Unparsed(
            "ambiguous_amount",
            f"{body} can mean {before}{after} or {before}.{after}.",
            "Set the decimal mark of this import.",
        )
    return last


def _split(body: str, mark: DecimalMark) -> tuple[str, str]:
    whole, found, fraction = body.partition(mark)
    if found and (not fraction.isdigit() or not fraction.isascii()):
        raise Unparsed(
            "not_a_number", f"With {mark!r} as decimal mark this is not an amount.", "Check the decimal mark."
        )
    groups = re.split(r"[ .,']", whole)
    separators = set(re.findall(r"[ .,']", whole))
    if len(groups) > 1:
        regular = len(separators) == 1 and 1 <= len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])
        if not regular or mark in separators:
            raise Unparsed(
                "not_a_number",
                f"With {mark!r} as decimal mark the groups of digits are irregular.",
                "Check it.",
            )
    return "".join(groups), fraction


def _minor(whole: str, fraction: str, digits: int, currency: str, exact_zeros: bool) -> int:
    if exact_zeros:
        fraction = fraction[:digits] + fraction[digits:].rstrip("0")
    if len(fraction) > digits:
        raise Unparsed(
            "too_many_decimals",
            f"{currency} has {digits} decimals, this amount has {len(fraction)}.",
            "Amounts are never rounded on import: correct the file.",
        )
    return int(whole + fraction.ljust(digits, "0"))


_AMBIGUOUS_SIGNS = {
    "¥": "CNY or JPY",
    "$": "USD, HKD or another dollar",
    "kr": "SEK, NOK or DKK",
    "£": "GBP or EGP",
}


def parse_currency(text: str, *, aliases: Mapping[str, str] | None = None) -> str:
    """An ISO 4217 code. `aliases` are the import's own words (RMB → CNY). Raises Unparsed: empty,
    currency_ambiguous, currency_unknown."""
    plain = text.translate(WIDE).strip()
    if not plain:
        raise Unparsed("empty", "The currency is empty.")
    code = (aliases or {}).get(plain, plain).upper()
    if code in CURRENT:
        return code
    if plain in _AMBIGUOUS_SIGNS:
        raise Unparsed(
            "currency_ambiguous",
            f"{plain} can mean {_AMBIGUOUS_SIGNS[plain]}.",
            "Write the three-letter code.",
        )
    repair = (
        "Map RMB to CNY in this import." if plain.upper() == "RMB" else "Use a three-letter code such as EUR."
    )
    raise Unparsed("currency_unknown", "This is not a known currency.", repair)


_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def parse_name(text: str, *, length: int = 300) -> str:
    """A name as it was written, inner spaces kept, ends and invisible marks stripped.

    Direction overrides and zero-width characters are stripped: they only serve to deceive the eye. Joiners inside emoji and
    Indic or Persian words stay. Raises Unparsed: control_character, line_break, too_long.
    """
    plain = strip_invisible(text).strip()
    if _FORBIDDEN.search(plain):
        raise Unparsed(
            "control_character", "The text holds a control character or a broken letter.", "Type it again."
        )
    if len(plain.splitlines()) > 1:
        raise Unparsed("line_break", "The text holds a line break.", "Write it on one line.")
    if len(plain) > length:
        raise Unparsed("too_long", f"The text has {len(plain)} characters; the limit is {length}.")
    return plain


def strip_invisible(text: str) -> str:
    """Without zero-width characters and direction overrides; everything else verbatim."""
    return _INVISIBLE.sub("", text)


def has_forbidden(text: str) -> bool:
    """True when `text` holds what no database should store: NUL, control characters, unpaired surrogates."""
    return _FORBIDDEN.search(text) is not None
