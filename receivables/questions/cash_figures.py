"""How well money finds its invoices (SCREENS 4.5), as questions. No two vendors mean the same by a match rate, so all three
are told.

Payment rate: lines of money in that were applied in full without a person ÷ those that brought a customer's money. Line rate:
allocations made without a person ÷ all. Precision: lines applied without a person and not taken back within 30 days
÷ all of them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, Sum

from receivables.models import Allocation, Payment, Reversal, StatementLine
from receivables.services.matching_stage import AUTO

PRECISION_DAYS = 30
_S = StatementLine.State
OURS = (_S.NEW, _S.APPLIED, _S.ON_ACCOUNT)


@dataclass(frozen=True)
class Rate:
    """A share as two counts."""

    part: int
    whole: int


@dataclass(frozen=True)
class Unapplied:
    """Unapplied cash of one currency, in minor units, and the value date of its oldest payment."""

    currency: str
    amount: int
    oldest_on: date


def rates(user: Any, *, since: date, until: date, entity_id: int | None = None) -> tuple[Rate, Rate, Rate]:
    """(payment rate, line rate, precision) over lines booked from `since` to `until`, both inclusive."""
    lines = StatementLine.objects.for_user(user).filter(
        booked_on__range=(since, until), amount__gt=0, state__in=OURS
    )
    if entity_id is not None:
        lines = lines.filter(account__entity=entity_id)
    auto = Q(matched_by=AUTO, state=_S.APPLIED)
    mistaken = Reversal.objects.filter(reason=Reversal.Reason.MISTAKE, undone__isnull=True).values("payment")
    full = auto & Q(payments__entry__allocated=F("payments__amount")) & ~Q(payments__in=mistaken)
    counted = lines.aggregate(
        whole=Count("pk", distinct=True),
        full=Count("pk", filter=full, distinct=True),
        auto=Count("pk", filter=auto, distinct=True),
    )
    allocations = Allocation.objects.filter(amount__gt=0, credit__payment__bank_line__in=lines)
    made = allocations.aggregate(
        whole=Count("pk"), auto=Count("pk", filter=Q(credit__payment__bank_line__matched_by=AUTO))
    )
    # An undone line has lost its `matched_by`; its payment tells that no person had chosen it.
    taken_back = Payment.objects.filter(
        bank_line__account__in=lines.values("account"), bank_line__booked_on__range=(since, until),
        reversals__reason=Reversal.Reason.MISTAKE, reversals__undone__isnull=True,
        reversals__reversed_on__lte=F("booked_on") + timedelta(days=PRECISION_DAYS), received_by=AUTO,
    ).count()  # fmt: skip
    return (
        Rate(counted["full"], counted["whole"]),
        Rate(made["auto"], made["whole"]),
        Rate(counted["auto"], counted["auto"] + taken_back),
    )


def unapplied(user: Any, *, as_of: date, entity_id: int | None = None) -> list[Unapplied]:
    """What was received and not yet applied, per currency, largest first."""
    rows = Payment.objects.for_user(user).filter(booked_on__lte=as_of, amount__gt=F("entry__allocated"))
    if entity_id is not None:
        rows = rows.filter(entity=entity_id)
    sums = rows.values("currency").annotate(
        total=Sum(F("amount") - F("entry__allocated")), oldest=Min("value_on")
    )
    return [Unapplied(r["currency"], r["total"], r["oldest"]) for r in sums.order_by("-total")]
