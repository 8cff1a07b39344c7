"""The Idempotency-Key of a request: read, checked, and what counts as the same request. Storing it is a verb."""

import hashlib
import json
from typing import Any

from django.http import HttpRequest

from receivables.wire import parsing
from receivables.wire.problems import Problem

HEADER = "Idempotency-Key"
LONGEST = 200


def of(request: HttpRequest, *, required: bool) -> str:
    """The key, or "" where none is given and none is needed. 400 for one that is missing, empty, too long or not ASCII."""
    key = request.headers.get(HEADER)
    if key is None:
        if required:
            raise Problem(400, "key_missing", f"This moves money: send a unique {HEADER}.", field=HEADER)
        return ""
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable() and key.strip() == key):
        raise Problem(
            400, "key_invalid", f"{HEADER} has 1 to {LONGEST} printable ASCII characters.", field=HEADER
        )
    return key


def body_hash(request: HttpRequest) -> str:
    """SHA-256 of method, address and meaning of the body: blanks and the order of JSON keys do not matter."""
    said = json.dumps(
        [request.method, request.get_full_path(), _content(request), request.headers.get("If-Match", "")],
        sort_keys=True,
    )
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _content(request: HttpRequest) -> Any:
    if request.content_type == "multipart/form-data":
        files = {}
        for name, file in request.FILES.items():
            digest = hashlib.sha256()
            for chunk in file.chunks():  # type: ignore[union-attr]
                digest.update(chunk)
            file.seek(0)  # type: ignore[union-attr]
            files[name] = digest.hexdigest()
        return [dict(request.POST.lists()), files]
    return parsing.read(request.body) if request.body else None
