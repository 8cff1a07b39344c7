"""The port for outgoing messages: one shape for e-mail, SMS and letters, their events, and the search for evidence.

An adapter makes one call and says what is proven: accepted, `Rejected`, `Unavailable` (surely not accepted) or `Uncertain`
(perhaps). It retries nothing, follows no redirect and decides nothing; the floor above keeps attempts and parks what is in doubt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

__all__ = [
    "ANY", "BOUNCED", "CLICKED", "COMPLAINED", "DEFERRED", "DELIVERED", "DROPPED", "EMAIL", "FAILED", "KINDS", "LETTER",
    "OPENED", "PROCESSED", "SMS", "UNKNOWN", "UNSUBSCRIBED", "Accepted", "Adapter", "Attachment", "BadSignature", "Event",
    "Evidence", "Headers", "InboundText", "Outgoing", "Wiring",
]  # fmt: skip

EMAIL, SMS, LETTER, ANY = "email", "sms", "letter", "any"
"""Channels. An adapter of channel `any` (the console) takes all of them."""

PROCESSED, DELIVERED, OPENED, CLICKED = "processed", "delivered", "opened", "clicked"
BOUNCED, DROPPED, DEFERRED, COMPLAINED = "bounced", "dropped", "deferred", "complained"
UNSUBSCRIBED, FAILED, UNKNOWN = "unsubscribed", "failed", "unknown"
KINDS = frozenset(
    {
        *(
            PROCESSED,
            DELIVERED,
            OPENED,
            CLICKED,
            BOUNCED,
            DROPPED,
            DEFERRED,
            COMPLAINED,
            UNSUBSCRIBED,
            FAILED,
        ),
        UNKNOWN,
    }
)
"""Kinds of an event. An event of any kind that carries our token proves that the provider took the message once: it names
only what it took. `dropped` then means taken and thrown away (an address on its suppression list)."""

Headers = Mapping[str, str | Sequence[str]]
"""Headers of a webhook, by name in any case. A header that came twice may be a sequence or joined by a comma: it is refused."""


class BadSignature(Exception):
    """The webhook is not proven to come from the provider. `code` is for the count, never for the answer to the sender."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with an e-mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient. `token` is the attempt's own secretless id; it comes back in every event.

    `reference` is the short code a person and the provider's search can find in the subject or the text. `callback_url`
    (SMS) ends in the token. `language` is a BCP 47 tag. Subject, html and attachments mean nothing to an SMS.
    """

    token: str
    channel: str
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    reference: str = ""
    callback_url: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it. `provider_id` is "" where the answer named none."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """What the provider says happened to a message. `token` is "" where it cannot be told.

    `occurred_at` is None where the provider gave no time or an absurd one. `fingerprint` is the same for every copy of the
    same happening, also under a new event id. `raw` holds a few short fields without addresses.
    """

    kind: str
    token: str
    provider_id: str
    recipient: str
    occurred_at: datetime | None
    reason: str
    raw: Mapping[str, str]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text message somebody sent to us; `body` as it was written. What STOP means is decided a floor above."""

    sender: str
    to: str
    body: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Outcome of a search that worked. `found`: the provider has our message.

    `canary_seen`: the provider's index already shows another message made after the doubtful attempt, so that "not found"
    means something. It is looked for only when ours was not found.
    """

    found: bool
    provider_id: str = ""
    canary_seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What every adapter is built with; each takes what it needs. Secrets do not show in `repr`.

    `skew_seconds` is how far the provider's clock may differ from ours when `search` compares times.
    """

    base_url: str = ""
    api_key: str = field(default="", repr=False)
    account_sid: str = field(default="", repr=False)
    auth_token: str = field(default="", repr=False)
    sender: str = ""
    connect_seconds: float = 5.0
    read_seconds: float = 20.0
    webhook_key: str = field(default="", repr=False)
    skew_seconds: int = 120


class Adapter(Protocol):
    """One way out. `name` is the file's name."""

    @property
    def channel(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def supports_idempotency_key(self) -> bool:
        """False for every provider we have: the same call twice is two messages."""
        ...

    def send(self, outgoing: Outgoing) -> Accepted:
        """One call. Raises errors.Rejected (bad_recipient, opted_out, bad_content, bad_sender, too_large, refused),
        errors.Unavailable (no_connection, credentials, rate_limited), errors.Uncertain (timeout, cut, garbage, http_…)."""
        ...

    def probe(self) -> bool:
        """A harmless authenticated question. True for any answer below 500."""
        ...

    def search(self, *, token: str, recipient: str, subject: str, since: datetime) -> Evidence | None:
        """Looks for a message in doubt. `subject` is the exact subject of an e-mail, the reference in an SMS's text; `since`
        is when the attempt began. None: not supported, or the search itself failed."""
        ...

    def parse_events(
        self, raw: bytes, headers: Headers, *, url: str, now: datetime, max_age_seconds: int
    ) -> list[Event]:
        """Verifies the raw bytes, then reads them. Raises BadSignature; never anything else, whatever the signed body holds.
        `url` is the configured public address of the webhook, query included."""
        ...

    def parse_inbound(self, raw: bytes, headers: Headers, *, url: str) -> InboundText:
        """A text message sent to us. Raises BadSignature, also where the channel has none."""
        ...
