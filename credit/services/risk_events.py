"""Facts that speak about a customer's reliability, each recorded once. Dunning, which knows first, records them here."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from credit.models import RiskEvent
from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, LegalEntity


@transaction.atomic
def record(
    *,
    key: str,
    kind: str,
    customer: Customer,
    entity: LegalEntity,
    on: date,
    figures: dict[str, Any],
    now: datetime,
    by: Actor,
) -> RiskEvent:
    """Records one event; asked again with the same key it answers the first one."""
    posting.lock(customer.pk)
    found = RiskEvent.objects.filter(key=key).first()
    if found:
        return found  # type: ignore[no-any-return]
    with audit.line(
        "risk.recorded", by=by, now=now, subject=f"customer:{customer.pk}", entity=entity
    ) as line:
        return write(line, key=key, kind=kind, customer=customer, entity=entity, on=on, figures=figures)


def write(
    line: Line,
    *,
    key: str,
    kind: str,
    customer: Customer,
    entity: LegalEntity,
    on: date,
    figures: dict[str, Any],
) -> RiskEvent:
    """The same under the caller's audit line and customer lock."""
    found = RiskEvent.objects.filter(key=key).first()
    if found:
        return found  # type: ignore[no-any-return]
    row = RiskEvent(
        key=key,
        kind=kind,
        customer=customer,
        entity=entity,
        on=on,
        figures=figures,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    row.save(force_insert=True)
    line.touch("riskevent", row.pk, key, on)
    return row
