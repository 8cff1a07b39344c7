"""The one place where the clock is read. Doors call it once and pass what it says; nothing below a door may import it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from receivables.models import LegalEntity


def now() -> datetime:
    """This moment, aware, in UTC."""
    return timezone.now()


def today(entity: LegalEntity | None = None) -> date:
    """What day it is at a legal entity (UTC without one)."""
    return timezone.now().astimezone(ZoneInfo(entity.time_zone if entity else "UTC")).date()
