"""The demo's way out: takes every message at once and sends nothing. What was "sent" stands in our own rows.

A fault can be had on purpose, by setting or by a recipient such as fault-uncertain@example.com, to see a parked message.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from integrations.errors import Rejected, Unavailable, Uncertain
from integrations.messaging import cleaning
from integrations.messaging.port import (
    ANY,
    Accepted,
    BadSignature,
    Event,
    Evidence,
    Headers,
    InboundText,
    Outgoing,
    Wiring,
)

FAULTS = ("uncertain", "rejected", "unavailable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter(Wiring):
    """The console."""

    channel: str = ANY
    name: str = "console"
    supports_idempotency_key: bool = False
    fault: str = ""

    def send(self, outgoing: Outgoing) -> Accepted:
        cleaning.check_words(outgoing)
        wanted = self.fault or next(
            (each for each in FAULTS if outgoing.recipient.startswith(f"fault-{each}")), ""
        )
        if wanted:
            _fail(wanted)
        return Accepted(f"console-{outgoing.token}")

    def probe(self) -> bool:
        return self.fault != "unavailable"

    def search(self, *, token: str, recipient: str, subject: str, since: datetime) -> Evidence | None:
        return None

    def parse_events(
        self, raw: bytes, headers: Headers, *, url: str, now: datetime, max_age_seconds: int
    ) -> list[Event]:
        raise BadSignature("no_events")

    def parse_inbound(self, raw: bytes, headers: Headers, *, url: str) -> InboundText:
        raise BadSignature("no_inbound")


def _fail(fault: str) -> NoReturn:
    if fault == "rejected":
        raise Rejected("bad_recipient", "The demo refuses this recipient.", detail="console")
    if fault == "unavailable":
        raise Unavailable(
            "no_connection", "The demo pretends to be out of reach.", detail="console", retry_after=60
        )
    raise Uncertain("timeout", "The demo pretends to have lost the answer.", detail="console")
