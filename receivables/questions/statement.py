"""A statement of account: what was owed at the start, what happened, what is owed at the end, and which items are open.

A picture for pages, letters and exports; one customer, entity and currency. It writes and sends nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from receivables.models import Customer, Entry, LegalEntity
from receivables.questions import selectors
from receivables.rules.money import Money
from receivables.rules.refusals import Refused

LINES_MAX = 5000


@dataclass(frozen=True)
class StatementEntry:
    """One movement; `balance` is the running balance after it (minor units, + owed to us)."""

    booked_on: date
    kind: str
    reference: str
    due_on: date | None
    amount: int
    balance: int
    entry_id: int = 0


@dataclass(frozen=True)
class OpenItem:
    """One item with something left at the end, signed: credits are negative. `days_past_due` is below zero before it is due."""

    reference: str
    kind: str
    document_on: date
    due_on: date | None
    amount: int
    left: int
    days_past_due: int | None
    entry_id: int = 0


@dataclass(frozen=True)
class AccountStatement:
    """`opening` + Σ lines = `closing` = Σ open items."""

    customer: Customer
    entity: LegalEntity
    currency: str
    since: date
    until: date
    known_at: int | None
    opening: Money
    closing: Money
    lines: tuple[StatementEntry, ...]
    items: tuple[OpenItem, ...]

    @property
    def holds(self) -> bool:
        """The proof under the statement."""
        moved = sum(each.amount for each in self.lines)
        return self.opening.minor + moved == self.closing.minor == sum(each.left for each in self.items)


def of_account(
    *, customer: Customer, entity: LegalEntity, currency: str, since: date, until: date, known_at: int | None
) -> AccountStatement:
    """The account from `since` to `until`, both inclusive, as known at an audit number (None: now).

    Refuses period_invalid, and too_long beyond LINES_MAX movements.
    """
    if until < since:
        raise Refused("period_invalid", "The statement ends before it begins.", field="until")
    key: dict[str, Any] = {"customer": customer, "entity": entity, "currency": currency}
    opening = selectors.balance(as_of=since - timedelta(days=1), known_at=known_at, **key)
    rows = (
        Entry.objects.known(until, known_at).filter(booked_on__gte=since, **key).order_by("booked_on", "pk")
    )
    found = list(rows[: LINES_MAX + 1])
    if len(found) > LINES_MAX:
        raise Refused("too_long", f"More than {LINES_MAX} movements; choose a shorter period.", field="since")
    running, lines = opening.minor, []
    for each in found:
        running += each.amount
        lines.append(
            StatementEntry(
                each.booked_on, each.kind, each.reference, each.due_on, each.amount, running, each.pk
            )
        )
    left = selectors.open_items(as_of=until, known_at=known_at, **key)
    return AccountStatement(
        customer=customer,
        entity=entity,
        currency=currency,
        since=since,
        until=until,
        known_at=known_at,
        opening=opening,
        closing=selectors.balance(as_of=until, known_at=known_at, **key),
        lines=tuple(lines),
        items=tuple(_item(each, until) for each in left),
    )


def _item(entry: Any, until: date) -> OpenItem:
    late = (until - entry.due_on).days if entry.due_on else None
    return OpenItem(
        entry.reference,
        entry.kind,
        entry.document_on,
        entry.due_on,
        entry.amount,
        entry.open_amount,
        late,
        entry.pk,
    )
