"""Interest notes: what is claimed for being late, numbered, with its derivation, and the charges it makes on the ledger.

The days and sums of a note are claimed once: charges carry keys of item and first day. The invoice never changes.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import InterestNote
from dunning.questions.interest_preview import Claimed, Preview, preview
from dunning.rules.fees import ORDERS
from dunning.rules.interest_note import Step
from dunning.rules.interest_packs import Pack
from dunning.rules.interest_terms import facts_to_json
from dunning.services import interest_messages
from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Charge, Contact, Customer, LegalEntity
from receivables.rules.refusals import Refused
from receivables.services import charges, invoicing
from receivables.services.charges import Claim

SERIES = "interest"
ORDER = "principal_first"
"""How the books settle a payment: what it names first, so the principal; a note says so (`fees.ORDERS`)."""
assert ORDER in ORDERS


@transaction.atomic
def issue(
    *,
    customer: Customer,
    entity: LegalEntity,
    currency: str,
    up_to: date,
    seen: str,
    on: date,
    now: datetime,
    by: Actor,
    items: Collection[int] | None = None,
    to: Contact | None = None,
    channel: str = "",
) -> InterestNote:
    """Claims what the preview shows, for all its items or some (ids of entries), as one numbered note.

    1. lock the customer; 2. derive afresh and compare with what was seen (`Preview.digest`); 3. take the number; 4. write the
    note and its charges; sent by a `channel` to a contact, they are charged when the message was accepted. Refuses up_to_future,
    stale, not_applicable (with the reason), unreachable and what the rules refuse.
    """
    if up_to > on:
        raise Refused("up_to_future", _("Interest is claimed for days that are over."), field="up_to")
    (customer,) = posting.lock(customer.pk)
    found = preview(customer, entity, currency, up_to=up_to)
    if found.why:
        raise Refused(
            "not_applicable", _("Nothing can be claimed here; the page says why."), reason=found.why
        )
    if seen != found.digest:
        raise Refused("stale", _("The figures changed since you looked. Look again; nothing was claimed."))
    found = found if items is None else found.only(items)
    if not found.items:
        raise Refused("nothing_chosen", _("Choose at least one item."), field="items")
    pack = found.standing.pack
    assert pack is not None
    number = invoicing.take_number(entity, SERIES)
    note = InterestNote(
        entity=entity,
        customer=customer,
        currency=currency,
        number=number,
        pack=pack.code,
        issued_on=on,
        up_to=up_to,
        total=found.total.minor,
        derivation=_derivation(found, pack),
        issued_by=by.name,
        recorded_at=now,
    )
    letter = interest_messages.write(note, to=to, channel=channel, on=on, now=now) if channel else None
    subject = f"customer:{customer.pk}"
    with audit.line("interest.claimed", by=by, now=now, subject=subject, entity=entity) as line:
        note.audit_seq = line.seq
        note.save(force_insert=True)
        line.after |= {"number": number, "total": found.total.plain(), "currency": currency}
        line.touch("interestnote", note.pk, number, note.total)
        claims = claims_of(found.items, number)
        if letter is not None:
            interest_messages.plan(line, note, letter, claims=claims, now=now)
        else:
            charges.write(line, claims, on=on, by=by)
            posting.stop([customer])
    return note


def claims_of(items: Collection[Claimed], number: str) -> list[Claim]:
    """The charges of a note: per item its interest, and its fixed sum."""
    claims = []
    for each in items:
        key, told = each.entry.pk, {"steps": _plain(each.steps)}
        days: dict[str, Any] = {"from_on": each.from_on, "to_on": each.to_on}
        interest = Claim(
            key=f"interest:{key}:{each.from_on.isoformat()}",
            kind=Charge.Kind.INTEREST,
            of_entry=key,
            amount=each.derivation.interest.minor,
            number=number,
            derivation=told,
            **days,
        )
        fixed = Claim(
            key=f"compensation:{key}",
            kind=Charge.Kind.COMPENSATION,
            of_entry=key,
            amount=each.fixed_sum.minor,
            number=number,
            derivation={
                "steps": [step for step in told["steps"] if step[0] in ("fixed_sum", "converted", "law")]
            },
        )
        claims += [claim for claim in (interest, fixed) if claim.amount > 0]
    return claims


def _derivation(found: Preview, pack: Pack) -> dict[str, Any]:
    """Everything a note says, as it was on its day: names and texts change later, notes do not."""
    return {
        "law": {"code": pack.code, "name": dict(pack.name), "citation": pack.citation},
        "facts": facts_to_json(found.standing.facts),
        "order": ORDER,
        "items": [
            {
                "entry": each.entry.pk,
                "reference": each.entry.reference,
                "from": each.from_on.isoformat(),
                "to": each.to_on.isoformat(),
                "interest": each.derivation.interest.plain(),
                "fixed_sum": each.fixed_sum.plain(),
                "steps": _plain(each.steps),
            }
            for each in found.items
        ],
    }


def _plain(steps: Collection[Step]) -> list[list[Any]]:
    return [[code, figures] for code, figures in steps]
