"""Texts of messages in versions: a draft is written and edited, a second person activates it, and from then on it never changes.

What is in force is replaced by activating another version or retired, which lets the wider text speak again.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from receivables import audit
from receivables.actor import Actor
from receivables.models import LegalEntity, MessageTemplate
from receivables.notice_values import language_of
from receivables.questions import texts
from receivables.rules import templates as rules
from receivables.rules.placeholders import CHANNELS
from receivables.rules.refusals import Refused
from receivables.rules.templates import Problem
from receivables.words import template_words


@transaction.atomic
def draft(
    *,
    code: str,
    channel: str,
    language: str,
    entity: LegalEntity | None,
    segment: str,
    subject: str,
    body: str,
    now: datetime,
    by: Actor,
) -> MessageTemplate:
    """The next version for an occasion, channel, language and scope. Refuses channel_unknown, required, text_too_long, and
    draft_waits: one draft at a time."""
    occasion = texts.occasion(code.strip())
    if not occasion:
        raise Refused("required", _("Say what the text is for."), field="code")
    if channel not in CHANNELS:
        raise Refused("channel_unknown", _("Choose one of the listed channels."), field="channel")
    _refuse_oversize(subject, body)
    place = {"code": occasion, "channel": channel, "language": language_of(language), "entity": entity}
    rows = MessageTemplate.objects.filter(**place, segment=segment.strip())
    if rows.filter(activated_at__isnull=True).exists():
        raise Refused(
            "draft_waits",
            _("A draft of this text waits already. Edit it, or activate it first."),
            field="code",
        )
    with audit.line(
        "template.drafted", by=by, now=now, subject=f"template:{occasion}"[:80], entity=entity
    ) as line:
        number = (rows.aggregate(last=Max("version"))["last"] or 0) + 1
        row: MessageTemplate = MessageTemplate(
            **place, segment=segment.strip(), version=number, subject=_body(subject).strip(), body=_body(body),
            content_hash="", drafted_by=by.user, drafted_at=now,
        )  # fmt: skip
        row.content_hash = hash_of(row)
        row.save(force_insert=True)
        line.subject = f"template:{row.pk}"
        line.touch("messagetemplate", row.pk, str(row), row.content_hash)
    return row


@transaction.atomic
def edit(
    *, template: MessageTemplate, subject: str, body: str, seen_hash: str, now: datetime, by: Actor
) -> MessageTemplate:
    """Other words for a draft; who edits it has drafted it. Refuses state (it was activated) and stale (edited meanwhile)."""
    row = _locked(template)
    if row.activated_at is not None:
        raise Refused("state", _("This version was activated and never changes. Write a new draft."))
    if seen_hash != row.content_hash:
        raise Refused("stale", _("Somebody edited this draft meanwhile. Look again."), field="body")
    _refuse_oversize(subject, body)
    with audit.line(
        "template.edited", by=by, now=now, subject=f"template:{row.pk}", entity=row.entity
    ) as line:
        line.before = {"content_hash": row.content_hash}
        row.subject, row.body, row.drafted_by = _body(subject).strip(), _body(body), by.user
        row.content_hash = hash_of(row)
        line.after |= {"content_hash": row.content_hash}
        line.touch("messagetemplate", row.pk, row.content_hash)
        row.save(update_fields=["subject", "body", "drafted_by", "content_hash"])
    return row


@transaction.atomic
def activate(*, template: MessageTemplate, seen_hash: str, now: datetime, by: Actor) -> MessageTemplate:
    """Puts a draft in force in place of the version before. Refuses state, stale, four_eyes (who wrote it activates nothing),
    and template_problems with the first of them."""
    row = _locked(template)
    if row.activated_at is not None:
        raise Refused("state", _("This version was activated before."))
    if seen_hash != row.content_hash:
        raise Refused("stale", _("The draft was edited since you looked at it. Look again."))
    if row.drafted_by is not None and row.drafted_by.human == by.human:
        raise Refused("four_eyes", _("You wrote this text; a second person activates it."))
    found = problems(row)
    if found:
        raise Refused(
            "template_problems", template_words.problem(found[0]), field=found[0].where, problems=len(found)
        )
    with audit.line(
        "template.activated", by=by, now=now, subject=f"template:{row.pk}", entity=row.entity
    ) as line:
        for old in _siblings(row).filter(active=True).select_for_update(no_key=True):
            old.active = False
            old.save(update_fields=["active"])
            line.touch("messagetemplate", old.pk, "replaced")
        row.active, row.activated_by, row.activated_at = True, by.user, now
        row.save(update_fields=["active", "activated_by", "activated_at"])
        line.touch("messagetemplate", row.pk, "activated", row.content_hash)
        line.after |= {"content_hash": row.content_hash, "version": row.version}
    return row


@transaction.atomic
def retire(*, template: MessageTemplate, reason: str, now: datetime, by: Actor) -> MessageTemplate:
    """Takes a version out of force; the wider or the shipped text speaks again. Refuses state, reason_missing."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the text is taken out of use."), field="reason")
    row = _locked(template)
    if not row.active:
        raise Refused("state", _("This version is not in use."))
    with audit.line(
        "template.retired",
        by=by,
        now=now,
        subject=f"template:{row.pk}",
        entity=row.entity,
        reason=reason[:300],
    ) as line:
        row.active = False
        row.save(update_fields=["active"])
        line.touch("messagetemplate", row.pk, "retired")
    return row


def problems(row: MessageTemplate) -> list[Problem]:
    """What keeps a text from being activated."""
    return rules.check(row.subject, row.body, row.channel, audience=texts.audience_of(row.code))


def hash_of(row: MessageTemplate) -> str:
    """SHA-256 of what the version says and where: what was seen is what is activated."""
    said = [row.code, row.channel, row.language, row.entity_id, row.segment, row.subject, row.body]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _body(text: str) -> str:
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _refuse_oversize(subject: str, body: str) -> None:
    if len(subject) > rules.SUBJECT_MOST or len(body) > rules.BODY_MOST_ELSE:
        raise Refused(
            "text_too_long",
            _("At most %(most)s characters fit.") % {"most": rules.BODY_MOST_ELSE},
            field="subject" if len(subject) > rules.SUBJECT_MOST else "body",
        )


def _siblings(row: MessageTemplate) -> Any:
    return MessageTemplate.objects.filter(
        code=row.code, channel=row.channel, language=row.language, entity=row.entity, segment=row.segment
    )


def _locked(template: MessageTemplate) -> MessageTemplate:
    rows = MessageTemplate.objects.select_for_update(of=("self",), no_key=True)
    row: MessageTemplate = rows.select_related("drafted_by", "entity").get(pk=template.pk)
    return row
