"""Our own people get one mail a day about all their customers, not one for each: the notices of a reader become one message.

A digest shows its minute: it is looked at when it is written and again when it is given back, and leaves within the minute.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import DatabaseError, InterfaceError, transaction
from django.utils import translation

from dunning.models import Notice
from dunning.questions import notice_looks
from dunning.questions.notice_looks import Look
from dunning.services import notice_writing as writing
from dunning.words import digest_words, policy_words
from dunning.words.digest_words import Row
from receivables import audit, rendering
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Message, User
from receivables.questions import parties
from receivables.rendering import Rendered, TemplateText
from receivables.rules import delivery
from receivables.rules.money import Money
from receivables.rules.notice_facts import NoticeFacts
from receivables.services import outbox
from receivables.words import phrases

KIND = "digest"
MOST = 400
"""Customers of one digest at most; the rest come in another."""
State = Notice.State
log = logging.getLogger("duebook.notices")
GIVEN_UP = (Message.State.SUPPRESSED, Message.State.CANCELLED)


def hand_over_due(*, now: datetime, by: Actor) -> tuple[int, int]:
    """Released e-mail notices to our own people whose time has come, a digest for each reader: how many went, and how many
    were withdrawn. A second call finds nothing."""
    due = Notice.objects.filter(
        state=State.RELEASED, due_at__lte=now, channel=Notice.Channel.EMAIL, user__isnull=False
    )
    groups: dict[tuple[int, int | None, date], list[int]] = defaultdict(list)
    for pk, entity, user, on in due.order_by("pk").values_list("pk", "entity_id", "user_id", "on"):
        groups[entity, user, on].append(pk)
    went = gone = 0
    for ids in groups.values():
        for start in range(0, len(ids), MOST):
            try:
                done, lost = _write(ids[start : start + MOST], now, by)
            except (DatabaseError, InterfaceError):
                raise
            except Exception:
                log.exception("a digest of %s notices cannot be written", len(ids))
                continue
            went, gone = went + done, gone + lost
    return went, gone


@transaction.atomic
def _write(ids: Sequence[int], now: datetime, by: Actor) -> tuple[int, int]:
    """1. customers, then notices; 2. the look; 3. one audit line: the digest, and reasons for what it leaves out."""
    notices = writing.locked(ids, State.RELEASED)
    if not notices:
        return 0, 0
    right, wrong = _looked_at(notices, now)
    subject, entity = writing.subject(notices), notices[0].entity
    with audit.line("digest.handed_over", by=by, now=now, subject=subject, entity=entity) as line:
        _withdraw(line, wrong)
        if right:
            first = right[0].notice
            assert first.user is not None
            key = f"digest:{first.entity.code}:{first.user.username}:{first.on.isoformat()}:{first.pk}"
            about = f"staff:{first.user.username}"
            message = outbox.plan(
                line, key=key, kind=KIND, entity=entity, channel=first.channel, recipient=first.recipient,
                rendered=_rendered(right, first.user, key), now=now, due_at=now, user=first.user, about=about,
                step="digest", not_after=writing.not_after(first, now), language=first.user.language,
                reference=delivery.reference(key),
            )  # fmt: skip
            for look in right:
                _into(line, look, message, now)
    return len(right), len(wrong)


def look_again(*, now: datetime, by: Actor) -> int:
    """Digests the outbox gave back are written anew from what is still right, or taken out."""
    stale = list(Message.objects.stale(KIND).order_by("pk").values_list("pk", flat=True))
    for pk in stale:
        try:
            _look_again(pk, now, by)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            log.exception("digest %s cannot be looked at again", pk)
    return len(stale)


@transaction.atomic
def _look_again(pk: int, now: datetime, by: Actor) -> None:
    message = Message.objects.select_related("user", "entity").get(pk=pk)
    ids = list(message.digested.filter(state=State.HANDED_OVER).values_list("pk", flat=True))
    notices = writing.locked(ids, State.HANDED_OVER)
    right, wrong = _looked_at(notices, now)
    with audit.line(
        "digest.looked_at_again", by=by, now=now, subject=f"message:{pk}", entity=message.entity
    ) as line:
        if right and message.user is not None:
            outbox.renew(
                line, message, rendered=_rendered(right, message.user, message.key), stop_version=None,
                not_after=writing.not_after(right[0].notice, now), due_at=now, charges=(), now=now,
            )  # fmt: skip
        elif not outbox.cancel(line, message, reason="nothing_left", now=now):
            return
        _withdraw(line, wrong)


def follow(*, now: datetime, by: Actor) -> tuple[int, int]:
    """Notices whose digest was taken are reached; where it was given up, they are not and may be said again."""
    waiting = Notice.objects.filter(state=State.HANDED_OVER, reached_on__isnull=True, digest__isnull=False)
    taken = (
        waiting.filter(digest__state=Message.State.ACCEPTED).values_list("digest_id", flat=True).distinct()
    )
    lost = waiting.filter(digest__state__in=GIVEN_UP).values_list("digest_id", flat=True).distinct()
    reached = sum(_reached(pk, now, by) for pk in list(taken))
    return reached, sum(_not_reached(pk, now, by) for pk in list(lost))


@transaction.atomic
def _reached(digest: int, now: datetime, by: Actor) -> int:
    message = Message.objects.select_related("entity").get(pk=digest)
    rows = Notice.objects.filter(digest=digest, state=State.HANDED_OVER, reached_on__isnull=True)
    ids = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True))
    if not ids or message.accepted_at is None:
        return 0
    day = message.accepted_at.astimezone(ZoneInfo(message.entity.time_zone)).date()
    with audit.line(
        "notice.reached", by=by, now=now, subject=f"{len(ids)} notices", entity=message.entity
    ) as line:
        writing.reach(line, ids, day)
    return len(ids)


@transaction.atomic
def _not_reached(digest: int, now: datetime, by: Actor) -> int:
    message = Message.objects.get(pk=digest)
    ids = list(message.digested.filter(state=State.HANDED_OVER).values_list("pk", flat=True))
    notices = writing.locked(ids, State.HANDED_OVER)
    if not notices:
        return 0
    subject, entity = writing.subject(notices), writing.entity(notices)
    with audit.line("notice.not_reached", by=by, now=now, subject=subject, entity=entity) as line:
        for notice in notices:
            writing.withdraw(line, notice, why=message.reason or message.state.lower())
    return len(notices)


def _looked_at(notices: Sequence[Notice], now: datetime) -> tuple[list[Look], list[Look]]:
    looks = notice_looks.several(notices, now=now) if notices else {}
    found = [looks[notice.pk] for notice in notices]
    return [look for look in found if look.right], [look for look in found if not look.right]


def _withdraw(line: Line, wrong: Sequence[Look]) -> None:
    for look in wrong:
        writing.withdraw(line, look.notice, why=getattr(look.verdict, "code", "wrong"))


def _into(line: Line, look: Look, message: Message, now: datetime) -> None:
    notice = look.notice
    assert look.right is not None
    writing.as_found(line, notice, look.right)
    notice.digest, notice.looked_at, notice.why = message, now, ""
    notice.hand_over()
    line.stamp(notice)
    notice.save()


def _rendered(looks: Sequence[Look], user: User, key: str) -> Rendered:
    language, entity = user.language, looks[0].notice.entity
    with translation.override(language):
        rows = [_row(look) for look in looks]
    currency = looks[0].notice.currency
    facts = NoticeFacts(
        customer=parties.recipient(looks[0].notice.customer, None, addressed=user.shown),
        entity=parties.sender(entity, None),
        currency=currency,
        amount_total=Money.zero(currency),
        items=(),
        written_on=looks[0].day,
        reference=delivery.reference(key),
        language=language,
        opt_out=phrases.say("opt_out", language),
        sender_name=entity.name,
    )
    subject, body = digest_words.subject(rows, entity.name, language), digest_words.body(rows, language)
    return rendering.render(
        TemplateText(f"{subject} · {{reference}}", body, language, "email", "staff"), facts
    )


def _row(look: Look) -> Row:
    right, notice = look.right, look.notice
    assert right is not None
    items = [item for item, _ask in right.rows]
    oldest = min(item.due_on for item in items)
    name = policy_words.name(right.stage.name) or right.stage.code
    return Row(
        name, right.stage.offset, notice.customer.legal_name, notice.customer.code, len(items),
        Money(right.total, notice.currency), oldest, (look.day - oldest).days,
    )  # fmt: skip
