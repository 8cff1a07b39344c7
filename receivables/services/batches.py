"""Many requests from one table: staged with a result for every row, then the good rows become requests, the bad ones a file.

One request per row. A batch is partial by design; a killed posting goes on after its last whole chunk.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from integrations.tables import port as tables
from receivables import audit, exports
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import Customer, ImportFile, Invoice, LegalEntity, User
from receivables.questions import request_picture
from receivables.rules import batch_columns, request_checks, request_lines, uploads
from receivables.rules.batch_columns import ROWS_MAX
from receivables.rules.refusals import Refused
from receivables.services import drafting, requesting, work
from receivables.services.drafting import Content
from receivables.words import request_words

SIZE_MAX = 5_000_000
CHUNK = 25
READY, WRONG, DONE = "ready", "wrong", "done"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A row that could become a request: who, what, and the total it would have."""

    customer: Customer
    content: Content
    gross: int
    confirmed: bool


def stage(*, entity: LegalEntity, name: str, data: bytes, now: datetime, by: Actor) -> ImportFile:
    """Reads the table and judges every row; nothing becomes a request yet.

    Refuses the file as a whole: file_too_large, file_unreadable, header_missing, header_twice, too_many_rows, no_rows,
    duplicate (the same file was taken in before).
    """
    if len(data) > SIZE_MAX:
        message = _("The file has %(size)s bytes; the limit is %(limit)s bytes (5 MB).") % {
            "size": len(data),
            "limit": SIZE_MAX,
        }
        raise Refused("file_too_large", message, field="file")
    rows = list(_read(data, name))
    _judge(rows, entity, by, now)
    sha256 = hashlib.sha256(data).hexdigest()
    file = ImportFile(
        entity=entity, kind=ImportFile.Kind.REQUESTS, name=uploads.display_name(name), sha256=sha256
    )
    return _write(file, rows, now, by)


@transaction.atomic
def _write(file: ImportFile, rows: list[Row], now: datetime, by: Actor) -> ImportFile:
    same = ImportFile.objects.filter(entity=file.entity, kind=file.kind, sha256=file.sha256)
    if same.exclude(state=ImportFile.State.REFUSED).exists():
        message = _("This very file has been taken in before. Its rows would be invoiced twice.")
        raise Refused("duplicate", message, field="file")
    with audit.line("batch.staged", by=by, now=now, entity=file.entity) as line:
        file.state, file.staged, file.rows_total = ImportFile.State.STAGED, rows, len(rows)
        file.rows_failed = sum(row["result"] == WRONG for row in rows)
        file.taken_in_by, file.taken_in_at, file.audit_seq = by.name, now, line.seq
        file.save(force_insert=True)
        line.subject = f"import_file:{file.pk}"
        line.touch("importfile", file.pk, file.sha256, len(rows))
    return file


def post(*, file: ImportFile, now: datetime, by: Actor, rows_most: int = ROWS_MAX) -> ImportFile:
    """Makes requests of the ready rows, submitted and in the approvers' queue, chunk by chunk. Refuses state when it is done.

    After about `rows_most` rows it leaves the rest to the sweeper, so that nobody waits for a page.
    """
    if file.state == ImportFile.State.DONE:
        raise Refused("state", _("This batch is done."))
    for _chunk in range(-(-rows_most // CHUNK) + 1):
        file = post_chunk(file=file, now=now, by=by)
        if file.state == ImportFile.State.DONE:
            break
    return file


@transaction.atomic
def post_chunk(*, file: ImportFile, now: datetime, by: Actor) -> ImportFile:
    """The next 25 rows, wholly or not at all; each row is judged again, because the world has moved since the preview."""
    file = ImportFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if file.state not in (ImportFile.State.STAGED, ImportFile.State.POSTING):
        return file
    todo = [row for row in file.staged if row["result"] == READY][:CHUNK]
    with audit.line(
        "batch.posted", by=by, now=now, subject=f"import_file:{file.pk}", entity=file.entity
    ) as line:
        for row in todo:
            _post_row(line, file.entity, row, now, by)
        left = any(row["result"] == READY for row in file.staged)
        file.state = ImportFile.State.POSTING if left else ImportFile.State.DONE
        file.rows_done = sum(row["result"] == DONE for row in file.staged)
        file.rows_failed = sum(row["result"] == WRONG for row in file.staged)
        line.after |= {"rows_done": file.rows_done, "rows_failed": file.rows_failed}
        line.stamp(file)
        file.save()
    return file


def resume(*, now: datetime) -> int:
    """The sweeper: batches whose posting was interrupted go on in the name of who began them. Returns how many."""
    files = list(
        ImportFile.objects.filter(kind=ImportFile.Kind.REQUESTS, state=ImportFile.State.POSTING)[:10]
    )
    for file in files:
        user = User.objects.filter(username=file.taken_in_by, is_active=True).first()
        if user:
            post(file=file, now=now, by=Actor.of(user, "engine"))
    return len(files)


def template() -> bytes:
    """An XLSX with our headings and one example row, which is passed over when it is uploaded."""
    columns = [
        exports.Column(request_words.heading(c) + (" *" if c.needed else ""), 22)
        for c in batch_columns.COLUMNS
    ]
    return exports.to_xlsx(columns, [[c.example for c in batch_columns.COLUMNS]], title="Requests")


def error_file(file: ImportFile) -> bytes:
    """The rows that did not become requests, as they came, with a reason each: correct them there and upload the file again."""
    columns = [exports.Column(request_words.heading(c), 20) for c in batch_columns.COLUMNS]
    columns += [exports.Column(_("Line"), 8), exports.Column(_("Reason"), 80)]
    rows = [
        [
            *(batch_columns.original(row["cells"].get(c.name, "")) for c in batch_columns.COLUMNS),
            row["line"],
            _reasons(row),
        ]
        for row in file.staged
        if row["result"] == WRONG
    ]
    return exports.to_xlsx(columns, rows, title="To correct")


def _read(data: bytes, name: str) -> Iterator[Row]:
    try:
        table = tables.open_table(
            data, name=name, options=tables.TableOptions(limits=tables.Limits(rows=ROWS_MAX * 3))
        )
        columns = batch_columns.place(table.header)
        count = 0
        for row in table.rows:
            cells = {name: str(row.cells[at]) for name, at in columns.items() if at < len(row.cells)}
            if (
                not any(cell.strip() for cell in row.cells)
                or cells.get("customer", "").strip() == batch_columns.EXAMPLE
            ):
                continue
            count += 1
            if count > ROWS_MAX:
                message = _("The file has more than %(limit)s rows. Split it.") % {"limit": ROWS_MAX}
                raise Refused("too_many_rows", message, field="file", limit=ROWS_MAX)
            errors = [
                {"code": p.code, "column": p.column, "message": f"{p.reason} {p.repair}".strip()}
                for p in row.problems
            ]
            yield {"line": row.line, "cells": cells, "result": WRONG if errors else READY, "errors": errors}
    except tables.Unreadable as no:
        raise Refused("file_unreadable", f"{no.message} {no.repair}".strip(), field="file") from no
    if not count:
        raise Refused("no_rows", _("The file has no rows below its headings."), field="file")


def _judge(rows: list[Row], entity: LegalEntity, by: Actor, now: datetime) -> None:
    """Gives every row its result; equal rows of one file count as duplicates of each other."""
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        if row["result"] == WRONG:
            continue
        try:
            plan = _plan(entity, row, by, now)
            key = (plan.customer.pk, plan.content.po_number, plan.content.currency, plan.gross)
            if key in seen and not plan.confirmed:
                message = _("The same customer, order and amount stand in line %(line)s of this file.") % {
                    "line": seen[key]
                }
                raise Refused("duplicate_suspected", message, field="duplicate_confirmed")
            seen.setdefault(key, row["line"])
            row |= {"who": plan.customer.legal_name, "gross": plan.gross, "currency": plan.content.currency}
        except Refused as no:
            _fail(row, no)


def _plan(entity: LegalEntity, row: Row, by: Actor, now: datetime) -> Plan:
    asked = batch_columns.read(row["cells"])
    customer = _customer(asked.customer, by)
    today = work.local_day(entity, now)
    texts = {**asked.texts, "currency": (asked.texts["currency"] or entity.currency).upper()}
    content = Content(lines=(asked.line,), **texts)
    planned = Invoice(entity=entity, customer=customer, created_by=by.user)
    drafting.apply(planned, content, today)
    totals = request_lines.compute(content.lines, content.currency)
    picture = request_picture.of(planned, today=today, confirmed=asked.duplicate_confirmed, lines=1)
    for wrong in request_checks.blocking(request_checks.check(picture)):
        raise Refused(wrong.code, request_words.wrong(wrong), field=wrong.field)
    return Plan(customer, content, totals.gross, asked.duplicate_confirmed)


def _customer(name: str, by: Actor) -> Customer:
    mine = Customer.objects.for_user(by.user) if by.user else Customer.objects.all()
    found = mine.filter(code=name).first() or mine.filter(tax_id=name).first()
    if found is None:
        message = _("There is no customer %(name)s among yours. Use the code or the tax ID.") % {
            "name": name[:40]
        }
        raise Refused("customer_unknown", message, field="customer")
    customer: Customer = found
    return customer


def _post_row(line: Line, entity: LegalEntity, row: Row, now: datetime, by: Actor) -> None:
    """Everything that may be refused is refused before the first write, so the open audit line tells no tales."""
    try:
        plan = _plan(entity, row, by, now)
    except Refused as no:
        _fail(row, no)
        return
    today = work.local_day(entity, now)
    invoice = drafting.new(
        line, entity=entity, customer=plan.customer, content=plan.content, today=today, now=now, user=by.user
    )
    requesting.submit_line(line, invoice, now=now, by=by)
    row |= {"result": DONE, "invoice": invoice.pk, "errors": []}


def _fail(row: Row, no: Refused) -> None:
    column = (no.field or "").rpartition(".")[2]
    known = batch_columns.BY_NAME.get(column)
    said = request_words.refusal(no) if no.code in request_words.INPUTS else no.message
    row["result"] = WRONG
    row["errors"] = [{"code": no.code, "column": known.heading if known else "", "message": said}]


def _reasons(row: Row) -> str:
    return " · ".join(
        f"{e['column']}: {e['message']}" if e["column"] else e["message"] for e in row["errors"]
    )
