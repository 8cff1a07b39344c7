"""The demo company's bank: weekly statements of what customers paid after the old system was switched off, taken in as files.

Most lines quote their invoice; some are messy, short, combined or nameless, as in life. Pure but for `take_in`.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from receivables.actor import Actor
from receivables.ledger_file import LedgerRow
from receivables.services import matching, statements
from reports.sandbox import camt_file
from reports.sandbox.camt_file import Booking
from reports.sandbox.characters import Character
from reports.sandbox.company import At, Company
from reports.sandbox.people import Client


@dataclass
class Truth:
    """How many lines of each kind were written: what matching should find."""

    kinds: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    files: int = 0


@dataclass(frozen=True)
class _Paid:
    on: date
    client: Client
    amount: int
    text: str
    kind: str


def weeks(
    dice: Random,
    coming: list[tuple[date, LedgerRow]],
    clients: dict[str, Client],
    characters: dict[str, Character],
    *,
    cut: date,
    today: date,
    truth: Truth,
) -> dict[tuple[str, str], dict[date, list[Booking]]]:
    """Bookings per (entity, currency) and per last day of their week, in order."""
    paid = [each for each in _payments(dice, coming, clients, characters) if cut < each.on <= today]
    files: dict[tuple[str, str], dict[date, list[Booking]]] = defaultdict(lambda: defaultdict(list))
    for n, each in enumerate(sorted(paid, key=lambda p: (p.on, p.client.customer.code))):
        truth.kinds[each.kind] += 1
        week = min(today, each.on + timedelta(days=(4 - each.on.weekday()) % 7))
        key = (each.client.entity.code, each.client.currency)
        named = each.kind != "nameless"
        booking = Booking(
            on=each.on,
            amount=each.amount,
            payer=each.client.customer.legal_name if named else "ZAHLUNGSDIENST TREUHAND",
            payer_iban=each.client.iban if named else "",
            text=each.text,
            reference=f"{key[0]}{week:%y%m%d}{n:05d}",
        )
        files[key][week].append(booking)
        bounce_on = each.on + timedelta(days=4)
        if (
            dice.random() * 100 < characters[each.client.customer.code].bounce_share * 4
            and bounce_on <= today
        ):
            truth.kinds["bounced"] += 1
            back = min(today, bounce_on + timedelta(days=(4 - bounce_on.weekday()) % 7))
            files[key][back].append(_returned(booking, bounce_on))
    return files


def take_in(
    company: Company,
    files: dict[tuple[str, str], dict[date, list[Booking]]],
    *,
    at: At,
    by: Actor,
    truth: Truth,
    after: Callable[[date], None] = lambda week: None,
) -> None:
    """Every statement of every account as camt.053 files through the verbs that people use, matched, week by week; `after`
    hears the last day of each week once its files are in."""
    state = {key: (5_000_000, min(by_week) - timedelta(days=7), 0) for key, by_week in files.items()}
    for week in sorted({week for by_week in files.values() for week in by_week}):
        for (code, currency), by_week in sorted(files.items()):
            if week not in by_week:
                continue
            account, bookings = company.accounts[(code, currency)], by_week[week]
            balance, opening_on, number = state[(code, currency)]
            number += 1
            bookings.sort(key=lambda b: (b.on, b.reference))
            raw = camt_file.statement(
                iban=account.iban,
                currency=currency,
                number=f"{code}{currency}{number:04d}",
                opening=balance,
                opening_on=opening_on,
                bookings=bookings,
            )
            statements.take_in(
                raw=raw,
                name=f"{code}-{currency}-{week}.xml",
                now=at(week),
                today=week,
                by=by,
                account=account,
            )
            matching.match_new_lines(account=account, now=at(week), by=by)
            truth.files += 1
            state[(code, currency)] = (balance + sum(b.amount for b in bookings), week, number)
        after(week)


def _payments(
    dice: Random,
    coming: list[tuple[date, LedgerRow]],
    clients: dict[str, Client],
    characters: dict[str, Character],
) -> list[_Paid]:
    """One payment per customer and day, over all the invoices they pay that day."""
    together: dict[tuple[date, str], list[LedgerRow]] = defaultdict(list)
    for on, row in coming:
        together[(on, row.customer)].append(row)
    found = []
    for (on, code), rows in together.items():
        client, total = clients[code], sum(row.amount for row in rows)
        numbers = [row.number for row in rows]
        partial = dice.random() * 100 < characters[code].partial_share * 3
        kind = (
            "partial"
            if partial
            else dice.choices(["exact", "messy", "fee", "nameless", "silent"], [82, 8, 3, 3, 4])[0]
        )
        if len(numbers) > 1 and kind == "exact":
            kind = "combined"
        amount = {"partial": total * 6 // 10, "fee": max(1, total - 1_500)}.get(kind, total)
        found.append(_Paid(on, client, amount, _words(dice, kind, numbers), kind))
    return found


def _words(dice: Random, kind: str, numbers: list[str]) -> str:
    match kind:
        case "messy":
            return " ".join(n.replace("-", dice.choice([" ", "/", ""])) for n in numbers) + dice.choice(
                [" vielen Dank", "", " Rg."]
            )
        case "silent":
            return dice.choice(["Zahlung", "Payment", "货款"])
        case "nameless":
            return "Sammelauftrag"
        case "partial":
            return f"part payment {numbers[0]}"
        case _:
            return dice.choice(["Rechnung ", "Invoice ", "", "发票 "]) + ", ".join(numbers)


def _returned(booking: Booking, on: date) -> Booking:
    return Booking(
        on=on,
        amount=-booking.amount,
        payer=booking.payer,
        payer_iban=booking.payer_iban,
        text=f"RETURN {booking.text}",
        reference=booking.reference,
        is_return=True,
    )
