"""Lays the ground of a new installation: tables, shipped roles and policies, first administrator. Twice changes nothing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from receivables import clock
from receivables.actor import Actor
from receivables.conf import foundations
from receivables.services import roles, staff


class Command(BaseCommand):
    """`manage.py init [--admin NAME …]` prints each new administrator's one-time password, once."""

    help = "Creates tables, roles, policies and the first administrators; prints their one-time passwords. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--admin",
            action="append",
            metavar="NAME",
            help="user name of an administrator to create (default: admin). Role changes take two: give it twice.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        plan = MigrationExecutor(connection)
        if plan.migration_plan(plan.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
        now, by = clock.now(), Actor.system("init", via="command")
        rows = roles.ship_roles(now=now, by=by)
        self.stdout.write(_("Roles created: %(count)s.") % {"count": len(rows)})
        foundations.lay(now=now, by=by)
        for name in options["admin"] or ["admin"]:
            made = staff.first_admin(username=name, now=now, by=by)
            if made is None:
                self.stdout.write(_("%(name)s exists already; nothing changed.") % {"name": name})
            else:
                self.stdout.write(
                    _("Administrator %(name)s, one-time password (shown once): %(password)s")
                    % {"name": name, "password": made[1]}
                )
