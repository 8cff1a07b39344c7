"""Where attached files and uploads lie: under the data directory, outside every web root, under random keys made by us.

It knows bytes and keys; what may be stored and who may read it is decided by its callers.
"""

import contextlib
import hashlib
import os
import re
import secrets
from pathlib import Path

from django.conf import settings

_KEY = re.compile(r"[a-z]{3,12}/[0-9a-f]{2}/[0-9a-f]{32}")


def keep(data: bytes, *, room: str) -> str:
    """Writes the bytes to disk, flushed, and returns their key; `room` is a short word such as `papers`."""
    token = secrets.token_hex(16)
    key = f"{room}/{token[:2]}/{token}"
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return key


def keep_once(data: bytes, *, room: str) -> str:
    """Writes the bytes under a key made of their hash, if they are not there yet: the same bytes are kept once."""
    digest = hashlib.sha256(data).hexdigest()[:32]
    key = f"{room}/{digest[:2]}/{digest}"
    path = _path(key)
    if path.exists() and path.stat().st_size == len(data):
        return key
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f"{digest}.{secrets.token_hex(8)}")
    try:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            aside.unlink()
    return key


def read(key: str) -> bytes:
    """The bytes of a key. FileNotFoundError when the disk has lost them."""
    return _path(key).read_bytes()


def path(key: str) -> Path:
    """Where the bytes of a key lie, for readers that stream."""
    return _path(key)


def drop(key: str) -> None:
    """Removes the bytes; a key without a file is no error."""
    _path(key).unlink(missing_ok=True)


def _path(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key[:60]!r}")
    return Path(settings.MEDIA_ROOT) / key
