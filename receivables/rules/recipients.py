"""Can a message be addressed to this: one deliverable-looking address, one number that takes text messages or calls.

Stands on `reach` (form of addresses and numbers, used when a contact is saved) and adds what sending asks: one recipient
per field, no header injection, a number of the right kind. Whether we may write is decided in `contact`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import phonenumbers
from email_validator import validate_email
from phonenumbers import PhoneNumberType as Kind

from receivables.rules import reach
from receivables.rules.refusals import Refused

_LONGEST_FIELD = 320


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NOBODY = _words(
    "noreply no-reply no_reply donotreply do-not-reply mailer-daemon postmaster abuse bounce bounces hostmaster"
)
_ROLES = _words(
    "accounting accounts admin ap ar billing buchhaltung comptabilite contact contabilidad amministrazione finance info invoice"
    " invoices kontakt mail office payable payables purchasing rechnung rechnungen sales service support team"
)
_TEXTS = frozenset({Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE})
_COSTLY = frozenset({Kind.PREMIUM_RATE, Kind.SHARED_COST, Kind.PAGER, Kind.VOICEMAIL})
_SEVERAL = re.compile(r"[;,|\n]|/.*\+|\+.*\+|\b(or|oder|ou|und|and)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Email:
    """`address` as people read it, `wire` as it is sent (domain in ASCII); `role` mailboxes are no person's own."""

    address: str
    wire: str
    role: bool


def check_email(value: str, *, own_domains: Iterable[str] = (), field: str = "email") -> Email:
    """One address to send to. Refuses email_control, email_several, email_too_long, email_invalid, email_not_ascii,
    email_no_reply, email_own_domain; asks no name server."""
    text = value.strip(" \t")
    if bad := next((c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")), None):
        raise Refused(
            "email_control",
            f"The character U+{ord(bad):04X} cannot stand in an e-mail address.",
            field=field,
            character=f"U+{ord(bad):04X}",
        )
    if len(text) > _LONGEST_FIELD:
        message = f"{len(text)} characters are too many for an e-mail address; at most {_LONGEST_FIELD} fit."
        raise Refused("email_too_long", message, field=field, length=len(text), limit=_LONGEST_FIELD)
    if text.count("@") > 1 and re.search(r"@[^@]*[;,\s][^@]*@", text):
        raise Refused(
            "email_several", "One address to a field: add a second contact for the other.", field=field
        )
    found = validate_email(reach.email(text, field=field), check_deliverability=False, test_environment=True)
    local, domain = found.local_part.casefold(), found.ascii_domain.casefold()
    if not found.ascii_email:
        raise Refused(
            "email_not_ascii",
            "Before the @ only plain letters, digits and signs reach every mailbox.",
            field=field,
        )
    if local in _NOBODY:
        raise Refused(
            "email_no_reply",
            f"Nobody reads {found.local_part[:40]}@: choose a person or billing.",
            field=field,
        )
    if any(_within(domain, own) for own in own_domains):
        raise Refused(
            "email_own_domain", f"{found.domain[:60]} is our own domain, not the customer's.", field=field
        )
    return Email(found.normalized, found.ascii_email, local in _ROLES)


def check_emails(
    values: Sequence[str], *, own_domains: Iterable[str] = (), field: str = "email"
) -> tuple[Email, ...]:
    """Each address once: vendors drop doubles silently. Refuses email_doubled and what `check_email` refuses."""
    own = tuple(own_domains)
    found = tuple(check_email(value, own_domains=own, field=field) for value in values)
    seen: set[str] = set()
    for each in found:
        if each.wire.casefold() in seen:
            raise Refused(
                "email_doubled", f"{each.address[:60]} stands here twice.", field=field, address=each.address
            )
        seen.add(each.wire.casefold())
    return found


def check_phone(value: str, country: str, *, channel: str = "sms", field: str = "phone") -> reach.Phone:
    """One number (E.164) that takes text messages (`channel` sms) or calls (phone).

    Refuses phone_several, phone_incomplete, phone_invalid, phone_extension (sms), phone_landline (sms), phone_costly.
    """
    text = value.strip()
    if _SEVERAL.search(text):
        raise Refused(
            "phone_several", "One number to a field: add a second contact for the other.", field=field
        )
    _refuse_incomplete(text, country, field)
    found = reach.phone(text, country, field=field)
    number = phonenumbers.parse(text, country.upper() or None)
    kind = phonenumbers.number_type(number)
    if kind in _COSTLY:
        raise Refused(
            "phone_costly",
            f"{found.e164} is a service number that costs extra or is no telephone.",
            field=field,
        )
    if channel == "sms" and number.extension:
        raise Refused(
            "phone_extension", f"{found.e164} has an extension: no text message gets there.", field=field
        )
    if channel == "sms" and kind not in _TEXTS:
        raise Refused(
            "phone_landline", f"{found.e164} is no mobile number: no text message gets there.", field=field
        )
    return found


def _refuse_incomplete(text: str, country: str, field: str) -> None:
    try:
        number = phonenumbers.parse(text, country.upper() or None)
        short = phonenumbers.is_possible_number_with_reason(number) in (
            phonenumbers.ValidationResult.TOO_SHORT,
            phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
        )
    except phonenumbers.NumberParseException as wrong:
        short = wrong.error_type in (
            phonenumbers.NumberParseException.TOO_SHORT_NSN,
            phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD,
        ) or (wrong.error_type == phonenumbers.NumberParseException.NOT_A_NUMBER and 0 < _digits(text) < 5)
    if short:
        raise Refused(
            "phone_incomplete",
            f"{text[:40]!r} is too short for a telephone number. Right: {reach.PHONE_HINT}."
            f" Example: {reach.example_phone(country)}.",
            field=field,
            hint=reach.PHONE_HINT,
            example=reach.example_phone(country),
        )


def _digits(text: str) -> int:
    return sum(c.isdigit() for c in text)


def _within(domain: str, own: str) -> bool:
    own = own.strip().strip("@.").casefold()
    return bool(own) and (domain == own or domain.endswith(f".{own}"))
