"""`manage.py import_statement FILE`: takes a bank statement in and matches what is sure. The same file again adds nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from receivables import clock
from receivables.actor import Actor
from receivables.models import BankAccount, Statement
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused
from receivables.services import bank_intake


class Command(BaseCommand):
    """A door: reads the file and the clock, and makes one call."""

    help = "Takes in a bank statement (camt, MT940, BAI2, OFX, CSV, XLSX) and applies sure matches."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--account",
            default="",
            help="name, number or id of the bank account; else found by the number in the file",
        )
        parser.add_argument("--mapping", default="", help="a shipped or saved reading of tables")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what came in and what waits. Ends with an error for a file that cannot be taken in."""
        account = _account(options["account"]) if options["account"] else None
        try:
            raw = options["file"].read_bytes()
        except OSError as e:
            raise CommandError(f"{options['file'].name}: {e.strerror}") from e
        try:
            intake = bank_intake.take_in(
                raw=raw,
                name=options["file"].name,
                account=account,
                accounts=list(BankAccount.objects.select_related("entity")),
                mapping=options["mapping"],
                now=clock.now(),
                today=clock.today(account.entity if account else None),
                by=Actor.system("import_statement", via="command"),
            )
        except Refused as refused:
            raise CommandError(f"{refused.code}: {refused.message}") from refused
        taken = intake.taken
        if taken.known:
            self.stdout.write(
                f"known: this very file was taken in before; 0 new lines, {taken.lines_known} known."
            )
            return
        for statement in taken.statements:
            self._tell(statement)
        self.stdout.write(
            f"{taken.lines_new} new lines, {taken.lines_known} known, {intake.applied} applied, {intake.left} wait for a person."
        )

    def _tell(self, row: Statement) -> None:
        figures = [
            format_plain(v, row.currency) if v is not None else "?"
            for v in (row.opening, row.lines_total, row.closing)
        ]
        self.stdout.write(
            f"{row.account} {row.number or '-'} {row.state}: {figures[0]} + {figures[1]} -> {figures[2]} {row.currency}"
        )
        for problem in row.problems:
            self.stdout.write(f"  {problem['code']}: {problem['message']}")


def _account(told: str) -> BankAccount:
    rows = BankAccount.objects.select_related("entity")
    form = "".join(told.split()).upper()
    found = (
        list(rows.filter(iban=form))
        or list(rows.filter(name=told))
        or (list(rows.filter(pk=int(told))) if told.isdigit() else [])
    )
    if len(found) != 1:
        names = ", ".join(rows.values_list("name", flat=True)[:20]) or "none"
        raise CommandError(f"--account {told}: not one bank account; there are: {names}")
    account: BankAccount = found[0]
    return account
