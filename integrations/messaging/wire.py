"""One HTTP exchange with a provider that knows what was proven: whether a byte left the house, and what came back whole.

No pool, no retry, no redirect, no proxy; connecting, writing and reading each have a limit that dripping cannot stretch.
It reads no message and no key, and logs nothing.
"""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, NoReturn
from urllib.parse import urlsplit

from integrations.errors import Rejected, Unavailable, Uncertain

BODY_MOST = 1024 * 1024
"""Bytes of an answer that are read."""
_PIECE = 64 * 1024
_REFUSED = frozenset({400, 404, 405, 411, 413, 415, 422})
_KEYS = frozenset({401, 403})
_RETRY_MOST = 86_400


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `complete` is False when the body was cut or too long; the status and headers stand all the same."""

    status: int
    headers: Message
    body: bytes
    complete: bool

    def getcode(self) -> int:
        return self.status

    def read(self) -> bytes:
        return self.body

    def info(self) -> Message:
        return self.headers


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    connect_seconds: float,
    read_seconds: float,
) -> Reply:
    """Raises Unavailable when provably nothing was sent, Uncertain when it may have been. Any status is an answer."""
    connection = _connection(url, connect_seconds)
    try:
        _connect(connection)
        return _exchange(connection, method, url, headers, body, read_seconds)
    finally:
        connection.close()


def _connection(url: str, connect_seconds: float) -> "_Plain | _Tls":
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("The provider's base URL must be http:// or https:// with a host.")
    if parts.scheme == "https":
        return _Tls(parts.hostname, parts.port, timeout=connect_seconds, context=_trust())
    return _Plain(parts.hostname, parts.port, timeout=connect_seconds)


@cache
def _trust() -> ssl.SSLContext:
    """The machine's certificate authorities, read once: that takes longer than a message."""
    return ssl.create_default_context()


def _connect(connection: "_Plain | _Tls") -> None:
    try:
        connection.connect()
    except (
        OSError,
        UnicodeError,
        HTTPException,
    ) as error:  # names, refusals, time-outs and TLS are all OSError
        raise Unavailable(
            "no_connection", "The provider could not be reached.", detail=type(error).__name__
        ) from error


def _exchange(
    connection: "_Plain | _Tls",
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    read_seconds: float,
) -> Reply:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.ends_at = time.monotonic() + read_seconds
        connection.request(method, path, body=body, headers={**headers, "Connection": "close"})
        connection.ends_at = time.monotonic() + read_seconds
        response = connection.getresponse()
    except (OSError, HTTPException, ValueError) as error:
        if not connection.wrote:
            raise Unavailable(  # the error would show the header that cannot be written: the key
                "not_sent", "The request could not be built.", detail=type(error).__name__
            ) from None
        raise Uncertain(
            _doubt(error), "The provider may have taken the message.", detail=type(error).__name__
        ) from error
    if not response.headers:
        raise Uncertain("garbage", "The provider's answer was cut off or is no HTTP.")
    return _whole(response)


def _doubt(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return "cut" if isinstance(error, OSError) else "garbage"


def _whole(response: HTTPResponse) -> Reply:
    try:
        body = response.read(BODY_MOST + 1)
        complete = not response.length and len(body) <= BODY_MOST
    except (OSError, HTTPException, ValueError):
        body, complete = b"", False
    return Reply(response.status, response.headers, body[:BODY_MOST], complete)


class _Timed(io.RawIOBase):
    """Reads from a socket until a moment, not for so long a read."""

    def __init__(self, sock: socket.socket, ends_at: float) -> None:
        self._sock, self._ends_at = sock, ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(_left(self._ends_at))
        return self._sock.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        """What HTTPResponse asks of a socket."""
        return io.BufferedReader(self)


def _reach(address: tuple[str, int], timeout: float, source: Any = None) -> socket.socket:
    """Tries the host's addresses in turn, all together no longer than `timeout`: large providers have many."""
    ends_at, failure = time.monotonic() + timeout, OSError("the name has no address")
    for family, kind, protocol, _, where in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(ends_at))
            sock.connect(where)
            sock.settimeout(timeout)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise failure


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("the exchange took too long")
    return left


class _Limited:
    """Writes and reads until `ends_at`, and remembers whether a byte was handed to the other side."""

    sock: Any
    wrote = False
    ends_at = 0.0

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self._create_connection = _reach

    def send(self, data: Any) -> None:
        for start in range(0, len(data), _PIECE):
            self.sock.settimeout(_left(self.ends_at))
            self.wrote = True
            self.sock.sendall(data[start : start + _PIECE])

    def response_class(self, sock: socket.socket, **rest: Any) -> HTTPResponse:
        return HTTPResponse(_Timed(sock, self.ends_at), **rest)  # type: ignore[arg-type]


class _Plain(_Limited, HTTPConnection):  # type: ignore[misc]
    """http, for a local double."""


class _Tls(_Limited, HTTPSConnection):  # type: ignore[misc]
    """https."""


def refuse(reply: Reply, *, code: str = "refused", detail: str = "") -> NoReturn:
    """Raises what an answer proves that is no acceptance. `code` names a refusal more closely."""
    if reply.status in _KEYS:
        raise Unavailable("credentials", "The provider refused our credentials.", detail=detail)
    if reply.status == 429:
        raise Unavailable(
            "rate_limited",
            "The provider asks us to slow down.",
            detail=detail,
            retry_after=_retry_after(reply),
        )
    if reply.status in _REFUSED:
        raise Rejected(code, "The provider refused the message.", detail=detail or f"http_{reply.status}")
    raise Uncertain(f"http_{reply.status}", "The provider may have taken the message.", detail=detail)


def _retry_after(reply: Reply) -> int | None:
    """Seconds, from a number, a date, or SendGrid's reset moment; counted from the answer's own date, never from our clock."""
    told, reset, at = (
        str(reply.headers.get(name) or "").strip() for name in ("Retry-After", "X-RateLimit-Reset", "Date")
    )
    try:
        if told.isascii() and told.isdigit():
            seconds = int(told[:9])
        else:
            now = parsedate_to_datetime(at).timestamp()
            seconds = round((parsedate_to_datetime(told).timestamp() if told else int(reset[:12])) - now)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 1), _RETRY_MOST)
