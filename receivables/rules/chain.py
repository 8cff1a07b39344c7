"""The audit chain: canonical JSON, one SHA-256 link per row, a streamed digest of what a verb touched.

Pure arithmetic on dicts; it neither reads the audit table nor gives out sequence numbers.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Self
from uuid import UUID

from receivables.rules.refusals import Refused

VERSION = 1
"""Version of the canonical form; it is hashed into every link, so that a later form cannot be mistaken for
this one."""

GENESIS = "0" * 64
"""The `prev_hash` of the first row."""

_LARGEST_INT = 2**63 - 1
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def canonical(value: object) -> bytes:
    """UTF-8 bytes of `value` in one form only (after RFC 8785): sorted keys, no blanks, no floats.

    Takes None, bool, int, str, UUID, date, aware datetime (written in UTC with microseconds), Mapping with
    str keys, list and tuple. Refuses floats, naive datetimes, lone surrogates and everything else
    (not_canonical). Keys sort by UTF-16 code units as RFC 8785 asks. Integers beyond 64 bits are refused.
    """
    try:
        return _ENCODE(_plain(value)).encode()
    except UnicodeEncodeError:
        raise Refused("not_canonical", "Text holds half a surrogate pair and has no UTF-8 form.") from None


def link(prev_hash: str, record: Mapping[str, object]) -> str:
    """SHA-256 (64 hex digits) of version, previous link and canonical record; keys `hash`, `prev_hash` are
    left out."""
    body = {k: v for k, v in record.items() if k not in ("hash", "prev_hash")}
    text = b"%d\n%s\n%s" % (VERSION, prev_hash.encode(), canonical(body))
    return hashlib.sha256(text).hexdigest()


def verify(records: Iterable[Mapping[str, object]], *, after: tuple[int, str] = (0, GENESIS)) -> int | None:
    """First bad `seq`, or None when all links hold.

    `records` come in order of `seq`, each with int `seq`, str `prev_hash`, str `hash` and the hashed fields.
    `after` = (seq, hash) of the anchor before the first of them. A gap is bad at the first missing seq, an
    order or duplicate fault at the seq expected there.
    """
    seq, prev = after
    for record in records:
        seq += 1
        if record.get("seq") != seq or record.get("prev_hash") != prev or not _holds(prev, record):
            return seq
        prev = str(record["hash"])
    return None


def _holds(prev: str, record: Mapping[str, object]) -> bool:
    try:
        return record.get("hash") == link(prev, record)
    except Refused:
        return False


class Digest:
    """Count and SHA-256 over the lines of touched rows, in the order they are added; memory stays constant.

    A line is canonical JSON of [kind, id, *values] and a newline: one dict-free pass per row, made for
    millions.
    """

    __slots__ = ("_hash", "count")

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def add(self, kind: str, id: object, *values: object) -> Self:
        """One touched row: its kind ("entry"), its id and the values as they now are (minor units, dates,
        states)."""
        self._hash.update(canonical((kind, id, *values)) + b"\n")
        self.count += 1
        return self

    def update(self, touched: Iterable[tuple[object, ...]]) -> Self:
        """Many rows at once, each a tuple (kind, id, *values)."""
        for row in touched:
            self.add(str(row[0]), *row[1:])
        return self

    @property
    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def digest(touched: Iterable[tuple[object, ...]]) -> tuple[int, str]:
    """(count, SHA-256 hex) of touched rows (kind, id, *values) in the order given."""
    done = Digest().update(touched)
    return done.count, done.hexdigest


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST_INT:
            raise Refused("not_canonical", "An integer beyond 64 bits has no place in the chain.")
        return int(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise Refused(
                "not_canonical",
                "A moment without a time zone has no place in the chain.",
            )
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return _sorted(value)
    raise Refused(
        "not_canonical",
        f"{type(value).__name__} has no canonical form; use int, str or a list of them.",
    )


def _sorted(value: Mapping[object, object]) -> dict[str, object]:
    if not all(isinstance(k, str) for k in value):
        raise Refused("not_canonical", "Keys must be text.")
    try:
        keys = sorted((str(k) for k in value), key=lambda k: k.encode("utf-16-be"))
    except UnicodeEncodeError:
        raise Refused("not_canonical", "A key holds half a surrogate pair and has no UTF-8 form.") from None
    return {k: _plain(value[k]) for k in keys}
