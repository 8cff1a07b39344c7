"""`manage.py plan --on DATE --json`: exactly what the run of that date would do, and nothing is written."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dunning.management.commands.start_run import entities
from dunning.questions import plan
from dunning.services import runs
from receivables import clock
from receivables.rules.refusals import Refused


class Command(BaseCommand):
    """A door: one question for each entity. A date to come is fine: it shows that night as things stand now."""

    help = "Shows what start_run would do on a date, without doing it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", required=True, type=date.fromisoformat, help="the date, as 2026-03-02")
        parser.add_argument("--entity", default="", help="code of one legal entity; all when left out")
        parser.add_argument("--json", action="store_true", help="every notice, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        on, now, found = options["on"], clock.now(), []
        for entity in entities(options["entity"]):
            try:
                runs.refuse_past(entity=entity, on=on)
            except Refused as refused:
                raise CommandError(f"{entity.code}: {refused}") from None
            found.append(plan.of(entity, on, now))
        if options["json"]:
            self.stdout.write(json.dumps({"on": on.isoformat(), "entities": found}, ensure_ascii=False))
            return
        for each in found:
            self.stdout.write(
                f"{each['entity']} {on}: {each['looked_at']} customers, {len(each['notices'])} notices, "
                f"{len(each['tasks'])} to find."
            )
            for notice in each["notices"]:
                numbers = ", ".join(item["number"] for item in notice["items"])
                self.stdout.write(
                    f"  {notice['customer']}: {notice['stage']} by {notice['channel']} to {notice['recipient']}, "
                    f"{notice['total']} {notice['currency']}, {notice['state']}: {numbers}"
                )
