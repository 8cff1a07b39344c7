"""The pictures a night looks at: customers at one entity as of a day, loaded a chunk at a time in a handful of queries.

It decides nothing. Contacts are loaded apart (`picture_contacts`), only for customers that somebody wants to speak to.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dunning.questions import picture_contacts, picture_facts, picture_receipts
from dunning.questions.picture_facts import Facts
from dunning.questions.sql import Rows, among, day, rows
from dunning.rules.picture import Item, Picture
from receivables.models import LegalEntity, Statement

KINDS = "('invoice', 'opening', 'reschedule')"
"""Debits somebody can be asked for; fees and interest go along with them, refunds and transfers belong to their other side."""
GAP_LOOKS_BACK = timedelta(days=400)
R, D, C = "receivables_", "dunning_", "credit_"


def load(
    entity: LegalEntity,
    customer_ids: Sequence[int],
    on: date,
    now: datetime,
    *,
    due_until: date | None = None,
    contacts: bool = True,
) -> list[Picture]:
    """One picture per customer, in order of id. Items due after `due_until` are left out (None: all are looked at)."""
    ids = sorted(customer_ids)
    if not ids:
        return []
    facts = picture_facts.load(entity.pk, ids, on)
    items, unapplied = _ledger(entity.pk, ids, on, due_until, facts)
    receipts = picture_receipts.load(entity.pk, items)
    outward = _last_outward(entity.pk, ids, on)
    read = Statement.objects.filter(account__entity=entity, state=Statement.State.TAKEN_IN)
    newest = read.order_by("-recorded_at").first()
    empty: dict[str, int] = {}
    no_days: dict[str, date] = {}
    found = [
        Picture(
            customer=pk, entity=entity.pk, on=on, code=code, closed=state == "CLOSED", importance=importance or 2,
            segment=segment or "", risk_class=risk_class or "N", rep=rep, collector=collector, items=tuple(items.get(pk, ())),
            unapplied=unapplied.get(pk, empty), receipts=receipts.get(pk, empty), block=facts.customer_blocks.get(pk),
            last_outward_on=outward.get(pk, no_days), newest_bank_file=newest.recorded_at if newest else None,
            stop_version=stop_version,
        )
        for pk, code, state, stop_version, importance, segment, rep, collector, risk_class in _customers(entity.pk, ids, on)
    ]  # fmt: skip
    return picture_contacts.add(entity, found, facts.quiet_contacts, on, now) if contacts else found


def one(entity: LegalEntity, customer: int, on: date, now: datetime) -> Picture:
    """The whole picture of one customer: at the moment of sending, and for "why not?"."""
    return load(entity, [customer], on, now)[0]


def with_contacts(entity: LegalEntity, pictures: Sequence[Picture], on: date, now: datetime) -> list[Picture]:
    """The same pictures with the people that can be written to."""
    if not pictures:
        return []
    quiet = picture_contacts.quiet(entity.pk, [picture.customer for picture in pictures], on)
    return picture_contacts.add(entity, pictures, quiet, on, now)


def _customers(entity: int, ids: Sequence[int], on: date) -> Rows:
    condition, among_ids = among("c.id", ids)
    in_force = "{t}.valid_from <= %s AND ({t}.valid_to IS NULL OR {t}.valid_to > %s)"
    return rows(
        f"""SELECT c.id, c.code, c.state, c.stop_version, p.importance, p.segment, p.rep_id, p.collector_id, a.risk_class
            FROM {R}customer c
            LEFT JOIN {R}customerprofile p ON p.customer_id = c.id AND p.entity_id = %s AND {in_force.format(t="p")}
            LEFT JOIN {C}creditaccount a ON a.customer_id = c.id AND a.entity_id = %s AND {in_force.format(t="a")}
            WHERE {condition} ORDER BY c.id""",
        [entity, on, on, entity, on, on, among_ids],
    )


def _ledger(
    entity: int, ids: Sequence[int], on: date, due_until: date | None, facts: Facts
) -> tuple[dict[int, list[Item]], dict[int, dict[str, int]]]:
    """Open debits as items, oldest first, and unapplied credit per currency."""
    condition, among_ids = among("e.customer_id", ids)
    values: list[object] = [on, entity, among_ids]
    until = ""
    if due_until is not None:
        until, values = "AND e.due_on <= %s", [*values, due_until]
    found: dict[int, list[Item]] = {}
    unapplied: dict[int, dict[str, int]] = {}
    for customer, entry, amount, allocated, currency, due_on, reference, invoice in rows(
        f"""SELECT e.customer_id, e.id, e.amount, e.allocated, e.currency, e.due_on, e.reference, s.invoice_id
            FROM {R}entry e LEFT JOIN {R}instalment s ON s.entry_id = e.id LEFT JOIN {R}invoice v ON v.id = s.invoice_id
            WHERE e.allocated <> ABS(e.amount) AND e.booked_on <= %s AND e.entity_id = %s AND {condition}
            AND (e.amount < 0 OR (e.kind IN {KINDS} AND e.due_on IS NOT NULL {until}
              AND (v.state IS NULL OR v.state IN ('ISSUED', 'SENT'))))
            ORDER BY e.customer_id, e.due_on, e.id""",
        values,
    ):
        if amount < 0:
            mine = unapplied.setdefault(customer, {})
            mine[currency] = mine.get(currency, 0) - amount - allocated
        elif entry in facts.entries:
            one = _item(entry, invoice, reference, currency, due_on, amount, amount - allocated, facts, on)
            found.setdefault(customer, []).append(one)
        else:
            one = Item(entry, invoice, reference, currency, due_on, amount, amount - allocated)
            found.setdefault(customer, []).append(one)
    return found, unapplied


def _item(
    entry: int, invoice: int | None, number: str, currency: str, due_on: date, original: int, left: int, facts: Facts, on: date
) -> Item:  # fmt: skip
    spans = facts.disputes.get(entry)
    promised, promised_until = facts.promised.get(entry, (0, None))
    pending = facts.pending.get(entry, 0)
    rungs, moves = facts.rungs.get(entry), facts.moves.get(entry)
    return Item(
        entry, invoice, number, currency, due_on, original, left,
        disputed=spans is not None and picture_facts.disputed(spans, on),
        paused_days=picture_facts.paused_days(spans, due_on, on) if spans else 0,
        promised=min(promised, left), promised_until=promised_until, on_plan=entry in facts.on_plan,
        pending=left if pending is None else min(pending, left), block=facts.item_blocks.get(entry), legal=entry in facts.legal,
        rungs=tuple(rungs) if rungs else (), moves=tuple(moves) if moves else (),
    )  # fmt: skip


def _last_outward(entity: int, ids: Sequence[int], on: date) -> dict[int, dict[str, date]]:
    """The last day before this one. Who spoke today is asked apart (`night`), so that a second pass sees what the first saw."""
    condition, among_ids = among("customer_id", ids)
    found: dict[int, dict[str, date]] = {}
    for customer, currency, last in rows(
        f"""SELECT customer_id, currency, MAX(COALESCE(reached_on, "on")) FROM {D}notice
            WHERE entity_id = %s AND {condition} AND "on" >= %s AND "on" < %s AND state <> 'WITHDRAWN' AND contact_id IS NOT NULL
            GROUP BY customer_id, currency""",
        [entity, among_ids, on - GAP_LOOKS_BACK, on],
    ):
        found.setdefault(customer, {})[currency] = day(last)
    return found
