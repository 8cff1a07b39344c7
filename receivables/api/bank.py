"""Bank statements: our accounts, files taken in whole, statements, and the decision about one that does not add up."""

from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import File, Form, Query
from ninja.files import UploadedFile

from receivables.models import BankAccount, Statement
from receivables.services import bank_intake, statement_decisions
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.masking import masked
from receivables.wire.problems import Problem
from receivables.wire.room import Room
from receivables.wire.shapes import In, Out, QueryId, Reason, Said, Text80, moment, plain

room = Room("bank")


class AccountOut(Out):
    """One account of ours."""

    id: int
    entity: int
    name: str
    iban: str | None = None
    currency: str


class StatementOut(Out):
    """A statement as the bank told it; FLAGGED waits for a person, and `problems` says why."""

    id: int
    account: int
    format: str
    kind: str
    number: str
    currency: str
    opening: Said | None
    closing: Said | None
    lines_total: Said
    difference: Said | None
    state: str
    problems: list[Any]
    decided_by: str
    recorded_at: str


class IntakeOut(Out):
    """What a file brought. `known`: this very file was here before and added nothing."""

    file: int
    known: bool
    lines_new: int
    lines_known: int
    flagged: int
    statements: list[StatementOut]


class Filters(Listing):
    """Narrowing the list."""

    account: QueryId | None = None
    state: Literal["FLAGGED", "TAKEN_IN", "DISCARDED"] | None = None


class Deciding(In):
    """Why."""

    reason: Reason


@room.get("/bank/accounts", "bank.view", Page[AccountOut])
def accounts(request: HttpRequest, wanted: Query[Listing]) -> Any:
    """Our bank accounts."""
    caller = guards.of(request)
    return page(
        BankAccount.objects.for_user(caller.user), wanted, lambda row: _account(caller, row), rising=True
    )


@room.get("/bank/statements", "bank.view", Page[StatementOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Statements, newest first."""
    caller = guards.of(request)
    given = {name: getattr(wanted, name) for name in ("account", "state") if getattr(wanted, name)}
    return page(Statement.objects.for_user(caller.user).filter(**given), wanted, show)


@room.post("/bank/statements", "bank.import", IntakeOut, status=201)
def upload(
    request: HttpRequest,
    file: File[UploadedFile],
    account: Form[QueryId | None] = None,
    mapping: Form[Text80 | None] = None,
) -> Any:
    """Takes a file in whole (MT940, CAMT.053, BAI2, OFX, CSV, XLSX); the same file again adds nothing."""
    caller = guards.of(request)
    if (file.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise Problem(
            413, "too_large", f"A file has at most {settings.UPLOAD_MAX_BYTES} bytes.", field="file"
        )
    chosen = seen(BankAccount.objects.select_related("entity"), caller, account) if account else None
    mine = list(BankAccount.objects.for_user(caller.user).select_related("entity"))
    done = bank_intake.take_in(
        raw=file.read(), name=file.name or "", account=chosen, accounts=mine, mapping=mapping or "",
        today=caller.day(chosen.entity if chosen else None), now=caller.now, by=caller.by,
    )  # fmt: skip
    taken = done.taken
    return {
        "file": taken.file.pk,
        "known": taken.known,
        "lines_new": taken.lines_new,
        "lines_known": taken.lines_known,
        "flagged": taken.flagged,
        "statements": [show(row) for row in taken.statements],
    }


@room.post("/bank/statements/{int:statement_id}/release", "bank.decide", StatementOut)
def release(request: HttpRequest, statement_id: int, data: Deciding) -> Any:
    """FLAGGED → TAKEN_IN: its lines may be matched."""
    caller = guards.of(request)
    row = _seen(caller, statement_id)
    return show(statement_decisions.release(statement=row, reason=data.reason, now=caller.now, by=caller.by))


@room.post("/bank/statements/{int:statement_id}/discard", "bank.decide", StatementOut)
def discard(request: HttpRequest, statement_id: int, data: Deciding) -> Any:
    """FLAGGED → DISCARDED: it stays to be seen, nothing of it is posted."""
    caller = guards.of(request)
    row = _seen(caller, statement_id)
    return show(statement_decisions.discard(statement=row, reason=data.reason, now=caller.now, by=caller.by))


def _seen(caller: Caller, statement_id: int) -> Any:
    return seen(Statement.objects.select_related("account__entity"), caller, statement_id)


def _account(caller: Caller, row: Any) -> dict[str, Any]:
    said = {
        "id": row.pk,
        "entity": row.entity_id,
        "name": row.name,
        "iban": row.iban,
        "currency": row.currency,
    }
    return masked(caller, "bank", said)  # type: ignore[no-any-return]


def show(row: Any) -> dict[str, Any]:
    """A statement as the API writes it."""
    same = ("format", "kind", "number", "currency", "state", "problems", "decided_by")
    figures = ("opening", "closing", "difference")
    return (
        {name: getattr(row, name) for name in same}
        | {name: _figure(getattr(row, name), row.currency) for name in figures}
        | {
            "id": row.pk,
            "account": row.account_id,
            "lines_total": plain(row.lines_total, row.currency),
            "recorded_at": moment(row.recorded_at),
        }
    )


def _figure(minor: int | None, currency: str) -> str | None:
    return None if minor is None else plain(minor, currency)
