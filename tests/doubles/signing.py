"""Keys of the pretended providers: signs webhooks as SendGrid and Twilio do, so that the real verification runs."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class EventKey:
    """A P-256 key of SendGrid's Event Webhook. `public` is what goes into SENDGRID_WEBHOOK_PUBLIC_KEY."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        shape = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.public = base64.b64encode(self._key.public_key().public_bytes(*shape)).decode()

    def headers(self, raw: bytes, *, stamp: int | str) -> dict[str, str]:
        signed = self._key.sign(f"{stamp}".encode() + raw, ec.ECDSA(hashes.SHA256()))
        return {
            "Content-Type": "application/json",
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signed).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": f"{stamp}",
        }


def twilio_headers(auth_token: str, url: str, fields: dict[str, str]) -> dict[str, str]:
    """HMAC-SHA1 over the address and the fields in order of their names. Written anew: it checks the SDK, not itself."""
    told = url + "".join(name + fields[name] for name in sorted(fields))
    made = hmac.new(auth_token.encode(), told.encode(), hashlib.sha1).digest()
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": base64.b64encode(made).decode(),
    }


def form(fields: dict[str, str]) -> bytes:
    return urlencode(fields).encode()
