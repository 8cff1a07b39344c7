"""`manage.py engine`: scheduler and worker without the web, in one process. For one machine; production uses Celery."""

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from receivables import stopping
from receivables.conf.loop import Loop
from receivables.conf.schedule import JOBS


class Command(BaseCommand):
    """SIGTERM or Ctrl-C ends it after the unit in hand, such as one message, and after GRACE_SECONDS in any case."""

    help = "Run the scheduled jobs until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="ring every bell once, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        loop = Loop(JOBS, time.monotonic)
        if options["once"]:
            loop.ring()
            return
        stopping.forget()

        def end(*_: Any) -> None:
            stopping.ask()
            loop.stop()
            signal.alarm(
                stopping.GRACE_SECONDS
            )  # nobody handles it: the process is gone, its message in doubt

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        self.stdout.write(f"engine: {len(JOBS)} jobs")
        self.stdout.flush()
        loop.run()
        signal.alarm(0)
        self.stdout.write("engine: stopped")
