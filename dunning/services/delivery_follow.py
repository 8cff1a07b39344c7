"""What became of messages comes back to their notices: accepted means reached; given up or bounced means that the rung was not.

Where nobody was reached the items are asked for again, on the next channel, and nobody pays a fee for it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from dunning.models import Notice
from dunning.rules.ladder import OUTSIDE
from dunning.services import digests, interest_messages
from dunning.services import notice_writing as writing
from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Message, ProviderEvent
from receivables.rules.delivery import UNDELIVERED
from receivables.services import charges

CHUNK, CHUNKS = 2_000, 20
LOST_CHUNK = 25
NEWS = timedelta(days=7)
"""How long after we heard of it a bounce is still looked for."""
GIVEN_UP = (Message.State.SUPPRESSED, Message.State.CANCELLED)
State = Notice.State


def follow(*, now: datetime, by: Actor) -> tuple[int, int]:
    """The sweeper: how many notices reached somebody, and how many did not. A second call finds nothing."""
    reached = 0
    for _round in range(CHUNKS):
        done = _reached(now, by)
        reached += done
        if done < CHUNK:
            break
    lost = 0
    ids = _lost(now)
    for start in range(0, len(ids), LOST_CHUNK):
        lost += _take_back(ids[start : start + LOST_CHUNK], now, by)
    interest_messages.take_back_bounced(now=now, by=by)
    told, untold = digests.follow(now=now, by=by)
    return reached + told, lost + untold


@transaction.atomic
def _reached(now: datetime, by: Actor) -> int:
    """One chunk of accepted messages: the rung is reached on the entity's day of acceptance."""
    rows = Notice.objects.filter(
        state=State.HANDED_OVER, reached_on__isnull=True, message__state=Message.State.ACCEPTED
    )
    rows = rows.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("due_at", "pk")
    found = rows.values_list("pk", "entity__time_zone", "message__accepted_at")[:CHUNK]
    by_day: dict[date, list[int]] = defaultdict(list)
    for pk, zone, accepted_at in found:
        by_day[accepted_at.astimezone(ZoneInfo(zone)).date()].append(pk)
    count = sum(len(ids) for ids in by_day.values())
    if not count:
        return 0
    with audit.line("notice.reached", by=by, now=now, subject=f"{count} notices") as line:
        for day, ids in sorted(by_day.items()):
            writing.reach(line, ids, day)
    return count


def _lost(now: datetime) -> list[int]:
    """Notices whose message was given up, or came back after it had been taken."""
    on_its_way = Notice.objects.filter(state=State.HANDED_OVER)
    given_up = on_its_way.filter(reached_on__isnull=True, message__state__in=GIVEN_UP)
    news = ProviderEvent.objects.filter(
        kind__in=UNDELIVERED, recorded_at__gte=now - NEWS, message__state=Message.State.ACCEPTED
    )
    bounced = on_its_way.filter(message__in=news.values("message"))
    return sorted({*given_up.values_list("pk", flat=True), *bounced.values_list("pk", flat=True)})


@transaction.atomic
def _take_back(ids: Sequence[int], now: datetime, by: Actor) -> int:
    notices = writing.locked(ids, State.HANDED_OVER)
    if not notices:
        return 0
    subject, entity = writing.subject(notices), writing.entity(notices)
    with audit.line("notice.not_reached", by=by, now=now, subject=subject, entity=entity) as line:
        for notice in notices:
            _one_back(line, notice, now, by)
    return len(notices)


def _one_back(line: Line, notice: Notice, now: datetime, by: Actor) -> None:
    message = notice.message
    assert message is not None
    why = "bounced" if message.state == Message.State.ACCEPTED else message.reason or message.state.lower()
    if message.state == Message.State.ACCEPTED:
        today = now.astimezone(ZoneInfo(notice.entity.time_zone)).date()
        charges.take_back(line, message=message, reason="not_delivered", on=today, by=by)
    writing.withdraw(line, notice, why=why)
    if notice.audience in OUTSIDE and message.state != Message.State.CANCELLED:
        writing.open_work(line, notice, kind=writing.LOST_WORK, now=now)
