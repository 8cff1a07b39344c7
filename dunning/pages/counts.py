"""The figures beside this floor's menu entries: how much waits for this person. Questions only, each one query."""

from typing import Any

from dunning.models import Notice
from receivables import access


def notices(user: Any) -> int:
    """Notices that wait for somebody who may release them; nothing for others."""
    return Notice.objects.for_user(user).waiting().count() if access.may(user, "notice.decide") else 0
