"""Holds: no new orders on credit. Placed by age (`nightly`), by a person, or with a hand-over; released by a person or when the
reason is gone. An active hold is one row; a second placing answers the first.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import CreditHold
from credit.services import risk_events
from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, LegalEntity
from receivables.rules.refusals import Refused
from receivables.services import status


@transaction.atomic
def place(
    *, customer: Customer, entity: LegalEntity, reason: str, note: str, on: date, now: datetime, by: Actor
) -> CreditHold:
    """Holds new orders; answers the standing hold when there is one. Refuses reason_unknown."""
    if reason not in CreditHold.Reason.values:
        raise Refused("reason_unknown", _("Choose one of the listed reasons."), field="reason")
    posting.lock(customer.pk)
    standing = active(customer, entity)
    if standing:
        return standing
    with audit.line(
        "hold.placed", by=by, now=now, subject=f"customer:{customer.pk}", entity=entity, reason=note[:300]
    ) as line:
        return write(line, customer=customer, entity=entity, reason=reason, note=note, on=on, by=by)


def write(
    line: Line, *, customer: Customer, entity: LegalEntity, reason: str, note: str, on: date, by: Actor
) -> CreditHold:
    """The same under the caller's audit line and customer lock; answers the standing hold when there is one."""
    standing = active(customer, entity)
    if standing:
        return standing
    hold: CreditHold = CreditHold(
        customer=customer,
        entity=entity,
        reason=reason,
        note=note[:300],
        placed_on=on,
        placed_at=line.now,
        placed_by=by.name,
        audit_seq=line.seq,
    )
    hold.save(force_insert=True)
    line.touch("credithold", hold.pk, customer.pk, reason)
    figures = {"reason": reason}
    risk_events.write(
        line,
        key=f"hold:{hold.pk}:placed",
        kind="hold_placed",
        customer=customer,
        entity=entity,
        on=on,
        figures=figures,
    )
    status.of_hold(line, customer, entity, "hold_placed", key=f"hold:{hold.pk}:placed", reason=reason, by=by)
    return hold


@transaction.atomic
def release(
    *, hold: CreditHold, reason: str, until: date | None, on: date, now: datetime, by: Actor
) -> CreditHold:
    """A person lets orders pass again, for a reason; until `until` no rule holds them again.

    Refuses reason_missing, expiry_missing (a release by a person ends some day), state (released already).
    """
    if not reason.strip():
        raise Refused("reason_missing", _("Say why orders may pass again."), field="reason")
    if until is None or until < on:
        raise Refused(
            "expiry_missing", _("Say until which day the release holds. Example: in 14 days."), field="until"
        )
    posting.lock(hold.customer_id)
    locked: CreditHold = CreditHold.objects.select_for_update(no_key=True).get(pk=hold.pk)
    if locked.state != CreditHold.State.ACTIVE:
        raise Refused("state", _("This hold was released already, by %(who)s.") % {"who": locked.released_by})
    with audit.line(
        "hold.released",
        by=by,
        now=now,
        subject=f"customer:{hold.customer_id}",
        entity=hold.entity,
        reason=reason[:300],
    ) as line:
        return let_go(line, locked, reason=reason, until=until, on=on, by=by)


def let_go(
    line: Line, hold: CreditHold, *, reason: str, until: date | None, on: date, by: Actor
) -> CreditHold:
    """Releases a locked active hold under the caller's audit line."""
    hold.release()
    hold.released_at, hold.released_by = line.now, by.name
    hold.release_reason, hold.release_until = reason.strip()[:300], until
    line.stamp(hold)
    hold.save()
    risk_events.write(
        line,
        key=f"hold:{hold.pk}:released",
        kind="hold_released",
        customer=hold.customer,
        entity=hold.entity,
        on=on,
        figures={"until": until.isoformat() if until else ""},
    )
    key = f"hold:{hold.pk}:released"
    status.of_hold(line, hold.customer, hold.entity, "hold_released", key=key, reason=reason, by=by)
    return hold


def active(customer: Customer, entity: LegalEntity) -> CreditHold | None:
    """The standing hold of a customer at an entity."""
    hold: CreditHold | None = CreditHold.objects.active().filter(customer=customer, entity=entity).first()
    return hold
