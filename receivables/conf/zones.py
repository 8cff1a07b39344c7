"""Shows moments in the time zone of the person who looks. What is stored and what machines read stays in UTC."""

import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

log = logging.getLogger(__name__)


class PersonsZone:
    """Middleware behind authentication: the log-in's own `time_zone` is active while its request is answered.

    Nobody logged in, or a name no time zone has: the installation's zone (settings.TIME_ZONE).
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(zone_of(request)):
            return self.answer(request)


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """The zone of the person, or None for the installation's."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.time_zone:
        return None
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.warning("the log-in %s has a time zone nobody knows: %s", user.pk, user.time_zone)
        return None
