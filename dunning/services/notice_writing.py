"""What happens to a notice's rows, under the open audit line of a verb: handed over, renewed, withdrawn, put back, stuck.

Composed verbs: the caller holds the locks of customers and notices, has looked, and opened the line.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dunning import rendering
from dunning.models import Notice, NoticeItem
from dunning.questions.notice_looks import Look
from dunning.rendering import Made
from dunning.rules.second_look import Right
from receivables import posting
from receivables.audit import Line
from receivables.models import LegalEntity, Message, NumberSeries, WorkItem
from receivables.questions.texts import Chosen
from receivables.rules import contact_hours
from receivables.services import invoicing, outbox, work

KIND = "notice"
SERIES = "letter"
STUCK_WORK, LOST_WORK = "notice_stuck", "undeliverable"
WORK_HOURS = 8
"""Working hours within which somebody looks at what could not be written or did not arrive."""
APPROVED_DAYS = 3
"""For so many days what was approved may leave with the day it was written on; after that somebody looks again."""


def locked(ids: Sequence[int], *states: str) -> list[Notice]:
    """The customers' rows locked in order, then the notices still in one of the states that nobody else is at."""
    customers = Notice.objects.filter(pk__in=ids, state__in=states).values_list("customer_id", flat=True)
    posting.lock(*set(customers))
    rows = Notice.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    rows = rows.select_related("entity", "customer", "contact__customer", "user", "text", "message")
    return list(rows.filter(pk__in=ids, state__in=states).order_by("pk"))


def subject(notices: Sequence[Notice]) -> str:
    """How an audit line names what it is about: one notice by its id, several by their number."""
    return f"notice:{notices[0].pk}" if len(notices) == 1 else f"{len(notices)} notices"


def entity(notices: Sequence[Notice]) -> LegalEntity | None:
    """The entity of all of them, if it is one."""
    return notices[0].entity if len({notice.entity_id for notice in notices}) == 1 else None


def number_for(look: Look, chosen: Chosen) -> str:
    """The letter's number: its own, or the next of the series, taken under the series' lock in this transaction."""
    notice = look.notice
    if notice.number or not rendering.needs_number(notice, chosen):
        return str(notice.number)
    return invoicing.take_number(notice.entity, SERIES)


def next_number(look: Look, chosen: Chosen) -> str:
    """The number its letter would get now; nothing is taken. Who approves while another takes it looks again."""
    notice = look.notice
    if notice.number or not rendering.needs_number(notice, chosen):
        return str(notice.number)
    row = NumberSeries.objects.filter(entity=notice.entity, code=SERIES).first()
    if row is None:
        row = NumberSeries(code=SERIES, prefix=f"{notice.entity.code}-{SERIES}-")
    return f"{row.prefix}{row.last_number + 1:0{row.width}d}"


def hand_over(line: Line, look: Look, made: Made, *, now: datetime) -> Message:
    """Plans the message and notes on the notice what it says and to whom it went."""
    notice, right = look.notice, look.right
    assert right is not None
    zone, hours = where(notice)
    message = outbox.plan(
        line, key=_fresh_key(notice), kind=KIND, entity=notice.entity, channel=notice.channel, recipient=notice.recipient,
        rendered=made.rendered, now=now, due_at=max(now, notice.due_at), customer=notice.customer, contact=notice.contact,
        user=notice.user, about=f"customer:{notice.customer.code}:{notice.currency}", step=right.stage.code,
        stop_version=notice.customer.stop_version, not_after=not_after(notice, now), hours=hours, zone=zone,
        charges=made.announced, reference=rendering.reference_of(notice), language=made.language,
    )  # fmt: skip
    notice.message = message
    as_found(line, notice, right)
    notice.number, notice.written_on, notice.why, notice.looked_at = made.number, made.day, "", now
    notice.hand_over()
    line.stamp(notice)
    notice.save()
    return message


def renew(line: Line, look: Look, made: Made, *, now: datetime) -> bool:
    """Fresh words for a message that was given back. False when it cannot be renewed any more."""
    notice, right = look.notice, look.right
    assert right is not None and notice.message is not None
    done = outbox.renew(
        line, notice.message, rendered=made.rendered, stop_version=notice.customer.stop_version,
        not_after=not_after(notice, now), due_at=now, charges=made.announced, now=now,
    )  # fmt: skip
    if done:
        as_found(line, notice, right)
        notice.number, notice.written_on, notice.looked_at = made.number, made.day, now
        notice.save()
    return done


def reach(line: Line, ids: Sequence[int], day: date) -> None:
    """The messages of these notices were accepted: their rungs are reached on that day of the entity."""
    Notice.objects.filter(pk__in=ids).update(reached_on=day, audit_seq=line.seq)
    NoticeItem.objects.filter(notice__in=ids, withdrawn=False).update(reached_on=day)
    for pk in ids:
        line.touch("notice", pk, "reached", day)


def withdraw(line: Line, notice: Notice, *, why: str) -> None:
    """It is not said, or did not arrive: its items may be asked for again."""
    NoticeItem.objects.filter(notice=notice, withdrawn=False).update(withdrawn=True, reached_on=None)
    line.touch("noticeitem", notice.pk, "withdrawn")
    notice.withdraw()
    notice.why, notice.reached_on = why[:60], None
    line.stamp(notice)
    notice.save()


def back_to_a_person(line: Line, notice: Notice, *, why: str) -> None:
    """What was approved is not what would be sent: it waits for a decision again, its message cancelled."""
    notice.put_back()
    notice.why, notice.message, notice.approved_hash = why[:60], None, ""
    notice.text = notice.written_on = notice.looked_at = notice.decided_at = None
    notice.decided_by = ""
    line.stamp(notice)
    notice.save()


def stuck(line: Line, notice: Notice, *, code: str, now: datetime) -> None:
    """It cannot be written: it stays, says why, and somebody gets a to-do once."""
    notice.why, notice.looked_at = f"cannot_render:{code}"[:60], now
    notice.audit_seq = line.seq
    line.touch("notice", notice.pk, "stuck", code)
    notice.save()
    open_work(line, notice, kind=STUCK_WORK, now=now)


def open_work(line: Line, notice: Notice, *, kind: str, now: datetime) -> WorkItem | None:
    """A to-do of the collector about a notice; none while one of the kind is open for the customer."""
    mine = WorkItem.objects.open().filter(kind=kind, customer=notice.customer, entity=notice.entity)
    if kind == STUCK_WORK:
        mine = mine.filter(step=rendering.key_of(notice))
    if mine.exists():
        return None
    profile = notice.customer.profiles.filter(entity=notice.entity, valid_to__isnull=True).first()
    return work.open_item(
        line, kind=kind, entity=notice.entity, customer=notice.customer, owner_role="collector", now=now,
        deadline=work.due_at(notice.entity, now, WORK_HOURS), step=rendering.key_of(notice),
        assignee=profile.collector if profile else None,
    )  # fmt: skip


def is_as_approved(notice: Notice, made: Made, *, day: object) -> bool:
    """Whether the bytes are those a person approved, and not too old; what nobody had to approve may change."""
    if not notice.approved_hash:
        return True
    assert notice.written_on is not None
    fresh = notice.written_on + timedelta(days=APPROVED_DAYS) >= day  # type: ignore[operator]
    return fresh and made.rendered.sha256 == notice.approved_hash


def not_after(notice: Notice, now: datetime) -> datetime:
    """The end of the recipient's day on which it leaves: on the next its days late are wrong."""
    zone, _hours = where(notice)
    home = notice.contact.customer.country if notice.contact is not None else notice.entity.country
    zones = contact_hours.zones_of(zone, home, notice.entity.time_zone)
    day = contact_hours.local_date(max(now, notice.due_at), zones)
    return contact_hours.local_midnight(day + timedelta(days=1), zones)


def where(notice: Notice) -> tuple[str, str]:
    """The recipient's zone and contact hours; letters and our own people may be written to at any time."""
    if notice.contact is None:
        return (notice.user.time_zone if notice.user is not None else "", "")
    if notice.channel == Notice.Channel.LETTER:
        return notice.contact.time_zone, ""
    return notice.contact.time_zone, notice.contact.contact_hours or notice.entity.contact_hours


def _fresh_key(notice: Notice) -> str:
    """The fact the message states; a notice that was taken back and released anew states it again under a number."""
    base = rendering.key_of(notice)
    if not Message.objects.filter(key=base).exists():
        return base
    return f"{base}:{Message.objects.filter(key__startswith=f'{base}:').count() + 2}"


def as_found(line: Line, notice: Notice, right: Right) -> None:
    """Items that fell out since it was decided, and the rung and amount that are left."""
    gone = [entry for entry, _why in right.dropped]
    if gone:
        NoticeItem.objects.filter(notice=notice, entry__in=gone, withdrawn=False).update(withdrawn=True)
        line.touch("noticeitem", notice.pk, "dropped", len(gone))
    if notice.stage != right.stage.code:
        notice.template = right.stage.template
    notice.stage, notice.rank, notice.total = right.stage.code, right.stage.offset, right.total
