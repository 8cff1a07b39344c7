"""How a person can be reached: is an e-mail address or telephone number well formed, and what would be right.

Form only: no name server and no carrier is asked. Whether and when to write is decided in `rules/contact`.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import timezone as phone_zones

from receivables.rules.refusals import Refused

EMAIL_HINT = "one address: a name, @ and a domain"
EMAIL_EXAMPLE = "billing@example.com"
PHONE_HINT = "+, country code and number"
PHONE_EXAMPLE = "+49 30 901820"
_LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Phone:
    """`e164` ("+4930901820") is what is stored; `zones` are the IANA time zones of the number, best known first."""

    e164: str
    zones: tuple[str, ...]


def email(value: str, *, field: str = "email") -> str:
    """The normalised address (domain in lower case, IDN kept readable). Refuses email_invalid with format and example."""
    text = value.strip()
    try:
        if len(text) > _LONGEST_EMAIL:
            raise EmailNotValidError(f"It has {len(text)} characters; at most {_LONGEST_EMAIL} are allowed.")
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise Refused(
            "email_invalid",
            f"{text[:60]!r} is not an e-mail address: {str(wrong)[:120].rstrip('.')}. Right: {EMAIL_HINT}."
            f" Example: {EMAIL_EXAMPLE}.",
            field=field,
            hint=EMAIL_HINT,
            example=EMAIL_EXAMPLE,
        ) from None
    return found.normalized


def phone(value: str, country: str, *, field: str = "phone") -> Phone:
    """A number as dialled in `country` (ISO code, may be empty) or with +. Refuses phone_invalid with format and example."""
    try:
        number = phonenumbers.parse(value.strip(), country.upper() or None)
        good = len(value) <= 40 and phonenumbers.is_valid_number(number)
    except phonenumbers.NumberParseException:
        good, number = False, None
    if not good or number is None:
        example = example_phone(country)
        raise Refused(
            "phone_invalid",
            f"{value.strip()[:40]!r} is not a telephone number. Right: {PHONE_HINT}. Example: {example}.",
            field=field,
            hint=PHONE_HINT,
            example=example,
        )
    zones = tuple(z for z in phone_zones.time_zones_for_number(number) if z != "Etc/Unknown")
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), zones)


def example_phone(country: str) -> str:
    """A made-up number of the country, as it is written abroad."""
    number = phonenumbers.example_number(country.upper()) if country else None
    if number is None:
        return PHONE_EXAMPLE
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def time_zone(value: str, *, field: str = "time_zone") -> str:
    """An IANA zone. Refuses zone_unknown."""
    try:
        return str(ZoneInfo(value).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(
            "zone_unknown",
            f"{value[:40]!r} is not a time zone. Right: area and city. Example: Europe/Berlin.",
            field=field,
        ) from None
