"""Reads JSON bodies strictly: one meaning for every parser. It does not know what a body should contain."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny

from receivables.wire.problems import Problem

DEEPEST = 40
JSON_TYPE = "application/json"


class Strict(Parser):
    """Refuses another content type (415), what is no JSON, NaN, doubled keys and deep nesting (400)."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        content_type = getattr(request, "content_type", JSON_TYPE)
        if content_type != JSON_TYPE:
            raise Problem(
                415, "content_type", f"Send {JSON_TYPE}, not {str(content_type)[:60] or 'nothing'}."
            )
        return read(request.body)  # type: ignore[no-any-return]


def read(raw: bytes) -> Any:
    """The JSON value of some bytes (UTF-8)."""
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole
        )
    except RecursionError:
        raise Problem(400, "too_deep", f"JSON is nested deeper than {DEEPEST} levels.") from None
    except ValueError:
        raise Problem(400, "malformed", "The body is not JSON in UTF-8.") from None
    _refuse_deep(value)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Problem(400, "duplicate_key", f"The key {twice[:40]!r} stands twice in one object.")
    return found


def _no_constant(name: str) -> Any:
    raise Problem(400, "malformed", f"{name} is no JSON.")


def _whole(digits: str) -> int:
    if len(digits) > 40:
        raise Problem(400, "malformed", "A number has more than 40 digits.")
    return int(digits)


def _refuse_deep(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise Problem(400, "too_deep", f"JSON is nested deeper than {DEEPEST} levels.")
        inside = [v.values() if isinstance(v, dict) else v for v in level if isinstance(v, dict | list)]
        level = [each for some in inside for each in some]
