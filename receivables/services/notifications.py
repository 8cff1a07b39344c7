"""Our own people hear of what concerns them: one line in the app, and a mail or text message if they asked for it.

One fact is told to a person at most once per channel, however often somebody thinks of telling it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, LegalEntity, Notification, User
from receivables.rendering import Rendered
from receivables.rules import delivery
from receivables.services import outbox

SMS_HOURS = "b2b"
"""A text message wakes people up; a mail and a line in the app do not."""
_WAYS = (("email", "email"), ("sms", "phone"))


def tell(
    line: Line | None,
    users: Iterable[User],
    *,
    key: str,
    kind: str,
    figures: Mapping[str, Any],
    link: str,
    customer: Customer | None,
    now: datetime,
    entity: LegalEntity | None = None,
    rendered: Rendered | None = None,
    channels: frozenset[str] = frozenset({"app", "email", "sms"}),
) -> list[Notification]:
    """Tells these people. `rendered` and `entity` are needed for mail and text messages; without them it stays in the app.

    Under the caller's open line, or (`None`) in a transaction and line of its own. Answers the new lines in the app.
    """
    people = [user for user in users if user.is_active]
    if line is not None:
        return _tell(line, people, key, kind, figures, link, customer, now, entity, rendered, channels)
    with (
        transaction.atomic(),
        audit.line("people.told", by=Actor.system("engine"), now=now, subject=key[:80], entity=entity) as own,
    ):
        return _tell(own, people, key, kind, figures, link, customer, now, entity, rendered, channels)


def _tell(
    line: Line,
    people: list[User],
    key: str,
    kind: str,
    figures: Mapping[str, Any],
    link: str,
    customer: Customer | None,
    now: datetime,
    entity: LegalEntity | None,
    rendered: Rendered | None,
    channels: frozenset[str],
) -> list[Notification]:
    known = set(Notification.objects.filter(user__in=people, key=key[:160]).values_list("user_id", flat=True))
    fresh = [
        Notification(
            user=user, key=key[:160], kind=kind[:40], figures=dict(figures), link=link[:200], customer=customer, at=now
        )
        for user in people
        if user.pk not in known and "app" in user.told_by and "app" in channels
    ]  # fmt: skip
    made = Notification.objects.bulk_create(fresh)
    for row in made:
        line.touch("notification", row.pk, row.user_id, row.key)
    if rendered is not None and entity is not None:
        for user in people:
            _write(line, user, key, rendered, customer, entity, now, channels)
    return made


def _write(
    line: Line,
    user: User,
    key: str,
    rendered: Rendered,
    customer: Customer | None,
    entity: LegalEntity,
    now: datetime,
    channels: frozenset[str],
) -> None:
    for channel, field in _WAYS:
        address = getattr(user, field)
        if channel not in user.told_by or channel not in channels or not address:
            continue
        outbox.plan(
            line, key=f"tell:{key}:{user.pk}:{channel}"[:200], kind="notification", entity=entity, channel=channel,
            recipient=address, rendered=rendered, now=now, due_at=now, user=user, language=user.language,
            about=f"customer:{customer.pk}" if customer else "", reference=delivery.reference(key),
            hours=SMS_HOURS if channel == "sms" else "", zone=user.time_zone,
        )  # fmt: skip


@transaction.atomic
def read(*, notification: Notification, now: datetime) -> None:
    """The person has seen it. No audit line: it changes nothing but what is shown as new."""
    Notification.objects.filter(pk=notification.pk, read_at__isnull=True).update(read_at=now)


@transaction.atomic
def read_all(*, user: User, until: int, now: datetime) -> int:
    """The person has seen every line up to the one that was shown last; what came meanwhile stays new."""
    rows = Notification.objects.filter(user=user, pk__lte=until, read_at__isnull=True)
    return int(rows.update(read_at=now))
