"""Tax ids, bank account numbers and creditor references: is it well formed, and what would be right.

Wrong length or alphabet is refused with the right format; a failed checksum only warns. It is no proof that
the id exists: nobody is asked.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Literal

from stdnum import iban as stdnum_iban
from stdnum.exceptions import InvalidFormat, InvalidLength, ValidationError
from stdnum.iso7064 import mod_97_10

from receivables.rules.tax_id_formats import ALIASES, EU, FORMS, Form

Status = Literal["ok", "warning", "refused"]

_SEPARATORS = re.compile(r"[\s\-‐-―−.·,:/]+")
_LONGEST = 40
_REFERENCE = re.compile(r"RF[0-9]{2}[0-9A-Z]{1,21}")
_IBAN_HINT = "country, 2 check digits and up to 30 characters, as the country sets"
_IBAN_EXAMPLE = "DE89370400440532013000"


@dataclass(frozen=True, slots=True)
class TaxIdCheck:
    """`normalised` = what to store; `format_hint` and `example` tell how a right one looks (empty when
    unknown).

    `status`: ok · warning (stored, shown, never blocks) · refused. `kind` names the form that was recognised.
    """

    normalised: str
    status: Status
    format_hint: str
    example: str
    message: str
    kind: str = ""


def normalise(value: str) -> str:
    """Full-width to ASCII, upper case, without blanks, hyphens, dots, commas, colons and slashes."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", value)).upper()


def check(kind_or_country: str, value: str) -> TaxIdCheck:
    """Checks a tax id of a country ("CN", "DE", "GB") or a kind ("eu_vat", "cn_uscc", "us_ein"); never
    raises.

    A VAT id of the EU and the United Kingdom gets its country in front. A country without a known form
    accepts any value of 2 to 40 characters and says so.
    """
    text = normalise(value)
    if kind_or_country.strip().lower() == "eu_vat" and ALIASES.get(text[:2], text[:2]) not in EU:
        return _no(
            text, "the country and its number", "DE136695976", "A VAT id of the EU begins with its country."
        )
    forms = _forms(kind_or_country.strip(), text)
    if not forms:
        return _unknown(kind_or_country, text)
    for form in forms:
        for candidate in (text, form.prefix + text):
            if re.fullmatch(form.pattern, candidate):
                return _checked(candidate, forms)
    hint = "; or ".join(form.hint for form in forms)
    return _no(text, hint, forms[0].example, f"{value.strip()[:_LONGEST]!r} is not well formed.")


def iban(value: str) -> TaxIdCheck:
    """ISO 13616. A failed checksum is refused here, because money would go astray; national digits only
    warn."""
    text = normalise(value)
    try:
        stdnum_iban.validate(text, check_country=False)
    except (InvalidLength, InvalidFormat):
        return _no(text, _IBAN_HINT, _IBAN_EXAMPLE, "This is not an IBAN: wrong length or characters.")
    except ValidationError:
        return _no(
            text, _IBAN_HINT, _IBAN_EXAMPLE, "The check digits of the IBAN do not fit: a digit is mistyped."
        )
    if not stdnum_iban.is_valid(text):
        message = "The IBAN's check digits fit, but those of the national account number do not."
        return TaxIdCheck(text, "warning", _IBAN_HINT, _IBAN_EXAMPLE, message, "iban")
    return TaxIdCheck(text, "ok", _IBAN_HINT, _IBAN_EXAMPLE, "", "iban")


def creditor_reference(value: str) -> TaxIdCheck:
    """ISO 11649 (RF...). Leading zeros are dropped, so that both spellings are one; a failed checksum is
    refused."""
    hint, example = "RF, 2 check digits and up to 21 letters or digits", "RF18539007547034"
    text = normalise(value)
    if _REFERENCE.fullmatch(text) is None:
        return _no(text, hint, example, "This is not a creditor reference: it begins with RF and two digits.")
    if not mod_97_10.is_valid(text[4:] + text[:4]):
        return _no(text, hint, example, "The check digits of the creditor reference do not fit.")
    return TaxIdCheck(text[:4] + (text[4:].lstrip("0") or "0"), "ok", hint, example, "", "iso11649")


def _forms(kind_or_country: str, text: str) -> tuple[Form, ...]:
    country = kind_or_country.upper()
    country = ALIASES.get(country, country)
    if country in FORMS:
        return FORMS[country]
    kind = kind_or_country.lower()
    if kind == "eu_vat":
        return FORMS[ALIASES.get(text[:2], text[:2])]
    if kind == "cn_taxpayer":
        return FORMS["CN"]
    return tuple(form for forms in FORMS.values() for form in forms if form.kind == kind)[:1]


def _checked(candidate: str, forms: tuple[Form, ...]) -> TaxIdCheck:
    """A well-formed value: ok when any form it fits is content, else a warning of the first it fits."""
    fits = [form for form in forms if re.fullmatch(form.pattern, candidate)]
    for form in fits:
        if _digits_hold(form, candidate):
            return TaxIdCheck(candidate, "ok", form.hint, form.example, "", form.kind)
    message = f"{candidate}: the check digit does not fit; please compare it with the customer's papers."
    return TaxIdCheck(candidate, "warning", fits[0].hint, fits[0].example, message, fits[0].kind)


def _digits_hold(form: Form, candidate: str) -> bool:
    if not form.checker:
        return True
    module = _checker(form.checker)
    text = candidate.removeprefix(form.strip)
    if form.kind == "cn_uscc":
        return bool(module.calc_check_digit(text[:17]) == text[17])
    if form.kind in ("no_org", "ch_uid"):
        text = re.sub(r"(MVA|MWST|TVA|IVA|TPV|HR)$", "", text)
    return bool(module.is_valid(text))


@lru_cache(maxsize=128)
def _checker(name: str) -> ModuleType:
    return import_module(f"stdnum.{name}")


def _unknown(kind_or_country: str, text: str) -> TaxIdCheck:
    hint = f"2 to {_LONGEST} characters"
    if not 2 <= len(text) <= _LONGEST or not text.isprintable():
        return _no(text, hint, "", "This cannot be a tax id.")
    message = f"No format is known for {kind_or_country[:20]!r}; the id was taken as it stands."
    return TaxIdCheck(text, "ok", "", "", message)


def _no(text: str, hint: str, example: str, message: str) -> TaxIdCheck:
    return TaxIdCheck(
        text[:_LONGEST], "refused", hint, example, f"{message} Right: {hint}. Example: {example}."
    )
