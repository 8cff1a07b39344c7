"""The past of the demo company: every invoice of two years and the day it was paid, as rows of an old system's ledger.

Pure: characters and dice in, rows out. What is paid after `cut` comes through the bank instead.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from receivables.ledger_file import LedgerRow
from receivables.rules.money import Money
from receivables.rules.term_presets import PRESETS
from receivables.rules.terms import Terms, schedule
from reports.sandbox.characters import Character, pays_on
from reports.sandbox.people import Client

SEASON = [80, 85, 100, 95, 100, 110, 85, 70, 110, 120, 125, 120]
"""How much is invoiced in each month, against an average of about a hundred."""


@dataclass(frozen=True)
class Past:
    """Rows per entity code, and what the bank will bring after the cut: (pay day, row)."""

    rows: dict[str, list[LedgerRow]]
    coming: list[tuple[date, LedgerRow]]


def write(
    dice: Random,
    clients: list[Client],
    characters: dict[str, Character],
    *,
    months: int,
    cut: date,
    today: date,
) -> Past:
    """All invoices from `months` ago until a week before today, in order of date and numbered per entity and year."""
    first = _first_of_month(today, months)
    drafts = sorted(
        (on, client.customer.code, client, amount)
        for client in clients
        for on, amount in _invoices(
            dice, characters[client.customer.code], client, first, today - timedelta(days=7)
        )
    )
    rows: dict[str, list[LedgerRow]] = {}
    coming: list[tuple[date, LedgerRow]] = []
    for on, code, client, amount in drafts:
        mine = rows.setdefault(client.entity.code, [])
        due_on = schedule(_single(client.terms), on, Money(amount, client.currency))[-1].due_on
        paid = pays_on(dice, characters[code], on, due_on, first)
        row = LedgerRow(
            line=len(mine) + 2,
            number=f"{client.entity.code}-{on.year}-{len(mine) + 1:05d}",
            customer=code,
            name=client.customer.legal_name,
            invoice_on=on,
            recorded_on=on,
            due_on=due_on,
            amount=amount,
            currency=client.currency,
            settled_on=paid if paid and paid <= cut else None,
            text="",
        )
        mine.append(row)
        if paid and paid > cut:
            coming.append((paid, row))
    return Past(rows, sorted(coming, key=lambda pair: (pair[0], pair[1].number)))


def _invoices(
    dice: Random, who: Character, client: Client, first: date, last: date
) -> list[tuple[date, int]]:
    found = []
    month = first
    while month <= last:
        share = SEASON[month.month - 1] / 100
        for _ in range(who.invoices_per_month):
            on = month + timedelta(days=dice.randint(0, 27))
            on -= timedelta(days=max(0, on.weekday() - 4))
            if dice.random() < min(1, 0.75 * share) and first <= on <= last:
                amount = round(who.typical_amount * share * dice.uniform(0.4, 1.9))
                found.append((on, amount * (6 if client.currency == "CNY" else 1) + dice.randint(0, 99)))
        month = _first_of_month(month, -1)
    return found


def _single(preset: str) -> Terms:
    """The old system knew one due date per invoice; instalments fall due with the last of them."""
    return PRESETS[preset] if preset != "30/50/20" else PRESETS["NET60"]


def _first_of_month(on: date, months_back: int) -> date:
    count = on.year * 12 + on.month - 1 - months_back
    return date(count // 12, count % 12 + 1, 1)
