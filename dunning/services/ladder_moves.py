"""Moves by hand on the ladder: an item to any rung, its ladder begun anew, and a proposed step ignored. History stays; the rules
go on from where a person put it.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import DunningBlock, LadderMove, Notice, NoticeItem
from dunning.services import blocks
from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Entry
from receivables.rules import text_hygiene
from receivables.rules.refusals import Refused

BEFORE_ALL = -32768
"""The rank of no rung at all."""
LOWEST, HIGHEST = -365, 3650
TRACKS = ("chase", "alert")


@transaction.atomic
def move(
    *,
    entry: Entry,
    track: str,
    rank: int | None,
    reason: str,
    on: date,
    now: datetime,
    by: Actor,
    anew: bool = False,
) -> LadderMove:
    """Puts an open item on the rung of `rank` (None: before the first) as if it had been reached on that day.

    `anew` begins a new round: rungs that were said may be said again. Without it no rung is repeated, whatever the move.
    Refuses reason_missing, not_open, rank_invalid, track_unknown.
    """
    if not reason.strip():
        raise Refused("reason_missing", _("Say why it is moved."), field="reason")
    if track not in TRACKS:
        raise Refused("track_unknown", _("Choose one of the listed ladders."), field="track")
    if rank is not None and not LOWEST <= rank <= HIGHEST:
        raise Refused(
            "rank_invalid",
            _("A rung lies between 365 days before and ten years after the due date."),
            field="rank",
        )
    (customer,) = posting.lock(entry.customer_id)
    if entry.amount <= 0 or posting.left_of(entry) == 0:
        raise Refused("not_open", _("Nothing of this item is open."))
    latest = LadderMove.objects.filter(entry=entry, track=track).order_by("-audit_seq", "-pk").first()
    before = latest.round if latest else 1
    why = text_hygiene.one_line(reason, field="reason", limit=300)
    with audit.line(
        "ladder.moved", by=by, now=now, subject=f"entry:{entry.pk}", entity=entry.entity, reason=why
    ) as line:
        row = LadderMove(
            entry=entry, track=track, rank=BEFORE_ALL if rank is None else rank, round=before + (1 if anew else 0),
            moved_on=on, reason=why, moved_by=by.name, recorded_at=now, audit_seq=line.seq,
        )  # fmt: skip
        row.save(force_insert=True)
        line.touch("laddermove", row.pk, track, row.rank, row.round, on)
        line.after |= {"rank": row.rank, "round": row.round, "track": track}
        posting.stop([customer])
    return row


@transaction.atomic
def ignore(*, notice: Notice, reason: str, again_on: date, on: date, now: datetime, by: Actor) -> Notice:
    """A step nobody sent yet is ignored: from `again_on` the same rung is proposed again, not the next one.

    Until then its items are blocked. Refuses reason_missing, date_past, state (it left the house already).
    """
    if not reason.strip():
        raise Refused("reason_missing", _("Say why it is ignored."), field="reason")
    if again_on <= on:
        raise Refused("date_past", _("Choose a day after today."), field="again_on")
    (customer,) = posting.lock(notice.customer_id)
    notice = Notice.objects.select_for_update(of=("self",), no_key=True).select_related("entity").get(
        pk=notice.pk
    )  # fmt: skip
    if notice.state not in (Notice.State.PROPOSED, Notice.State.RELEASED):
        raise Refused("state", _("This step was taken or withdrawn already."), state=notice.state)
    why = text_hygiene.one_line(reason, field="reason", limit=300)
    with audit.line(
        "notice.ignored", by=by, now=now, subject=f"notice:{notice.pk}", entity=notice.entity, reason=why
    ) as line:
        notice.withdraw()
        notice.why, notice.decided_by, notice.decided_at = "ignored", by.name, now
        line.stamp(notice)
        notice.save()
        items = list(NoticeItem.objects.filter(notice=notice).select_related("entry"))
        NoticeItem.objects.filter(notice=notice).update(withdrawn=True, reached_on=None)
        for item in items:
            line.touch("noticeitem", item.pk, "withdrawn")
            blocks.write(
                line, customer=customer, reason=DunningBlock.Reason.CLARIFYING, today=on, by=by,
                until_on=again_on - timedelta(days=1), note=why, entity=notice.entity, entry=item.entry,
            )  # fmt: skip
        posting.stop([customer])
    return notice
