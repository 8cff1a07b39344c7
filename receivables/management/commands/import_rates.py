"""`manage.py import_rates`: takes over dated exchange rates from a source, by default the ECB's packaged file."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations import registry
from integrations.errors import Unavailable
from receivables import clock
from receivables.actor import Actor
from receivables.services import rates

DAYS = 800


class Command(BaseCommand):
    """A door: reads the clock and the source, and makes one call."""

    help = "Takes over dated exchange rates (ECB reference rates from the packaged file, unless another source is named)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", type=date.fromisoformat, help="first day, YYYY-MM-DD (default: 800 days ago)"
        )
        parser.add_argument("--source", default="ecb_file", choices=registry.names("rates"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints how many rates are new."""
        today = clock.today()
        source = registry.adapter("rates", options["source"])
        try:
            quotes = list(source.quotes(options["since"] or today - timedelta(days=DAYS), today))
        except Unavailable as broken:
            raise CommandError(str(broken)) from broken
        count = rates.take_over(
            quotes=quotes, source=source.name, now=clock.now(), by=Actor.system("import_rates", via="command")
        )
        last = max((each.on for each in quotes), default=None)
        self.stdout.write(f"{count} new rates of {source.name}, up to {last or 'no day'}.")
