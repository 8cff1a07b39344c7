"""The JSON API under /api/: gathers the floors' rooms by dotted string. It holds no operation of its own."""

from typing import Any

from django.urls import URLPattern, URLResolver, re_path
from django.utils.module_loading import import_string
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from receivables.wire import parsing, problems

ROOMS = tuple(f"{floor}.api.ROOMS" for floor in ("receivables", "credit", "dunning", "reports"))
"""Each floor names its rooms; upper floors are reached by dotted string only."""
ENTRANCE, NOWHERE = "receivables.api.entrance.enter", "receivables.api.entrance.nowhere"

DESCRIPTION = """Accounts receivable as JSON.
Amounts are decimal strings in major units beside their `currency`, days are ISO 8601.
Log in with `Authorization: Bearer …`. Every POST takes an `Idempotency-Key`; errors are RFC 9457 problems."""


class Api(NinjaAPI):
    """Ninja, with one way in for every address and with problems described by their own media type."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        enter = import_string(ENTRANCE)
        made: list[Any] = super()._get_urls()
        found = [pattern for pattern in made if pattern.name != "api-root"]
        held = [
            {op.methods[0]: op.view_func.policy for op in view.operations}  # type: ignore[attr-defined]
            for bound in self._get_bound_routers()
            for view in bound.path_operations.values()
            for _address in view.operations
        ]
        for pattern, policies in zip(found, held, strict=True):
            pattern.callback = enter(pattern.callback)
            pattern.callback.policies = policies
        return [*found, re_path("", import_string(NOWHERE), name="nowhere")]

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, said in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in said.get("content", {}):
                        said["content"] = {problems.MEDIA_TYPE: said["content"]["application/json"]}
        return schema


def build() -> Api:
    """The API with every room of every floor."""
    made = Api(
        title="Duebook",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        openapi_url="",
        parser=parsing.Strict(),
    )
    for kind in (Exception, HttpError, ValidationError, AuthenticationError):
        made.add_exception_handler(kind, problems.handle)
    for name in ROOMS:
        for room in import_string(name):
            made.add_router("", room.router)
    return made


api = build()
