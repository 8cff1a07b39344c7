"""A notice somebody writes by hand: a rung of the ladder in force, to a contact, now. It counts as that rung, with the same fee.

What is large or important waits for a second person like any other. Nothing leaves from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from dunning.models import Notice, NoticeItem
from dunning.questions import in_force, pictures
from dunning.rules import arbiter
from dunning.rules.ladder import Ladder, Stage
from dunning.rules.picture import ContactView, Item, Picture
from dunning.rules.policy import Intent, askable, customer_stop, item_stop, listed, net
from dunning.rules.standing import days_past_due, reached_from, standing
from dunning.services.notices import WRITTEN
from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import Contact, Customer, LegalEntity
from receivables.rules import contact_hours
from receivables.rules.refusals import Refused

TRACK = "chase"
CHANNELS = ("email", "sms", "letter")


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be written by hand today in a currency: a rung, the items it would name, and what is asked."""

    stage: Stage
    ladder: Ladder
    climbing: tuple[Intent, ...]
    total: int


def offers(customer: Customer, entity: LegalEntity, currency: str, *, now: datetime) -> tuple[Offer, ...]:
    """The rungs that may be used now, lowest first: those somebody may be asked on and was not asked on yet."""
    picture, ladder, on = _look(customer, entity, now)
    if ladder is None or customer_stop(picture) is not None:
        return ()
    found = []
    for stage in ladder.stages:
        climbing = _climbing(picture, ladder, stage, currency, on)
        if stage.outward and climbing:
            total = net(picture, currency, listed(picture, currency, climbing, on))
            if total > 0:
                found.append(Offer(stage, ladder, tuple(climbing), total))
    return tuple(found)


@transaction.atomic
def propose(
    *,
    customer: Customer,
    entity: LegalEntity,
    currency: str,
    contact: Contact,
    channel: str,
    stage: str,
    template: str,
    now: datetime,
    by: Actor,
) -> Notice:
    """Writes the notice: RELEASED, or PROPOSED where the rung wants a second person.

    Refuses not_now (blocked, closed, in legal hands), nothing_to_ask (nothing open on that rung, or asked before), no_address,
    opted_out, and spoken_today: that voice has spoken or is about to."""
    posting.lock(customer.pk)
    picture, ladder, on = _look(customer, entity, now)
    stop = customer_stop(picture)
    if stop is not None or ladder is None:
        raise Refused("not_now", _("Nobody writes to this customer now: %(why)s.") % {"why": _why(stop)})
    rung = ladder.stage(stage)
    if rung is None or not rung.outward:
        raise Refused("stage_unknown", _("Choose one of the rungs on offer."), field="stage")
    view = _view(picture, contact, channel)
    climbing = _climbing(picture, ladder, rung, currency, on)
    rows = listed(picture, currency, climbing, on)
    total = net(picture, currency, rows)
    if not climbing or total <= 0:
        raise Refused(
            "nothing_to_ask",
            _("Nothing is open on this rung that was not asked for before."),
            field="stage",
        )
    recipient = view.addresses[channel]
    voice = Notice.objects.standing().filter(
        entity=entity, customer=customer, currency=currency, recipient=recipient, channel=channel, on=on
    )
    if voice.exists():
        raise Refused(
            "spoken_today", _("This contact has heard from us today, or is about to. Look at that notice.")
        )
    important = arbiter.needs_person(rung, picture.importance, currency, total)
    notice: Notice = Notice(
        entity=entity, customer=customer, currency=currency, on=on, track=ladder.track, stage=rung.code, rank=rung.offset,
        audience=rung.audience, channel=channel, recipient=recipient, contact=contact, template=template or rung.template,
        policy_version_id=ladder.version_id or None, total=total, due_at=_slot(entity, view, channel, now),
        why="important" if important else "by_hand",
    )  # fmt: skip
    if not important:
        notice.release()
    with audit.line(WRITTEN, by=by, now=now, subject="notice", entity=entity) as line:
        notice.audit_seq = line.seq
        notice.save(force_insert=True)
        line.subject = f"notice:{notice.pk}"
        line.touch("notice", notice.pk, customer.pk, rung.code, total)
        _write_items(notice, climbing)
    return notice


def _write_items(notice: Notice, climbing: Sequence[Intent]) -> None:
    NoticeItem.objects.bulk_create(
        NoticeItem(
            notice=notice, entry_id=each.item.entry, stage=each.stage.code, rank=each.stage.offset, track=notice.track,
            round=each.round, open_amount=each.item.open_amount, days_past_due=each.dpd,
        )
        for each in climbing
    )  # fmt: skip


def _look(customer: Customer, entity: LegalEntity, now: datetime) -> tuple[Picture, Ladder | None, date]:
    on = now.astimezone(ZoneInfo(entity.time_zone)).date()
    picture = pictures.one(entity, customer.pk, on, now)
    choices = in_force.ladders(entity.pk, [picture])[customer.pk]
    return picture, next((choice.ladder for choice in choices if choice.track == TRACK), None), on


def _climbing(picture: Picture, ladder: Ladder, stage: Stage, currency: str, on: date) -> list[Intent]:
    """Items that stand below the rung and do not have it: what a run would ask on it, gaps apart."""
    found = []
    for item in picture.items:
        intent = _intent(item, ladder, stage, on) if item.currency == currency else None
        if intent is not None:
            found.append(intent)
    return found


def _intent(item: Item, ladder: Ladder, stage: Stage, on: date) -> Intent | None:
    at, dpd = standing(item, ladder.track), days_past_due(item, on)
    early = dpd < reached_from(stage, ladder)
    late = stage.offset < 0 and dpd > (-1 if stage.until is None else stage.until)
    if item_stop(item) is not None or at.waiting or stage.code in at.had or stage.offset <= at.rank:
        return None
    return None if early or late else Intent(item, stage, at.round, dpd, askable(item))


def _view(picture: Picture, contact: Contact, channel: str) -> ContactView:
    view = next((each for each in picture.contacts if each.id == contact.pk), None)
    if channel not in CHANNELS or view is None or not view.addresses.get(channel):
        raise Refused("no_address", _("This contact cannot be reached that way."), field="channel")
    if channel in view.stopped:
        raise Refused("opted_out", _("This contact asked us to stop, or never agreed."), field="channel")
    return view


def _slot(entity: LegalEntity, view: ContactView, channel: str, now: datetime) -> datetime:
    hours = contact_hours.for_channel(contact_hours.preset(view.hours or entity.contact_hours), channel)
    zones = contact_hours.zones_of(view.zone, view.country, entity.time_zone)
    return contact_hours.next_slot(now, hours, zones, contact_hours.calendar_of(view.country))


def _why(stop: tuple[str, ...] | None) -> str:
    from_block = stop[1] if stop and len(stop) > 1 else ""
    return from_block or (stop[0] if stop else _("no policy speaks about them"))
