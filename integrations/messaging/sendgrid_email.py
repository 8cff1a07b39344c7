"""E-mail by SendGrid's v3 API: its SDK builds the request, our wire carries it. Accepted is a whole 202, nothing else.

The attempt's token travels in the personalization's custom_args and comes back in every event. It is sent under two names:
SendGrid's own `deferred` events use the name `attempt` for a counter.
"""

import base64
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from python_http_client import Client
from sendgrid import SendGridAPIClient
from sendgrid.helpers import mail

from integrations.errors import AdapterFailure, Rejected, Unavailable, Uncertain
from integrations.messaging import cleaning, sendgrid_events
from integrations.messaging.port import (
    EMAIL,
    Accepted,
    BadSignature,
    Event,
    Evidence,
    Headers,
    InboundText,
    Outgoing,
    Wiring,
)
from integrations.messaging.wire import Reply, call, refuse

TOTAL_MOST = 29 * 1024 * 1024
"""Bytes of one request; SendGrid refuses 30 MB. Base64 makes four bytes of three."""
_SEARCHED_MOST = 100
_FIELDS = (("personalizations", "bad_recipient"), ("from", "bad_sender"), ("attachments", "bad_content"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter(Wiring):
    """SendGrid."""

    channel: str = EMAIL
    name: str = "sendgrid_email"
    supports_idempotency_key: bool = False

    def send(self, outgoing: Outgoing) -> Accepted:
        reply = self._ask("post", "mail/send", _request(outgoing, sender=outgoing.sender or self.sender))
        if reply.status == 202 and reply.complete:
            return Accepted(cleaning.phrase(reply.headers.get("X-Message-Id") or "", 100))
        if reply.status == 202:
            raise Uncertain("garbage", "SendGrid's answer was cut off.")
        refuse(reply, code=_code(reply), detail=_detail(reply))

    def probe(self) -> bool:
        try:
            return self._ask("get", "scopes").status < 500
        except AdapterFailure:
            return False

    def search(self, *, token: str, recipient: str, subject: str, since: datetime) -> Evidence | None:
        """Email Logs, 30 days back. They know no custom_args, so the subject must hold our reference."""
        skew = timedelta(seconds=self.skew_seconds)
        try:
            to = _quoted(cleaning.mail_address(recipient))
            for each in sorted(
                {to, to.lower()}
            ):  # the comparison knows capitals; what the index keeps is not said
                ours = self._logged(f"to_email = '{each}' AND {_made('>=', since - skew)}")
                for found in ours or ():
                    if found.get("subject") == subject and _text(found, "to_email").lower() == to.lower():
                        return Evidence(True, sendgrid_events.message_id(found.get("sg_message_id")))
                if ours is None or len(ours) >= _SEARCHED_MOST:  # what was cut off may be ours
                    return None
            later = self._logged(_made(">", since + skew))
        except (AdapterFailure, ValueError):
            return None
        return None if later is None else Evidence(False, canary_seen=bool(later))

    def parse_events(
        self, raw: bytes, headers: Headers, *, url: str, now: datetime, max_age_seconds: int
    ) -> list[Event]:
        sendgrid_events.verify(raw, headers, key=self.webhook_key, now=now, max_age_seconds=max_age_seconds)
        return sendgrid_events.read(raw, now=now)

    def parse_inbound(self, raw: bytes, headers: Headers, *, url: str) -> InboundText:
        raise BadSignature("no_inbound")

    def _logged(self, query: str) -> list[dict[str, Any]] | None:
        reply = self._ask("post", "logs", {"query": query, "limit": _SEARCHED_MOST})
        try:
            found = json.loads(reply.body)["messages"] if reply.status == 200 and reply.complete else None
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else None

    def _ask(self, method: str, path: str, body: Any = None) -> Reply:
        if not self.api_key.isascii() or not self.api_key.isprintable() or not self.api_key:
            raise Unavailable("credentials", "The SendGrid API key is missing or no key.")
        sdk = SendGridAPIClient(self.api_key, host=self.base_url.rstrip("/")).client
        replies: list[Reply] = []
        client = _Client(sdk.host, sdk.request_headers, self, replies)
        for name in path.split("/"):
            client = client._(name)
        getattr(client, method)(request_body=body)
        return replies[-1]


class _Client(Client):  # type: ignore[misc]
    """The SDK's client over our wire. Its own follows redirects, waits for ever, and hides headers in HTTPError."""

    def __init__(self, host: str, headers: Any, wiring: Wiring, replies: list[Reply], path: Any = ()) -> None:
        super().__init__(host, dict(headers), version=3, url_path=list(path))
        self.wiring, self.replies = wiring, replies

    def _build_client(self, name: Any = None) -> "_Client":
        return _Client(self.host, self.request_headers, self.wiring, self.replies, [*self._url_path, name])

    def _make_request(self, opener: Any, request: Any, timeout: Any = None) -> Reply:
        reply = call(
            request.get_method(),
            request.full_url,
            headers=dict(request.header_items()),
            body=request.data,
            connect_seconds=self.wiring.connect_seconds,
            read_seconds=self.wiring.read_seconds,
        )
        self.replies.append(reply)
        return reply


def _never(record: logging.LogRecord) -> bool:
    return False


logging.getLogger("python_http_client.client").addFilter(
    _never
)  # its DEBUG lines show the API key and the recipient


def _request(outgoing: Outgoing, *, sender: str) -> Any:
    """The body of mail/send. Raises Rejected before a byte is sent."""
    cleaning.check_words(outgoing)
    if not outgoing.subject.strip():
        raise Rejected("bad_content", "An e-mail needs a subject.")
    recipient = cleaning.mail_address(outgoing.recipient)
    try:
        sender = cleaning.mail_address(sender)
    except Rejected as error:
        raise Rejected("bad_sender", "The sender's address cannot be used.") from error
    heavy = (
        sum(len(a.content) for a in outgoing.attachments) * 4 // 3 + len(outgoing.text) + len(outgoing.html)
    )
    if heavy > TOTAL_MOST:
        raise Rejected("too_large", "The attachments are too large for one e-mail.")
    letter = mail.Mail()
    letter.from_email = mail.From(sender, outgoing.sender_name or None)
    letter.subject = mail.Subject(outgoing.subject)
    envelope = mail.Personalization()
    envelope.add_to(mail.To(recipient, outgoing.recipient_name or None))
    for name in sendgrid_events.TOKEN_NAMES:
        envelope.add_custom_arg(mail.CustomArg(name, outgoing.token))
    letter.add_personalization(envelope)
    letter.add_content(mail.Content("text/plain", outgoing.text))
    if outgoing.html.strip():
        letter.add_content(mail.Content("text/html", outgoing.html))
    for each in outgoing.attachments:
        letter.add_attachment(_attachment(each.name, each.media_type, each.content))
    letter.tracking_settings = mail.TrackingSettings(click_tracking=mail.ClickTracking(False, False))
    return letter.get()


def _attachment(name: str, media_type: str, content: bytes) -> Any:
    if not content or not cleaning.phrase(name):
        raise Rejected("bad_content", "An attachment is empty or has no name.")
    return mail.Attachment(
        mail.FileContent(base64.b64encode(content).decode()),
        mail.FileName(cleaning.phrase(name).replace("/", "_").replace("\\", "_")),
        mail.FileType(media_type or "application/octet-stream"),
        mail.Disposition("attachment"),
    )


def _first_error(reply: Reply) -> dict[str, Any]:
    try:
        first = json.loads(reply.body)["errors"][0]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return {}
    return first if isinstance(first, dict) else {}


def _code(reply: Reply) -> str:
    """Which of our words names SendGrid's refusal, from the field it complains about."""
    field = _text(_first_error(reply), "field")
    return next((code for start, code in _FIELDS if field.startswith(start)), "refused")


def _detail(reply: Reply) -> str:
    return f"http_{reply.status} {cleaning.without_addresses(_first_error(reply).get('message'))}".strip()


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _quoted(value: str) -> str:
    """Email Logs describe no way to write a quote inside quotes; such an address is not searched for."""
    if "'" in value or "\\" in value:
        raise ValueError("no way to quote")
    return value


def _made(sign: str, at: datetime) -> str:
    return f'sg_message_id_created_at {sign} TIMESTAMP "{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"'
