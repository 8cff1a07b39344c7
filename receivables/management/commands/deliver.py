"""`manage.py deliver`: one pass of delivery. Messages that are due are handed over, doubtful ones looked after."""

import json
import time
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from receivables import clock
from receivables.services import outbox_resolve, outbox_send

PASS_SECONDS, LONGEST_SECONDS, MOST = 60.0, 24 * 3600.0, 1_000_000


class Command(BaseCommand):
    """A door: it lends its clocks and prints what came of it."""

    help = (
        "Hands over the messages that are due, once; with --until-empty until none is left that may go now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-empty", action="store_true", help="go on until nothing more may go now")
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Counts by outcome: accepted, in_doubt, rejected, not_done, moved, …"""
        seconds = LONGEST_SECONDS if options["until_empty"] else PASS_SECONDS
        clocks = outbox_send.Clocks(now=clock.now, monotonic=time.monotonic, pause=time.sleep)
        came: Counter[str] = outbox_resolve.sweep(now=clock.now())
        came += outbox_send.deliver(clocks, seconds=seconds, most=MOST, patient=True)
        if options["json"]:
            self.stdout.write(json.dumps(dict(sorted(came.items()))))
            return
        words = ", ".join(f"{name} {count}" for name, count in sorted(came.items()))
        self.stdout.write(words or "Nothing was due.")
