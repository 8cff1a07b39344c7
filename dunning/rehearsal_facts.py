"""Loads the past of customers at one entity, once, in a handful of queries: ledger by days, disputes, promises, blocks, profiles.

What waited in cash review on a past day is not known any more and is left out; contacts are those of today.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from dunning.questions import picture_contacts
from dunning.questions.pictures import KINDS
from dunning.questions.sql import among, rows
from dunning.rehearsal_past import Debit, Manner, Past, Span, Steps
from dunning.rules.picture import Picture
from receivables.models import LegalEntity, Statement

_DAY = timedelta(days=1)
R, D, C = "receivables_", "dunning_", "credit_"


def load(
    entity: LegalEntity, customer_ids: Sequence[int], *, since: date, until: date, now: datetime
) -> list[Past]:
    """One past per customer who owed anything between two days, in order of id."""
    ids = sorted(customer_ids)
    if not ids:
        return []
    condition, among_ids = among("id", ids)
    found = {
        pk: Past(pk, entity.pk, code, state == "CLOSED")
        for pk, code, state in rows(
            f"SELECT id, code, state FROM {R}customer WHERE {condition} ORDER BY id", [among_ids]
        )
    }
    _ledger(found, entity.pk, ids, since, until)
    found = {pk: past for pk, past in found.items() if past.debits}
    ids = sorted(found)
    debits = {debit.entry: debit for past in found.values() for debit in past.debits}
    _standing(found, entity.pk, ids)
    _disputes(debits, entity.pk, ids)
    _promises(debits, entity.pk, ids)
    _blocks(found, debits, entity.pk, ids)
    _hand_overs(debits, entity.pk, ids)
    _contacts(found, entity, until, now)
    _bank_files(found, entity)
    return [found[pk] for pk in ids]


def _ledger(found: dict[int, Past], entity: int, ids: list[int], since: date, until: date) -> None:
    condition, among_ids = among("e.customer_id", ids)
    settled: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for debit, credit, amount, booked_on in rows(
        f"""SELECT a.debit_id, a.credit_id, a.amount, a.booked_on FROM {R}allocation a JOIN {R}entry e ON e.id = a.debit_id
            WHERE e.entity_id = %s AND {condition} AND a.booked_on <= %s""",
        [entity, among_ids, until],
    ):
        settled[debit].append((booked_on, amount))
        settled[credit].append((booked_on, amount))
    free: dict[tuple[int, str], list[tuple[date, int]]] = defaultdict(list)
    for customer, entry, amount, currency, due_on, booked_on, reference, invoice, number in rows(
        f"""SELECT e.customer_id, e.id, e.amount, e.currency, e.due_on, e.booked_on, e.reference, s.invoice_id, v.number
            FROM {R}entry e LEFT JOIN {R}instalment s ON s.entry_id = e.id LEFT JOIN {R}invoice v ON v.id = s.invoice_id
            WHERE e.entity_id = %s AND {condition} AND e.booked_on <= %s
            AND (e.amount < 0 OR (e.kind IN {KINDS} AND e.due_on IS NOT NULL))
            ORDER BY e.customer_id, e.due_on, e.id""",
        [entity, among_ids, until],
    ):
        changes = settled.get(entry, [])
        if amount < 0:
            free[customer, currency] += [(booked_on, -amount), *((on, -part) for on, part in changes)]
            continue
        debit = Debit(
            entry, invoice, number or reference, currency, due_on, amount, booked_on, Steps(changes)
        )
        if booked_on > since or debit.open_on(since) > 0 or any(on > since for on, _part in changes):
            found[customer].debits.append(debit)
    for (customer, currency), steps in free.items():
        found[customer].unapplied[currency] = Steps(steps)


def _standing(found: dict[int, Past], entity: int, ids: list[int]) -> None:
    condition, among_ids = among("customer_id", ids)
    for customer, since, segment, importance, rep, collector in rows(
        f"""SELECT customer_id, valid_from, segment, importance, rep_id, collector_id FROM {R}customerprofile
            WHERE entity_id = %s AND {condition} ORDER BY valid_from""",
        [entity, among_ids],
    ):
        found[customer].manners.append(Manner(since, segment, importance, rep, collector))
    for customer, since, risk_class in rows(
        f"""SELECT customer_id, valid_from, risk_class FROM {C}creditaccount
            WHERE entity_id = %s AND {condition} ORDER BY valid_from""",
        [entity, among_ids],
    ):
        found[customer].classes.append((since, risk_class))


def _disputes(debits: dict[int, Debit], entity: int, ids: list[int]) -> None:
    condition, among_ids = among("customer_id", ids)
    for entry, opened, closed in rows(
        f"""SELECT entry_id, opened_on, closed_on FROM {R}dispute WHERE entity_id = %s AND {condition}
            ORDER BY opened_on, id""",
        [entity, among_ids],
    ):
        if entry in debits:
            debits[entry].disputes.append((opened, closed))


def _promises(debits: dict[int, Debit], entity: int, ids: list[int]) -> None:
    condition, among_ids = among("p.customer_id", ids)
    for entry, amount, made, closed, until, plan in rows(
        f"""SELECT i.entry_id, i.amount, p.made_on, p.closed_on, p.grace_until, p.plan_id FROM {D}promisetopay p
            JOIN {D}promiseitem i ON i.promise_id = p.id WHERE p.entity_id = %s AND {condition}""",
        [entity, among_ids],
    ):
        if entry in debits:
            debits[entry].promises.append(
                Span(made, closed, until=until, amount=amount, on_plan=plan is not None)
            )


def _blocks(found: dict[int, Past], debits: dict[int, Debit], entity: int, ids: list[int]) -> None:
    condition, among_ids = among("customer_id", ids)
    for customer, entry, contact, reason, amount, since, until, released in rows(
        f"""SELECT customer_id, entry_id, contact_id, reason, amount, from_on, until_on, released_on FROM {D}dunningblock
            WHERE (entity_id = %s OR entity_id IS NULL) AND {condition} ORDER BY id""",
        [entity, among_ids],
    ):
        ends = min([day for day in (until and until + _DAY, released) if day], default=None)
        span = Span(since, ends, reason, until, amount)
        if contact is not None:
            found[customer].muted.setdefault(contact, []).append(span)
        elif entry is None:
            found[customer].blocks.append(span)
        elif entry in debits:
            debits[entry].blocks.append(span)


def _hand_overs(debits: dict[int, Debit], entity: int, ids: list[int]) -> None:
    condition, among_ids = among("h.customer_id", ids)
    for entry, since, to, ended in rows(
        f"""SELECT i.entry_id, h.handed_on, h.ended_on, i.ended FROM {D}handover h
            JOIN {D}handoveritem i ON i.hand_over_id = h.id WHERE h.entity_id = %s AND {condition}""",
        [entity, among_ids],
    ):
        if entry in debits:
            debits[entry].legal.append(Span(since, to if to or not ended else since))


def _contacts(found: dict[int, Past], entity: LegalEntity, until: date, now: datetime) -> None:
    nobody: dict[str, Any] = {
        "entity": entity.pk, "on": until, "closed": False, "importance": 2, "segment": "", "risk_class": "N", "rep": None,
        "collector": None, "items": (),
    }  # fmt: skip
    bare = [Picture(customer=past.customer, code=past.code, **nobody) for past in found.values()]
    for picture in picture_contacts.add(entity, bare, set(), until, now):
        found[picture.customer].contacts = tuple(replace(each, recent={}) for each in picture.contacts)


def _bank_files(found: dict[int, Past], entity: LegalEntity) -> None:
    taken = list(
        Statement.objects.filter(account__entity=entity)
        .order_by("recorded_at")
        .values_list("recorded_at", flat=True)
    )
    for past in found.values():
        past.bank_files = taken
