"""SMS by Twilio's SDK over our wire: it has no option for another host, and its client can wait for ever.

Accepted is a whole 201 with a sid, nothing else: Twilio says itself that a 500 may hide a message that was sent.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from integrations.errors import AdapterFailure, Rejected, Unavailable, Uncertain
from integrations.messaging import cleaning, twilio_hooks
from integrations.messaging.port import (
    SMS,
    Accepted,
    Event,
    Evidence,
    Headers,
    InboundText,
    Outgoing,
    Wiring,
)
from integrations.messaging.wire import Reply, call, refuse

TEXT_MOST = 1600
_PAGE = 100
_CODES = {
    21610: "opted_out",
    **dict.fromkeys(
        (21211, 21214, 21217, 21265, 21266, 21401, 21407, 21421, 21604, 21612, 21614), "bad_recipient"
    ),
    **dict.fromkeys((21602, 21605, 21617, 21619, 30004), "bad_content"),
    **dict.fromkeys((21212, 21603, 21606, 21659, 21660, 21701, 21703), "bad_sender"),
    21408: "not_permitted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter(Wiring):
    """Twilio."""

    channel: str = SMS
    name: str = "twilio_sms"
    supports_idempotency_key: bool = False

    def send(self, outgoing: Outgoing) -> Accepted:
        fields = _fields(outgoing, sender=outgoing.sender or self.sender)
        reply = self._ask(lambda client: client.messages.create(**fields))
        sid = _answer(reply).get("sid")
        if reply.status == 201 and reply.complete and isinstance(sid, str) and sid.isalnum():
            return Accepted(sid[:100])
        if reply.status == 201:
            raise Uncertain("garbage", "Twilio's answer names no message.")
        refuse(reply, code=_code(reply), detail=_detail(reply))

    def probe(self) -> bool:
        try:
            return self._ask(lambda client: client.api.v2010.account.fetch()).status < 500
        except AdapterFailure:
            return False

    def search(self, *, token: str, recipient: str, subject: str, since: datetime) -> Evidence | None:
        """The Messages list by recipient and day; `subject` is the reference, which stands in the text."""
        skew = timedelta(seconds=self.skew_seconds)
        day = (since - skew).astimezone(UTC)
        try:
            ours = self._listed(to=recipient, date_sent_after=day)
            for found in ours or ():
                body, sid = found.get("body"), found.get("sid")
                if subject and isinstance(body, str) and subject in body and _after(found, since - skew):
                    return Evidence(True, cleaning.phrase(sid, 100))
            if ours is None or len(ours) >= _PAGE:  # what was cut off may be ours
                return None
            later = self._listed(date_sent_after=day)
        except AdapterFailure:
            return None
        if later is None:
            return None
        return Evidence(False, canary_seen=any(_after(found, since + skew, told=True) for found in later))

    def parse_events(
        self, raw: bytes, headers: Headers, *, url: str, now: datetime, max_age_seconds: int
    ) -> list[Event]:
        """Twilio signs no time: a replay is harmless only because the fingerprint is the same."""
        return [
            twilio_hooks.event(twilio_hooks.verified(raw, headers, key=self.auth_token, url=url), url=url)
        ]

    def parse_inbound(self, raw: bytes, headers: Headers, *, url: str) -> InboundText:
        return twilio_hooks.inbound(twilio_hooks.verified(raw, headers, key=self.auth_token, url=url))

    def _listed(self, **wanted: Any) -> list[dict[str, Any]] | None:
        reply = self._ask(lambda client: client.messages.page(page_size=_PAGE, **wanted))
        found = _answer(reply).get("messages") if reply.status == 200 and reply.complete else None
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else None

    def _ask(self, asks: Any) -> Reply:
        """Lets the SDK build and send one request; what came back is judged here, not by the SDK."""
        if not all(v and v.isascii() and v.isprintable() for v in (self.account_sid, self.auth_token)):
            raise Unavailable("credentials", "The Twilio account or its token is missing.")
        line = _Line(self.base_url, self.connect_seconds, self.read_seconds)
        client = Client(self.account_sid, self.auth_token, http_client=line, environment={"TWILIO_EDGE": ""})
        try:
            asks(client)
        except AdapterFailure:
            raise
        except Exception:
            if line.reply is None:  # it never came to a request: a bug, and a loud one
                raise
        if line.reply is None:
            raise RuntimeError("the SDK made no request")
        return line.reply


class _Line(HttpClient):  # type: ignore[misc]
    """Takes the SDK's request to `base_url`, once, and keeps the reply as it came."""

    def __init__(self, base_url: str, connect_seconds: float, read_seconds: float) -> None:
        self.base_url = base_url.rstrip("/")
        self.limits = {"connect_seconds": connect_seconds, "read_seconds": read_seconds}
        self.reply: Reply | None = None

    def request(
        self,
        method: str,
        uri: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = False,
    ) -> Response:
        query = urlencode(params, doseq=True) if params else urlsplit(uri).query
        url = f"{self.base_url}{urlsplit(uri).path}" + (f"?{query}" if query else "")
        key = base64.b64encode(":".join(auth).encode()).decode()
        fields = {**(headers or {}), "Authorization": f"Basic {key}"}
        body = urlencode(data, doseq=True).encode() if data else None
        self.reply = call(method, url, headers=fields, body=body, **self.limits)
        return Response(self.reply.status, self.reply.body.decode("utf-8", "replace"), self.reply.headers)


def _fields(outgoing: Outgoing, *, sender: str) -> dict[str, str]:
    """What goes to messages.create. Raises Rejected before a byte is sent."""
    cleaning.check_words(outgoing)
    if not cleaning.PHONE.match(outgoing.recipient):
        raise Rejected("bad_recipient", "The number is not in the form +49301234567.")
    if len(outgoing.text) > TEXT_MOST:
        raise Rejected("too_large", f"A text message holds at most {TEXT_MOST} characters.")
    if not sender or not sender.isascii() or not sender.isprintable():
        raise Rejected("bad_sender", "The sender's number is missing.")
    fields = {"to": outgoing.recipient, "body": outgoing.text}
    fields["messaging_service_sid" if len(sender) == 34 and sender.startswith("MG") else "from_"] = sender
    if outgoing.callback_url:
        fields["status_callback"] = outgoing.callback_url
    return fields


def _answer(reply: Reply) -> dict[str, Any]:
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _code(reply: Reply) -> str:
    told = _answer(reply).get("code")
    return _CODES.get(told, "refused") if isinstance(told, int) else "refused"


def _detail(reply: Reply) -> str:
    told = _answer(reply)
    number = cleaning.phrase(told.get("code"), 10)
    return " ".join(f"http_{reply.status} {number} {cleaning.without_addresses(told.get('message'))}".split())


def _after(found: dict[str, Any], at: datetime, *, told: bool = False) -> bool:
    """Was the message made after `at`? Without a readable time: yes, unless it has to be told."""
    made = cleaning.letter_moment(found.get("date_created")) or cleaning.letter_moment(found.get("date_sent"))
    return not told if made is None else made >= at
