"""Takes addresses apart and strangers' words down to what may be kept: shared by the adapters, it talks to nobody."""

import hashlib
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from integrations.errors import Rejected
from integrations.messaging.port import Headers, Outgoing

PHONE = re.compile(r"\+[1-9][0-9]{6,14}\Z")
TOKEN = re.compile(r"[A-Za-z0-9_-]{8,80}\Z")
_ADDRESS = re.compile(r"[^\s<>\"'()]{1,128}@[^\s<>\"'()]{1,255}|\+?[0-9][0-9 ()./-]{7,18}[0-9]")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
REASON_MOST = 200


def phrase(value: Any, most: int = REASON_MOST) -> str:
    """A stranger's value as one short line: no control characters, no half characters, nothing but text and numbers."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = (
        str(value)[: most * 2] if isinstance(value, str) else str(value)[:most] if abs(value) < 10**18 else ""
    )
    text = text.encode("utf-8", "replace").decode()
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in text).split())[:most]


def without_addresses(text: Any, most: int = REASON_MOST) -> str:
    """The phrase with mail addresses and phone numbers blotted out: it goes into logs and onto pages."""
    return _ADDRESS.sub("…", phrase(text, most))


def token(value: Any) -> str:
    """The value if it has the shape of an attempt's token, else ""."""
    return value if isinstance(value, str) and TOKEN.match(value) else ""


def moment(value: Any, *, now: datetime) -> datetime | None:
    """Seconds since 1970 as a moment; None for anything absurd: text, negative, before 2000, more than a day ahead."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**11:
        return None
    at = datetime.fromtimestamp(value, UTC)
    return at if _EARLIEST <= at <= now + timedelta(days=1) else None


def letter_moment(value: Any) -> datetime | None:
    """A date as mails write it; without a zone it is UTC."""
    try:
        found = parsedate_to_datetime(value) if isinstance(value, str) else None
    except (ValueError, TypeError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def done_moment(value: str) -> datetime | None:
    """A carrier's YYMMDDhhmm, taken as UTC."""
    try:
        return datetime.strptime(value, "%y%m%d%H%M").replace(tzinfo=UTC) if len(value) == 10 else None
    except ValueError:
        return None


def fingerprint(*parts: Any) -> str:
    """The same for the same happening, whatever its event id."""
    joined = "\x1f".join(phrase(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:32]


def header(headers: Headers, name: str) -> str:
    """The one value of a header; "" where it is absent or came twice."""
    found: list[str] = []
    for key, value in headers.items():
        if key.lower() == name.lower():
            found.extend([value] if isinstance(value, str) else value)
    return found[0] if len(found) == 1 and "," not in found[0] else ""


def mail_address(address: str) -> str:
    """The address in the form that travels. Raises Rejected bad_recipient: the vendor's SDK would raise KeyError."""
    try:
        found = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError:  # its words may repeat the address
        raise Rejected("bad_recipient", "The e-mail address cannot be used.") from None
    return found.ascii_email or ""


def check_words(outgoing: Outgoing) -> None:
    """Raises Rejected bad_content for what no provider can carry: nothing to say, a broken subject, half characters."""
    subject_breaks = any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in outgoing.subject)
    names = f"{outgoing.sender_name}{outgoing.recipient_name}"
    name_breaks = any(unicodedata.category(c) == "Cc" for c in names)
    words = f"{outgoing.subject}{names}{outgoing.text}{outgoing.html}"
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise Rejected("bad_content", "The text holds half of a character.") from error
    if not outgoing.text.strip() or "\x00" in words or subject_breaks or name_breaks:
        raise Rejected(
            "bad_content", "The text is empty, or the subject or a name holds a control character."
        )
    if not TOKEN.match(outgoing.token):
        raise Rejected("bad_content", "The attempt's token has no usable shape.")
