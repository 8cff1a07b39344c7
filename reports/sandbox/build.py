"""Builds the demo company from nothing, step by step, and writes down what is true about it."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from django.utils import translation

from dunning.services import policies
from receivables.actor import Actor
from receivables.models import Customer, Entry, ImportFile, LegalEntity
from receivables.services import ledger_import
from reports.sandbox import bank, characters, company, desk, episodes, history, people, weeks

MONTHS, CUT_DAYS = 24, 42
SEED = 20_260


def build(
    *,
    today: date,
    now: datetime,
    customers: int,
    seed: int,
    say: Callable[[str], None],
    truth_path: Path,
    collect: bool = True,
) -> dict[str, Any]:
    """The whole company as of `today`; the same seed, day and size give the same company. Returns the ground truth.

    The past comes from an old system's ledger up to six weeks ago; since then the bank's own files tell who paid.
    `now` says how late on that day it is: nothing happens after it, and the freshest requests wait within their limits.
    """
    with translation.override("en"):
        return _build(today, now, customers, Random(seed), seed, say, truth_path, collect)  # noqa: S311 - not for secrets


def _build(
    today: date,
    now: datetime,
    count: int,
    dice: Random,
    seed: int,
    say: Callable[[str], None],
    truth_path: Path,
    collect: bool,
) -> dict[str, Any]:
    def at(on: date) -> datetime:
        return min(nine(on), now)

    founder = Actor.system("demo", via="command")
    since = (today.replace(day=1) - timedelta(days=31 * MONTHS)).replace(day=1)
    cut = today - timedelta(days=CUT_DAYS)
    say("legal entities, staff, bank accounts, exchange rates")
    firm = company.found(since=since, today=today, at=at, by=founder)
    policies.install_defaults(now=at(since), by=founder)
    say(f"{count} customers with contacts, terms and owners")
    clients = people.make(
        dice,
        count,
        entities=firm.entities,
        reps=firm.reps(),
        collectors=[firm.users["cem"], firm.users["chloe"]],
        since=since,
        at=at,
        by=founder,
    )
    by_code = {client.customer.code: client for client in clients}
    tempers = {code: characters.draw(dice, code, today) for code in by_code}
    say("two years of invoices and payments from the old system")
    past = history.write(dice, clients, tempers, months=MONTHS, cut=cut, today=today)
    for entity in firm.entities:
        _import(entity, past.rows.get(entity.code, []), founder, at(today - timedelta(days=CUT_DAYS)))
    say(
        "six weeks of bank statements, matched, and of collecting what is overdue"
        if collect
        else "six weeks of bank statements"
    )
    desk_of_collectors = weeks.Weeks(firm, dice, today=today, now=now) if collect else None
    lines = bank.Truth()
    files = bank.weeks(dice, past.coming, by_code, tempers, cut=cut, today=today, truth=lines)
    after = desk_of_collectors.live if desk_of_collectors else lambda week: None
    bank.take_in(firm, files, at=at, by=firm.person("anja"), truth=lines, after=after)
    if desk_of_collectors:
        desk_of_collectors.read_the_old()
    say("disputes, credit notes, write-offs, refunds, closed months")
    events = episodes.live(dice, firm, today=today, at=at)
    say("invoice requests at every stage")
    desks = desk.work(dice, firm, clients, today=today, now=now, at=at)
    truth = {
        "seed": seed,
        "today": today.isoformat(),
        "customers": [tempers[code].truth() for code in sorted(tempers)],
        "tempers": _counts(character.temper for character in tempers.values()),
        "invoices": sum(len(rows) for rows in past.rows.values()),
        "bank": {"files": lines.files, "lines": dict(lines.kinds)},
        "events": events.counts,
        "requests": desks.stages,
        "collecting": dict(desk_of_collectors.day.counts) if desk_of_collectors else {},
        "open": _open(),
    }
    truth_path.parent.mkdir(parents=True, exist_ok=True)
    truth_path.write_text(json.dumps(truth, ensure_ascii=False, indent=1))
    return truth


def nine(on: date) -> datetime:
    """Nine in the morning, UTC: the moment on which the demo's people act on a day."""
    return datetime.combine(on, time(9), tzinfo=UTC)


def _import(entity: LegalEntity, rows: list[Any], by: Actor, now: datetime) -> None:
    if not rows:
        return
    digest = sha256(repr(rows).encode()).hexdigest()
    file: ImportFile = ledger_import.open_file(
        entity=entity,
        name=f"old-system-{entity.code}.csv",
        sha256=digest,
        mapping={},
        rows_total=len(rows),
        now=now,
        by=by,
    )
    ledger_import.post(file=file, rows=iter(rows), now=now, by=by)


def _counts(words: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found


def _open() -> dict[str, int]:
    """What is open now per currency, minor units, signed: the figure every report has to give."""
    totals: dict[str, int] = {}
    for currency, amount in Entry.objects.values_list("currency", "amount"):
        totals[currency] = totals.get(currency, 0) + amount
    return totals


def exists() -> bool:
    """Whether there is a company here already."""
    return LegalEntity.objects.exists() or Customer.objects.exists()
