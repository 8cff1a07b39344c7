"""The policy by age of an entity: from how many days overdue the class falls and orders are held. The night applies it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import CreditPolicy
from receivables import audit
from receivables.actor import Actor
from receivables.models import LegalEntity
from receivables.rules.currencies import exponent
from receivables.rules.refusals import Refused

DAYS_MOST = 365


@transaction.atomic
def set_policy(
    *,
    entity: LegalEntity,
    lower_after_days: int,
    hold_after_days: int | None,
    minimum: Mapping[str, int],
    reason: str,
    now: datetime,
    by: Actor,
) -> CreditPolicy:
    """Days are exceeded, not reached; no `hold_after_days`: nobody is held by rule. `minimum` is minor units per currency.

    Refuses reason_missing, days_invalid, amount_invalid, currency_unknown and no_change.
    """
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the policy changes."), field="reason")
    for field, days in (("lower_after_days", lower_after_days), ("hold_after_days", hold_after_days)):
        if days is not None and not 0 <= days <= DAYS_MOST:
            raise Refused("days_invalid", _("Give 0 to %(most)s days.") % {"most": DAYS_MOST}, field=field)
    for currency, amount in minimum.items():
        exponent(currency)
        if amount < 0:
            raise Refused("amount_invalid", _("A minimum is zero or more."), field="minimum")
    LegalEntity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    row = CreditPolicy.objects.filter(entity=entity).first() or CreditPolicy(entity=entity, version=0)
    values = {
        "lower_after_days": lower_after_days,
        "hold_after_days": hold_after_days,
        "minimum": {currency: amount for currency, amount in sorted(minimum.items()) if amount},
    }
    before = {name: getattr(row, name) for name in values} if row.pk else {}
    if before == values:
        raise Refused("no_change", _("Nothing would change."))
    with audit.line(
        "credit.policy_set", by=by, now=now, subject=f"entity:{entity.pk}", entity=entity, reason=reason[:300]
    ) as line:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
        line.before, line.after = before, values
        line.touch("creditpolicy", entity.pk, row.version, lower_after_days, hold_after_days or "")
    return row
