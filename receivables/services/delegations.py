"""From one day to another, somebody's approvals go to somebody else. It never lets a requester decide: holders are asked anew."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import access, audit
from receivables.actor import Actor
from receivables.models import Delegation, User
from receivables.questions import staffing
from receivables.rules.refusals import Refused

LONGEST_DAYS = 366


@transaction.atomic
def delegate(
    *,
    from_user: User,
    to_user: User,
    starts_on: date,
    ends_on: date,
    today: date,
    now: datetime,
    by: Actor,
    reason: str = "",
) -> Delegation:
    """From the first to the last day (both included) the work of one goes to the other.

    One's own, or anybody's with work.assign. Refuses forbidden, delegate_self, not_entitled, dates_invalid, delegation_overlaps.
    """
    if by.user is not None and by.user.pk != from_user.pk:
        access.require(by.user, "work.assign")
    _refuse_wrong_dates(starts_on, ends_on, today)
    if from_user.human == to_user.human:
        raise Refused(
            "delegate_self", _("Choose another person: these two accounts are one."), field="to_user"
        )
    if not (to_user.is_active and staffing.entitled(to_user)):
        message = _("%(who)s may not decide on requests. Choose a manager.") % {"who": to_user.shown}
        raise Refused("not_entitled", message, field="to_user")
    # The person's row is the lock: two delegations written at once cannot overlap unseen.
    User.objects.select_for_update(no_key=True).get(pk=from_user.pk)
    clash = Delegation.objects.filter(
        from_user=from_user, revoked_at__isnull=True, starts_on__lte=ends_on, ends_on__gte=starts_on
    ).first()
    if clash:
        raise Refused(
            "delegation_overlaps",
            _("From %(start)s to %(end)s this work goes to %(who)s already. Revoke that first.")
            % {
                "start": clash.starts_on.isoformat(),
                "end": clash.ends_on.isoformat(),
                "who": clash.to_user.shown,
            },
            field="starts_on",
        )
    with audit.line("work.delegated", by=by, now=now, subject=f"user:{from_user.pk}", reason=reason) as line:
        row = Delegation.objects.create(
            from_user=from_user, to_user=to_user, starts_on=starts_on, ends_on=ends_on, reason=reason[:200]
        )
        line.after = {
            "to": to_user.username,
            "from_day": starts_on.isoformat(),
            "to_day": ends_on.isoformat(),
        }
        line.touch("delegation", row.pk, from_user.pk, to_user.pk, starts_on, ends_on)
    return row


@transaction.atomic
def revoke(*, delegation: Delegation, now: datetime, by: Actor) -> Delegation:
    """Ends a delegation at once. Refuses already_decided and forbidden."""
    row: Delegation = Delegation.objects.select_for_update(no_key=True).get(pk=delegation.pk)
    if by.user is not None and by.user.pk != row.from_user_id:
        access.require(by.user, "work.assign")
    if row.revoked_at:
        raise Refused("already_decided", _("This delegation was revoked before."))
    with audit.line("work.delegation_revoked", by=by, now=now, subject=f"user:{row.from_user_id}") as line:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        line.touch("delegation", row.pk, "revoked")
    return row


def _refuse_wrong_dates(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on < starts_on:
        message = _("The last day lies before the first.")
    elif ends_on < today:
        message = _("The last day is over.")
    elif (ends_on - starts_on).days > LONGEST_DAYS:
        message = _("A delegation lasts a year at most.")
    else:
        return
    raise Refused("dates_invalid", message, field="ends_on")
