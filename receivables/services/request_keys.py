"""Idempotency: the answer to a caller's key is stored in the same transaction as the effect, so both are there or neither.

It knows nothing of HTTP but the status number; what is done is handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from receivables.models import RequestKey
from receivables.rules.refusals import Refused


@dataclass(frozen=True)
class Answer:
    """What the caller is told; `replayed` when the deed was done by an earlier request with the same key."""

    status: int
    text: str
    replayed: bool = False


@transaction.atomic
def once(
    *, caller: str, key: str, body_hash: str, now: datetime, act: Callable[[], tuple[int, str]]
) -> Answer:
    """Does `act` once for a caller's key; a repeat gets the stored answer.

    1. claims the key (a twin that runs at the same time waits for the first one's commit); 2. acts; 3. stores the answer.
    An exception of `act` undoes the claim as well, so the same key may try again. Refuses key_reused for another body.
    """
    claimed, mine = _claim(caller, key, body_hash, now)
    if not mine:
        if claimed.body_hash != body_hash:
            raise Refused(
                "key_reused",
                _("This Idempotency-Key was used for another request. Take a new one."),
                field="Idempotency-Key",
            )
        return Answer(claimed.status or 200, claimed.answer, replayed=True)
    status, text = act()
    claimed.status, claimed.answer = status, text
    claimed.save(update_fields=["status", "answer"])
    return Answer(status, text)


def _claim(caller: str, key: str, body_hash: str, now: datetime) -> tuple[RequestKey, bool]:
    """The key's row and whether it was written now."""
    there = RequestKey.objects.filter(caller=caller, key=key).first()
    if there is not None:
        return there, False
    try:
        with transaction.atomic():
            return RequestKey.objects.create(
                caller=caller, key=key, body_hash=body_hash, created_at=now
            ), True
    except IntegrityError:
        return RequestKey.objects.get(caller=caller, key=key), False
