"""manage.py demo: builds the demo company (once), and says who can log in."""

import logging
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from receivables import clock
from receivables.models import User
from reports.sandbox import build


class Command(BaseCommand):
    """A door: reads the clock, makes one call, prints."""

    help = "Builds the demo company in an empty installation: 24 months, 300 customers, three legal entities, two languages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=300)
        parser.add_argument("--seed", type=int, default=build.SEED)

    def handle(self, *args: Any, **options: Any) -> None:
        if build.exists():
            if not User.objects.filter(username="helena").exists():
                raise CommandError(
                    "There is a company in these books already. The demo needs an empty database."
                )
            self.stdout.write("The demo company is here already.")
        else:
            started = monotonic()
            logging.getLogger("duebook").setLevel(
                logging.WARNING
            )  # a line for each of its messages says nothing here
            truth_path = Path(settings.DATA_DIR) / "demo-truth.json"
            truth = build.build(
                today=clock.today(),
                now=clock.now(),
                customers=options["customers"],
                seed=options["seed"],
                say=lambda text: self.stdout.write(f"  {monotonic() - started:5.1f} s  {text}"),
                truth_path=truth_path,
            )
            self.stdout.write(
                f"{truth['invoices']} invoices of {len(truth['customers'])} customers. Ground truth: {truth_path}"
            )
        self.people()

    def people(self) -> None:
        self.stdout.write(f"\nLog in with the password {settings.DUEBOOK_DEMO_PASSWORD} as:")
        for user in (
            User.objects.filter(roles__isnull=False).prefetch_related("roles").distinct().order_by("pk")
        ):
            roles = ", ".join(role.label for role in user.roles.all())
            self.stdout.write(f"  {user.username:<10} {roles:<18} {user.get_full_name()}")
