"""Messages enter the outbox, are rendered anew, and are taken out again: composed verbs under their caller's audit line.

A planned message is a row and nothing else; `outbox_claim`, `outbox_send` and `outbox_settle` hand it over.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from receivables import rendering, storage
from receivables.audit import Line
from receivables.models import Contact, Customer, Invoice, LegalEntity, Message, User
from receivables.rendering import Rendered
from receivables.rules import delivery

ROOM = "mails"
SUBJECT_LONGEST = 200
REASON_LONGEST = 200
log = logging.getLogger("duebook.messages")


def plan(
    line: Line,
    *,
    key: str,
    kind: str,
    entity: LegalEntity,
    channel: str,
    recipient: str,
    rendered: Rendered,
    now: datetime,
    due_at: datetime,
    customer: Customer | None = None,
    contact: Contact | None = None,
    user: User | None = None,
    invoice: Invoice | None = None,
    about: str = "",
    step: str = "",
    stop_version: int | None = None,
    not_after: datetime | None = None,
    hours: str = "",
    zone: str = "",
    charges: Sequence[dict[str, Any]] = (),
    reference: str = "",
    language: str = "en",
) -> Message:
    """One message for one business fact, named by `key`: planned before, it is answered as it is, whatever is given now.

    The bytes of attachments are on disk before the row names them. Nobody else plans meanwhile: the line holds the chain.
    """
    existing: Message | None = Message.objects.filter(key=key).first()
    if existing is not None:
        return existing
    message = Message(
        key=key, kind=kind, entity=entity, channel=channel, recipient=recipient, planned_at=now, due_at=due_at,
        customer=customer, contact=contact, user=user, invoice=invoice, about=about[:80], step=step[:40],
        stop_version=stop_version, not_after=not_after, hours=hours, zone=zone, charges=list(charges),
        reference=reference or delivery.reference(key), language=language,
        recipient_name=(contact.name if contact else user.shown if user else "")[:200], audit_seq=line.seq,
    )  # fmt: skip
    _take(message, rendered)
    message.save(force_insert=True)
    line.touch("message", message.key, message.channel, message.rendered_hash)
    told(message, "planned")
    return message


def renew(
    line: Line,
    message: Message,
    *,
    rendered: Rendered,
    stop_version: int | None,
    not_after: datetime | None,
    due_at: datetime,
    charges: Sequence[dict[str, Any]],
    now: datetime,
) -> bool:
    """Fresh words for a planned message that its owner looked at again. False, and nothing done, when it is planned no more."""
    row = _free(message)
    if row is None or row.state != Message.State.PLANNED:
        return False
    _take(row, rendered)
    row.stop_version, row.not_after, row.due_at = stop_version, not_after, max(due_at, now)
    row.charges, row.stale_at, row.audit_seq = list(charges), None, line.seq
    row.save()
    line.touch("message", row.key, "renewed", row.rendered_hash)
    told(row, "renewed")
    return True


def cancel(line: Line, message: Message, *, reason: str, now: datetime) -> bool:
    """Takes a planned message out. False when it could not be stopped: it is in the air, in doubt, or through."""
    row = _free(message)
    if row is None:
        return False
    if row.state != Message.State.PLANNED:
        return bool(row.state == Message.State.CANCELLED)
    move(line, row, Message.State.CANCELLED, reason=reason)
    return True


def _free(message: Message) -> Message | None:
    """The row, locked; None when a claim has it this moment.

    The caller holds the chain, so waiting would be a circle: a claim locks customer and row before the chain. Callers that
    locked the message's customer first always get it.
    """
    found: Message | None = (
        Message.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=message.pk).first()
    )
    return found


def move(line: Line, message: Message, state: str, *, reason: str = "") -> None:
    """Saves a message in its next state, with everything else that was set on it."""
    message.state, message.reason = state, reason[:REASON_LONGEST]
    line.stamp(message)
    message.save()
    told(message, state.lower())


def plain(subject: str, text: str) -> Rendered:
    """Words without a template."""
    return Rendered(subject, text, "", (), rendering.digest(subject, text, "", ()))


def told(message: Message, what: str, **more: object) -> None:
    """One JSON line in the log for each change, once it is committed. It names the message by its key and nobody by address."""
    said = json.dumps(
        {
            "event": f"message.{what}",
            "key": message.key,
            "channel": message.channel,
            "state": message.state,
            "reason": message.reason,
            "fence": message.fence,
            **more,
        },
        ensure_ascii=False,
    )
    transaction.on_commit(lambda: log.info("%s", said))


def _take(message: Message, rendered: Rendered) -> None:
    """The words and files of a rendering, with the hash over exactly what is kept. Too long a subject is a bug of the caller."""
    found = rendering.digest(rendered.subject, rendered.text, rendered.html, rendered.attachments)
    if rendered.sha256 and rendered.sha256 != found:
        raise ValueError(f"{message.key}: what was rendered is not what its hash says")
    if len(rendered.subject) > SUBJECT_LONGEST:
        raise ValueError(f"{message.key}: the subject is longer than {SUBJECT_LONGEST} characters")
    message.subject, message.body, message.html = rendered.subject, rendered.text, rendered.html
    message.files = [
        {
            "name": each.name,
            "media_type": each.content_type,
            "sha256": each.sha256,
            "size": len(each.content),
            "stored_as": storage.keep_once(each.content, room=ROOM),
        }
        for each in rendered.attachments
    ]
    message.rendered_hash = found
