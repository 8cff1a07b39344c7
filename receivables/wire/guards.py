"""Who calls the API: by a scoped token or by a browser's session, judged before anything of the request is read further.

Each operation carries its own pair of guards with the verb of the access matrix that it needs (`policy`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from receivables import access
from receivables.actor import Actor
from receivables.doors import LOGGED_IN
from receivables.models import ApiToken, LegalEntity, User
from receivables.rules.access import FieldAccess
from receivables.rules.refusals import Refused
from receivables.services import tokens, work

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Caller:
    """Who asks, with which credential, and when the request came in (the door's one look at the clock)."""

    user: User
    token: ApiToken | None
    now: datetime

    def may(self, verb: str) -> bool:
        """The user's roles allow it and, where a token is used, the token names it."""
        return tokens.allows(self.token, verb) if self.token else access.may(self.user, verb)

    def require(self, verb: str) -> None:
        """Refuses `forbidden` when the caller may not."""
        if verb != LOGGED_IN and not self.may(verb):
            raise Refused("forbidden", f"This credential does not allow {verb}.", verb=verb)

    def day(self, entity: LegalEntity | None = None) -> date:
        """What day it is at a legal entity (UTC without one)."""
        return work.local_day(entity, self.now) if entity else self.now.date()

    def fields(self, noun: str) -> FieldAccess:
        return access.fields(self.user, noun)

    @property
    def by(self) -> Actor:
        return Actor.of(self.user, "api")

    @property
    def credential(self) -> str:
        """Idempotency keys belong to it."""
        return f"token:{self.token.pk}" if self.token else f"user:{self.user.pk}"


class Bearer(HttpBearer):
    """`Authorization: Bearer dbk_…`. A header that does not hold is a 401, whatever else the request carries."""

    def __init__(self, policy: str) -> None:
        super().__init__()
        self.policy = policy

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        now: datetime = request.moment  # type: ignore[attr-defined]
        found = tokens.find(token.strip(), now)
        if found is None:
            return None
        tokens.seen(token=found, now=now)
        return _admitted(request, Caller(found.user, found, now), self.policy)


class Session(APIKeyCookie):
    """The session of somebody logged in to the pages; what changes something also needs the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, policy: str) -> None:
        super().__init__(csrf=False)
        self.policy = policy

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        user: Any = request.user
        if request.headers.get("Authorization") or not user.is_authenticated:
            return None
        if request.method not in SAFE and check_csrf(request) is not None:
            raise Refused("forbidden", "The CSRF token is missing or wrong. Send it as X-CSRFToken.")
        return _admitted(request, Caller(user, None, request.moment), self.policy)  # type: ignore[attr-defined]


def _admitted(request: HttpRequest, caller: Caller, policy: str) -> Caller:
    caller.require(policy)
    request.caller = caller  # type: ignore[attr-defined]
    return caller


def of(request: HttpRequest) -> Caller:
    """The caller of an operation that is not public."""
    caller: Caller = request.caller  # type: ignore[attr-defined]
    return caller
