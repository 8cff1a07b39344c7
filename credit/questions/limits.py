"""The entity's policy by age, and whether a person's release holds against it."""

from datetime import date

from credit.models import CreditHold, CreditPolicy
from credit.rules.classes import Limits
from receivables.models import Customer, LegalEntity


def of(entity: LegalEntity) -> Limits:
    """The entity's policy, or the defaults."""
    row = CreditPolicy.objects.filter(entity=entity).first()
    return Limits(row.lower_after_days, row.hold_after_days, row.minimum) if row else Limits()


def excused(customer: Customer, entity: LegalEntity, *, on: date) -> bool:
    """Whether a person's release still holds on that day."""
    rows = CreditHold.objects.filter(customer=customer, entity=entity, release_until__gte=on)
    return bool(rows.exclude(state=CreditHold.State.ACTIVE).exists())
