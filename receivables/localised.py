"""Money, numbers and dates as people read them in the active language, by CLDR through Babel. Display only: it parses nothing,
and what machines read (API, exports) is written by `rules/money` and ISO dates.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_compact_currency, format_decimal, parse_pattern
from django.utils import timezone, translation

from receivables.rules.currencies import exponent
from receivables.rules.money import format_plain

MINUS = "\N{MINUS SIGN}"
_CODE_THEN_DIGIT = re.compile(r"(?<=[A-Za-z])(?=\d)")
_DAY = {"en": "d MMM y", "zh": "y年M月d日"}
_MOMENT = {"en": "d MMM y, HH:mm", "zh": "y年M月d日 HH:mm"}


@lru_cache(maxsize=16)
def _parsed(language: str) -> Locale:
    return Locale.parse(translation.to_locale(language))


@lru_cache(maxsize=64)
def _money_pattern(where: Locale, digits: int) -> NumberPattern:
    """The locale's pattern of money ("¤#,##0.00") with as many decimals as the currency has in the books."""
    plain: str = where.currency_formats["standard"].pattern
    return parse_pattern(re.sub(r"0\.0+", "0" + ("." + "0" * digits if digits else ""), plain))


def locale(language: str | None = None) -> Locale:
    """The Babel locale of a language code ("zh-hans"), else of the active language."""
    return _parsed(language or translation.get_language() or "en")


def money(minor: int, currency: str, *, sign: bool = False, language: str | None = None) -> str:
    """ "€1,234.50" from minor units, in the symbol that is unambiguous in the language (CN¥ in English, ¥ in Chinese).

    Decimals follow ISO 4217 as the books do, not CLDR's cash habits. A negative amount has a real minus sign; `sign`
    puts a plus before a positive one.
    """
    where, digits = locale(language), exponent(currency)
    text = _money_pattern(where, digits).apply(
        Decimal(format_plain(minor, currency)), where, currency=currency, currency_digits=False
    )
    text = _CODE_THEN_DIGIT.sub("\N{NO-BREAK SPACE}", text)
    return f"+{text}" if sign and minor > 0 else text.replace("-", MINUS)


def figure(minor: int, currency: str, *, language: str | None = None) -> str:
    """ "1,234.50": money without its sign, for tables headed by their one currency."""
    digits = exponent(currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text: str = format_decimal(
        Decimal(format_plain(minor, currency)), format=pattern, locale=locale(language)
    )
    return text.replace("-", MINUS)


def money_short(minor: int, currency: str, *, language: str | None = None) -> str:
    """ "€1.91M" or "€191万": three figures for a tile, never for a table."""
    value = Decimal(format_plain(minor, currency))
    digits = 2 if abs(value) >= 1_000_000 else 0
    return format_compact_currency(value, currency, locale=locale(language), fraction_digits=digits).replace(
        "-", MINUS
    )


def number(value: int | Decimal, *, language: str | None = None) -> str:
    """Grouped digits: "1,284"."""
    return format_decimal(value, locale=locale(language)).replace("-", MINUS)


def percent(part: int, whole: int, *, language: str | None = None) -> str:
    """ "18.4%" of two integers, one decimal; an en dash where there is no whole."""
    if not whole:
        return "–"
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"))
    return f"{format_decimal(share, format='#,##0.0', locale=locale(language))}%".replace("-", MINUS)


def day(on: date, *, iso: bool = False, language: str | None = None) -> str:
    """ "21 Nov 2026", "2026年11月21日", or ISO 8601."""
    where = locale(language)
    return on.isoformat() if iso else format_date(on, _DAY.get(where.language, "medium"), locale=where)


def moment(at: datetime, *, iso: bool = False, language: str | None = None) -> str:
    """Day and time in the active time zone, to the minute."""
    where, here = locale(language), timezone.localtime(at) if timezone.is_aware(at) else at
    return (
        f"{here:%Y-%m-%d %H:%M}"
        if iso
        else format_datetime(here, _MOMENT.get(where.language, "medium"), locale=where)
    )
