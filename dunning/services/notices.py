"""What people do with notices: release those that wait for them, withdraw, put off. Writing one by hand is `notices_by_hand`.

Approval is bound to the hash of what was shown, and the message is planned in the same transaction: what was approved is sent.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import Notice
from dunning.questions import notice_looks
from dunning.questions.notice_looks import Look
from dunning.rendering import Made
from dunning.rules.second_look import Wrong
from dunning.services import notice_writing as writing
from receivables import audit
from receivables.actor import Actor
from receivables.models import Audit, Message, User
from receivables.rules import contact_hours
from receivables.rules.refusals import Refused
from receivables.services import outbox

WRITTEN = "notice.written_by_hand"
POSTPONE_DAYS = 60
MANY = 500
State = Notice.State


def preview(notice: Notice, *, now: datetime) -> tuple[Look, Made | Refused | None]:
    """What would be sent, byte for byte, with the number a letter would get; the refusal where it cannot be written; None when
    it is no longer right. Takes nothing."""
    look = notice_looks.one(notice, now=now)
    if look.right is None:
        return look, None
    try:
        chosen = look.chosen()
        return look, look.made(number=writing.next_number(look, chosen), chosen=chosen)
    except Refused as refused:
        return look, refused


@transaction.atomic
def approve(*, notice: Notice, seen_hash: str | None, now: datetime, by: Actor) -> Notice:
    """Releases what was shown and plans its message. `seen_hash` None binds to what it says now: a list approved as a whole.

    A notice that stopped being right is withdrawn instead: look at its state. Refuses state, four_eyes, stale and what
    rendering refuses."""
    row = _locked(notice, State.PROPOSED)
    if by.human and by.human == written_by(row):
        raise Refused("four_eyes", _("You proposed this notice; somebody else releases it."))
    look = notice_looks.one(row, now=now)
    subject = f"notice:{row.pk}"
    if isinstance(look.verdict, Wrong):
        with audit.line("notice.withdrawn", by=by, now=now, subject=subject, entity=row.entity) as line:
            writing.withdraw(line, row, why=look.verdict.code)
        return row
    chosen = look.chosen()
    number = writing.number_for(look, chosen)
    made = look.made(number=number, chosen=chosen)
    if seen_hash is not None and seen_hash != made.rendered.sha256:
        raise Refused("stale", _("What would be sent changed since you looked at it. Look again."))
    with audit.line("notice.approved", by=by, now=now, subject=subject, entity=row.entity) as line:
        row.release()
        row.decided_by, row.decided_at = by.human, now
        row.approved_hash, row.text = made.rendered.sha256, chosen.row
        line.after |= {"sha256": made.rendered.sha256, "number": number}
        writing.hand_over(line, look, made, now=now)
    return row


def approve_all(*, ids: Sequence[int], now: datetime, by: Actor) -> Counter[str]:
    """Each of them by itself: how many were approved, withdrawn because they stopped being right, or refused, by code."""
    counts: Counter[str] = Counter()
    for notice in Notice.objects.waiting().filter(pk__in=list(ids)[:MANY]).order_by("pk"):
        try:
            done = approve(notice=notice, seen_hash=None, now=now, by=by)
            counts["withdrawn" if done.state == State.WITHDRAWN else "approved"] += 1
        except Refused as refused:
            counts[refused.code] += 1
    return counts


@transaction.atomic
def withdraw(*, notice: Notice, reason: str, now: datetime, by: Actor) -> Notice:
    """Takes it back before it left; the same rung may be proposed again later. Refuses reason_missing, state, and
    not_stoppable when its message is on its way or through."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why it is not sent."), field="reason")
    row = _locked(notice, State.PROPOSED, State.RELEASED, State.HANDED_OVER)
    if row.state == State.HANDED_OVER and (row.message is None or row.message.state != Message.State.PLANNED):
        raise _not_stoppable()
    with audit.line(
        "notice.withdrawn", by=by, now=now, subject=f"notice:{row.pk}", entity=row.entity, reason=reason[:300]
    ) as line:
        if row.message is not None and not outbox.cancel(line, row.message, reason="withdrawn", now=now):
            raise _not_stoppable()
        row.decided_by, row.decided_at = by.human, now
        writing.withdraw(line, row, why="by_hand")
    return row


@transaction.atomic
def postpone(*, notice: Notice, until: date, now: datetime, by: Actor) -> Notice:
    """Not before the recipient's hours of a later day. Refuses state (its words are written) and date_out_of_range."""
    row = _locked(notice, State.PROPOSED, State.RELEASED)
    today = now.astimezone(ZoneInfo(row.entity.time_zone)).date()
    if not today < until <= today + timedelta(days=POSTPONE_DAYS):
        raise Refused(
            "date_out_of_range",
            _("Choose a day after today, at most %(days)s days ahead.") % {"days": POSTPONE_DAYS},
            field="until",
        )
    with audit.line(
        "notice.postponed", by=by, now=now, subject=f"notice:{row.pk}", entity=row.entity
    ) as line:
        line.before = {"due_at": row.due_at.isoformat()}
        row.due_at = first_moment(row, until)
        line.after |= {"due_at": row.due_at.isoformat()}
        row.audit_seq = line.seq
        line.touch("notice", row.pk, "postponed", row.due_at)
        row.save(update_fields=["due_at", "audit_seq"])
    return row


def written_by(notice: Notice) -> str:
    """Who wrote a notice by hand; nobody when a run did."""
    if notice.run_id is not None:
        return ""
    line = Audit.objects.filter(subject=f"notice:{notice.pk}", action=WRITTEN).order_by("seq").first()
    user = User.objects.filter(username=line.actor).first() if line is not None else None
    return str(user.human) if user is not None else ""


def stoppable(notice: Notice) -> bool:
    """Whether it can still be withdrawn: nothing has left, and nothing is in the air."""
    if notice.state != State.HANDED_OVER:
        return bool(notice.state != State.WITHDRAWN)
    return notice.message is not None and notice.message.state == Message.State.PLANNED


def first_moment(notice: Notice, on: date) -> datetime:
    """The first moment of a day at which its recipient may be written to."""
    zone, hours = writing.where(notice)
    country = notice.contact.customer.country if notice.contact is not None else notice.entity.country
    zones = contact_hours.zones_of(zone, country, notice.entity.time_zone)
    return contact_hours.first_slot(
        on, contact_hours.preset(hours or "any"), zones, contact_hours.calendar_of(country)
    )


def _locked(notice: Notice, *states: str) -> Notice:
    found = writing.locked([notice.pk], *states)
    if not found:
        raise Refused("state", _("Somebody decided about this notice meanwhile. Look again."))
    return found[0]


def _not_stoppable() -> Refused:
    return Refused(
        "not_stoppable", _("Its message is on its way or has left; it cannot be stopped any more.")
    )
