"""Bank statements come in: a file becomes statements and lines, each line once, whole or not at all. Money is not moved here;
`matching` does that, and `statement_decisions` is where a person releases, discards or cancels.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from integrations.banking import port
from integrations.errors import Unreadable
from integrations.files.media import display_name
from receivables import audit, storage
from receivables.actor import Actor
from receivables.audit import Line
from receivables.models import BankAccount, ImportFile, ImportMapping, LegalEntity, Statement
from receivables.rules.refusals import Refused
from receivables.services import statement_checks, statement_lines


@dataclass
class TakenIn:
    """What a file brought. `known` = the same file was taken in before, so nothing was added."""

    file: ImportFile
    statements: list[Statement] = field(default_factory=list)
    known: bool = False
    lines_new: int = 0
    lines_known: int = 0

    @property
    def flagged(self) -> int:
        return sum(s.state == Statement.State.FLAGGED for s in self.statements)


@dataclass(frozen=True)
class Read:
    """A file that was read: its format, its statements, and the account each belongs to."""

    format: str
    pairs: tuple[tuple[port.Statement, BankAccount], ...]


def take_in(
    *,
    raw: bytes,
    name: str,
    now: datetime,
    today: date,
    by: Actor,
    account: BankAccount | None = None,
    accounts: Sequence[BankAccount] = (),
    mapping: str = "",
) -> TakenIn:
    """Takes a whole file in, in one transaction. Without an `account` each statement finds its own among `accounts` by IBAN.

    `mapping` names a shipped or saved reading of a table. 1. read; 2. the file is kept under a key of ours; 3. statements and
    lines are stored, a statement that does not fit is FLAGGED and its lines HELD. Refuses what the reader refuses (code of the
    file's fault, with line and column), account_unknown, and duplicate when the same file is being taken in at this moment.
    """
    sha256 = hashlib.sha256(raw).hexdigest()
    known = _known(sha256, [account] if account else accounts)
    if known:
        return known
    read = read_file(raw=raw, name=name, account=account, accounts=accounts, mapping=mapping)
    stored_as = storage.keep(raw, room="bank")
    try:
        taken = _store(
            read, sha256=sha256, name=name, stored_as=stored_as, now=now, today=today, by=by, mapping=mapping
        )
    except IntegrityError as e:
        storage.drop(stored_as)
        if "import_file_once" not in str(e) and "sha256" not in str(e):
            raise
        message = _("This very file is being taken in at this moment, or just was.")
        raise Refused("duplicate", message, field="file") from e
    except BaseException:
        storage.drop(stored_as)
        raise
    if taken.known:
        storage.drop(stored_as)
    return taken


def read_file(
    *, raw: bytes, name: str, account: BankAccount | None, accounts: Sequence[BankAccount], mapping: str
) -> Read:
    """Reads and finds the accounts; stores nothing, so a preview may call it. Refuses as `take_in`."""
    try:
        chosen, statements = port.read(raw, name=name, options=_options(raw, account, mapping))
    except Unreadable as e:
        message = " ".join(part for part in (e.message, e.repair) if part)
        raise Refused(e.code, message, field="file", line=e.line, column=e.column, value=e.value) from e
    if not statements:
        raise Refused("no_rows", _("The file is a bank file, but holds no statement."), field="file")
    if account is not None:
        return Read(chosen, tuple((statement, account) for statement in statements))
    by_form = {statement_checks.account_form(a.iban): a for a in accounts if a.iban}
    pairs = []
    for statement in statements:
        form = statement_checks.account_form(statement.account)
        found = by_form.get(form) or next(
            (a for key, a in by_form.items() if statement_checks.same_account(key, form)), None
        )
        if found is None:
            raise Refused(
                "account_unknown",
                _(
                    "The file is about account %(told)s, which is none of the bank accounts here. Choose the account."
                )
                % {"told": statement.account or _("without a number")},
                field="account",
                account=statement.account,
            )
        pairs.append((statement, found))
    if len({found.entity_id for _statement, found in pairs}) > 1:
        raise Refused("entities_mixed", _("The file holds accounts of several legal entities."), field="file")
    return Read(chosen, tuple(pairs))


def _options(raw: bytes, account: BankAccount | None, mapping: str) -> port.BankOptions:
    """A mapping named by the caller is used as told; the account's own only where the file is a table."""
    currency = account.currency if account else ""
    if mapping:
        saved = _saved(account, mapping)
        return port.BankOptions(currency=currency, mapping=saved, preset="" if saved else mapping)
    if account is None or not account.mapping or not _is_table(raw):
        return port.BankOptions(currency=currency)
    return port.BankOptions(currency=currency, mapping=port.ColumnMapping.from_dict(account.mapping))


def _saved(account: BankAccount | None, name: str) -> port.ColumnMapping | None:
    rows = ImportMapping.objects.filter(kind=ImportFile.Kind.BANK, name=name)
    found = rows.filter(entity=account.entity_id).first() if account else None
    return port.ColumnMapping.from_dict(found.spec) if found else None


def _is_table(raw: bytes) -> bool:
    try:
        return port.detect(raw) == "tabular"
    except Unreadable as e:
        if e.code == "format_unknown":
            return True
        raise


def _known(sha256: str, accounts: Sequence[BankAccount]) -> TakenIn | None:
    entities = {account.entity_id for account in accounts}
    rows = ImportFile.objects.filter(entity_id__in=entities, kind=ImportFile.Kind.BANK, sha256=sha256)
    file = rows.exclude(state=ImportFile.State.REFUSED).first()
    if file is None:
        return None
    return TakenIn(
        file, list(file.statements.select_related("account")), known=True, lines_known=file.rows_total
    )


@transaction.atomic
def _store(
    read: Read, *, sha256: str, name: str, stored_as: str, now: datetime, today: date, by: Actor, mapping: str
) -> TakenIn:
    entity: LegalEntity = read.pairs[0][1].entity
    ids = sorted({account.pk for _statement, account in read.pairs})
    accounts = {
        a.pk: a
        for a in BankAccount.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=ids)
        .order_by("pk")
    }
    known = _known(sha256, list(accounts.values()))
    if known:
        return known
    shown = display_name(name)
    with audit.line(
        "statement.taken_in", by=by, now=now, subject=f"file:{sha256[:16]}", entity=entity
    ) as line:
        file = ImportFile(
            entity=entity, kind=ImportFile.Kind.BANK, name=shown, sha256=sha256, state=ImportFile.State.DONE,
            mapping={"name": mapping} if mapping else {}, stored_as=stored_as, taken_in_by=by.name, taken_in_at=now,
            audit_seq=line.seq,
        )  # fmt: skip
        file.save(force_insert=True)
        line.touch("import_file", file.pk, sha256)
        taken = TakenIn(file)
        told = list(
            dict.fromkeys(statement.account for statement, _account in read.pairs if statement.account)
        )
        for statement, account in read.pairs:
            _store_one(line, taken, statement, accounts[account.pk], read.format, told)
        file.rows_total = taken.lines_new + taken.lines_known
        file.rows_done, file.rows_skipped = taken.lines_new, taken.lines_known
        file.rows_failed = sum(1 for s, _a in read.pairs for each in s.lines if each.problem)
        file.save(update_fields=["rows_total", "rows_done", "rows_skipped", "rows_failed"])
        line.after |= {
            "lines_new": taken.lines_new,
            "lines_known": taken.lines_known,
            "flagged": taken.flagged,
        }
    return taken


def _store_one(
    line: Line,
    taken: TakenIn,
    statement: port.Statement,
    account: BankAccount,
    format: str,
    told: Sequence[str],
) -> None:
    verdict = statement_checks.judge(statement, format=format, account=account, told=told)
    statement_checks.gap(verdict, statement, account)
    row = Statement(
        account=account,
        import_file=taken.file,
        format=format,
        kind=statement.kind,
        number=statement.number[:60],
        currency=statement.currency or account.currency,
        opening=statement.opening,
        closing=statement.closing,
        opening_on=statement.opening_on,
        closing_on=statement.closing_on,
        lines_total=verdict.sums.movement,
        difference=verdict.sums.difference,
        problems=verdict.problems,
        state=Statement.State.FLAGGED if verdict.flagged else Statement.State.TAKEN_IN,
        recorded_at=line.now,
        audit_seq=line.seq,
    )
    row.save(force_insert=True)
    line.touch("statement", row.pk, account.pk, row.number, row.opening, row.closing, row.state)
    new, repeats = statement_lines.store(line, row, statement, trusted=verdict.sums.closes is True)
    if repeats:
        row.repeats = repeats
        overlap = _("%(count)s lines were known from an earlier statement and are not taken twice.") % {
            "count": len(repeats)
        }
        row.problems = [
            *row.problems,
            {"code": "overlap", "message": overlap, "value": str(len(repeats)), "stops": False},
        ]
        row.save(update_fields=["repeats", "problems"])
    taken.statements.append(row)
    taken.lines_new += new
    taken.lines_known += len(repeats)
