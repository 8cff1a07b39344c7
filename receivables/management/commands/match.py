"""`manage.py match`: applies what is sure among the new lines of all bank accounts, or of one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from receivables import clock
from receivables.actor import Actor
from receivables.models import BankAccount
from receivables.services import matching


class Command(BaseCommand):
    """A door: one call for each account."""

    help = "Matches new bank lines with open items; what is not sure waits for a person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", type=int, help="id of one bank account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints one line for each account."""
        rows = BankAccount.objects.select_related("entity").order_by("pk")
        if options["account"]:
            rows = rows.filter(pk=options["account"])
        by = Actor.system("match", via="command")
        for account in rows:
            done = matching.match_new_lines(account=account, now=clock.now(), by=by)
            self.stdout.write(
                f"{account}: {done.applied} applied ({done.exact} exact), {done.reversed} taken back, "
                f"{done.outgoing} not ours, {done.left} wait for a person."
            )
