"""The JSON operations of this floor, one file a room. Mounted under /api/ by receivables/conf/api."""

from typing import Any

from credit.api import credit

ROOMS: tuple[Any, ...] = (credit.room,)
