"""`manage.py status`: counts per state, the oldest due rows, what is parked or stuck; ends with 1 when something is late."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from receivables import clock
from reports import operating


class Command(BaseCommand):
    """A door: reads the clock, asks one question, prints."""

    help = "Says what waits, what is parked and what is late; exit code 1 when due rows are late (stale)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the status; late queues are named with since when."""
        found = operating.status(now=clock.now())
        if options["json"]:
            self.stdout.write(json.dumps(found.to_json(), default=_plain))
        else:
            self._say(found)
        if not found.healthy:
            raise SystemExit(1)

    def _say(self, found: operating.Status) -> None:
        for title, counts in (("messages", found.messages), ("notices", found.notices)):
            said = ", ".join(f"{n} {state}" for state, n in counts.items()) or "none"
            self.stdout.write(f"{title}: {said}")
        for title, moment in (
            ("oldest due message", found.oldest_due),
            ("oldest released notice", found.oldest_notice),
        ):
            if moment:
                self.stdout.write(f"{title}: since {moment:%Y-%m-%d %H:%M} UTC")
        for run in found.unfinished_runs:
            self.stdout.write(f"run not finished: {run}")
        if found.failed_chunks:
            self.stdout.write(f"chunks that failed and will be tried again: {found.failed_chunks}")
        if found.open_work_overdue:
            self.stdout.write(f"to-dos past their deadline: {found.open_work_overdue}")
        for queue, since in found.stale.items():
            self.stdout.write(self.style.ERROR(f"stale: {queue} wait since {since:%Y-%m-%d %H:%M} UTC"))
        self.stdout.write("stale" if found.stale else "in time")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
