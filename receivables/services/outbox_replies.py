"""Texts sent to us: STOP withdraws consent for the number and all who use it, START gives it back, people read the rest.

What a text means is decided in `rules/stop_words`. A doubtful one holds back what is meant
for that number until somebody has read it.
"""

from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from integrations.messaging.port import InboundText
from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Consent, Contact, CustomerProfile, LegalEntity, Message, ProviderEvent, Tally
from receivables.rules import stop_words
from receivables.services import consents, outbox, work

WORK_KIND = "reply"
READ_HOURS = Decimal(4)
LONGEST = 300


@transaction.atomic
def hear(*, text: InboundText, provider: str, now: datetime, by: Actor) -> str:
    """Takes in one text message, once however often it is repeated. Answers what it meant: stop, start, help, maybe, text."""
    said = stop_words.meaning(text.body) or "text"
    fingerprint = sha256(
        f"inbound\x1f{provider}\x1f{text.provider_id}\x1f{text.sender}\x1f{text.body}".encode()
    ).hexdigest()
    consents.lock("sms", text.sender)
    with audit.line("reply.heard", by=by, now=now, subject=f"provider:{provider}", reason=said) as line:
        if ProviderEvent.objects.filter(fingerprint=fingerprint).exists():
            return said
        row = ProviderEvent(
            provider=provider, kind="reply", fingerprint=fingerprint, reason=text.body[:LONGEST],
            raw={"meaning": said, "sender": text.sender[:32], "id": text.provider_id}, recorded_at=now, audit_seq=line.seq,
        )  # fmt: skip
        row.save(force_insert=True)
        line.touch("providerevent", row.pk, "reply", said)
        _heard(line, text, said, now, by)
    return said


def _heard(line: Line, text: InboundText, said: str, now: datetime, by: Actor) -> None:
    contacts = consents.contacts_of("sms", text.sender)
    if not contacts:
        Tally.objects.add("reply.unknown_number", on=now.date())
    if said in ("stop", "maybe", "start"):
        note = {"stop": "STOP", "start": "START", "maybe": "to be read by a person"}[said]
        before = Consent.objects.in_force("sms", text.sender)
        row = consents.note(
            line, "sms", text.sender, given=said == "start", source="reply", note=note, by=by, now=now
        )
        if said == "stop" and row != before:
            _confirm(line, row, contacts, now)
    if said in ("maybe", "help", "text"):
        _to_read(line, text, contacts, now)


def _confirm(line: Line, consent: Consent, contacts: list[Contact], now: datetime) -> None:
    """One last text: yes, we have stopped. Only to numbers that we know, in the contact's language."""
    entity = _entity_of(consent.address, contacts)
    if entity is None:
        return
    contact = contacts[0]
    with translation.override(contact.language):
        words = _(
            "%(entity)s: You will get no more text messages from us. Reply START to get them again."
        ) % {"entity": entity.name}
    outbox.plan(
        line, key=f"opt_out:{consent.pk}", kind="opt_out", entity=entity, channel="sms", recipient=consent.address,
        rendered=outbox.plain("", words), now=now, due_at=now, customer=contact.customer, contact=contact,
        about=f"customer:{contact.customer_id}", language=contact.language,
    )  # fmt: skip


def _to_read(line: Line, text: InboundText, contacts: list[Contact], now: datetime) -> None:
    """A to-do for the collector, one per customer and text: an answer of a customer is never lost."""
    for customer in {contact.customer_id: contact.customer for contact in contacts}.values():
        entity = _entity_of(text.sender, [c for c in contacts if c.customer_id == customer.pk])
        if entity is None:
            continue
        item = work.open_item(
            line, kind=WORK_KIND, entity=entity, customer=customer, owner_role="collector", now=now,
            deadline=work.due_at(entity, now, READ_HOURS), step=f"sms-{text.provider_id}"[:40],
        )  # fmt: skip
        item.note = text.body[:LONGEST]
        item.save(update_fields=["note"])


def _entity_of(number: str, contacts: list[Contact]) -> LegalEntity | None:
    """Who they were answering: the sender of the last message to the number, else an entity that deals with the customer."""
    last = Message.objects.filter(channel="sms", recipient=number).order_by("-planned_at").first()
    if last is not None:
        entity: LegalEntity = last.entity
        return entity
    ids = [contact.customer_id for contact in contacts]
    profile = (
        CustomerProfile.objects.filter(customer_id__in=ids, valid_to__isnull=True).order_by("pk").first()
    )
    return profile.entity if profile else None
