"""Closing the books of an entity up to a day, and opening them again. Each is a new row with a reason; the latest is in force."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, posting
from receivables.actor import Actor
from receivables.models import ChainHead, LegalEntity, PeriodLock
from receivables.rules.refusals import Refused


@transaction.atomic
def lock(
    *, entity: LegalEntity, until: date, reason: str, today: date, now: datetime, by: Actor
) -> PeriodLock:
    """Closes the books up to and including `until`. Refuses closed_already and period_not_over (today or later)."""
    if until >= today:
        raise Refused("period_not_over", _("Only days that are over can be closed."), field="until")
    before = _closed_until(entity)
    if before is not None and until <= before:
        raise Refused(
            "closed_already",
            _("The books are closed until %(until)s already.") % {"until": before.isoformat()},
            field="until",
        )
    return _write(entity=entity, action="period.locked", until=until, reason=reason, now=now, by=by)


@transaction.atomic
def reopen(*, entity: LegalEntity, until: date | None, reason: str, now: datetime, by: Actor) -> PeriodLock:
    """Opens the books again from the day after `until` (None: all of them). Refuses not_closed and reason_missing."""
    before = _closed_until(entity)
    if before is None or (until is not None and until >= before):
        raise Refused("not_closed", _("The books are not closed beyond that day."), field="until")
    return _write(entity=entity, action="period.reopened", until=until, reason=reason, now=now, by=by)


def _closed_until(entity: LegalEntity) -> date | None:
    """The last closed day, under the chain's lock: of two who close at once the second sees what the first wrote."""
    ChainHead.objects.select_for_update(no_key=True).get(pk=1)
    return posting.locked_until(entity)


def _write(
    *, entity: LegalEntity, action: str, until: date | None, reason: str, now: datetime, by: Actor
) -> PeriodLock:
    if not reason.strip():
        raise Refused("reason_missing", _("Say why: the auditor reads it."), field="reason")
    with audit.line(
        action, by=by, now=now, subject=f"entity:{entity.pk}", entity=entity, reason=reason.strip()[:300]
    ) as line:
        row = PeriodLock(
            entity=entity,
            until=until,
            reason=reason.strip()[:200],
            locked_by=by.name,
            recorded_at=now,
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.touch("period_lock", row.pk, entity.pk, until)
    return row
