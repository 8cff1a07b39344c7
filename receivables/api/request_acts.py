"""What is done with an invoice request: submitted, passed step by step, sent back, withdrawn."""

from typing import Any

from django.http import HttpRequest

from receivables.api.invoice_requests import RequestOut, found, full
from receivables.services import approving, requesting
from receivables.wire import guards
from receivables.wire.room import Room
from receivables.wire.shapes import In, Reason, Text40, Text80, Text300

room = Room("requests")


class Submission(In):
    """`duplicate_confirmed`: it resembles another one, and is meant all the same."""

    duplicate_confirmed: bool = False


class Passing(In):
    """A step is passed: the hash of what was seen, and the checks ticked (all of the step's)."""

    content_hash: Text80
    checks: list[Text80] = []
    note: Text300 = ""


class SendingBack(In):
    """Back to the requester, with a reason code and the checks that failed."""

    code: Text40
    content_hash: Text80
    note: Text300 = ""
    failed: list[Text80] = []


class Withdrawal(In):
    """Why."""

    reason: Reason


@room.post("/requests/{int:request_id}/submit", "request.submit", RequestOut)
def submit(request: HttpRequest, request_id: int, data: Submission) -> Any:
    """DRAFT → REQUESTED; `figures.problems` of a refusal names everything that is missing."""
    caller = guards.of(request)
    row = found(caller, request_id)
    row = requesting.submit(
        invoice=row, duplicate_confirmed=data.duplicate_confirmed, today=caller.day(row.entity), now=caller.now,
        by=caller.by,
    )  # fmt: skip
    return full(row)


@room.post("/requests/{int:request_id}/verify", "request.verify", RequestOut)
def verify(request: HttpRequest, request_id: int, data: Passing) -> Any:
    """A step before the last is passed."""
    caller = guards.of(request)
    row = approving.verify(
        invoice=found(caller, request_id), content_hash=data.content_hash, checks=data.checks, note=data.note,
        now=caller.now, by=caller.by,
    )  # fmt: skip
    return full(row)


@room.post("/requests/{int:request_id}/approve", "request.approve", RequestOut)
def approve(request: HttpRequest, request_id: int, data: Passing) -> Any:
    """The last step is passed: APPROVED. Never by the requester."""
    caller = guards.of(request)
    row = approving.approve(
        invoice=found(caller, request_id), content_hash=data.content_hash, checks=data.checks, note=data.note,
        now=caller.now, by=caller.by,
    )  # fmt: skip
    return full(row)


@room.post("/requests/{int:request_id}/send-back", "request.send_back", RequestOut)
def send_back(request: HttpRequest, request_id: int, data: SendingBack) -> Any:
    """Back to DRAFT with a reason."""
    caller = guards.of(request)
    row = approving.send_back(
        invoice=found(caller, request_id), code=data.code, content_hash=data.content_hash, note=data.note,
        failed=data.failed, now=caller.now, by=caller.by,
    )  # fmt: skip
    return full(row)


@room.post("/requests/{int:request_id}/withdraw", "request.create", RequestOut)
def withdraw(request: HttpRequest, request_id: int, data: Withdrawal) -> Any:
    """The requester takes an undecided request back into a draft."""
    caller = guards.of(request)
    row = found(caller, request_id)
    return full(requesting.withdraw(invoice=row, reason=data.reason, now=caller.now, by=caller.by))
