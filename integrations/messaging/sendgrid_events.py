"""SendGrid's signed Event Webhook: proves the raw bytes, then reads whatever they hold without ever failing.

The signature covers timestamp + raw body. Events come in any order, many times, and a repeat may bear a new `sg_event_id`.
"""

import base64
import binascii
import json
import re
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sendgrid.helpers.eventwebhook import EventWebhook

from integrations.messaging import cleaning, port
from integrations.messaging.port import BadSignature, Event, Headers

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
TOKEN_NAMES = ("attempt", "attempt_token")
"""Names of the custom_args that carry the token; the later one is believed first."""

_KINDS = {
    "processed": port.PROCESSED,
    "delivered": port.DELIVERED,
    "open": port.OPENED,
    "click": port.CLICKED,
    "bounce": port.BOUNCED,
    "dropped": port.DROPPED,
    "deferred": port.DEFERRED,
    "spamreport": port.COMPLAINED,
    "unsubscribe": port.UNSUBSCRIBED,
    "group_unsubscribe": port.UNSUBSCRIBED,
}
_KEPT = ("event", "type", "status", "response", "sg_event_id", "timestamp", "bounce_classification")
_TAIL = re.compile(r"\.(?:filter|recv)")
_ARMOUR = re.compile(r"-----[A-Z ]+-----|\s")


def verify(raw: bytes, headers: Headers, *, key: str, now: datetime, max_age_seconds: int) -> None:
    """Raises BadSignature: no_key, no_header, bad_header, bad_signature, stale."""
    signature, stamp = cleaning.header(headers, SIGNATURE), cleaning.header(headers, TIMESTAMP)
    if not signature or not stamp:
        raise BadSignature("no_header")
    try:
        signed = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("bad_header") from error
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise BadSignature("bad_header")
    try:
        _key(key).verify(signed, stamp.encode() + raw, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise BadSignature("bad_signature") from error
    if abs(now.timestamp() - int(stamp)) > max_age_seconds:
        raise BadSignature("stale")


def _key(text: str) -> ec.EllipticCurvePublicKey:
    try:
        found = EventWebhook().convert_public_key_to_ecdsa(_ARMOUR.sub("", text))
    except Exception as error:  # whatever is configured, nothing can be proven with it
        raise BadSignature("no_key") from error
    if not isinstance(found, ec.EllipticCurvePublicKey):
        raise BadSignature("no_key")
    return found


def read(raw: bytes, *, now: datetime) -> list[Event]:
    """One Event for each member of the array; what cannot be understood is of kind `unknown`."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        told = [None]
    return [_event(each, now) for each in (told if isinstance(told, list) else [told])]


def _event(told: Any, now: datetime) -> Event:
    fields: dict[str, Any] = told if isinstance(told, dict) else {}
    name = fields.get("event")
    kind = _KINDS.get(name, port.UNKNOWN) if isinstance(name, str) else port.UNKNOWN
    token = next(filter(None, (cleaning.token(fields.get(n)) for n in reversed(TOKEN_NAMES))), "")
    identity = message_id(fields.get("sg_message_id"))
    reason = fields.get("reason") or fields.get("response") or fields.get("type")
    return Event(
        kind=kind,
        token=token,
        provider_id=identity,
        recipient=cleaning.phrase(fields.get("email"), 254),
        occurred_at=cleaning.moment(fields.get("timestamp"), now=now),
        reason=cleaning.without_addresses(reason),
        raw={n: cleaning.without_addresses(fields[n], 100) for n in _KEPT if n in fields},
        fingerprint=cleaning.fingerprint(
            "sendgrid",
            token or identity,
            fields.get("email") if not token else "",
            name,
            fields.get("timestamp"),
        ),
    )


def message_id(value: Any) -> str:
    """The id that `X-Message-Id` gave at sending: events and logs append the path the mail took."""
    return _TAIL.split(cleaning.phrase(value, 200), maxsplit=1)[0][:100]
