"""Stages a ledger file: reads it once to its end, keeps the good rows in a spool on disk and the problems in sight.

Nothing is posted while a file is staged, so a file with errors changes nothing.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from integrations.tables.port import RowProblem, open_table
from receivables.ledger_file import LedgerRow, Mapping, read

PROBLEMS_SHOWN = 1_000
_FAR_DAYS = 3_653
_BATCH = 2_000


@dataclass
class Staged:
    """A file read to its end: how many rows, their totals per currency (minor units), and what was wrong.

    Warnings do not stop a file. `first_day` is the earliest day it books on; `customers` their codes and first lines.
    """

    name: str
    sha256: str
    spool: IO[bytes]
    rows_total: int = 0
    settled: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    problems_total: int = 0
    warnings: list[RowProblem] = field(default_factory=list)
    warnings_total: int = 0
    first_day: date | None = None
    customers: dict[str, int] = field(default_factory=dict)

    def rows(self) -> Iterator[LedgerRow]:
        """The good rows, in order; may be read again."""
        self.spool.seek(0)
        while batch := _next(self.spool):
            for values in batch:
                yield LedgerRow._make(values)


def stage(path: Path, mapping: Mapping, *, progress: Callable[[int], None] | None = None) -> Staged:
    """Reads a CSV, XLSX or .gz file. Raises Unreadable for the file as a whole; row errors are collected.

    The hash covers the file and the reading of it, so the same file under another mapping is another import.
    """
    with path.open("rb") as raw:
        digest = file_digest(raw, "sha256").hexdigest()
    staged = Staged(path.name, sha256(f"{digest} {mapping}".encode()).hexdigest(), TemporaryFile())  # noqa: SIM115
    batch: list[tuple[object, ...]] = []
    with path.open("rb") as source:
        for found in read(open_table(source, name=path.name), mapping):
            if isinstance(found, RowProblem):
                staged.problems_total += 1
                if len(staged.problems) < PROBLEMS_SHOWN:
                    staged.problems.append(found)
                continue
            batch.append(tuple(found))
            if len(batch) == _BATCH:
                _keep(staged, batch)
                if progress:
                    progress(len(batch))
                batch = []
    _keep(staged, batch)
    return staged


def _keep(staged: Staged, batch: list[tuple[object, ...]]) -> None:
    for values in batch:
        row = LedgerRow._make(values)
        staged.totals[row.currency] = staged.totals.get(row.currency, 0) + row.amount
        staged.settled += row.settled_on is not None
        staged.customers.setdefault(row.customer, row.line)
        day = row.invoice_on if row.settled_on is None else min(row.invoice_on, row.settled_on)
        if staged.first_day is None or day < staged.first_day:
            staged.first_day = day
        if row.due_on is not None and not 0 <= (row.due_on - row.invoice_on).days <= _FAR_DAYS:
            _warn(staged, row)
    staged.rows_total += len(batch)
    if batch:
        pickle.dump(batch, staged.spool, protocol=pickle.HIGHEST_PROTOCOL)


def _warn(staged: Staged, row: LedgerRow) -> None:
    """A due date before the invoice, or more than ten years behind it: taken over as it stands, but said."""
    staged.warnings_total += 1
    if row.due_on is None or len(staged.warnings) >= PROBLEMS_SHOWN:
        return
    early = row.due_on < row.invoice_on
    code = "due_before_invoice" if early else "due_far_away"
    reason = f"The due date lies {'before the invoice date' if early else 'more than ten years behind the invoice date'}."
    staged.warnings.append(
        RowProblem(code, row.line, "due_on", row.due_on.isoformat(), reason, "Taken over as it stands.")
    )


def _next(spool: IO[bytes]) -> list[tuple[object, ...]]:
    try:
        # The spool is our own anonymous temporary file: nobody else can have written it.
        found: list[tuple[object, ...]] = pickle.load(spool)  # noqa: S301
    except EOFError:
        return []
    return found
