"""The customer's record from ledger events, as of a date: lifetime sales, average collection period, overdue history, balances.

Questions only. Every figure is per currency and needs entries already narrowed to what the asker may see.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from receivables.models import Allocation, Customer, Dispute, Entry, LegalEntity
from receivables.models.ledger import EntryQuerySet
from receivables.rules.aging import Buckets, SumProof, prove

_SALES = (Entry.Kind.INVOICE, Entry.Kind.CREDIT_NOTE)
_BILLED = (Entry.Kind.INVOICE, Entry.Kind.OPENING, Entry.Kind.RESCHEDULE)
_CASH = (Entry.Kind.PAYMENT, Entry.Kind.TRANSFER)


@dataclass(frozen=True)
class Record:
    """One currency of one customer as of a date; amounts in minor units.

    `sales` = Σ invoices − credit notes, tax included. `collection_days` = Σ(settled × days from document date to
    settlement) ÷ Σ settled, over cash allocations in force; one decimal, None when nothing was collected.
    `fallen_due`, `late` = items due before the date, and those not settled on their due date; `late_amount` = what was open
    of the late ones the day after; `worst_days` = most days past due of any; `overdue` = overdue as of the date.
    """

    currency: str
    sales: int
    collected: int
    collection_days: Decimal | None
    fallen_due: int
    late: int
    late_amount: int
    worst_days: int
    overdue: int
    overdue_months: tuple[tuple[date, int], ...]


@dataclass(frozen=True)
class Balance:
    """What is open with one entity in one currency as of a date. `buckets` by key in order, `unapplied` without sign."""

    entity: LegalEntity
    currency: str
    buckets: Mapping[str, int]
    undated: int
    unapplied: int
    overdue: int
    disputed: int
    net: int
    proofs: tuple[SumProof, ...]


@dataclass(frozen=True)
class _Part:
    """One allocation (or its undoing); `cash` = money, and in force as of the date asked for."""

    on: date
    amount: int
    cash: bool


@dataclass(frozen=True)
class _Item:
    due_on: date | None
    document_on: date
    amount: int
    settled: tuple[tuple[date, int], ...]

    def open_on(self, on: date) -> int:
        """What is left at the end of a day."""
        return self.amount - sum(part for booked_on, part in self.settled if booked_on <= on)


def visible_entries(customer: Customer, user: Any) -> EntryQuerySet:
    """The customer's entries that a person may see."""
    found: EntryQuerySet = Entry.objects.for_user(user).filter(customer=customer)
    return found


def records(entries: EntryQuerySet, as_of: date, known_at: int | None = None) -> list[Record]:
    """One Record per currency, by its code, from `entries` as of a date (as known at an audit number)."""
    rows = list(entries.known(as_of, known_at))
    settled = _settlements(entries, as_of, known_at)
    by_currency: dict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        by_currency[row.currency].append(row)
    return [_record(currency, by_currency[currency], settled, as_of) for currency in sorted(by_currency)]


def balances(entries: EntryQuerySet, as_of: date, known_at: int | None = None) -> list[Balance]:
    """Open balances per entity and currency, in the entity's own buckets, each with its sum-proof."""
    groups: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in entries.with_open(as_of, known_at).select_related("entity"):
        groups[(row.entity_id, row.currency)].append(row)
    disputed = _disputed(entries, as_of, known_at)
    return [
        _balance(rows, as_of, disputed)
        for _key, rows in sorted(groups.items(), key=lambda pair: (pair[1][0].entity.name, pair[0][1]))
        if any(row.open_amount for row in rows)
    ]


def _record(currency: str, rows: list[Entry], settled: Mapping[int, list[_Part]], as_of: date) -> Record:
    billed = [row for row in rows if row.amount > 0 and row.kind in _BILLED]
    items = [
        _Item(
            row.due_on, row.document_on, row.amount, tuple((p.on, p.amount) for p in settled.get(row.pk, ()))
        )
        for row in billed
    ]
    cash = [
        ((part.on - row.document_on).days, part.amount)
        for row in billed
        for part in settled.get(row.pk, ())
        if part.cash
    ]
    collected = sum(part for _days, part in cash)
    due = [item for item in items if item.due_on is not None and item.due_on < as_of]
    late = [item for item in due if item.due_on and item.open_on(item.due_on) > 0]
    return Record(
        currency=currency,
        sales=sum(row.amount for row in rows if row.kind in _SALES),
        collected=collected,
        collection_days=_tenths(sum(days * part for days, part in cash), collected),
        fallen_due=len(due),
        late=len(late),
        late_amount=sum(item.open_on(item.due_on) for item in late if item.due_on),
        worst_days=max((_days_late(item, as_of) for item in late), default=0),
        overdue=sum(item.open_on(as_of) for item in due),
        overdue_months=tuple((end, _overdue_on(items, end)) for end in _month_ends(as_of, 12)),
    )


def _days_late(item: _Item, as_of: date) -> int:
    """Days past due until the open amount reached zero for good, or until `as_of`. A bounced payment did not end it."""
    assert item.due_on is not None
    ended = as_of
    for on in sorted(
        {booked_on for booked_on, _part in item.settled if booked_on > item.due_on}, reverse=True
    ):
        if item.open_on(on) > 0:
            break
        ended = on
    return (ended - item.due_on).days if item.open_on(as_of) <= 0 else (as_of - item.due_on).days


def _overdue_on(items: Iterable[_Item], on: date) -> int:
    return sum(
        item.open_on(on) for item in items if item.due_on and item.due_on < on and item.document_on <= on
    )


def _settlements(entries: EntryQuerySet, as_of: date, known_at: int | None) -> dict[int, list[_Part]]:
    """By debit: its allocations and their undoings (negative) as of a date, so that any earlier day can be asked as well."""
    known = Allocation.objects.known(as_of, known_at)
    undone = set(
        known.filter(debit__in=entries.values("pk"), reverses__isnull=False).values_list(
            "reverses_id", flat=True
        )
    )
    rows = known.filter(debit__in=entries.values("pk"))
    found: dict[int, list[_Part]] = defaultdict(list)
    for pk, debit, on, amount, kind, reverses in rows.values_list(
        "pk", "debit_id", "booked_on", "amount", "credit__kind", "reverses_id"
    ):
        found[debit].append(_Part(on, amount, reverses is None and pk not in undone and kind in _CASH))
    return found


def _balance(rows: list[Any], as_of: date, disputed: Mapping[tuple[int, str], int]) -> Balance:
    entity, currency = rows[0].entity, rows[0].currency
    kinds = Buckets.parse(entity.aging_buckets)
    sums = dict.fromkeys(kinds.keys, 0)
    undated = unapplied = overdue = 0
    for row in rows:
        if row.amount < 0:
            unapplied -= row.open_amount
            continue
        base = row.document_on if kinds.base == "document" else row.due_on
        bucket = kinds.bucket_of(base, as_of)
        if base is None:
            undated += row.open_amount
        else:
            sums[bucket.key] += row.open_amount
        if row.due_on and row.due_on < as_of:
            overdue += row.open_amount
    proof = prove(
        currency=currency,
        buckets=sums.values(),
        undated=undated,
        unapplied=unapplied,
        ledger=sum(row.amount for row in rows),
    )
    return Balance(
        entity,
        currency,
        sums,
        undated,
        unapplied,
        overdue,
        disputed.get((entity.pk, currency), 0),
        proof.net,
        (proof,),
    )


def _disputed(entries: EntryQuerySet, as_of: date, known_at: int | None) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = defaultdict(int)
    rows = Dispute.objects.open_on(as_of, known_at).filter(entry__in=entries.values("pk"))
    for entity, currency, amount in rows.values_list("entity_id", "currency", "amount"):
        found[(entity, currency)] += amount
    return found


def _tenths(weighted: int, total: int) -> Decimal | None:
    if not total:
        return None
    return (Decimal(weighted) / Decimal(total)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _month_ends(as_of: date, count: int) -> list[date]:
    """The last day of the `count` months before `as_of`'s, oldest first, and `as_of` itself."""
    ends, first = [as_of], as_of.replace(day=1)
    for _month in range(count):
        ends.append(first - timedelta(days=1))
        first = ends[-1].replace(day=1)
    return ends[::-1]
