"""Writes down what a night decided about a chunk of customers: notices, items, to-dos, lines in the app, reasons that changed.

Set by set under the caller's locks and its one audit line; nothing is written when nothing changed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from django.db import connection

from dunning.models import Notice, Run, RunOutcome
from dunning.questions.sql import among, rows
from dunning.rules.arbiter import Draft, Verdict
from dunning.rules.policy import LATER_FROM
from dunning.services import run_bulk
from receivables import bulk
from receivables.audit import Line
from receivables.models import WorkItem
from receivables.services import work

CALL, ESCALATION, UNREACHABLE = work.CALL, "dunning_escalation", "dunning_unreachable"
KIND_OF = {"call": CALL, "work": ESCALATION}
ESCALATE_TO = "sales_manager"
NOTICE_COLUMNS = [
    "id", "entity_id", "customer_id", "currency", "on", "track", "stage", "rank", "audience", "channel", "recipient",
    "contact_id", "user_id", "template", "policy_version_id", "run_id", "total", "state", "due_at", "work_item_id", "why",
    "reached_on", "audit_seq",
]  # fmt: skip
WORK_COLUMNS = [
    "id", "kind", "entity_id", "customer_id", "step", "owner_role", "assignee_id", "opened_at", "due_at", "note", "state",
    "audit_seq",
]  # fmt: skip


@dataclass(slots=True)
class Written:
    """How many rows of each kind a chunk wrote."""

    notices: int = 0
    items: int = 0
    work_items: int = 0
    outcomes: int = 0

    def add(self, other: "Written") -> None:
        self.notices += other.notices
        self.items += other.items
        self.work_items += other.work_items
        self.outcomes += other.outcomes


@dataclass(slots=True)
class Plan:
    """What there is to write, found out before the audit line is opened."""

    verdicts: Sequence[Verdict]
    drafts: list[Draft] = field(default_factory=list)
    unreachable: list[Verdict] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)
    opening: list[tuple[int, str, str, str]] = field(default_factory=list)
    """(customer, code, digest, JSON of the reasons)."""
    open_tasks: list[tuple[int, str, int]] = field(default_factory=list)
    """Open calls and searches for somebody to talk to: (customer, kind, id)."""

    def __bool__(self) -> bool:
        return bool(self.drafts or self.unreachable or self.opening or self.closing)


def prepare(run: Run, verdicts: Sequence[Verdict]) -> Plan:
    """What differs from what stands. Reads two tables, and only of customers in the chunk."""
    plan = Plan(verdicts, [draft for verdict in verdicts for draft in verdict.drafts])
    if not verdicts:
        return plan
    customers = [verdict.picture.customer for verdict in verdicts]
    _compare(plan, run.entity_id, customers)
    if plan.drafts or any(verdict.tasks for verdict in verdicts):
        plan.open_tasks = _open_tasks(run.entity_id, customers)
        sought = {customer for customer, kind, _pk in plan.open_tasks if kind == UNREACHABLE}
        plan.unreachable = [v for v in verdicts if v.tasks and v.picture.customer not in sought]
    return plan


def _compare(plan: Plan, entity: int, customers: Sequence[int]) -> None:
    condition, ids = among("customer_id", customers)
    current = {
        customer: (pk, digest)
        for customer, pk, digest in rows(
            f"""SELECT customer_id, id, digest FROM {RunOutcome._meta.db_table}
                WHERE to_on IS NULL AND entity_id = %s AND {condition}""",
            [entity, ids],
        )
    }
    for verdict in plan.verdicts:
        customer, told = verdict.picture.customer, json.dumps(verdict.reasons)
        digest = blake2b(f"{verdict.code}{told}".encode(), digest_size=16).hexdigest()
        standing = current.get(customer)
        if standing is not None and standing[1] == digest:
            continue
        if standing is not None:
            plan.closing.append(standing[0])
        if standing is not None or verdict.code != "nothing_open":
            plan.opening.append((customer, verdict.code, digest, told))


def _open_tasks(entity: int, customers: Sequence[int]) -> list[tuple[int, str, int]]:
    condition, ids = among("customer_id", customers)
    return rows(
        f"""SELECT customer_id, kind, id FROM {WorkItem._meta.db_table}
            WHERE state = 'OPEN' AND kind IN (%s, %s) AND entity_id = %s AND {condition} ORDER BY id""",
        [CALL, UNREACHABLE, entity, ids],
    )


def write(line: Line, run: Run, plan: Plan) -> Written:
    """1. items, which settle who was first; 2. to-dos; 3. notices that have items; 4. the app; 5. to-dos that climb; 6. reasons.

    The database checks references at commit, so a notice that lost all its items to somebody else is never written.
    """
    done = Written()
    drafts = _items(run, plan.drafts, done)
    works = _work_items(line, run, plan, drafts, done)
    _notices(line, run, drafts, works, done)
    _tell(line, run, [draft for _pk, draft in drafts])
    _escalate(line, run, plan)
    run_bulk.close_outcomes(plan.closing, run.on)
    run_bulk.open_outcomes(
        [(run.entity_id, pk, run.on, code, digest, told, run.pk) for pk, code, digest, told in plan.opening]
    )
    if plan.opening:
        told = blake2b(
            "".join(digest for _c, _code, digest, _t in plan.opening).encode(), digest_size=16
        ).hexdigest()
        line.touch("outcomes", plan.opening[0][0], len(plan.opening), told)
    done.outcomes = len(plan.opening)
    return done


def _items(run: Run, drafts: list[Draft], done: Written) -> list[tuple[int, Draft]]:
    """Gives out ids and writes the items; drafts whose items all stand already are dropped."""
    if not drafts:
        return []
    pairs = list(zip(bulk.next_ids(Notice, len(drafts)), drafts, strict=True))
    values = [
        (pk, i.item.entry, i.stage.code, i.stage.offset, draft.track, i.round, i.ask, i.dpd, reached(draft, run.on))
        for pk, draft in pairs
        for i in draft.climbing
    ]  # fmt: skip
    done.items = run_bulk.items(values)
    if done.items != len(values):
        kept = run_bulk.with_items([pk for pk, _draft in pairs])
        pairs = [pair for pair in pairs if pair[0] in kept]
    return pairs


def moment(value: datetime) -> Any:
    """As the column keeps it: rows written past the ORM must sort and compare like all others."""
    return connection.ops.adapt_datetimefield_value(value)


def reached(draft: Draft, on: date) -> date | None:
    """A to-do or a line in the app is there at once; a message only when the provider accepted it."""
    return on if draft.state == "HANDED_OVER" else None


def _work_items(
    line: Line, run: Run, plan: Plan, drafts: list[tuple[int, Draft]], done: Written
) -> dict[int, int]:
    """Notice → its to-do: a call that is still to be made takes in what falls due meanwhile. And one to-do for whoever cannot
    be reached, as long as none is open."""
    opening: list[tuple[int | None, list[Any]]] = []
    to_call: dict[int, int | None] = {customer: pk for customer, kind, pk in plan.open_tasks if kind == CALL}
    joined: list[tuple[int, int]] = []
    for pk, draft in drafts:
        kind = KIND_OF.get(draft.target.channel)
        if kind is None:
            continue
        if kind == CALL and draft.customer in to_call:
            joined.append((pk, draft.customer))
            continue
        to = draft.target
        values = [
            kind,
            run.entity_id,
            draft.customer,
            draft.stage.code,
            to.owner_role,
            to.user,
            moment(line.now),
            moment(to.due_at),
            "",
        ]
        opening.append((pk, values))
        if kind == CALL:
            to_call[draft.customer] = None
    for verdict in plan.unreachable:
        task = verdict.tasks[0]
        values = [
            UNREACHABLE,
            run.entity_id,
            task.customer,
            task.stage,
            "collector",
            task.user,
            moment(line.now),
            moment(task.due_at),
            task.reason,
        ]
        opening.append((None, values))
    ids = bulk.next_ids(WorkItem, len(opening)) if opening else []
    numbered = [(pk, values) for pk, (_notice, values) in zip(ids, opening, strict=True)]
    if numbered:
        bulk.insert(WorkItem, WORK_COLUMNS, [(pk, *values, "OPEN", line.seq) for pk, values in numbered])
    for pk, values in numbered:
        line.touch("workitem", pk, values[0], values[2], values[3], values[4])
    done.work_items = len(opening)
    to_call |= {values[2]: pk for pk, values in numbered if values[0] == CALL}
    found = {notice: pk for pk, (notice, _values) in zip(ids, opening, strict=True) if notice is not None}
    return found | {notice: call for notice, customer in joined if (call := to_call[customer]) is not None}


def _notices(
    line: Line, run: Run, drafts: list[tuple[int, Draft]], works: dict[int, int], done: Written
) -> None:
    if not drafts:
        return
    bulk.insert(
        Notice,
        NOTICE_COLUMNS,
        (
            (
                pk, run.entity_id, draft.customer, draft.currency, run.on, draft.track, draft.stage.code, draft.stage.offset,
                draft.stage.audience, draft.target.channel, draft.target.recipient, draft.target.contact, draft.target.user,
                draft.stage.template, draft.version_id or None, run.pk, draft.total, draft.state, moment(draft.target.due_at),
                works.get(pk), draft.why, reached(draft, run.on), line.seq,
            )
            for pk, draft in drafts
        ),
    )  # fmt: skip
    for pk, draft in drafts:
        entries = ",".join([str(intent.item.entry) for intent in draft.climbing])
        line.touch(
            "notice", pk, draft.customer, draft.currency, draft.stage.code, draft.total, draft.state, entries
        )
    done.notices = len(drafts)


def _tell(line: Line, run: Run, drafts: Sequence[Draft]) -> None:
    values = [
        (
            user, f"notice:{draft.stage.code}:{run.entity_id}:{draft.customer}:{draft.currency}:{run.on}", "dunning",
            json.dumps({
                "stage": draft.stage.code, "currency": draft.currency, "total": draft.total, "items": len(draft.climbing),
                "on": run.on.isoformat(),
            }),
            f"/customers/{draft.customer}/", draft.customer, moment(line.now),
        )
        for draft in drafts
        for user in draft.target.told
    ]  # fmt: skip
    run_bulk.notifications(values)


def _escalate(line: Line, run: Run, plan: Plan) -> None:
    """Calls still to be made about somebody who climbed to the later weeks go to the sales manager."""
    climbed = {
        draft.customer for draft in plan.drafts for i in draft.climbing if i.stage.offset >= LATER_FROM
    }
    ids = [pk for customer, kind, pk in plan.open_tasks if kind == CALL and customer in climbed]
    if not ids:
        return
    late = WorkItem.objects.filter(pk__in=ids, state=WorkItem.State.OPEN, escalated_at__isnull=True)
    for pk in late.order_by("pk").values_list("pk", flat=True):
        line.touch("escalation", pk, ESCALATE_TO)
    moved = {
        "escalated_at": line.now,
        "escalated_to": ESCALATE_TO,
        "owner_role": ESCALATE_TO,
        "assignee": None,
    }
    late.update(**moved, audit_seq=line.seq)
