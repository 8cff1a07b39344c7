"""Letters on paper: a person prints and posts them. Accepted at once; the posting itself is recorded by that person."""

from dataclasses import dataclass
from datetime import datetime

from integrations.messaging import cleaning
from integrations.messaging.port import (
    LETTER,
    Accepted,
    BadSignature,
    Event,
    Evidence,
    Headers,
    InboundText,
    Outgoing,
    Wiring,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter(Wiring):
    """Our own printer and the post."""

    channel: str = LETTER
    name: str = "print_letter"
    supports_idempotency_key: bool = False

    def send(self, outgoing: Outgoing) -> Accepted:
        cleaning.check_words(outgoing)
        return Accepted(f"print-{outgoing.token}")

    def probe(self) -> bool:
        return True

    def search(self, *, token: str, recipient: str, subject: str, since: datetime) -> Evidence | None:
        return None

    def parse_events(
        self, raw: bytes, headers: Headers, *, url: str, now: datetime, max_age_seconds: int
    ) -> list[Event]:
        raise BadSignature("no_events")

    def parse_inbound(self, raw: bytes, headers: Headers, *, url: str) -> InboundText:
        raise BadSignature("no_inbound")
