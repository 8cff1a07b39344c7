"""Twilio's webhooks: status callbacks and text messages sent to us, proven against the configured public address.

The signature covers the address Twilio was given and the form's fields, but no time. It never looks at the request's host.
"""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

from integrations.messaging import cleaning, port
from integrations.messaging.port import BadSignature, Event, Headers, InboundText

SIGNATURE = "X-Twilio-Signature"
_FIELDS_MOST = 200
TEXT_KEPT = 16_000
"""Characters of an incoming text that are kept: ten times what a message can hold."""
_PORTS = {"https": 443, "http": 80}
_KINDS = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), port.PROCESSED),
    "delivered": port.DELIVERED,
    "read": port.OPENED,
    "undelivered": port.FAILED,
    "failed": port.FAILED,
    "canceled": port.DROPPED,
}
_KEPT = ("MessageStatus", "SmsStatus", "ErrorCode", "RawDlrDoneDate", "ApiVersion")


Form = Mapping[str, str]


def verified(raw: bytes, headers: Headers, *, key: str, url: str) -> Form:
    """The fields, if Twilio signed them for this address. Raises BadSignature: no_key, no_header, bad_form, bad_signature.

    A field that came twice is refused: Twilio sends none, and its signature cannot tell `a=1, a=2` from `a="1a2"`.
    """
    signature = cleaning.header(headers, SIGNATURE)
    if not key:
        raise BadSignature("no_key")
    if not signature:
        raise BadSignature("no_header")
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MOST)
    except (UnicodeDecodeError, ValueError) as error:
        raise BadSignature("bad_form") from error
    form, validator = dict(pairs), RequestValidator(key)
    if len(form) != len(pairs):
        raise BadSignature("bad_form")
    made = [validator.compute_signature(each, form).encode() for each in spellings(url)]
    matches = [hmac.compare_digest(each, signature.encode("utf-8", "replace")) for each in made]
    if not any(matches):
        raise BadSignature("bad_signature")
    return form


def spellings(url: str) -> list[str]:
    """The same address as proxies may have written it: with and without the usual port, a slash at its end, + or %20."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    usual = f":{_PORTS.get(parts.scheme, 0)}"
    bare = host.removesuffix(usual)
    hosts = (bare, bare + usual) if bare == host.partition(":")[0] or host.endswith("]") else (host,)
    stem = parts.path.rstrip("/")
    queries = {parts.query, parts.query.replace("+", "%20"), parts.query.replace("%20", "+")}
    return sorted(
        parts._replace(netloc=each, path=path, query=query).geturl()
        for each in hosts
        for path in {parts.path, stem, f"{stem}/"}
        for query in queries
    )


def event(form: Form, *, url: str) -> Event:
    """A status callback. The token is the last part of the signed address."""
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    identity = _text(form.get("MessageSid") or form.get("SmsSid"))
    token = cleaning.token(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    done = form.get("RawDlrDoneDate", "")
    return Event(
        kind=_KINDS.get(status, port.UNKNOWN),
        token=token,
        provider_id=identity,
        recipient=cleaning.phrase(form.get("To"), 254),
        occurred_at=cleaning.done_moment(done),
        reason=cleaning.without_addresses(form.get("ErrorCode")),
        raw={name: cleaning.phrase(form[name], 100) for name in _KEPT if name in form},
        fingerprint=cleaning.fingerprint("twilio", token, identity, status, form.get("ErrorCode"), done),
    )


def inbound(form: Form) -> InboundText:
    """The text as it was written, without what no database can keep."""
    return InboundText(
        sender=cleaning.phrase(form.get("From"), 254),
        to=cleaning.phrase(form.get("To"), 254),
        body=form.get("Body", "").replace("\x00", "")[:TEXT_KEPT],
        provider_id=_text(form.get("MessageSid") or form.get("SmsSid")),
    )


def _text(value: Any) -> str:
    return cleaning.phrase(value, 100)
