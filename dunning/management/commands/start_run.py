"""`manage.py start_run --on DATE`: the night of a date, done here and now. The engine does the same by itself."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dunning.models import Run
from dunning.services import runs
from receivables import clock
from receivables.actor import Actor
from receivables.models import LegalEntity
from receivables.rules.refusals import Refused


class Command(BaseCommand):
    """A door: starts (or finds) the run, does its chunks, prints its figures."""

    help = "Runs the dunning of a date, and prints what it did. A second call adds only what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", required=True, type=date.fromisoformat, help="the date, as 2026-03-02")
        parser.add_argument("--entity", default="", help="code of one legal entity; all when left out")
        parser.add_argument("--again", action="store_true", help="one more pass over a run that is done")
        parser.add_argument("--json", action="store_true", help="figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [self._run(entity, options["on"], options["again"]) for entity in entities(options["entity"])]
        if options["json"]:
            self.stdout.write(json.dumps(found))
        else:
            for figures in found:
                self.stdout.write(_sentence(figures))
        if any(figures["failed"] or figures["chunks_left"] for figures in found):
            raise CommandError("Not every customer could be looked at; the chunks of the run say why.")

    def _run(self, entity: LegalEntity, on: date, again: bool) -> dict[str, Any]:
        by, now = Actor.system("start_run", via="command"), clock.now()
        refuse_future(entity, on)
        try:
            run = runs.start(entity=entity, on=on, now=now, by=by)
            if again and run.finished_at is not None:
                run = runs.again(run=run, now=now, by=by)
        except Refused as refused:
            raise CommandError(f"{entity.code}: {refused}") from None
        done = [runs.do_chunk(chunk_id=chunk, now=clock.now(), by=by) or {} for chunk in runs.undone(run=run)]
        return _figures(run, done)


def entities(code: str) -> list[LegalEntity]:
    """One by its code, or all. An unknown code is an error of the caller."""
    rows = LegalEntity.objects.order_by("code")
    found = list(rows.filter(code=code) if code else rows)
    if not found:
        raise CommandError(f"There is no legal entity {code!r}." if code else "There is no legal entity yet.")
    return found


def refuse_future(entity: LegalEntity, on: date) -> None:
    """A night that has not come is planned, not run."""
    if on > clock.today(entity):
        raise CommandError(f"{entity.code}: run_in_the_future: {on} has not come yet. Use plan --on {on}.")


def _figures(run: Run, done: list[dict[str, Any]]) -> dict[str, Any]:
    """What this call wrote, and how the run stands."""
    run.refresh_from_db()
    return {
        "entity": run.entity.code,
        "on": run.on.isoformat(),
        "run": run.pk,
        "passes": run.passes,
        "finished": run.finished_at is not None,
        "looked_at": run.looked_at,
        "notices": run.notices,
        "items": run.items,
        "failed": run.failed,
        "reasons": run.reasons,
        "new": {
            name: sum(each.get(name, 0) for each in done)
            for name in ("notices", "items", "work_items", "outcomes")
        },
        "chunks": run.chunks.count(),
        "chunks_left": run.chunks.filter(done_at__isnull=True).count(),
    }


def _sentence(figures: dict[str, Any]) -> str:
    reasons = ", ".join(f"{code} {many}" for code, many in figures["reasons"].items())
    return (
        f"{figures['entity']} {figures['on']}: {figures['looked_at']} customers, {figures['new']['notices']} new notices about "
        f"{figures['new']['items']} items, {figures['failed']} failed. {reasons}"
    )
