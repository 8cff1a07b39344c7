"""What the pretended providers know: their credentials, the messages they took, the requests they saw."""

import dataclasses

API_KEY = "SG.double-key"
ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "double-token"
SENDER_SMS = "+15550001111"


@dataclasses.dataclass(frozen=True)
class Copy:
    """One message the provider took. `at` is seconds since 1970."""

    token: str
    channel: str
    recipient: str
    sender: str
    subject: str
    body: str
    html: str
    callback_url: str
    provider_id: str
    at: float


@dataclasses.dataclass(frozen=True)
class Seen:
    """One request, whatever became of it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    at: float
