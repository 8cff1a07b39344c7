"""`manage.py simulate --seed N --days D`: the demo company lives on, on lent time, with faults and kills, proved every day."""

import json
import logging
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.sandbox import build, simulation


class Command(BaseCommand):
    """A door: one call, then words or JSON. The steady clock is only lent to measure waiting."""

    help = "Lives the demo company forward in an EMPTY database, with faults and kills; same seed, same audit hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--days", type=int, default=60)
        parser.add_argument("--customers", type=int, default=60)
        parser.add_argument("--from", dest="start", type=date.fromisoformat, default=date(2026, 1, 5))
        parser.add_argument("--json", action="store_true", help="answer as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Lives, then tells: the audit hash is the last line."""
        if build.exists():
            raise CommandError(
                "There is a company in these books. Simulate in an empty database: set DUEBOOK_DATA_DIR, migrate, simulate."
            )
        logging.getLogger("duebook").setLevel(logging.CRITICAL)  # its faults are meant
        life = simulation.live(
            seed=options["seed"],
            days=options["days"],
            customers=options["customers"],
            start=options["start"],
            folder=Path(settings.DATA_DIR),
            say=lambda text: None if options["json"] else self.stdout.write(f"  {text}"),
            monotonic=time.monotonic,
        )
        if options["json"]:
            self.stdout.write(json.dumps(life.to_json()))
            return
        for name in simulation.COUNTED:
            self.stdout.write(f"{name}: {dict(sorted(getattr(life, name).items()))}")
        self.stdout.write(f"audit hash of seed {life.seed} after {life.days} days: {life.audit_hash}")
