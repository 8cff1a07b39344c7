"""SendGrid and Twilio in one small server on this machine, with faults on demand and an append-only record of what it took.

`Providers()` in a test, or a process of its own: `python -m tests.doubles.providers --port 0 --accepted FILE --faults SPEC`
prints its port, then the public key of its webhooks. `POST /_double/faults` with a spec changes the faults while it runs.
"""

import argparse
import dataclasses
import json
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter, deque
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.doubles.faults import Plan
from tests.doubles.front import Front
from tests.doubles.records import ACCOUNT_SID, API_KEY, AUTH_TOKEN, SENDER_SMS, Copy, Seen
from tests.doubles.signing import EventKey, form, twilio_headers


class _Server(ThreadingHTTPServer):
    """Many connections at once; one that hangs does not keep it from closing."""

    request_queue_size, daemon_threads, block_on_close = 512, True, False

    def handle_error(self, *_: Any) -> None:
        """A client that has gone is what this is for."""


class Providers:
    """The server. `accepted`, `requests` and `faults` are open to the test; settings may change while it runs."""

    def __init__(self, *, port: int = 0, accepted: Path | None = None, faults: str = "") -> None:
        self.faults = Plan(faults)
        self.accepted: list[Copy] = []
        self.requests: list[Seen] = []
        self.key = EventKey()
        self.late_seconds, self.index_seconds = 3.0, 0.0
        self.rate_most = 0
        """Sending calls a second, above which 429 is answered; 0 is no limit."""
        self.search_fault = ""
        """"" or 429, 500, hang, empty (the index lies), garbage."""
        self.opted_out: set[str] = set()
        self.closing = threading.Event()
        self._file, self._lock, self._ids = accepted, threading.Lock(), 0
        self.clock = time.time
        self._recent: deque[float] = deque()
        self._server = _Server(("127.0.0.1", port), type("_Front", (Front,), {"house": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, **changed: Any) -> dict[str, Any]:
        """What an adapter is built with to talk to this double."""
        ours = {
            "base_url": self.url,
            "api_key": API_KEY,
            "account_sid": ACCOUNT_SID,
            "auth_token": AUTH_TOKEN,
            "sender": SENDER_SMS,
            "connect_seconds": 1.0,
            "read_seconds": 1.0,
            "webhook_key": self.key.public,
        }
        return {**ours, **changed}

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def take(self, **fields: str) -> Copy:
        """Records one message: in the file first, so that nothing is answered that is not on record."""
        with self._lock:
            self._ids += 1
            identity = (
                f"SM{self._ids:032x}" if fields["channel"] == "sms" else f"dbl{self._ids:08d}_{self.port}"
            )
            copy = Copy(**fields, provider_id=identity, at=time.time())
            if self._file:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(dataclasses.asdict(copy)) + "\n")
            self.accepted.append(copy)
            return copy

    def saw(self, seen: Seen) -> None:
        with self._lock:
            self.requests.append(seen)

    def sends(self) -> list[Seen]:
        return [
            s
            for s in self.requests
            if s.method == "POST" and s.path.endswith(("/mail/send", "/Messages.json"))
        ]

    def is_too_fast(self) -> bool:
        """Asked once for each sending call: were there more than `rate_most` within the last second?"""
        with self._lock:
            self._recent.append(self.clock())
            while self._recent[-1] - self._recent[0] >= 1:
                self._recent.popleft()
            return bool(self.rate_most) and len(self._recent) > self.rate_most

    def peak(self) -> int:
        """The most sending calls that began within one second, by a sliding window."""
        times = sorted(s.at for s in self.sends())
        most = start = 0
        for end, at in enumerate(times):
            while at - times[start] >= 1:
                start += 1
            most = max(most, end - start + 1)
        return most

    def doubles(self) -> dict[tuple[str, str, str], int]:
        """Messages taken more than once, by what a recipient would notice: recipient, subject, text."""
        seen = Counter((c.recipient, c.subject, c.body) for c in self.accepted)
        return {key: count for key, count in seen.items() if count > 1}

    def indexed(self) -> list[Copy]:
        """What a search would show by now."""
        return [c for c in self.accepted if time.time() - c.at >= self.index_seconds]

    def event(self, copy: Copy, kind: str, *, at: float | None = None, **more: Any) -> dict[str, Any]:
        """One member of an Event Webhook's array, about a message."""
        stamp = int(copy.at if at is None else at)
        return {
            "email": copy.recipient,
            "event": kind,
            "timestamp": stamp,
            "sg_event_id": f"ev{time.monotonic_ns()}",
            "sg_message_id": f"{copy.provider_id}.filterdrecv-double-0-1-5F5FC76C-9.0",
            "smtp-id": f"<{copy.provider_id}@double.invalid>",
            "attempt": copy.token,
            "attempt_token": copy.token,
            **more,
        }

    def post_events(self, url: str, events: Any, *, at: float | None = None) -> int:
        """Posts signed events as SendGrid does and returns the status. `at` is the signed time."""
        raw = events if isinstance(events, bytes) else json.dumps(events).encode()
        return _post(url, raw, self.key.headers(raw, stamp=int(time.time() if at is None else at)))

    def post_status(self, copy: Copy, status: str, **more: str) -> int:
        """Posts a signed status callback to the address the message named."""
        fields = {"MessageSid": copy.provider_id, "MessageStatus": status, "To": copy.recipient, **more}
        url = copy.callback_url
        return _post(url, form(fields), twilio_headers(AUTH_TOKEN, url, fields))

    def post_text(self, url: str, *, sender: str, body: str, to: str = SENDER_SMS) -> int:
        """Posts a signed text message from a customer."""
        fields = {"MessageSid": f"SM{time.monotonic_ns():032x}", "From": sender, "To": to, "Body": body}
        return _post(url, form(fields), twilio_headers(AUTH_TOKEN, url, fields))


def _post(url: str, raw: bytes, headers: dict[str, str]) -> int:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, raw, headers, method="POST"), timeout=30
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--accepted", type=Path)
    parser.add_argument("--faults", default="")
    parser.add_argument("--rate-most", type=int, default=0)
    parser.add_argument("--index-seconds", type=float, default=0)
    parser.add_argument("--late-seconds", type=float, default=3)
    wanted = parser.parse_args()
    house = Providers(port=wanted.port, accepted=wanted.accepted, faults=wanted.faults)
    house.rate_most, house.index_seconds = wanted.rate_most, wanted.index_seconds
    house.late_seconds = wanted.late_seconds
    sys.stdout.write(f"{house.port}\n{house.key.public}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
