"""Opens the one audit line of a verb call and closes it on the chain. The head's row lock orders all writers.

A verb takes every other lock first, then opens its line, then writes; so the lock is held only until commit,
and two verbs can never wait for each other in a circle.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any

from django.db import models, transaction

from receivables.actor import Actor
from receivables.models import Audit, ChainHead, LegalEntity
from receivables.rules import chain

TOLD_MOST = 200
"""Rows told by name on one audit line; a chunk of an import writes more, and its digest covers them all."""

_open: ContextVar[bool] = ContextVar("audit_line_open", default=False)


class Line:
    """The open audit line: its number for the facts it covers, and the digest of what was touched.

    `closed` remembers the last closed day per entity: nobody can close a period while a line is open.
    """

    def __init__(self, seq: int, now: datetime) -> None:
        self.seq = seq
        self.now = now
        self.subject = ""
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}
        self.digest = chain.Digest()
        self.closed: dict[int, date | None] = {}

    def touch(self, kind: str, key: object, *values: object) -> None:
        """One row that was written, with the values that matter, in the order written."""
        self.digest.add(kind, key, *values)

    def tell(self, what: str, *values: object) -> None:
        """One more thing for people to read under `after`, such as an entry written; the digest covers the rows themselves."""
        told = self.after.setdefault(what, [])
        if len(told) < TOLD_MOST:
            told.append(list(values))

    def stamp(self, row: models.Model) -> None:
        """Marks a row with a life as changed by this verb, with its state before and after; the caller saves it."""
        row.audit_seq = self.seq  # type: ignore[attr-defined]
        state = getattr(row, "state", "")
        self.touch(row._meta.model_name or "", row.pk or "new", state)
        if row.pk and state:
            was = type(row)._default_manager.filter(pk=row.pk).values_list("state", flat=True).first()
            if was and was != state:
                name = f"{row._meta.model_name}:{row.pk}"
                self.before[name], self.after[name] = str(was), str(state)


@contextmanager
def line(
    action: str,
    *,
    by: Actor,
    now: datetime,
    subject: str = "",
    entity: LegalEntity | None = None,
    reason: str = "",
) -> Iterator[Line]:
    """The audit line of one verb call. Must run inside the verb's transaction, after its other locks.

    Composed verbs hand the open line on; opening a second one inside is a mistake and raises RuntimeError.
    """
    if _open.get():
        raise RuntimeError(f"{action}: a line is open already; hand it on instead of opening another")
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{action}: an audit line needs the verb's transaction")
    token = _open.set(True)
    try:
        head = ChainHead.objects.select_for_update(no_key=True).get(pk=1)
        opened = Line(head.seq + 1, now)
        opened.subject = subject
        yield opened
        _close(opened, head, action=action, by=by, entity=entity, reason=reason)
    finally:
        _open.reset(token)


def _close(
    opened: Line, head: ChainHead, *, action: str, by: Actor, entity: LegalEntity | None, reason: str
) -> None:
    row = Audit(
        seq=opened.seq,
        at=opened.now,
        entity=entity,
        actor=by.name,
        via=by.via,
        action=action,
        subject=opened.subject,
        reason=reason,
        before=opened.before,
        after=opened.after,
        touched=opened.digest.count,
        digest=opened.digest.hexdigest,
        prev_hash=head.hash,
    )
    row.hash = chain.link(head.hash, record(row))
    row.save(force_insert=True)
    ChainHead.objects.filter(pk=1).update(seq=row.seq, hash=row.hash)


def record(row: Audit) -> dict[str, Any]:
    """The fields that the hash covers, as JSON values."""
    return {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "entity": row.entity_id,
        "actor": row.actor,
        "via": row.via,
        "action": row.action,
        "subject": row.subject,
        "reason": row.reason,
        "before": row.before,
        "after": row.after,
        "touched": row.touched,
        "digest": row.digest,
    }
