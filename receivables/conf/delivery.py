"""Settings of delivery, read from the environment: waiting times and bounds, and what each way out is built with."""

from typing import Any

from receivables.conf import environment
from receivables.rules.delivery import Limits


def limits() -> Limits:
    """Seconds and counts. Every waiting time may be as short as one second, so that a trial need not take a day."""
    return Limits(
        lease=environment.number("DUEBOOK_LEASE_SECONDS", 90, low=1),
        settle=environment.number("DUEBOOK_SETTLE_SECONDS", 900, low=1),
        evidence=environment.number("DUEBOOK_EVIDENCE_SECONDS", 60, low=1),
        backoff=environment.number("DUEBOOK_BACKOFF_SECONDS", 60, low=1),
        backoff_most=environment.number("DUEBOOK_BACKOFF_MOST_SECONDS", 3600, low=1),
        tries=environment.number("DUEBOOK_MESSAGE_TRIES", 10, low=1),
        breaker_count=environment.number("DUEBOOK_BREAKER_COUNT", 3, low=1),
        breaker_wait=environment.number("DUEBOOK_BREAKER_SECONDS", 60, low=1),
        doubtful_most=environment.number("DUEBOOK_DOUBTFUL_MOST", 8, low=1),
        in_flight_most=environment.number("DUEBOOK_IN_FLIGHT_MOST", 5, low=1),
        per_second={
            "email": environment.number("DUEBOOK_EMAILS_PER_SECOND", 20),
            "sms": environment.number("DUEBOOK_SMS_PER_SECOND", 10),
            "letter": 0,
        },
    )


def wiring(*, sendgrid: dict[str, Any], twilio: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the adapter of each name is built with."""
    waits: dict[str, Any] = {
        "connect_seconds": environment.number("DUEBOOK_CONNECT_SECONDS", 5, low=1, high=60),
        "read_seconds": environment.number("DUEBOOK_VENDOR_TIMEOUT_SECONDS", 20, low=1, high=120),
    }
    return {
        "sendgrid_email": sendgrid | waits,
        "twilio_sms": twilio | waits,
        "console": {"fault": environment.text("DUEBOOK_CONSOLE_FAULT")},
        "print_letter": {},
    }
