"""A ledger file that somebody uploads: kept as it came, read with a mapping as often as needed, then posted or discarded.

Reading changes nothing in the books; `ledger_import` posts. Large files are left to the command, which shows its progress.
"""

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, ledger_staging, posting, storage
from receivables.actor import Actor
from receivables.ledger_file import Mapping
from receivables.ledger_staging import Staged
from receivables.models import Customer, ImportFile, ImportMapping, LegalEntity
from receivables.rules import likeness, uploads
from receivables.rules.refusals import Refused
from receivables.services import ledger_import

ROOM = "ledgers"
ROWS_IN_REQUEST = 50_000
"""Files with more rows are posted by the command."""


@transaction.atomic
def take(*, entity: LegalEntity, name: str, data: bytes, now: datetime, by: Actor) -> ImportFile:
    """Keeps an uploaded file, unread. Refuses one that is too large (file_too_large) or was uploaded before (duplicate).

    The name is for the eye only; the bytes lie under a key of our own.
    """
    if len(data) > settings.UPLOAD_MAX_BYTES:
        raise Refused(
            "file_too_large",
            _("The file has %(size)s bytes; the limit is %(limit)s. Post it by manage.py import_ledger.")
            % {"size": len(data), "limit": settings.UPLOAD_MAX_BYTES},
            field="file",
        )
    digest = sha256(data).hexdigest()
    with audit.line(
        "ledger_file.uploaded", by=by, now=now, subject=f"file:{digest[:16]}", entity=entity
    ) as line:
        there = ImportFile.objects.filter(entity=entity, kind=ImportFile.Kind.LEDGER, sha256=digest)
        found = there.exclude(state=ImportFile.State.REFUSED).first()
        if found:
            raise Refused(
                "duplicate",
                _("This very file was uploaded before, as %(name)s.") % {"name": found.name},
                field="file",
                import_file=found.pk,
            )
        row = ImportFile(
            entity=entity,
            kind=ImportFile.Kind.LEDGER,
            name=uploads.display_name(name),
            sha256=digest,
            state=ImportFile.State.STAGED,
            stored_as=storage.keep(data, room=ROOM),
            taken_in_by=by.name,
            taken_in_at=now,
            audit_seq=line.seq,
        )
        row.save(force_insert=True)
        line.touch("import_file", row.pk, digest, len(data))
    return row


def check(*, file: ImportFile, mapping: dict[str, Any], now: datetime, by: Actor) -> ImportFile:
    """Reads the whole file with a mapping and keeps what was found: rows, totals, problems, warnings, what is known already.

    Raises Unreadable for the file as a whole, Refused for the mapping. Nothing is posted.
    """
    staged = ledger_staging.stage(storage.path(file.stored_as), Mapping.from_json(mapping))
    small = staged.rows_total <= ROWS_IN_REQUEST
    there = ledger_import.compare(file.entity, staged.rows()) if small else ledger_import.Outcome()
    found = {
        "settled": staged.settled,
        "totals": staged.totals,
        "problems_total": staged.problems_total,
        "warnings": [asdict(each) for each in staged.warnings[:200]],
        "warnings_total": staged.warnings_total,
        "alike": _alike(staged),
        "fresh": there.posted,
        "known": there.skipped,
        "conflicts": [list(each) for each in there.conflicts[:200]],
        "conflicts_total": len(there.conflicts),
        "compared": small,
        "first_day": staged.first_day.isoformat() if staged.first_day else "",
        "read_with": staged.sha256,
    }
    return _record(file=file, mapping=mapping, staged=staged, found=found, now=now, by=by)


@transaction.atomic
def _record(
    *,
    file: ImportFile,
    mapping: dict[str, Any],
    staged: Staged,
    found: dict[str, Any],
    now: datetime,
    by: Actor,
) -> ImportFile:
    file = _staged(file)
    with audit.line(
        "ledger_file.checked", by=by, now=now, subject=f"import_file:{file.pk}", entity=file.entity
    ) as line:
        file.mapping, file.staged = mapping, found
        file.rows_total, file.rows_failed = staged.rows_total, staged.problems_total
        file.problems = [asdict(each) for each in staged.problems]
        line.stamp(file)
        line.after = {"rows": staged.rows_total, "problems": staged.problems_total}
        file.save(update_fields=["mapping", "staged", "rows_total", "rows_failed", "problems", "audit_seq"])
    return file


def post(*, file: ImportFile, good_rows: bool, now: datetime, by: Actor) -> ledger_import.Outcome:
    """Posts a checked file: all rows, or the good ones when somebody says so. Repeated after a crash it goes on where it was.

    Refuses not_checked, rows_bad (with the count), too_many_rows (names the command), period_closed, state.
    """
    if file.state == ImportFile.State.DONE or not file.staged:
        code = "state" if file.staged else "not_checked"
        raise Refused(code, _("This file is posted already.") if file.staged else _("Check the file first."))
    if not file.rows_total:
        raise Refused("no_rows", _("The file has no rows to post."))
    if file.rows_total > ROWS_IN_REQUEST:
        raise Refused(
            "too_many_rows",
            _("The file has %(rows)s rows. Post it by: manage.py import_ledger FILE --entity %(entity)s")
            % {"rows": file.rows_total, "entity": file.entity.code},
        )
    bad = file.staged["problems_total"]
    if bad and not good_rows:
        raise Refused(
            "rows_bad", _("%(bad)s rows are wrong. Correct the file, or post the good rows.") % {"bad": bad}
        )
    staged = ledger_staging.stage(storage.path(file.stored_as), Mapping.from_json(file.mapping))
    file = _begin(file=file, staged=staged, now=now, by=by)
    return ledger_import.post(file=file, rows=staged.rows(), now=now, by=by)


@transaction.atomic
def _begin(*, file: ImportFile, staged: Staged, now: datetime, by: Actor) -> ImportFile:
    row: ImportFile = ImportFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if row.state not in (ImportFile.State.STAGED, ImportFile.State.POSTING):
        raise Refused("state", _("This file is posted already."))
    if staged.first_day is not None:
        posting.refuse_closed(row.entity, staged.first_day)
    if row.state == ImportFile.State.STAGED:
        with audit.line(
            "ledger_import.opened", by=by, now=now, subject=f"import_file:{row.pk}", entity=row.entity
        ) as line:
            row.state = ImportFile.State.POSTING
            row.rows_failed = 0
            line.stamp(row)
            row.save(update_fields=["state", "rows_failed", "audit_seq"])
    return row


@transaction.atomic
def discard(*, file: ImportFile, now: datetime, by: Actor) -> ImportFile:
    """Puts an unposted file aside; it may be uploaded again. Refuses state once posting has begun."""
    file = _staged(file)
    with audit.line(
        "ledger_file.discarded", by=by, now=now, subject=f"import_file:{file.pk}", entity=file.entity
    ) as line:
        file.state = ImportFile.State.REFUSED
        line.stamp(file)
        file.save(update_fields=["state", "audit_seq"])
    return file


@transaction.atomic
def save_mapping(
    *, entity: LegalEntity, name: str, mapping: dict[str, Any], now: datetime, by: Actor
) -> ImportMapping:
    """Keeps a mapping under a name for the next file; the same name again replaces it. Refuses one without a name."""
    Mapping.from_json(mapping, currency=mapping.get("currency", ""))
    plain = uploads.display_name(name)[:80] if name.strip() else ""
    if not plain:
        raise Refused("name_missing", _("Give the mapping a name."), field="save_as")
    with audit.line(
        "ledger_mapping.saved", by=by, now=now, subject=f"mapping:{plain}", entity=entity
    ) as line:
        row, _made = ImportMapping.objects.update_or_create(
            entity=entity, kind=ImportFile.Kind.LEDGER, name=plain, defaults={"spec": mapping}
        )
        line.touch("import_mapping", row.pk, plain)
    return row


def _staged(file: ImportFile) -> ImportFile:
    """The row, locked, while nothing of it is posted."""
    row: ImportFile = ImportFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if row.state != ImportFile.State.STAGED:
        raise Refused("state", _("Posting of this file has begun: it can no longer be changed."))
    return row


def _alike(staged: Staged) -> list[dict[str, Any]]:
    """New customer codes that look like existing ones: matched exactly all the same, but said (at most 50)."""
    codes = list(staged.customers)
    known: set[str] = set()
    for start in range(0, len(codes), 5_000):
        known |= set(
            Customer.objects.filter(code__in=codes[start : start + 5_000]).values_list("code", flat=True)
        )
    new = [code for code in codes if code not in known]
    if not new:
        return []
    forms = {likeness.code_form(code): code for code in Customer.objects.values_list("code", flat=True)}
    for code in codes:
        if code in known:
            forms.setdefault(likeness.code_form(code), code)
    found = []
    for code in new:
        twin = forms.setdefault(likeness.code_form(code), code)
        if twin != code:
            found.append({"line": staged.customers[code], "code": code, "like": twin})
    return found[:50]
