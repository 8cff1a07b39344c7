"""The night: one run per entity and date, in chunks that anybody may do in any order. Done or not done; there is nothing between.

Who is asked for what is decided in `questions/night`; rows are written by `run_apply`. A run that is killed anywhere goes on.
"""

from collections import Counter
from datetime import date, datetime
from typing import Any, cast

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from dunning.models import Run, RunChunk
from dunning.questions import night
from dunning.questions.night import Judged
from dunning.questions.sql import among, rows
from dunning.rules.arbiter import Verdict
from dunning.services import run_apply
from dunning.services.run_apply import Written
from receivables import audit
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Audit, ChainHead, Customer, LegalEntity, WorkItem
from receivables.rules.refusals import Refused

CHUNK, CHUNK_MIN = 2_000, 500
OWN = ("run.started", "run.again", "run.chunk", "run.finished")
HOURLY = frozenset({"cap", "bank_stale", "receipt_waiting"})
TRIES_MOST = 5
"""A chunk that failed so often waits for a person; `again` lets it try once more."""


@transaction.atomic
def start(*, entity: LegalEntity, on: date, now: datetime, by: Actor, chunk_size: int = CHUNK) -> Run:
    """Begins the run of a date, or answers the one there is: two schedulers start one run. Refuses run_in_the_past."""
    LegalEntity.objects.select_for_update(no_key=True).get(pk=entity.pk)
    latest = refuse_past(entity=entity, on=on)
    if latest is not None and latest.on == on:
        return latest
    parts = night.bounds(entity.pk, on, chunk_size)
    with audit.line("run.started", by=by, now=now, subject=f"run:{entity.code}:{on}", entity=entity) as line:
        run = Run.objects.create(
            entity=entity,
            on=on,
            started_at=now,
            started_by=by.name,
            chunk_size=chunk_size,
            audit_seq=line.seq,
        )
        RunChunk.objects.bulk_create(
            [RunChunk(run=run, number=n, first=first, last=last) for n, (first, last) in enumerate(parts, 1)]
        )
        line.after = {"on": on.isoformat(), "chunks": len(parts)}
        line.touch("run", run.pk, on, len(parts))
    return run


def refuse_past(*, entity: LegalEntity, on: date) -> Run | None:
    """The latest run of an entity; refuses run_in_the_past when it is of a later date."""
    latest = cast("Run | None", Run.objects.filter(entity=entity).order_by("-on").first())
    if latest is not None and latest.on > on:
        raise Refused(
            "run_in_the_past",
            _("The run of %(latest)s is made; one for %(day)s would come too late.")
            % {"latest": latest.on.isoformat(), "day": on.isoformat()},
            field="on",
        )
    return latest


@transaction.atomic
def again(*, run: Run, now: datetime, by: Actor) -> Run:
    """One more pass over the same date, which adds only what changed. Refuses run_in_the_past when a later run is made."""
    run = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    if Run.objects.filter(entity_id=run.entity_id, on__gt=run.on).exists():
        raise Refused("run_in_the_past", _("A later run is made; this one is history."))
    with audit.line("run.again", by=by, now=now, subject=f"run:{run.pk}", entity=run.entity) as line:
        run.passes, run.finished_at, run.audit_seq = run.passes + 1, None, line.seq
        run.save(update_fields=["passes", "finished_at", "audit_seq"])
        run.chunks.update(done_at=None, tries=0)
        line.touch("run", run.pk, run.on, run.passes)
    return run


def do_chunk(*, chunk_id: int, now: datetime, by: Actor) -> dict[str, Any] | None:
    """Does one chunk in one transaction; None when somebody else has it or it is done. The last one finishes the run, now or,
    when its process died in between, the next time it is asked for.

    When it cannot be written as a whole, each customer is tried alone, and who fails is named on the chunk.
    """
    try:
        with transaction.atomic():
            figures = _do(chunk_id, now, by)
    except Exception as problem:
        _remember(chunk_id, problem)
        raise
    finish(run_id=RunChunk.objects.values_list("run_id", flat=True).get(pk=chunk_id), now=now, by=by)
    return figures


def _do(chunk_id: int, now: datetime, by: Actor) -> dict[str, Any] | None:
    """1. claim; 2. lock the customers; 3. look and judge; 4. write what differs; 5. note the figures."""
    claimed = RunChunk.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    chunk = claimed.filter(pk=chunk_id, done_at__isnull=True).select_related("run__entity").first()
    if chunk is None:
        return None
    run, entity = chunk.run, chunk.run.entity
    if Run.objects.filter(entity=entity, on__gt=run.on).exists():
        return _overtaken(chunk, now)
    seen = ChainHead.objects.get(pk=1).seq
    if _nothing_happened(chunk):
        return _done(chunk, _nothing_new(chunk), now)
    customers = night.candidates(entity.pk, run.on, first=chunk.first, last=chunk.last)
    lock(customers)
    judged = night.judge(entity, customers, run.on, now)
    written = _write(run, chunk, judged, now, by)
    figures = _figures(judged, written) | {"seen": seen}
    chunk.figures = figures | _so_far(chunk.figures, written)
    chunk.error = _named(judged.failed)
    return _done(chunk, figures, now)


def _done(chunk: RunChunk, figures: dict[str, Any], now: datetime) -> dict[str, Any]:
    chunk.done_at, chunk.tries = now, chunk.tries + 1
    chunk.save(update_fields=["figures", "done_at", "tries", "error"])
    return figures


def _nothing_happened(chunk: RunChunk) -> bool:
    """Whether no verb but the night's own wrote anything since this chunk was looked at on this very date.

    Every fact comes with an audit line, so the chain says it. What changes by the hour alone (caps, stale bank files) and what
    failed is looked at again in any case.
    """
    seen, figures = chunk.figures.get("seen"), chunk.figures
    if seen is None or figures.get("failed") or HOURLY & set(figures.get("reasons", {})):
        return False
    return not Audit.objects.filter(seq__gt=seen).exclude(action__in=OWN).exists()


def _nothing_new(chunk: RunChunk) -> dict[str, Any]:
    figures: dict[str, Any] = chunk.figures
    return figures | {"notices": 0, "items": 0, "work_items": 0, "outcomes": 0}


def _overtaken(chunk: RunChunk, now: datetime) -> dict[str, Any]:
    """A later night has begun: it looks at these customers, and this one does not speak after it."""
    chunk.error = "overtaken by a later run"
    return _done(chunk, {}, now)


def lock(customers: list[int]) -> None:
    """Row locks on many customers in order of id: what moves on their accounts waits until the chunk is written."""
    if connection.vendor == "sqlite" or not customers:
        return  # the write lock is held from the beginning
    condition, ids = among("id", customers)
    rows(
        f"""SELECT COUNT(*) FROM (SELECT id FROM {Customer._meta.db_table} WHERE {condition} ORDER BY id
            FOR NO KEY UPDATE) locked""",
        [ids],
    )


def _write(run: Run, chunk: RunChunk, judged: Judged, now: datetime, by: Actor) -> Written:
    plan = run_apply.prepare(run, judged.verdicts)
    if not plan:
        return Written()
    subject = f"run:{run.pk} chunk {chunk.number}"
    _hold_calls(plan)
    try:
        with (
            transaction.atomic(),
            audit.line("run.chunk", by=by, now=now, subject=subject, entity=run.entity) as line,
        ):
            return _told(line, run_apply.write(line, run, plan))
    except OperationalError:
        raise  # a lost connection or a deadlock: the whole chunk is tried again
    except (DatabaseError, ValueError, TypeError):
        with audit.line("run.chunk", by=by, now=now, subject=subject, entity=run.entity) as line:
            return _told(line, _one_by_one(line, run, judged))


def _hold_calls(plan: run_apply.Plan) -> None:
    """To-dos that may climb are locked before the chain: who ticks one off has it and waits for the chain."""
    calls = [pk for _customer, kind, pk in plan.open_tasks if kind == run_apply.CALL]
    held = WorkItem.objects.select_for_update(no_key=True).filter(pk__in=calls).order_by("pk")
    if calls:
        list(held.values_list("pk", flat=True))


def _told(line: Line, written: Written) -> Written:
    line.after |= {"notices": written.notices, "items": written.items, "work_items": written.work_items}
    return written


def _one_by_one(line: Line, run: Run, judged: Judged) -> Written:
    """Slow, and only after the whole chunk failed: whoever cannot be written is set aside, the others are."""
    total = Written()
    kept: list[Verdict] = []
    for verdict in judged.verdicts:
        try:
            with transaction.atomic():
                done = run_apply.write(line, run, run_apply.prepare(run, [verdict]))
        except (DatabaseError, ValueError, TypeError) as problem:
            judged.failed[verdict.picture.customer] = f"{type(problem).__name__}: {problem}"[:200]
            continue
        kept.append(verdict)
        total.add(done)
    judged.verdicts = kept
    return total


def _figures(judged: Judged, written: Written) -> dict[str, Any]:
    reasons = Counter(verdict.code for verdict in judged.verdicts)
    return {
        "looked_at": len(judged.verdicts) + len(judged.failed),
        "failed": len(judged.failed),
        "notices": written.notices,
        "items": written.items,
        "work_items": written.work_items,
        "outcomes": written.outcomes,
        "reasons": dict(sorted(reasons.items())),
    }


def _so_far(before: dict[str, Any], written: Written) -> dict[str, int]:
    """Notices and items of all passes; the rest of the figures is the last pass's."""
    return {
        "notices": before.get("notices", 0) + written.notices,
        "items": before.get("items", 0) + written.items,
    }


def _named(failed: dict[int, str]) -> str:
    if not failed:
        return ""
    first = ", ".join(f"{customer}: {problem}" for customer, problem in list(failed.items())[:3])
    return f"{len(failed)} customers set aside. {first}"[:300]


@transaction.atomic
def _remember(chunk_id: int, problem: Exception) -> None:
    """The chunk's failure stays in sight; after too many it is left for a person."""
    chunk = RunChunk.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=chunk_id).first()
    if chunk is not None and chunk.done_at is None:
        chunk.tries, chunk.error = chunk.tries + 1, f"{type(problem).__name__}: {problem}"[:300]
        chunk.save(update_fields=["tries", "error"])


@transaction.atomic
def finish(*, run_id: int, now: datetime, by: Actor) -> bool:
    """Sums up a run whose chunks are all done, once. The run's row lock lets only one of two last chunks do it."""
    run = Run.objects.select_for_update(no_key=True, of=("self",)).select_related("entity").get(pk=run_id)
    chunks = list(run.chunks.order_by("number"))
    if run.finished_at is not None or any(chunk.done_at is None for chunk in chunks):
        return False
    reasons: Counter[str] = Counter()
    for chunk in chunks:
        reasons.update(chunk.figures.get("reasons", {}))
    with audit.line("run.finished", by=by, now=now, subject=f"run:{run.pk}", entity=run.entity) as line:
        for name in ("looked_at", "notices", "items", "failed"):
            setattr(run, name, sum(chunk.figures.get(name, 0) for chunk in chunks))
        run.reasons, run.finished_at, run.audit_seq = dict(sorted(reasons.items())), now, line.seq
        run.save()
        line.after = {"looked_at": run.looked_at, "notices": run.notices, "failed": run.failed}
        line.touch("run", run.pk, run.on, run.looked_at, run.notices, run.items, run.failed)
    return True


def undone(*, run: Run | None = None) -> list[int]:
    """Chunks still to be done, of one run or of all, the oldest date first; of a run that only wants its sum, the first one."""
    left = RunChunk.objects.filter(run=OuterRef("run"), done_at__isnull=True)
    unsummed = Q(number=1, run__finished_at__isnull=True) & ~Exists(left)
    found = RunChunk.objects.filter(Q(done_at__isnull=True, tries__lt=TRIES_MOST) | unsummed)
    if run is not None:
        found = found.filter(run=run)
    return list(found.order_by("run__on", "run_id", "number").values_list("pk", flat=True))
