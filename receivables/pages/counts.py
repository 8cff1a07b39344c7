"""The figures beside menu entries: how much waits for this person. Questions only, each one query."""

from typing import Any

from receivables.models import StatementLine


def cash(user: Any) -> int:
    """Money in that somebody has to look at."""
    return StatementLine.objects.for_user(user).to_apply().count()
