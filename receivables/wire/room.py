"""A room of the API: a router whose operations cannot exist without a policy, a stated answer and the stated refusals.

parse → access (guards, before the body is read) → one call → answer. POST takes an Idempotency-Key.
"""

import inspect
import json
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, get_args, get_origin

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from receivables import doors
from receivables.doors import PUBLIC
from receivables.rules.refusals import Refused
from receivables.services import request_keys
from receivables.wire import guards, keys, parsing, problems
from receivables.wire.problems import Problem
from receivables.wire.shapes import ProblemOut

View = Callable[..., Any]
_KEY = {
    "name": keys.HEADER,
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": keys.LONGEST, "pattern": "^[!-~]+$"},
    "description": "Unique for each intended effect; a repeat gets the stored answer.",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
    "description": "The ETag that was read.",
}
_ALWAYS = (400, 401, 403, 405, 409, 413, 415, 422)


class Room:
    """`room = Room("payments")`, then `@room.get(path, verb, Answer)` and `@room.post(path, verb, Answer, status=201)`."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(self, path: str, policy: str, answer: Any) -> Callable[[View], View]:
        """Reads. The verb of the access matrix is the policy."""
        return self._operation("GET", path, policy, answer, 200)

    def post(
        self, path: str, policy: str, answer: Any, *, status: int = 200, needs_key: bool = False
    ) -> Callable[[View], View]:
        """Does something, once for each Idempotency-Key. `needs_key`: it moves money, so the key must be there."""
        return self._operation("POST", path, policy, answer, status, needs_key=needs_key)

    def patch(self, path: str, policy: str, answer: Any) -> Callable[[View], View]:
        """Changes something under the version in If-Match."""
        return self._operation("PATCH", path, policy, answer, 200)

    def _operation(
        self, method: str, path: str, policy: str, answer: Any, status: int, *, needs_key: bool = False
    ) -> Callable[[View], View]:
        public = policy == PUBLIC
        codes = [code for code in _ALWAYS if not (public and code in (401, 403))]
        codes += [404] if "{" in path or method != "GET" else []
        codes += [412, 428] if method == "PATCH" else []
        extra: dict[str, Any] = {}
        if method == "POST":
            extra["parameters"] = [_KEY | {"required": needs_key}]
        elif method == "PATCH":
            extra["parameters"] = [_IF_MATCH]
        register = self.router.api_operation(
            [method],
            path,
            auth=None if public else [guards.Bearer(policy), guards.Session(policy)],
            response={status: answer, **dict.fromkeys(codes, ProblemOut)},
            openapi_extra=extra,
        )

        def wrap(view: View) -> View:
            return register(_guarded(view, policy, status, needs_key))

        return wrap


def _guarded(view: View, policy: str, status: int, needs_key: bool) -> View:
    allowed, has_body = _parameters(view)

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        _refuse_odd_query(request, allowed)
        if not has_body:
            _refuse_body(request)
        if request.method == "PATCH":
            return _answer(_unless_stale(lambda: view(request, *args, **values)), status)
        if request.method != "POST" or policy == PUBLIC:
            return _answer(view(request, *args, **values), status)
        key = keys.of(request, required=needs_key)
        if not key:
            return _answer(view(request, *args, **values), status)
        return _once(request, key, lambda: view(request, *args, **values), status)

    run.policy = policy  # type: ignore[attr-defined]
    return run


def _unless_stale(act: Callable[[], Any]) -> Any:
    """An edit on an old version is 412 and names the current one."""
    try:
        return act()
    except Refused as refused:
        if refused.code != "stale":
            raise
        said = problems.of_refused(refused)
        said.status, said.headers = 412, {"ETag": f'"{refused.figures["version"]}"'}
        raise said from refused


def _once(request: HttpRequest, key: str, act: Callable[[], Any], status: int) -> HttpResponse:
    caller = guards.of(request)

    def deed() -> tuple[int, str]:
        try:
            with transaction.atomic():
                return status, dumps(act())
        except Refused as refused:
            if refused.code == "busy" or doors.status_of(refused) not in (409, 422):
                raise
            said = problems.of_refused(refused)
            return said.status, dumps(said.body())

    done = request_keys.once(
        caller=caller.credential, key=key, body_hash=keys.body_hash(request), now=caller.now, act=deed
    )
    media = "application/json" if done.status < 400 else problems.MEDIA_TYPE
    response = HttpResponse(done.text, status=done.status, content_type=media)
    if done.replayed:
        response["Idempotency-Replayed"] = "true"
    return response


def _answer(result: Any, status: int) -> HttpResponse:
    if isinstance(result, HttpResponse):
        return result
    response = HttpResponse(dumps(result), status=status, content_type="application/json")
    if isinstance(result, dict) and isinstance(result.get("version"), int):
        response["ETag"] = f'"{result["version"]}"'
    return response


def dumps(value: Any) -> str:
    """JSON of an answer: dates in ISO 8601, never a float."""
    return json.dumps(value, ensure_ascii=False, default=_said, allow_nan=False)


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def version(request: HttpRequest) -> int:
    """The version in If-Match: 428 without one, 412 for what is none of ours."""
    given = request.headers.get("If-Match")
    if given is None:
        raise Problem(428, "if_match_missing", "Send the ETag that you read as If-Match.", field="If-Match")
    digits = given.removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
        raise Problem(412, "stale", "If-Match is not an ETag of this.", field="If-Match")
    return int(digits)


def _parameters(view: View) -> tuple[frozenset[str], bool]:
    """Names of the query parameters an operation knows, and whether it takes a body or a file."""
    names: set[str] = set()
    has_body = False
    for parameter in inspect.signature(view).parameters.values():
        kind, *_marks = (
            get_args(parameter.annotation) if get_origin(parameter.annotation) else (parameter.annotation,)
        )
        model = isinstance(kind, type) and issubclass(kind, BaseModel)
        sources = {type(mark).__name__ for mark in getattr(parameter.annotation, "__metadata__", ())}
        if "Query" in sources:
            names |= set(kind.model_fields) if model else {parameter.name}
        elif model or sources & {"File", "Form", "Body"}:
            has_body = True
    return frozenset(names), has_body


def _refuse_odd_query(request: HttpRequest, allowed: frozenset[str]) -> None:
    for name, values in request.GET.lists():
        if name not in allowed:
            known = ", ".join(sorted(allowed)) or "none"
            raise Problem(
                422,
                "unknown_parameter",
                f"There is no parameter {name[:40]!r}. Known: {known}.",
                field=name[:40],
            )
        if len(values) > 1:
            raise Problem(400, "repeated_parameter", f"{name} is given {len(values)} times.", field=name)


def _refuse_body(request: HttpRequest) -> None:
    if request.method in guards.SAFE or not request.body:
        return
    if parsing.Strict().parse_body(request) not in ({}, None):
        raise Problem(422, "unknown_field", "This operation takes no body.")
