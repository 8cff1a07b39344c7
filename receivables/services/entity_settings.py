"""What an entity's settings about messages may hold, and its bank details, which change by two people (DECISIONS 6).

The verbs that write the plain ones are in `entities`; the writer of bank details is called by `changes.decide`.
"""

import re
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from receivables.actor import Actor
from receivables.audit import Line
from receivables.conf import law
from receivables.models import Change, LegalEntity
from receivables.rules import customer_master as master
from receivables.rules import recipients, text_hygiene
from receivables.rules.refusals import Refused
from receivables.services import changes, contact_fields

FIELDS = (
    "contact_hours", "messages_per_day", "dunning_at", "mail_from", "phone", "interest_pack", "traits",
)  # fmt: skip
TRAITS = ("sme", "large_enterprise", "public_body")
BANK = "entity.bank_details"
MOST_PER_DAY = 1_000_000
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}[A-Za-z0-9 ]{10,}")


def checked(name: str, value: Any) -> Any:
    """One setting as it is stored. Refuses with `field`; the telephone is looked at by `telephone`, once the country is known."""
    if name == "contact_hours":
        return contact_fields.hours(value, required=True)
    if name == "messages_per_day":
        return _most(value)
    if name == "dunning_at":
        if not isinstance(value, time):
            raise Refused("time_invalid", _("A time of day. Example: 06:00."), field=name)
        return value
    if name == "mail_from":
        return recipients.check_email(str(value), field=name).address if value else ""
    if name == "phone":
        return text_hygiene.one_line(value, field=name, limit=40)
    if name == "traits":
        return master.traits(value, known=TRAITS)
    code = text_hygiene.one_line(value, field=name, limit=30)
    if code and code not in law.interest_packs():
        known = ", ".join(law.interest_packs())
        raise Refused("pack_unknown", _("Choose one of: %(all)s.") % {"all": known}, field=name)
    return code


def telephone(value: str, country: str) -> str:
    """The entity's number, E.164."""
    return recipients.check_phone(value, country, channel="phone").e164 if value else ""


@transaction.atomic
def propose_bank_details(
    *, entity: LegalEntity, bank_details: str, reason: str, now: datetime, by: Actor
) -> Change:
    """Proposes what customers are told to pay to. Refuses bank_account_invalid, no_change, and what `changes.propose` refuses."""
    return changes.propose(
        kind=BANK,
        subject=f"entity:{entity.pk}",
        before={"bank_details": entity.bank_details},
        proposal={"bank_details": bank(bank_details)},
        reason=reason,
        now=now,
        by=by,
        entity=entity,
    )


def prepare_bank_details(*, change: Change, today: date) -> None:
    """Locks the entity before the line opens."""
    _locked(change)


def apply_bank_details(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """The approved bank details, if they are still the ones the change started from."""
    entity = _locked(change)
    if entity.bank_details != change.before["bank_details"]:
        raise Refused(
            "stale", _("What this change started from has changed since. Reject it and propose it anew.")
        )
    entity.bank_details = change.proposal["bank_details"]
    entity.save(update_fields=["bank_details"])
    line.touch("entity", entity.pk, "bank_details", entity.bank_details)


def bank(value: str) -> str:
    """Bank details on one line; what looks like an IBAN must be one. Refuses bank_account_invalid."""
    text = text_hygiene.one_line(value, field="bank_details", limit=300)
    if _IBAN.fullmatch(text):
        try:
            master.bank_account(text)
        except Refused as refused:
            refused.field = "bank_details"
            raise
    return text


def _locked(change: Change) -> LegalEntity:
    assert change.entity_id is not None
    found: LegalEntity = LegalEntity.objects.select_for_update(no_key=True).get(pk=change.entity_id)
    return found


def _most(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_PER_DAY:
        raise Refused(
            "max_invalid",
            _("Between 0 and %(most)s messages a day. Example: 5000.") % {"most": MOST_PER_DAY},
            field="messages_per_day",
        )
    return value
