"""`manage.py verify`: every invariant of every floor, messages and the chain included; ends with 1 when one is broken."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dunning import books as dunning_books
from receivables import books


class Command(BaseCommand):
    """A door: two questions, then words or JSON."""

    help = "Checks the books, messages, notices and the audit chain; exit code 1 when something is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")
        parser.add_argument(
            "--quick", action="store_true", help="do not recompute the chain, only compare its head"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what is broken, by name, or that all holds."""
        found = [*books.check(deep=not options["quick"]), *dunning_books.check()]
        asked = [*books.rules(), *dunning_books.rules()]
        if options["json"]:
            answer = {"ok": not found, "asked": asked, "findings": [asdict(each) for each in found]}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for each in found:
                self.stdout.write(self.style.ERROR(str(each)))
            self.stdout.write(f"{len(asked)} invariants asked, {len(found)} findings.")
        if found:
            raise SystemExit(1)
