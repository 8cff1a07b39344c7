"""Class and limit of a customer at one entity, dated: a new row closes the former. Limits change by two people."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import CreditAccount
from credit.services import risk_events
from receivables import audit, posting
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Change, Customer, LegalEntity
from receivables.rules.refusals import Refused
from receivables.services import changes


def current(customer: Customer, entity: LegalEntity, *, on: date) -> CreditAccount | None:
    """The row in force on a day; None for a customer nobody has judged yet (class N, no limit)."""
    row: CreditAccount | None = (
        CreditAccount.objects.current(on).filter(customer=customer, entity=entity).first()
    )
    return row


@transaction.atomic
def set_class(
    *,
    customer: Customer,
    entity: LegalEntity,
    risk_class: str,
    reason: str,
    on: date,
    now: datetime,
    by: Actor,
) -> CreditAccount:
    """A person sets the class from a day on. Refuses reason_missing, class_unknown, no_change, before_current."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why the class changes."), field="reason")
    if risk_class not in CreditAccount.Class.values:
        raise Refused("class_unknown", _("The class is A, B, C or N. Example: B."), field="risk_class")
    posting.lock(customer.pk)
    with audit.line(
        "credit.class_set",
        by=by,
        now=now,
        subject=f"customer:{customer.pk}",
        entity=entity,
        reason=reason[:300],
    ) as line:
        was = newest(customer, entity)
        row = write(
            line,
            customer=customer,
            entity=entity,
            on=on,
            values={"risk_class": risk_class},
            reason=reason,
            by=by,
        )
        figures = {"from": was.risk_class if was else "N", "to": risk_class}
        key = f"class:{row.pk}:{line.seq}"
        risk_events.write(
            line, key=key, kind="class_set", customer=customer, entity=entity, on=on, figures=figures
        )
        posting.stop([customer])  # another class may be meant by another policy, or by none
    return row


@transaction.atomic
def propose_limit(
    *,
    customer: Customer,
    entity: LegalEntity,
    limit_amount: int | None,
    limit_currency: str,
    reason: str,
    now: datetime,
    by: Actor,
) -> Change:
    """Proposes a limit in minor units (None: no limit, 0: nothing on credit); another person decides."""
    if limit_amount is not None and limit_amount < 0:
        raise Refused(
            "limit_negative", _("A limit is zero or more; leave it empty for no limit."), field="limit"
        )
    row = newest(customer, entity)
    before = {
        "limit_amount": row.limit_amount if row else None,
        "limit_currency": row.limit_currency if row else "",
    }
    proposal = {
        "limit_amount": limit_amount,
        "limit_currency": limit_currency if limit_amount is not None else "",
    }
    return changes.propose(
        kind="credit.limit",
        subject=f"customer:{customer.pk}:{entity.pk}",
        before=before,
        proposal=proposal,
        reason=reason,
        now=now,
        by=by,
        customer=customer,
        entity=entity,
    )


def apply_limit(line: Line, *, change: Change, today: date, by: Actor) -> None:
    """Carries out an approved limit, from today on."""
    assert change.customer is not None and change.entity is not None
    write(
        line,
        customer=change.customer,
        entity=change.entity,
        on=today,
        values=dict(change.proposal),
        reason=change.reason,
        by=by,
    )


def newest(customer: Customer, entity: LegalEntity) -> CreditAccount | None:
    """The row without an end."""
    row: CreditAccount | None = CreditAccount.objects.filter(
        customer=customer, entity=entity, valid_to__isnull=True
    ).first()
    return row


def write(
    line: Line,
    *,
    customer: Customer,
    entity: LegalEntity,
    on: date,
    values: dict[str, Any],
    reason: str,
    by: Actor,
) -> CreditAccount:
    """The new row and the end of the former one, under an open line and the customer's lock; the same day changes
    that day's row."""
    former = newest(customer, entity)
    if former and on < former.valid_from:
        raise Refused(
            "before_current",
            _("What holds now was set from %(day)s on; choose that day or a later one.")
            % {"day": former.valid_from.isoformat()},
            field="on",
        )
    names = ("risk_class", "limit_amount", "limit_currency")
    kept = {name: getattr(former, name) for name in names} if former else {}
    if former and all(kept[name] == value for name, value in values.items()):
        raise Refused("no_change", _("Nothing would change."))
    stamp = {"reason": reason[:300], "set_by": by.name, "recorded_at": line.now, "audit_seq": line.seq}
    if former and former.valid_from == on:
        row = former
        for name, value in {**values, **stamp}.items():
            setattr(row, name, value)
        row.save()
    else:
        if former:
            former.valid_to = on
            former.save(update_fields=["valid_to"])
        row = CreditAccount(customer=customer, entity=entity, valid_from=on, **{**kept, **values}, **stamp)
        row.save(force_insert=True)
    line.touch(
        "creditaccount", row.pk, customer.pk, on, *(f"{name}={values[name]}" for name in sorted(values))
    )
    line.before |= {name: kept.get(name) for name in values}
    line.after |= {**values, "from": on.isoformat()}
    return row
