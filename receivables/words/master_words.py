"""Master data in the reader's words: fields, payment terms, events of the timeline, and refusals with format and example.

Words only; codes, figures and decisions come from the rules and verbs.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from receivables import localised
from receivables.rules.contact_hours import PRESETS as PRESETS_OF_HOURS
from receivables.rules.refusals import Refused
from receivables.rules.term_presets import PRESETS
from receivables.rules.terms import Terms
from receivables.words import invoice_words, refusal_words

FIELDS: dict[str, str | Promise] = {
    "code": gettext_lazy("Customer number"),
    "legal_name": gettext_lazy("Full legal name"),
    "country": gettext_lazy("Country"),
    "tax_id": gettext_lazy("Tax id"),
    "tax_id_note": gettext_lazy("Note on the tax id"),
    "registration_id": gettext_lazy("Registration id"),
    "state": gettext_lazy("State"),
    "language": gettext_lazy("Language"),
    "address": gettext_lazy("Billing address"),
    "bank_account": gettext_lazy("Bank account"),
    "po_required": gettext_lazy("Purchase order number needed"),
    "contract_required": gettext_lazy("Contract copy needed"),
    "parent_id": gettext_lazy("Parent"),
    "notes": gettext_lazy("Notes"),
    "terms": gettext_lazy("Payment terms"),
    "valid_from": gettext_lazy("Valid from"),
    "segment": gettext_lazy("Segment"),
    "region": gettext_lazy("Region"),
    "rep": gettext_lazy("Sales rep"),
    "collector": gettext_lazy("Collector"),
    "importance": gettext_lazy("Importance"),
    "roles": gettext_lazy("Roles"),
    "all_entities": gettext_lazy("All legal entities"),
    "entities": gettext_lazy("Legal entities"),
    "verbs": gettext_lazy("Rights"),
    "own_customers_only": gettext_lazy("Own customers only"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Telephone"),
    "channel": gettext_lazy("Channel"),
    "role": gettext_lazy("Role"),
    "name": gettext_lazy("Name"),
    "time_zone": gettext_lazy("Time zone"),
    "amount": gettext_lazy("Amount"),
    "currency": gettext_lazy("Currency"),
    "reason": gettext_lazy("Reason"),
    "number": gettext_lazy("Number"),
    "contact": gettext_lazy("Contact"),
    "undeliverable_since": gettext_lazy("Undeliverable since"),
    "contact_hours": gettext_lazy("Contact hours"),
    "max_per_week": gettext_lazy("Most messages a week"),
    "traits": gettext_lazy("What it is before the law"),
    "bank_details": gettext_lazy("Bank details"),
    "undeliverable_reason": gettext_lazy("Why undeliverable"),
    "active": gettext_lazy("In use"),
    "limit_amount": gettext_lazy("Limit"),
    "limit_currency": gettext_lazy("Currency of the limit"),
    "invoice": gettext_lazy("Invoice"),
    "payment": gettext_lazy("Payment"),
    "credit_note": gettext_lazy("Credit note"),
    "write_off": gettext_lazy("Write-off"),
    "reason_code": gettext_lazy("Reason"),
    "release": gettext_lazy("Taken back from invoices first"),
}

LANGUAGES: dict[str, str | Promise] = {
    "en": gettext_lazy("English"),
    "zh-hans": gettext_lazy("Simplified Chinese"),
    "de": gettext_lazy("German"),
    "fr": gettext_lazy("French"),
    "nl": gettext_lazy("Dutch"),
    "es": gettext_lazy("Spanish"),
    "it": gettext_lazy("Italian"),
}
TRAITS: dict[str, str | Promise] = {
    "consumer": gettext_lazy("Consumer: a natural person outside a trade"),
    "sme": gettext_lazy("Small or medium-sized enterprise"),
    "large_enterprise": gettext_lazy("Large enterprise"),
    "public_body": gettext_lazy("Public body"),
    "public_institution": gettext_lazy("Public institution"),
    "us_federal_agency": gettext_lazy("Agency of the United States"),
}
"""What a party is before the law (`customer_master.TRAITS`)."""
HOURS: dict[str, str | Promise] = {
    "b2b": gettext_lazy("Business customers"),
    "us_consumer": gettext_lazy("Consumers in the United States"),
    "china": gettext_lazy("China"),
    "any": gettext_lazy("At any time"),
}
EVENTS: dict[str, str | Promise] = {
    "customer.created": gettext_lazy("Customer created"),
    "customer.edited": gettext_lazy("Master data edited"),
    "customer.activated": gettext_lazy("Customer activated"),
    "customer.closed": gettext_lazy("Customer closed"),
    "customer.parent_set": gettext_lazy("Parent set"),
    "contact.added": gettext_lazy("Contact added"),
    "contact.edited": gettext_lazy("Contact edited"),
    "contact.deactivated": gettext_lazy("Contact retired"),
    "contact.undeliverable": gettext_lazy("Contact cannot be reached"),
    "contact.reachable_again": gettext_lazy("Contact can be reached again"),
    "profile.agreed": gettext_lazy("Agreement changed"),
    "change.proposed": gettext_lazy("Change proposed"),
    "change.approved": gettext_lazy("Change approved"),
    "change.rejected": gettext_lazy("Change rejected"),
    "change.withdrawn": gettext_lazy("Change withdrawn"),
    "invoice.issued": gettext_lazy("Invoice issued"),
    "invoice.recorded": gettext_lazy("Invoice recorded"),
    "payment.received": gettext_lazy("Payment received"),
    "payment.reversed": gettext_lazy("Payment taken back by the bank"),
    "allocation.applied": gettext_lazy("Credit applied"),
    "allocation.undone": gettext_lazy("Credit taken back"),
    "dispute.opened": gettext_lazy("Dispute opened"),
    "dispute.resolved": gettext_lazy("Dispute resolved"),
}

PRESET_WORDS: dict[str, str | Promise] = {
    "EOM": gettext_lazy("end of the month"),
    "EOM30": gettext_lazy("end of the month, then 30 days"),
    "EOM45": gettext_lazy("end of the month, then 45 days"),
    "NET30EOM": gettext_lazy("30 days, then end of that month"),
    "NEXT_EOM": gettext_lazy("end of next month"),
    "FIRST_OF_NEXT_MONTH": gettext_lazy("first of next month"),
    "MONTHLY_25": gettext_lazy("25th of next month"),
    "1/15_NET45": gettext_lazy("45 days net, 1 per cent less within 15 days"),
    "2/10_NET30": gettext_lazy("30 days net, 2 per cent less within 10 days"),
    "3/7_NET30": gettext_lazy("30 days net, 3 per cent less within 7 days"),
    "50/50": gettext_lazy("half at once, half after 30 days"),
    "30/70": gettext_lazy("30 per cent after 15 days, 70 per cent after 45 days"),
    "30/50/20": gettext_lazy("30 per cent after 30 days, 50 per cent after 60, 20 per cent after 90"),
    "THIRDS": gettext_lazy("a third each after 30, 60 and 90 days"),
}

REFUSALS: dict[str, str | Promise] = {
    "missing": gettext_lazy("This is needed."),
    "too_long": gettext_lazy("%(length)s characters are too many; at most %(limit)s fit."),
    "control_character": gettext_lazy(
        "The character %(character)s cannot stand here. Right: letters, digits and signs on one line. Example: Acme Tools GmbH."
    ),
    "email_invalid": gettext_lazy(
        "This is not an e-mail address. Right: one address: a name, @ and a domain. Example: %(example)s."
    ),
    "email_control": gettext_lazy("The character %(character)s cannot stand in an e-mail address."),
    "email_too_long": gettext_lazy("%(length)s characters are too many; at most %(limit)s fit."),
    "email_several": gettext_lazy("One address to a field: add a second contact for the other."),
    "email_not_ascii": gettext_lazy(
        "Before the @ only plain letters, digits and signs reach every mailbox. Example: billing@example.com."
    ),
    "email_no_reply": gettext_lazy("Nobody reads this mailbox: choose a person, or the one for billing."),
    "email_own_domain": gettext_lazy("This is our own domain, not the customer's."),
    "phone_several": gettext_lazy("One number to a field: add a second contact for the other."),
    "phone_incomplete": gettext_lazy(
        "This is too short for a telephone number. Right: +, country code and number. Example: %(example)s."
    ),
    "phone_extension": gettext_lazy("A number with an extension takes no text messages."),
    "phone_landline": gettext_lazy(
        "This is no mobile number: no text message gets there. Choose another channel."
    ),
    "phone_costly": gettext_lazy("This is a service number that costs extra, or no telephone."),
    "phone_invalid": gettext_lazy(
        "This is not a telephone number. Right: +, country code and number. Example: %(example)s."
    ),
    "tax_id_invalid": gettext_lazy("This tax id is not well formed. Right: %(hint)s. Example: %(example)s."),
    "country_unknown": gettext_lazy(
        "This is not a country. Right: the two letters of ISO 3166. Example: %(example)s."
    ),
    "country_missing": gettext_lazy("Give the country first: it decides how the tax id looks."),
    "code_invalid": gettext_lazy(
        "Right: letters, digits and signs without comma, semicolon or double blanks. Example: %(example)s."
    ),
    "traits_unknown": gettext_lazy("Choose from the list."),
    "traits_conflict": gettext_lazy("These exclude one another: choose what holds."),
    "zone_unknown": gettext_lazy("This is not a time zone. Right: area and city. Example: Europe/Berlin."),
}


def field(name: str) -> str:
    """A field's name, or the name itself where there are no words."""
    return str(FIELDS.get(name, name.replace("_", " ").capitalize()))


def event(action: str) -> str:
    """An audit action in words."""
    return str(EVENTS.get(action, action.replace(".", " ").replace("_", " ").capitalize()))


def refusal(refused: Refused) -> str:
    """A refusal in the reader's language; the verb's own sentence where it is translated already."""
    words = REFUSALS.get(refused.code)
    try:
        return str(words) % _spoken(refused.figures) if words else refusal_words.said(refused.message)
    except KeyError:
        return refusal_words.said(refused.message)


def _spoken(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The hint of a rule is English: the shape of a tax id, such as "9 digits"."""
    return {name: refusal_words.said(each) if name == "hint" else each for name, each in figures.items()}


def value(name: str, given: Any) -> str:
    """A value of a field as people read it; "–" for nothing."""
    if given is None or given in ("", {}, []):
        return "–"
    if isinstance(given, bool):
        return _("yes") if given else _("no")
    if name == "reason_code":
        return str(invoice_words.LOSS_REASONS.get(given, given))
    if name == "language":
        return str(LANGUAGES.get(given, given))
    if name == "traits" and isinstance(given, list):
        return ", ".join(str(TRAITS.get(str(trait), trait)) for trait in given)
    if name == "contact_hours":
        return hours(str(given))
    if name == "terms" and isinstance(given, Mapping):
        return terms(given)
    if name == "address" and isinstance(given, Mapping):
        return ", ".join(str(part) for part in given.values())
    if isinstance(given, Mapping):
        return ", ".join(f"{field(str(k))} {value(str(k), v)}" for k, v in given.items())
    if isinstance(given, list):
        return ", ".join(str(part) for part in given)
    return str(given)


def hours(code: str) -> str:
    """Contact hours in words, with the text they stand on: "Business customers: working days 09:00–17:30 (policy choice)"."""
    if code not in PRESETS_OF_HOURS:
        return code
    found = PRESETS_OF_HOURS[code]
    days = _("working days") if found.days == "business" else _("every day")
    source = _("policy choice") if found.source == "policy choice" else found.source
    return f"{HOURS.get(code, code)}: {days} {found.starts:%H:%M}–{found.ends:%H:%M} ({source})"


def hours_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Contact hours to choose from."""
    return [(code, hours(code)) for code in codes]


def terms(data: Mapping[str, Any]) -> str:
    """Payment terms in words: "30 days net", a shipped code, or "2 instalments"."""
    if not data:
        return "–"
    preset = _codes().get(repr(sorted(data.items(), key=str)))
    try:
        lines = Terms.from_json(dict(data)).lines
    except Refused:
        return _("not readable")
    days = _net_days(data)
    if days == 0 and "early_payment" not in data:
        return _("due at once")
    if days is not None and "early_payment" not in data:
        return ngettext("%(days)s day net", "%(days)s days net", days) % {"days": localised.number(days)}
    if preset:
        return str(PRESET_WORDS.get(preset, preset))
    return ngettext("%(count)s instalment", "%(count)s instalments", len(lines)) % {"count": len(lines)}


def _net_days(data: Mapping[str, Any]) -> int | None:
    lines = data.get("lines") or []
    due = lines[0].get("due", []) if len(lines) == 1 else None
    if due == []:
        return 0
    return due[0]["days"] if due and len(due) == 1 and set(due[0]) == {"days"} else None


@cache
def _codes() -> dict[str, str]:
    return {repr(sorted(preset.to_json().items(), key=str)): code for code, preset in PRESETS.items()}
