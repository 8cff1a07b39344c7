"""Who am I, is the service alive, what can it do: the account behind a credential, health, the description of the API."""

from typing import Any

from django.http import HttpRequest
from django.utils.module_loading import import_string
from ninja import Query

from receivables.doors import LOGGED_IN, PUBLIC
from receivables.models import LegalEntity
from receivables.services import roles
from receivables.wire import guards
from receivables.wire.lists import Listing, Page, page
from receivables.wire.room import Room
from receivables.wire.shapes import Out

room = Room("account")


class MeOut(Out):
    """The account, and what this credential may do with it."""

    username: str
    name: str
    roles: list[str]
    verbs: list[str]
    token: str | None
    expires_at: str | None


class HealthOut(Out):
    """It answers."""

    status: str


class EntityOut(Out):
    """One of our legal entities."""

    id: int
    code: str
    name: str
    country: str
    currency: str
    time_zone: str


@room.get("/health", PUBLIC, HealthOut)
def health(request: HttpRequest) -> Any:
    """Alive."""
    return {"status": "ok"}


@room.get("/openapi.json", PUBLIC, dict[str, Any])
def openapi(request: HttpRequest) -> Any:
    """This description, as OpenAPI."""
    return import_string("receivables.conf.api.api").get_openapi_schema(path_prefix="/api/")


@room.get("/me", LOGGED_IN, MeOut)
def me(request: HttpRequest) -> Any:
    """Who the credential belongs to, and which verbs it opens."""
    caller = guards.of(request)
    verbs = roles.all_verbs()
    return {
        "username": caller.user.username,
        "name": caller.user.get_full_name(),
        "roles": list(caller.user.role_codes),
        "verbs": sorted(verb for verb in verbs if caller.may(verb)),
        "token": caller.token.label if caller.token else None,
        "expires_at": caller.token.expires_at if caller.token else None,
    }


@room.get("/entities", LOGGED_IN, Page[EntityOut])
def entities(request: HttpRequest, wanted: Query[Listing]) -> Any:
    """The legal entities you may see."""
    rows = LegalEntity.objects.for_user(guards.of(request).user)
    return page(rows, wanted, _entity, rising=True)


def _entity(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "code", "name", "country", "currency", "time_zone")}
