"""Interest notes by e-mail or letter: planned with their charges, looked at again when something happened meanwhile.

The charges are written when the message was accepted; a note that never arrived charges nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dunning.models import InterestNote
from dunning.questions import interest_paper, pictures
from dunning.questions.interest_preview import preview
from dunning.rules.policy import customer_stop, item_stop
from dunning.words import interest_words
from receivables import audit, posting, rendering
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import BankAccount, Charge, Contact, Message, ProviderEvent
from receivables.questions import parties
from receivables.rendering import Rendered
from receivables.rules import delivery
from receivables.rules.refusals import Refused
from receivables.services import charges, outbox
from receivables.services.charges import Claim

KIND = "interest"
CHANNELS = ("email", "letter")
CHANGED = "figures_changed"
NEWS = timedelta(days=7)
"""How long after we heard of it a note that came back is still looked for."""
HELD = frozenset({"legal", "blocked"})
log = logging.getLogger("duebook.notices")


@dataclass(frozen=True)
class Letter:
    """What will be sent, where to."""

    contact: Contact
    channel: str
    recipient: str
    rendered: Rendered


def write(note: InterestNote, *, to: Contact | None, channel: str, on: date, now: datetime) -> Letter:
    """The paper with its covering words, in the contact's language. Refuses unreachable, not_now (closed, blocked, handed over)
    and what rendering refuses."""
    if to is None or to.customer_id != note.customer_id or channel not in CHANNELS:
        raise Refused("unreachable", _("Choose a contact of this customer, by e-mail or letter."), field="to")
    recipient = (
        to.email if channel == "email" else ", ".join(parties.lines(to.address or note.customer.address))
    )
    if not recipient or not to.active or to.undeliverable_since:
        raise Refused("unreachable", _("This contact cannot be reached that way."), field="to")
    why = _held(note, on, now)
    if why:
        raise Refused("not_now", _("Nobody writes to this customer now: %(why)s.") % {"why": why})
    return Letter(to, channel, recipient, _rendered(note, to))


def plan(
    line: Line, note: InterestNote, letter: Letter, *, claims: Sequence[Claim], now: datetime
) -> Message:
    """Into the outbox, under the caller's line and the customer's lock."""
    to = letter.contact
    return outbox.plan(
        line, key=key_of(note), kind=KIND, entity=note.entity, channel=letter.channel, recipient=letter.recipient,
        rendered=letter.rendered, now=now, due_at=now, customer=note.customer, contact=to, about=f"interest:{note.pk}",
        step=KIND, stop_version=note.customer.stop_version, charges=[claim.to_json() for claim in claims],
        hours=(to.contact_hours or note.entity.contact_hours) if letter.channel == "email" else "", zone=to.time_zone,
        reference=delivery.reference(note.number), language=to.language,
    )  # fmt: skip


def key_of(note: InterestNote) -> str:
    """The fact its message states."""
    return f"interest:{note.entity_id}:{note.number}"


def message_of(note: InterestNote) -> Message | None:
    """The message that carries a note, if it was sent at all."""
    found: Message | None = Message.objects.filter(key=key_of(note)).first()
    return found


def look_again(*, now: datetime, by: Actor) -> int:
    """Notes the outbox gave back go on when their figures still hold, else they are taken out. Returns how many."""
    stale = list(Message.objects.stale(KIND).order_by("customer_id", "pk").values_list("pk", flat=True))
    for pk in stale:
        try:
            _look_again(pk, now, by)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:  # the others, and the sweepers after this one, go on
            log.exception("interest note of message %s cannot be looked at again", pk)
    return len(stale)


def take_back_bounced(*, now: datetime, by: Actor) -> int:
    """Charges of notes that came back after they had been taken are given up. Returns how many notes; asked again, none."""
    bounced = ProviderEvent.objects.filter(
        kind__in=delivery.UNDELIVERED, recorded_at__gte=now - NEWS, message__kind=KIND
    )
    rows = Charge.objects.filter(message__in=bounced.values("message"), waiver__isnull=True)
    rows = rows.filter(entry__allocated__lt=F("entry__amount")).order_by("message_id")
    return sum(_take_back(pk, now, by) for pk in sorted(set(rows.values_list("message_id", flat=True))))


@transaction.atomic
def _take_back(pk: int, now: datetime, by: Actor) -> bool:
    message = Message.objects.select_related("entity", "customer").get(pk=pk)
    (customer,) = posting.lock(message.customer_id)
    if not Charge.objects.filter(message=message, waiver__isnull=True).exists():
        return False
    today = now.astimezone(ZoneInfo(message.entity.time_zone)).date()
    subject, reason = f"customer:{customer.pk}", "not_delivered"
    with audit.line(
        "charge.waived", by=by, now=now, subject=subject, entity=message.entity, reason=reason
    ) as line:
        charges.take_back(line, message=message, reason=reason, on=today, by=by)
        posting.stop([customer])
    return True


@transaction.atomic
def _look_again(pk: int, now: datetime, by: Actor) -> None:
    message = Message.objects.get(pk=pk)
    note = InterestNote.objects.select_related("customer", "entity").get(
        pk=int(message.about.partition(":")[2])
    )
    (customer,) = posting.lock(note.customer_id)
    letter = _again(note, message, now)
    with audit.line(
        "interest.looked_at_again", by=by, now=now, subject=f"customer:{customer.pk}", entity=note.entity
    ) as line:
        if letter is None:
            outbox.cancel(line, message, reason=CHANGED, now=now)
            return
        outbox.renew(
            line, message, rendered=letter.rendered, stop_version=customer.stop_version, not_after=None, due_at=now,
            charges=message.charges, now=now,
        )  # fmt: skip


def _again(note: InterestNote, message: Message, now: datetime) -> Letter | None:
    """The same letter with fresh words; None when it may not go, or not where it was meant to."""
    today = now.astimezone(ZoneInfo(note.entity.time_zone)).date()
    try:
        letter = write(note, to=message.contact, channel=message.channel, on=today, now=now)
    except Refused:
        return None
    return letter if letter.recipient == message.recipient and _still_right(note, message) else None


def _held(note: InterestNote, on: date, now: datetime) -> str:
    """Why nobody writes to the customer, or about an item of the note; "" when nothing stands against it."""
    (picture,) = pictures.load(note.entity, [note.customer_id], on, now, contacts=False)
    named = {said["entry"] for said in note.derivation["items"]}
    stops = [item_stop(item) for item in picture.items if item.entry in named]
    stop = customer_stop(picture) or next((each for each in stops if each and each[0] in HELD), None)
    return stop[0] if stop else ""


def _still_right(note: InterestNote, message: Message) -> bool:
    try:
        found = preview(note.customer, note.entity, note.currency, up_to=note.up_to, ignoring=message.pk)
    except Refused:
        return False
    fresh = {
        each.entry.pk: (each.derivation.interest.plain(), each.fixed_sum.plain()) for each in found.items
    }
    said = {item["entry"]: (item["interest"], item["fixed_sum"]) for item in note.derivation["items"]}
    return all(fresh.get(entry) == figures for entry, figures in said.items())


def _rendered(note: InterestNote, to: Contact) -> Rendered:
    bank = BankAccount.objects.filter(entity=note.entity, currency=note.currency).order_by("pk").first()
    facts = interest_paper.facts(note, contact=to, bank=bank, language=to.language, sender_name="")
    subject, text = interest_words.cover(facts, reference=delivery.reference(note.number))
    files = (rendering.interest_note(facts),)
    return Rendered(subject, text, "", files, rendering.digest(subject, text, "", files))
