"""May this contact be written to or called, on this channel, now? Go, later, or never, each with its reason and figures.

Merges consent, deliverability, weekly caps, the call frequency rule, the daily quota and contact hours. It looks at one
contact and one channel: what to say and to whom is the dunning policy's, form of addresses is in `recipients`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from receivables.rules import contact_hours
from receivables.rules.business_days import Calendar
from receivables.rules.contact_hours import ContactHours, Zones
from receivables.rules.refusals import Refused

_WEEK = 7


class Reason(StrEnum):
    """Why not, or not yet. Stable words: they are stored with what was not sent."""

    CONTACT_RETIRED = "contact_retired"
    CHANNEL_CLOSED = "channel_closed"
    NO_ADDRESS = "no_address"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    UNDELIVERABLE = "undeliverable"
    NO_COMMON_HOUR = "no_common_hour"
    CALLS_PER_DEBT = "calls_per_debt"
    AFTER_CONVERSATION = "after_conversation"
    WEEK_CAP = "week_cap"
    WEEK_CAP_ALL = "week_cap_all"
    QUOTA_REACHED = "quota_reached"
    OUTSIDE_HOURS = "outside_hours"


@dataclass(frozen=True, slots=True)
class Contacted:
    """One past message or call: channel, the recipient's date, what it was about, whether somebody was spoken to."""

    channel: str
    on: date
    debts: frozenset[str] = frozenset()
    conversation: bool = False


@dataclass(frozen=True, slots=True)
class Caps:
    """Most contacts in any seven days, by channel and in all (absent or None: no limit, 0: closed); `call_rule` is
    12 CFR 1006.14(b)(2)."""

    per_week: Mapping[str, int] = field(default_factory=dict)
    all_per_week: int | None = None
    call_rule: bool = False
    calls_per_debt: int = 7
    quiet_days_after_conversation: int = 7

    def __post_init__(self) -> None:
        limits = (*self.per_week.values(), self.all_per_week or 0)
        if min(limits) < 0 or self.calls_per_debt < 1 or self.quiet_days_after_conversation < 0:
            raise Refused("caps_invalid", "A cap is a whole number, not below 0.", field="caps")


B2B_CAPS = Caps({"email": 3, "sms": 2, "letter": 2, "phone": 5}, all_per_week=7)
US_CONSUMER_CAPS = Caps({"email": 3, "sms": 2, "letter": 2, "phone": 7}, all_per_week=7, call_rule=True)


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact as this rule sees it. `addresses` are the channels it has an address for; `zones` as `zones_of` gives them.

    `opted_out` are the channels withdrawn (by whatever channel), `consented` those agreed to, `undeliverable` those that
    bounced; `history` needs the last seven days only.
    """

    zones: Zones
    calendar: Calendar
    addresses: frozenset[str]
    consented: frozenset[str] = frozenset()
    opted_out: frozenset[str] = frozenset()
    undeliverable: frozenset[str] = frozenset()
    history: tuple[Contacted, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Quota:
    """What the entity may still send today on this channel: `resets_at` is when its next day begins (None limit: no stop)."""

    limit: int | None
    sent_today: int
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """What binds the contact: hours of the channel, caps, and the channels that need consent given beforehand."""

    hours: ContactHours
    caps: Caps = B2B_CAPS
    needs_consent: frozenset[str] = frozenset({"sms"})


@dataclass(frozen=True, slots=True)
class Go:
    """Now; it must have left before `closes_at` (UTC), else ask again."""

    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Defer:
    """Not yet: ask again at `until` (UTC), the first moment at which nothing known today stands against it."""

    until: datetime
    reason: Reason
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Never:
    """Not until somebody changes the contact."""

    reason: Reason
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Nothing stands against it on that day."""


@dataclass(frozen=True, slots=True)
class NotBefore:
    """Too often: the first day on which it may be, if nothing happens in between."""

    reason: Reason
    next_on: date
    figures: Mapping[str, object]


def quota_left(sent_today: int, quota: int | None) -> int | None:
    """How many more may leave today; None without a quota, never below 0."""
    return None if quota is None else max(0, quota - sent_today)


def call_allowed(
    history: Iterable[Contacted], on: date, debts: frozenset[str], caps: Caps = US_CONSUMER_CAPS
) -> Allowed | NotBefore:
    """Whether a call about these debts stays within 12 CFR 1006.14(b)(2): at most seven calls in seven consecutive days
    about one debt, none within seven days after a conversation about it (whose day is the first of the seven).

    E-mails and text messages do not count. A call without debts named counts for every debt, and is held to all of them.
    """
    calls = [past for past in history if past.channel == "phone"]
    named = debts or frozenset().union(*(past.debts for past in calls)) or frozenset({""})
    worst: NotBefore | None = None
    for debt in sorted(named):
        about = [past for past in calls if not past.debts or debt in past.debts]
        for found in (_after_conversation(about, on, caps), _too_many_calls(about, on, caps)):
            if found and (worst is None or found.next_on > worst.next_on):
                worst = found
    return worst or Allowed()


def week_allowed(history: Iterable[Contacted], channel: str, on: date, caps: Caps) -> Allowed | NotBefore:
    """Whether one more contact on this channel keeps within the caps of any seven days, by channel and in all."""
    past = list(history)
    own = sorted(each.on for each in past if each.channel == channel)
    everything = sorted(each.on for each in past)
    found = [
        _over(own, on, caps.per_week.get(channel), Reason.WEEK_CAP),
        _over(everything, on, caps.all_per_week, Reason.WEEK_CAP_ALL),
    ]
    return max((each for each in found if each), key=lambda each: each.next_on, default=None) or Allowed()


def may_send(
    view: ContactView,
    channel: str,
    now: datetime,
    rules: Rules,
    quota: Quota | None = None,
    debts: frozenset[str] = frozenset(),
) -> Go | Defer | Never:
    """Go, Defer(until, reason) or Never(reason) for one message or call.

    What a person must change comes first. Of what time heals, `until` satisfies all of it, and the reason named is the
    one that holds longest; contact hours are named when nothing else stands against it.
    """
    if never := _never(view, channel, rules):
        return never
    reasons = _too_often(view, channel, now, rules, quota, debts)
    since, why = max(reasons, key=lambda each: each[0], default=(now, None))
    try:
        slot = contact_hours.next_slot(max(now, since), rules.hours, view.zones, view.calendar)
    except Refused as refused:
        if refused.code != "no_contact_slot":
            raise
        return Never(Reason.NO_COMMON_HOUR, refused.figures)
    if why is not None:
        return Defer(slot, why[0], why[1])
    if slot > now:
        return Defer(slot, Reason.OUTSIDE_HOURS, {"hours": rules.hours.code, "zone": _zone_names(view.zones)})
    return Go(contact_hours.closes_at(now, rules.hours, view.zones, view.calendar))


def _never(view: ContactView, channel: str, rules: Rules) -> Never | None:
    checks = (
        (not view.active, Reason.CONTACT_RETIRED),
        (channel in view.opted_out, Reason.OPTED_OUT),
        (rules.caps.per_week.get(channel) == 0 or rules.caps.all_per_week == 0, Reason.CHANNEL_CLOSED),
        (channel not in view.addresses, Reason.NO_ADDRESS),
        (channel in rules.needs_consent and channel not in view.consented, Reason.NO_CONSENT),
        (channel in view.undeliverable, Reason.UNDELIVERABLE),
    )
    return next((Never(reason, {"channel": channel}) for wrong, reason in checks if wrong), None)


def _too_often(
    view: ContactView,
    channel: str,
    now: datetime,
    rules: Rules,
    quota: Quota | None,
    debts: frozenset[str],
) -> list[tuple[datetime, tuple[Reason, Mapping[str, object]]]]:
    """(moment from which it no longer holds, (reason, figures)) of every limit that is reached."""
    today = contact_hours.local_date(now, view.zones)
    limits = [week_allowed(view.history, channel, today, rules.caps)]
    if channel == "phone" and rules.caps.call_rule:
        limits.append(call_allowed(view.history, today, debts, rules.caps))
    found: list[tuple[datetime, tuple[Reason, Mapping[str, object]]]] = [
        (contact_hours.local_midnight(limit.next_on, view.zones), (limit.reason, limit.figures))
        for limit in limits
        if isinstance(limit, NotBefore)
    ]
    if quota and quota_left(quota.sent_today, quota.limit) == 0:
        figures = {"channel": channel, "sent": quota.sent_today, "limit": quota.limit}
        found.append((max(quota.resets_at, now), (Reason.QUOTA_REACHED, figures)))
    return found


def _after_conversation(calls: list[Contacted], on: date, caps: Caps) -> NotBefore | None:
    last = max((past.on for past in calls if past.conversation), default=None)
    if last is None:
        return None
    next_on = last + timedelta(days=caps.quiet_days_after_conversation)
    figures = {"spoken_on": last.isoformat(), "days": caps.quiet_days_after_conversation}
    return NotBefore(Reason.AFTER_CONVERSATION, next_on, figures) if on < next_on else None


def _too_many_calls(calls: list[Contacted], on: date, caps: Caps) -> NotBefore | None:
    return _over(sorted(past.on for past in calls), on, caps.calls_per_debt, Reason.CALLS_PER_DEBT)


def _over(dates: list[date], on: date, limit: int | None, reason: Reason) -> NotBefore | None:
    """Refuses when `limit` of the dates (in order) lie in the seven days up to `on`. Dates after it count as well: a clock
    that was set back does not open the tap."""
    if limit is None:
        return None
    count = sum(1 for each in dates if each > on - timedelta(days=_WEEK))
    if count < limit:
        return None
    figures = {"count": count, "limit": limit, "days": _WEEK}
    next_on = dates[-limit] + timedelta(days=_WEEK) if limit else date.max - timedelta(days=2)
    return NotBefore(reason, next_on, figures)


def _zone_names(zones: Zones) -> str:
    names = (zones,) if isinstance(zones, str) else zones
    return names[0] if len(names) == 1 else f"{len(names)} zones"
