"""The JSON operations of this floor, one file a room. Mounted under /api/ by receivables/conf/api."""

from typing import Any

from dunning.api import interest

ROOMS: tuple[Any, ...] = (interest.room,)
