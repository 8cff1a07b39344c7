"""The HTTP side of the pretended providers: SendGrid's mail/send, logs and scopes, Twilio's Messages and Account."""

import base64
import contextlib
import json
import re
import time
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.doubles.faults import RECORDED
from tests.doubles.records import ACCOUNT_SID, API_KEY, AUTH_TOKEN, Seen

_TO = re.compile(r"to_email = '([^']*)'")
_MADE = re.compile(r"sg_message_id_created_at (>=|>) TIMESTAMP \"([^\"]+)\"")
HANG_MOST = 120


class Front(BaseHTTPRequestHandler):
    """One request. `house` is the Providers it belongs to."""

    protocol_version = "HTTP/1.1"
    house: Any

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        self._open(b"")

    def do_POST(self) -> None:
        self._open(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _open(self, body: bytes) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if path.startswith("/_double/"):
            return self._double(path, body)
        self.house.saw(Seen(self.command, path, query, dict(self.headers), body, time.time()))
        basic = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        right = f"Bearer {API_KEY}" if path.startswith("/v3/") else f"Basic {basic}"
        if self.headers.get("Authorization") != right:
            return self._say(401, {"errors": [{"message": "authorization required"}], "code": 20003})
        account = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
        rooms = {
            ("POST", "/v3/mail/send"): self._mail,
            ("POST", "/v3/logs"): self._logs,
            ("GET", "/v3/scopes"): lambda _: self._say(200, {"scopes": ["mail.send"]}),
            ("POST", f"{account}/Messages.json"): self._text,
            ("GET", f"{account}/Messages.json"): self._texts,
            ("GET", f"{account}.json"): lambda _: self._say(200, {"sid": ACCOUNT_SID, "status": "active"}),
        }
        room = rooms.get((self.command, path))
        return room(body) if room else self._say(404, {"errors": [{"message": "not found"}]})

    def _double(self, path: str, body: bytes) -> None:
        if path == "/_double/faults":
            self.house.faults.set(body.decode())
        return self._say(200, {"accepted": len(self.house.accepted), "peak": self.house.peak()})

    def _mail(self, body: bytes) -> None:
        try:
            told = json.loads(body)
            (envelope,) = told["personalizations"]
            (to,) = envelope["to"]
            texts = {part["type"]: part["value"] for part in told["content"]}
            fields = {"recipient": to["email"], "sender": told["from"]["email"], "subject": told["subject"]}
        except (ValueError, KeyError, TypeError) as error:
            return self._say(400, {"errors": [{"message": f"{error!r}", "field": "personalizations"}]})
        fields |= {"body": texts["text/plain"], "html": texts.get("text/html", "")}
        fields |= {"token": envelope["custom_args"]["attempt"], "channel": "email", "callback_url": ""}
        return self._send(fields, lambda copy: (202, None, {"X-Message-Id": copy.provider_id}))

    def _text(self, body: bytes) -> None:
        told = dict(parse_qsl(body.decode()))
        to, callback = told.get("To", ""), told.get("StatusCallback", "")
        if to in self.house.opted_out:
            return self._say(
                400, {"code": 21610, "message": "Attempt to send to unsubscribed", "status": 400}
            )
        if not re.fullmatch(r"\+\d{7,15}", to) or to == "+15005550001":
            return self._say(
                400, {"code": 21211, "message": f"Invalid 'To' Phone Number: {to}", "status": 400}
            )
        fields = {"recipient": to, "sender": told.get("From", ""), "subject": "", "body": told["Body"]}
        fields |= {"html": "", "channel": "sms", "callback_url": callback}
        fields |= {"token": callback.rstrip("/").rpartition("/")[2]}
        return self._send(fields, lambda copy: (201, self._as_twilio(copy), {}))

    def _send(self, fields: dict[str, str], answer: Any) -> None:
        """Takes the message and answers, as the plan says."""
        kind = "429" if self.house.is_too_fast() else self.house.faults.next()
        if kind == "accept_late":
            time.sleep(self.house.late_seconds)
        copy = self.house.take(**fields) if kind in RECORDED else None
        if kind.endswith("hang"):
            self.house.closing.wait(HANG_MOST)
        if kind.endswith(("drop", "hang")):
            self.close_connection = True
        elif kind.endswith("garbage"):
            self._raw(b"\x16\x03\x01 nobody speaks this\r\n\r\n")
        elif kind == "truncated":
            self._raw(b"HTTP/1.1 20%d Acc" % (2 if fields["channel"] == "email" else 1))
        elif kind == "redirect":
            self._say(302, None, {"Location": self.house.url + self.path})
        elif kind == "shape":
            self._say(200, {"ok": True})
        elif kind == "429":
            self._say(429, {"errors": [{"message": "slow down"}], "code": 20429}, {"Retry-After": "7"})
        elif kind.isdigit() or kind == "accept_then_500":
            self._say(int(kind[-3:]), {"errors": [{"message": "as planned"}], "code": 20500})
        elif kind == "drip":
            self._drip()
        else:
            self._say(*answer(copy))

    def _logs(self, body: bytes) -> None:
        if self._search_fails():
            return
        query = json.loads(body)["query"]
        to, made = _TO.search(query), _MADE.search(query)
        since = datetime.fromisoformat(made[2]).timestamp() if made else 0
        found = [
            {
                "from_email": copy.sender,
                "to_email": copy.recipient,
                "subject": copy.subject,
                "sg_message_id": f"{copy.provider_id}.recvd-double-1",
                "status": "delivered",
            }
            for copy in self.house.indexed()
            if copy.channel == "email"
            and (not to or copy.recipient == to[1])
            and (copy.at > since or int(copy.at) >= since and made and made[1] == ">=")
        ]
        lies = self.house.search_fault == "empty"
        self._say(200, {"messages": [] if lies else found[: json.loads(body).get("limit", 10)]})

    def _texts(self, _: bytes) -> None:
        if self._search_fails():
            return
        wanted = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        day = wanted.get("DateSent>", "")[:10]
        found = [
            self._as_twilio(copy)
            for copy in self.house.indexed()
            if copy.channel == "sms"
            and copy.recipient == wanted.get("To", copy.recipient)
            and f"{datetime.fromtimestamp(copy.at, UTC):%Y-%m-%d}" >= day
        ]
        lies = self.house.search_fault == "empty"
        self._say(200, {"messages": [] if lies else found[: int(wanted.get("PageSize", 50))], "page": 0})

    def _search_fails(self) -> bool:
        fault = self.house.search_fault
        if fault == "hang":
            self.house.closing.wait(HANG_MOST)
        elif fault == "garbage":
            self._raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{[}")
        elif fault.isdigit():
            self._say(int(fault), {"errors": [{"message": "as planned"}]}, {"Retry-After": "9"})
        return fault not in ("", "empty")

    def _as_twilio(self, copy: Any) -> dict[str, Any]:
        at = formatdate(copy.at).replace("-0000", "+0000")
        return {
            "sid": copy.provider_id,
            "status": "queued",
            "to": copy.recipient,
            "from": copy.sender,
            "body": copy.body,
            "date_created": at,
            "date_sent": at,
            "error_code": None,
        }

    def _say(self, status: int, told: Any = None, headers: dict[str, str] | None = None) -> None:
        raw = b"" if told is None else json.dumps(told).encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    def _raw(self, raw: bytes) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.write(raw)

    def _drip(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 202 Accepted\r\nX-Message-Id: slow\r\n" + b"X: y\r\n" * 20:
                self.wfile.write(bytes([byte]))
                if self.house.closing.wait(0.2):
                    return
