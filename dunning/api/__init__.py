"""The JSON operations of this floor, one file a room. Mounted under /api/ by receivables/conf/api."""

from typing import Any

from dunning.api import (
    blocks,
    calls,
    handovers,
    interest,
    notices,
    plans,
    policies,
    policy_assignments,
    promises,
)

ROOMS: tuple[Any, ...] = (
    blocks.room,
    calls.room,
    handovers.room,
    interest.room,
    notices.room,
    plans.room,
    policies.room,
    policy_assignments.room,
    promises.room,
)
