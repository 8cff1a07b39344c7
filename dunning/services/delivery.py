"""Notices become messages: each minute those whose time has come get a last look and their words, and go to the outbox.

Those that stopped being right are withdrawn; one that cannot be written waits alone, with a to-do. Sending is the outbox's.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q

from dunning.models import Notice
from dunning.questions import notice_looks
from dunning.questions.notice_looks import Look
from dunning.rendering import Made
from dunning.rules.audience import MESSAGES
from dunning.rules.second_look import Wrong
from dunning.services import digests
from dunning.services import notice_writing as writing
from receivables import audit
from receivables.actor import Actor
from receivables.models import Message
from receivables.rules.refusals import Refused
from receivables.services import outbox

AT_ONCE = 500
CHUNK, LETTERS = 50, 5
"""Notices of one transaction. Typesetting a letter takes its time, and its customers are locked meanwhile."""
AGAIN = timedelta(hours=1)
"""How long one that cannot be written waits, and how often those that wait for a person are looked at."""
STUCK = "cannot_render"
log = logging.getLogger("duebook.notices")


@dataclass(slots=True)
class Done:
    """What a pass came to, as counts."""

    handed_over: int = 0
    withdrawn: int = 0
    stuck: int = 0
    renewed: int = 0
    put_back: int = 0
    skipped: list[int] = field(default_factory=list)

    def add(self, other: "Done") -> None:
        self.handed_over += other.handed_over
        self.withdrawn += other.withdrawn
        self.stuck += other.stuck
        self.renewed += other.renewed
        self.put_back += other.put_back
        self.skipped += other.skipped


Work = Callable[[Sequence[int], datetime, Actor], Done]


def hand_over_due(*, now: datetime, by: Actor) -> Done:
    """The sweeper: released notices whose time has come. A second call finds nothing."""
    waiting = Q(why__startswith=STUCK, looked_at__gt=now - AGAIN)
    due = Notice.objects.filter(state=Notice.State.RELEASED, due_at__lte=now, channel__in=MESSAGES)
    due = due.exclude(user__isnull=False, channel=Notice.Channel.EMAIL)  # our own people get a digest
    rows = list(
        due.exclude(waiting).order_by("due_at", "pk").values_list("pk", "channel", "customer_id")[:AT_ONCE]
    )
    rows.sort(key=lambda row: (row[1] == Notice.Channel.LETTER, row[2]))
    letters = [pk for pk, channel, _customer in rows if channel == Notice.Channel.LETTER]
    others = [pk for pk, channel, _customer in rows if channel != Notice.Channel.LETTER]
    done = _in_chunks(others, CHUNK, _hand_over, now, by)
    done.add(_in_chunks(letters, LETTERS, _hand_over, now, by))
    went, gone = digests.hand_over_due(now=now, by=by)
    done.add(Done(handed_over=went, withdrawn=gone))
    return done


def look_again(*, now: datetime, by: Actor) -> Done:
    """The sweeper of messages that the outbox gave back: fresh words, or taken out. Who approved looks again."""
    digests.look_again(now=now, by=by)
    found = Message.objects.stale("notice").order_by("customer_id", "pk")
    ids = list(found.values_list("pk", flat=True)[:AT_ONCE])
    return _in_chunks(ids, LETTERS, _look_again, now, by)


def tidy(*, now: datetime, by: Actor) -> Done:
    """Those that wait for a person are looked at each hour: what was paid meanwhile does not wait for a decision."""
    old = Q(looked_at__isnull=True) | Q(looked_at__lte=now - AGAIN)
    ids = list(Notice.objects.waiting().filter(old).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return _in_chunks(ids, CHUNK, _tidy, now, by)


def _in_chunks(ids: Sequence[int], size: int, work: Work, now: datetime, by: Actor) -> Done:
    """Chunk by chunk; where one breaks, its notices go one by one, so that only the broken one stays."""
    done = Done()
    for start in range(0, len(ids), size):
        chunk = ids[start : start + size]
        try:
            done.add(work(chunk, now, by))
        except (DatabaseError, InterfaceError):
            raise
        except Exception:
            log.exception("notices %s: one by one from here", chunk)
            for pk in chunk:
                done.add(_alone(pk, work, now, by))
    return done


def _alone(pk: int, work: Work, now: datetime, by: Actor) -> Done:
    try:
        return work([pk], now, by)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("notice %s cannot be handed over", pk)
        _set_aside(pk, now, by)
        return Done(skipped=[pk])


@transaction.atomic
def _set_aside(pk: int, now: datetime, by: Actor) -> None:
    """What broke on a bug of ours is tried each hour like what cannot be written, and somebody knows."""
    for notice in writing.locked([pk], Notice.State.RELEASED):
        with audit.line(
            "notice.handed_over", by=by, now=now, subject=f"notice:{pk}", entity=notice.entity, reason=STUCK
        ) as line:
            writing.stuck(line, notice, code="bug", now=now)


@transaction.atomic
def _hand_over(ids: Sequence[int], now: datetime, by: Actor) -> Done:
    """1. customers, then notices; 2. the look; 3. numbers and words; 4. one audit line: messages, or reasons."""
    notices = writing.locked(ids, Notice.State.RELEASED)
    if not notices:
        return Done()
    looks = notice_looks.several(notices, now=now)
    outcomes = [(looks[notice.pk], _words(looks[notice.pk])) for notice in notices]
    done = Done()
    with audit.line(
        "notice.handed_over", by=by, now=now, subject=writing.subject(notices), entity=writing.entity(notices)
    ) as line:
        for look, words in outcomes:
            if isinstance(look.verdict, Wrong):
                writing.withdraw(line, look.notice, why=look.verdict.code)
                done.withdrawn += 1
            elif isinstance(words, Refused):
                writing.stuck(line, look.notice, code=words.code, now=now)
                done.stuck += 1
            else:
                assert words is not None
                writing.hand_over(line, look, words, now=now)
                done.handed_over += 1
    return done


def _words(look: Look) -> Made | Refused | None:
    """The rendering of one that is right; what somebody approved is written with the text and the day it was approved with."""
    if look.right is None:
        return None
    try:
        with transaction.atomic():  # a number is not used up by a letter that cannot be written
            chosen = look.approved() if look.notice.approved_hash else look.chosen()
            number = writing.number_for(look, chosen)
            return look.made(
                number=number,
                chosen=chosen,
                day=look.notice.written_on if look.notice.approved_hash else None,
            )
    except Refused as refused:
        return refused


@transaction.atomic
def _look_again(ids: Sequence[int], now: datetime, by: Actor) -> Done:
    rows = Message.objects.filter(pk__in=ids).select_related("notice")
    keyed = {row.notice.pk: row for row in rows if getattr(row, "notice", None) is not None}
    notices = writing.locked(list(keyed), Notice.State.HANDED_OVER)
    stray = [row for row in rows if row.pk not in {notice.message_id for notice in notices}]
    looks = notice_looks.several(notices, now=now)
    outcomes = [(looks[notice.pk], _words(looks[notice.pk])) for notice in notices]
    done = Done()
    if not notices and not stray:
        return done
    with audit.line(
        "notice.looked_at_again", by=by, now=now, subject=writing.subject(notices), entity=None
    ) as line:
        for row in stray:
            done.withdrawn += outbox.cancel(line, row, reason="withdrawn", now=now)
        for look, words in outcomes:
            _settle_stale(line, look, words, now, done)
    return done


def _settle_stale(
    line: audit.Line, look: Look, words: Made | Refused | None, now: datetime, done: Done
) -> None:
    notice, message = look.notice, look.notice.message
    assert message is not None
    if isinstance(look.verdict, Wrong):
        if outbox.cancel(line, message, reason=look.verdict.code, now=now):
            writing.withdraw(line, notice, why=look.verdict.code)
            done.withdrawn += 1
    elif isinstance(words, Refused):
        if outbox.cancel(line, message, reason=words.code, now=now):
            writing.back_to_a_person(line, notice, why=f"{STUCK}:{words.code}")
            done.stuck += 1
    elif words is not None and writing.is_as_approved(notice, words, day=look.day):
        done.renewed += writing.renew(line, look, words, now=now)
    elif outbox.cancel(line, message, reason="changed_since_approval", now=now):
        writing.back_to_a_person(line, notice, why="changed_since_approval")
        done.put_back += 1


@transaction.atomic
def _tidy(ids: Sequence[int], now: datetime, by: Actor) -> Done:
    notices = writing.locked(ids, Notice.State.PROPOSED)
    looks = notice_looks.several(notices, now=now)
    wrong = [looks[n.pk] for n in notices if isinstance(looks[n.pk].verdict, Wrong)]
    gone = {look.notice.pk for look in wrong}
    Notice.objects.filter(pk__in=[n.pk for n in notices if n.pk not in gone]).update(looked_at=now)
    if wrong:
        rows = [look.notice for look in wrong]
        with audit.line(
            "notice.withdrawn", by=by, now=now, subject=writing.subject(rows), entity=writing.entity(rows)
        ) as line:
            for look in wrong:
                assert isinstance(look.verdict, Wrong)
                writing.withdraw(line, look.notice, why=look.verdict.code)
    return Done(withdrawn=len(wrong))
