"""manage.py import_ledger: takes in somebody else's ledger (CSV, XLSX, gz) with its history, by a mapping of its columns."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from integrations.errors import Unreadable
from receivables import clock, exports, ledger_staging
from receivables.actor import Actor
from receivables.ledger_file import PRESETS, Mapping
from receivables.ledger_staging import Staged
from receivables.models import ImportFile, ImportMapping, LegalEntity
from receivables.rules.money import format_plain
from receivables.rules.refusals import Refused
from receivables.services import ledger_import


class Command(BaseCommand):
    help = "Takes in a ledger: invoices with due dates and, where settled, their payments on the right days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--entity", required=True, help="code of the legal entity that is owed")
        parser.add_argument(
            "--mapping",
            default="duebook",
            help=f"{', '.join(PRESETS)}, a saved mapping's name, or a JSON file",
        )
        parser.add_argument("--currency", default="", help="ISO code, when the file has no currency column")
        parser.add_argument(
            "--dry-run", action="store_true", help="read and check everything, change nothing"
        )
        parser.add_argument(
            "--good-rows", action="store_true", help="post the good rows of a file that has bad ones"
        )
        parser.add_argument("--errors", type=Path, help="write the row errors to this CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.run(**options)
        except (Refused, Unreadable) as refused:
            raise CommandError(str(refused)) from refused

    def run(self, **options: Any) -> None:
        entity = LegalEntity.objects.filter(code=options["entity"]).first()
        if entity is None:
            known = (
                ", ".join(LegalEntity.objects.values_list("code", flat=True))
                or "none yet; an administrator names one under Settings, Legal entities"
            )
            raise CommandError(f"There is no legal entity {options['entity']!r}. Known: {known}.")
        spec = self.mapping(entity, options["mapping"])
        mapping = Mapping.from_json(spec, currency=options["currency"])
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        with self.bar() as bar:
            reading = bar.add_task("reading", total=None)
            staged = ledger_staging.stage(
                options["file"], mapping, progress=lambda n: bar.advance(reading, n)
            )
        self.report(staged, options["errors"])
        if staged.problems_total and not options["good_rows"]:
            raise CommandError(
                "Nothing was posted. Correct the file, or post the good rows with --good-rows."
            )
        if not staged.rows_total:
            raise CommandError("The file has no rows to post.")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was posted.")
            return
        self.post(entity, staged, spec)

    def post(self, entity: LegalEntity, staged: Staged, spec: dict[str, Any]) -> None:
        now, by = clock.now(), Actor.system("import_ledger", via="command")
        file = ledger_import.open_file(
            entity=entity, name=staged.name, sha256=staged.sha256, mapping=spec, rows_total=staged.rows_total, now=now, by=by,
            first_day=staged.first_day,
        )  # fmt: skip
        if file.state == ImportFile.State.DONE:
            self.stdout.write(f"This file was taken in before: {file.rows_done} rows. Nothing changed.")
            return
        with self.bar() as bar:
            posting = bar.add_task("posting", total=staged.rows_total)
            outcome = ledger_import.post(
                file=file, rows=staged.rows(), now=now, by=by, progress=lambda n: bar.advance(posting, n)
            )
        conflicts = len(outcome.conflicts)
        self.stdout.write(
            f"{outcome.posted} invoices posted, {outcome.skipped} known already, {conflicts} conflicts."
        )
        for line, number, there in outcome.conflicts[:20]:
            self.stderr.write(
                f"line {line}: invoice {number} exists with other data ({there}); left as it is"
            )
        if outcome.conflicts:
            raise CommandError(
                f"{len(outcome.conflicts)} rows contradict what is in the books and were left out."
            )

    def mapping(self, entity: LegalEntity, name: str) -> dict[str, Any]:
        if name in PRESETS:
            return PRESETS[name]
        saved = ImportMapping.objects.filter(entity=entity, kind=ImportFile.Kind.LEDGER, name=name).first()
        if saved:
            return dict(saved.spec)
        if Path(name).is_file():
            return dict(json.loads(Path(name).read_text()))
        raise CommandError(
            f"There is no mapping {name!r}: it is neither shipped, nor saved, nor a JSON file."
        )

    def report(self, staged: Staged, errors: Path | None) -> None:
        sums = ", ".join(
            f"{format_plain(total, currency)} {currency}" for currency, total in sorted(staged.totals.items())
        )
        self.stdout.write(
            f"{staged.name}: {staged.rows_total} rows, {staged.settled} of them settled, {sums or 'no amounts'}."
        )
        if staged.warnings_total:
            first = staged.warnings[0]
            self.stderr.write(
                f"{staged.warnings_total} warnings; the first: line {first.line}: {first.reason}"
            )
        if not staged.problems_total:
            return
        self.stderr.write(f"{staged.problems_total} errors; the first {min(20, len(staged.problems))}:")
        for each in staged.problems[:20]:
            self.stderr.write(
                f"line {each.line}, {each.column or 'row'}: {each.value!r}: {each.reason} {each.repair}".rstrip()
            )
        if errors:
            columns = [exports.Column(name) for name in ("line", "column", "value", "reason", "repair")]
            with errors.open("wb") as out:
                out.writelines(
                    exports.to_csv(
                        columns, ((e.line, e.column, e.value, e.reason, e.repair) for e in staged.problems)
                    )
                )

    def bar(self) -> Progress:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, disable=not sys.stderr.isatty())
