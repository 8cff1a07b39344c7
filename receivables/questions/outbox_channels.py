"""How a channel fares and how much room it has: asked of the attempts themselves, so no table can disagree with them.

Exact when asked under the audit chain's lock, because every claim takes it; otherwise a good guess.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max

from receivables.models import Attempt, Audit, LegalEntity, Message
from receivables.rules import delivery
from receivables.rules.delivery import CHANNELS, Gate, Limits, Trouble

LOOKED_AT = 60
"""Attempts since the last acceptance that are looked at: more than any breaker needs."""
OURS = ("gave_up", "broken", "set_aside")
"""Ends of an attempt that say nothing about the provider."""
RESUMED = "channel.resumed"


def limits() -> Limits:
    """The bounds in force."""
    found: Limits = settings.DELIVERY
    return found


def trouble(channel: str) -> Trouble:
    """What went wrong on a channel since the provider last answered that it took a message."""
    rows = Attempt.objects.filter(channel=channel)
    taken = rows.filter(state=Attempt.State.ACCEPTED, evidence="").aggregate(last=Max("started_at"))["last"]
    since = rows.filter(started_at__gt=taken) if taken else rows
    failed = since.filter(state__in=("UNCERTAIN", "NOT_DONE")).exclude(error__in=OURS)
    newest = list(failed.order_by("-started_at").values_list("state", "started_at", "ended_at")[:LOOKED_AT])
    doubtful = sum(1 for state, _started, _ended in newest if state == "UNCERTAIN")
    in_flight = rows.filter(state=Attempt.State.IN_FLIGHT).count()
    resumed = None
    if newest:
        lines = Audit.objects.filter(subject=f"channel:{channel}", action=RESUMED).order_by("-seq")
        resumed = lines.values_list("at", flat=True).first()
    return Trouble(
        doubtful=doubtful,
        refused=len(newest) - doubtful,
        in_flight=in_flight,
        failed_at=max((ended or started for _state, started, ended in newest), default=None),
        resumed_at=resumed,
    )


def gate(channel: str, *, now: datetime) -> Gate:
    """Whether a message may go on a channel."""
    return delivery.gate(trouble(channel), limits(), now=now)


def gates(*, now: datetime) -> dict[str, Gate]:
    """All channels, for the mailbox page and `status`."""
    return {channel: gate(channel, now=now) for channel in CHANNELS}


def too_fast(channel: str, *, now: datetime) -> bool:
    """Whether the last second already holds as many attempts as a second may."""
    most = limits().per_second.get(channel, 0)
    if not most:
        return False
    recent = Attempt.objects.filter(channel=channel, started_at__gt=now - timedelta(seconds=1))
    return bool(recent.count() >= most)


def quota_ends(entity: LegalEntity, *, now: datetime) -> datetime | None:
    """When the entity's next day begins, if it has sent today as much as it may; None while there is room."""
    zone = ZoneInfo(entity.time_zone)
    today = now.astimezone(zone).date()
    begins, ends = (
        datetime.combine(day, time(0), zone).astimezone(UTC) for day in (today, today + timedelta(days=1))
    )
    sent = Attempt.objects.filter(
        entity=entity, channel__in=CHANNELS, started_at__gte=begins, started_at__lt=ends
    ).exclude(state=Attempt.State.NOT_DONE)
    return ends if sent.count() >= entity.messages_per_day else None


def waiting(*, now: datetime) -> dict[str, int]:
    """Messages whose time has come, per channel."""
    found: dict[str, int] = {}
    for channel in Message.objects.due(now).values_list("channel", flat=True):
        found[channel] = found.get(channel, 0) + 1
    return found
