"""Every answer that is no success: RFC 9457 problem JSON with a stable `code`. Never a stack trace, never a half-told reason."""

import json
import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django_fsm import ConcurrentTransition, TransitionNotAllowed
from ninja.errors import AuthenticationError, HttpError, ValidationError

from integrations.errors import Unreadable
from receivables import doors
from receivables.rules.refusals import Refused

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)
_BAD_REQUEST = frozenset({"limit_invalid", "cursor_invalid"})
_TOO_LARGE = frozenset({"file_too_large", "too_large", "archive_bomb"})
_WRONG_TYPE = frozenset({"file_type_refused", "unsupported_media"})


class Problem(Exception):
    """A no that the API says by itself, with its status. `figures` are JSON values, amounts in minor units."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str = "",
        figures: dict[str, Any] | None = None,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.field = status, code, detail, field
        self.figures, self.errors, self.headers = figures or {}, errors or [], headers or {}

    def body(self) -> dict[str, Any]:
        """The members of the answer; `pointer` is a JSON pointer into the body that was sent."""
        said: dict[str, Any] = {
            "type": f"urn:duebook:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.field:
            said |= {"field": self.field, "pointer": pointer(self.field)}
        if self.figures:
            said["figures"] = self.figures
        if self.errors:
            said["errors"] = self.errors
        return said


NOT_FOUND = ("not_found", "There is nothing here, or nothing that you may see.")


def not_found() -> Problem:
    """The one answer for what is absent and for what belongs to others: they cannot be told apart."""
    return Problem(404, *NOT_FOUND)


def pointer(field: str) -> str:
    """`lines[2].quantity` as the JSON pointer `#/lines/2/quantity`."""
    return "#/" + field.replace("[", "/").replace("]", "").replace(".", "/")


def of_refused(refused: Refused) -> Problem:
    """A refusal of the business with its status: 403, 404, 409, 413, 415, else 422."""
    status = doors.status_of(refused)
    if status == 404:
        return not_found()
    if status == 422 and refused.code in _TOO_LARGE | _WRONG_TYPE:
        status = 413 if refused.code in _TOO_LARGE else 415
    headers = {"Retry-After": "1"} if refused.code == "busy" else {}
    figures = {name: value for name, value in refused.figures.items() if value is not None}
    return Problem(
        status, refused.code, refused.message, field=refused.field or "", figures=figures, headers=headers
    )


def of_exception(error: Exception) -> Problem:
    """What any exception means to the caller. Only a mistake of ours is a 500, and that one goes to the log."""
    match error:
        case Problem():
            return error
        case Refused():
            return of_refused(error)
        case ValidationError():
            return of_validation(error)
        case AuthenticationError():
            headers = {"WWW-Authenticate": 'Bearer realm="Duebook"'}
            return Problem(401, "unauthenticated", "Send a valid token, or log in.", headers=headers)
        case HttpError() if error.__cause__ is not None:
            return _of_unparsed(error.__cause__)
        case HttpError():
            return Problem(error.status_code, "refused", str(error))
        case Http404():
            return not_found()
        case IntegrityError() | OperationalError():
            return of_refused(doors.collision(error))
        case TransitionNotAllowed() | ConcurrentTransition():
            return Problem(409, "state", "Its state does not allow this, or changed just now.")
        case DataError() | OverflowError():
            return Problem(422, "out_of_range", "A value is longer or larger than the books can hold.")
        case Unreadable():
            return of_refused(
                Refused(error.code, str(error), field="file", line=error.line, column=error.column)
            )
        case _:
            return _of_transport(error)


def _of_transport(error: Exception) -> Problem:
    match error:
        case RequestDataTooBig():
            return Problem(413, "too_large", "The body is larger than this address takes.")
        case (
            TooManyFilesSent()
            | SuspiciousOperation()
            | BadRequest()
            | MultiPartParserError()
            | UnreadablePostError()
        ):
            return Problem(400, "unreadable", "The request cannot be read.")
    log.error("the API failed", exc_info=error)
    return Problem(500, "failed", "Something went wrong on our side; it has been logged.")


def _of_unparsed(cause: BaseException) -> Problem:
    if isinstance(cause, Problem):
        return cause
    if isinstance(cause, RequestDataTooBig):
        return Problem(413, "too_large", "The body is larger than this address takes.")
    return Problem(400, "malformed", "The body is not JSON that can be read.")


def of_validation(error: ValidationError) -> Problem:
    """All faults of a body or of parameters at once; 400 for paging, else 422."""
    listed = []
    for each in error.errors:
        source, *path = each["loc"]
        path = path[1:] if source == "body" else path
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        listed.append(
            {"field": where, "pointer": pointer(where), "code": each["type"], "detail": each["msg"]}
        )
    first = listed[0]
    status = 400 if all(each["code"] in _BAD_REQUEST for each in listed) else 422
    code = first["code"] if status == 400 or first["code"] == "extra_forbidden" else "invalid"
    code = "unknown_field" if code == "extra_forbidden" else code
    detail = f"{first['field'] or 'The body'}: {first['detail']}"
    return Problem(status, code, detail, field=first["field"], errors=listed[:100])


def answer(problem: Problem) -> HttpResponse:
    """The problem as an HTTP answer."""
    response = HttpResponse(
        json.dumps(problem.body(), ensure_ascii=False, default=str),
        status=problem.status,
        content_type=MEDIA_TYPE,
    )
    for name, value in problem.headers.items():
        response[name] = value
    return response


def handle(request: HttpRequest, error: Any) -> HttpResponse:
    """The exception handler of the API."""
    return answer(of_exception(error))
