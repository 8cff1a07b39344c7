"""What a customer's master data may hold and what is missing before it is complete. Pure checks; nobody outside is asked.

Every refusal says what is wrong, the right format and an example. Who may change what is not decided here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale

from receivables.rules import tax_ids, text_hygiene
from receivables.rules.refusals import Refused

ADDRESS_PARTS = ("street", "street2", "postcode", "city", "region", "country")
TRAITS = (
    "consumer", "sme", "large_enterprise", "public_body", "public_institution", "us_federal_agency",
)  # fmt: skip
"""What the law wants to know of a debtor; without any it is a business like another. `consumer`: a natural person outside a
trade (other rates, other hours); `large_enterprise`, `public_body`, `public_institution`: debtors of the laws that protect small
creditors; `us_federal_agency`: the Prompt Payment Act; `sme`: small or medium-sized."""
_ALONE = frozenset({"consumer"})
_APART = (frozenset({"sme", "large_enterprise"}),)
_CODE = re.compile(r"[^\s,;]+( [^\s,;]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_ACCOUNT = re.compile(r"[0-9A-Z]{4,34}")
_IBAN_LIKE = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What completeness looks at. `billing_reachable` = some active billing contact has a channel with its address."""

    legal_name: str
    country: str
    tax_id: str
    address: Mapping[str, str]
    billing_contacts: int
    billing_reachable: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A thing missing before a customer can be activated: stable code and the field it belongs to."""

    code: str
    field: str


def gaps(facts: Facts) -> tuple[Gap, ...]:
    """What keeps a customer INCOMPLETE, in the order of the form; empty when it may be activated."""
    street, city = facts.address.get("street", ""), facts.address.get("city", "")
    found = (
        (not facts.legal_name, Gap("legal_name", "legal_name")),
        (not facts.country, Gap("country", "country")),
        (not facts.tax_id, Gap("tax_id", "tax_id")),
        (not (street and city), Gap("billing_address", "street")),
        (facts.billing_contacts == 0, Gap("billing_contact", "contacts")),
        (facts.billing_contacts > 0 and not facts.billing_reachable, Gap("billing_channel", "contacts")),
    )
    return tuple(gap for missing, gap in found if missing)


def clean(fields: Mapping[str, Any], *, country: str) -> dict[str, Any]:
    """The values to store for those fields that are given. `country` is the one that holds when none is given.

    Refuses `invalid` (or the code of the only fault) with figures `errors` = {field: sentence}; unknown_field for other names.
    """
    unknown = sorted(set(fields) - set(CHECKS))
    if unknown:
        raise Refused(
            "unknown_field",
            f"There is no field {unknown[0][:40]!r}. Known: {', '.join(sorted(CHECKS))}.",
            field=unknown[0],
        )
    done: dict[str, Any] = {}
    faults: list[Refused] = []
    for name, check in CHECKS.items():
        if name not in fields:
            continue
        try:
            done[name] = check(fields[name])
        except Refused as refused:
            faults.append(refused)
    if done.get("tax_id") and all(fault.field != "country" for fault in faults):
        try:
            done["tax_id"], done["tax_id_note"] = tax_id(done.get("country", country), done["tax_id"])
        except Refused as refused:
            faults.append(refused)
    elif "tax_id" in done and not done["tax_id"]:
        done["tax_id_note"] = ""
    raise_gathered(faults)
    return done


def tax_id(country: str, value: str) -> tuple[str, str]:
    """(normalised id, note): the note is the warning of a failed checksum, else "". Refuses tax_id_invalid."""
    if not country:
        raise Refused(
            "country_missing", "Give the country first: it decides how the tax id looks.", field="country"
        )
    found = tax_ids.check(country, value)
    if found.status == "refused":
        raise Refused(
            "tax_id_invalid", found.message, field="tax_id", hint=found.format_hint, example=found.example
        )
    return found.normalised, found.message[:200] if found.status == "warning" else ""


def bank_account(value: str) -> str:
    """An IBAN (checked) or an account number of 4 to 34 letters and digits; "" takes it away. Refuses bank_account_invalid."""
    text = tax_ids.normalise(value)
    if not text:
        return ""
    if _IBAN_LIKE.fullmatch(text) and len(text) >= 15:
        found = tax_ids.iban(text)
        if found.status == "refused":
            raise Refused(
                "bank_account_invalid",
                found.message,
                field="bank_account",
                hint=found.format_hint,
                example=found.example,
            )
        return found.normalised
    if not _ACCOUNT.fullmatch(text):
        raise Refused(
            "bank_account_invalid",
            f"{value.strip()[:40]!r} is no account number. Right: an IBAN, or 4 to 34 letters and digits."
            " Example: DE89370400440532013000.",
            field="bank_account",
        )
    return text


def address(value: object) -> dict[str, str]:
    """A postal address by its parts (street, street2, postcode, city, region, country); empty parts are left out."""
    if not isinstance(value, Mapping):
        raise Refused(
            "address_invalid", "An address is given by its parts, such as street and city.", field="street"
        )
    unknown = sorted(set(value) - set(ADDRESS_PARTS))
    if unknown:
        raise Refused(
            "unknown_field",
            f"An address has no part {str(unknown[0])[:40]!r}. Known: {', '.join(ADDRESS_PARTS)}.",
            field="address",
        )
    parts = {
        name: text_hygiene.one_line(value.get(name, ""), field=name, limit=200) for name in ADDRESS_PARTS
    }
    if parts["country"]:
        parts["country"] = country(parts["country"])
    return {name: text for name, text in parts.items() if text}


def country(value: object) -> str:
    """ISO 3166 code of two capitals. Refuses country_unknown."""
    code = text_hygiene.one_line(value, field="country", limit=60).upper()
    if code and code not in _countries():
        raise Refused(
            "country_unknown",
            f"{code[:20]!r} is not a country. Right: the two letters of ISO 3166. Example: DE.",
            field="country",
            example="DE",
        )
    return code


def traits(value: object, *, known: tuple[str, ...] = TRAITS) -> list[str]:
    """The traits of a party, each once and in the list's order. Refuses traits_unknown and traits_conflict."""
    given = set(value) if isinstance(value, list | tuple) and all(isinstance(t, str) for t in value) else {""}
    if given - set(known):
        raise Refused(
            "traits_unknown", f"Traits are some of: {', '.join(known)}.", field="traits", known=list(known)
        )
    if (given & _ALONE and len(given) > 1) or any(pair <= given for pair in _APART):
        raise Refused("traits_conflict", "These traits exclude one another.", field="traits")
    return [trait for trait in known if trait in given]


def _code(value: object) -> str:
    text = text_hygiene.one_line(value, field="code", limit=40, required=True)
    if not _CODE.fullmatch(text):
        raise Refused(
            "code_invalid",
            f"{text!r} cannot be a customer code. Right: letters, digits and signs without comma, semicolon or double"
            " blanks. Example: D-10042.",
            field="code",
            example="D-10042",
        )
    return text


def _language(value: object) -> str:
    text = text_hygiene.one_line(value, field="language", limit=10)
    if not _LANGUAGE.fullmatch(text):
        raise Refused(
            "language_unknown",
            f"{text!r} is not a language. Right: a language tag. Example: en or zh-hans.",
            field="language",
            example="en",
        )
    return text


def _flag(name: str) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        if not isinstance(value, bool):
            raise Refused("not_a_flag", f"{name} is true or false.", field=name)
        return value

    return check


def _line(name: str, limit: int, *, required: bool = False) -> Callable[[object], str]:
    return lambda value: text_hygiene.one_line(value, field=name, limit=limit, required=required)


CHECKS: dict[str, Callable[[Any], Any]] = {
    "code": _code,
    "legal_name": _line("legal_name", 300, required=True),
    "country": country,
    "tax_id": _line("tax_id", 60),
    "registration_id": _line("registration_id", 40),
    "language": _language,
    "address": address,
    "po_required": _flag("po_required"),
    "contract_required": _flag("contract_required"),
    "traits": traits,
    "notes": lambda value: text_hygiene.many_lines(value, field="notes", limit=4000),
}
"""The fields of the master data, each with its check; the order is the form's."""


@cache
def _countries() -> frozenset[str]:
    known = (str(code) for code in Locale("en").territories)
    return frozenset(c for c in known if len(c) == 2 and c.isalpha()) - {"EU", "UN", "ZZ", "EZ", "XA", "XB"}


def raise_gathered(faults: list[Refused]) -> None:
    """Nothing for no fault; the fault itself for one; for several one `invalid`. Figures `errors` = {field: sentence} and
    `faults` = [{field, code, message, figures}], so that a form shows all of them at once.
    """
    if not faults:
        return
    listed = [
        {"field": f.field or "", "code": f.code, "message": f.message, "figures": dict(f.figures)}
        for f in faults
    ]
    one = faults[0]
    if len(faults) > 1:
        names = ", ".join(str(fault.field) for fault in faults)
        one = Refused("invalid", f"{len(faults)} fields need your attention: {names}.", field=faults[0].field)
    one.figures |= {"errors": {str(each["field"]): each["message"] for each in listed}, "faults": listed}
    raise one
