"""Facts and a template's text become the bytes that leave the house: subject, text, HTML, attachments and their hash.

It reads no database and sends nothing. The same facts and text give the same bytes, so the hash says "what was approved
is what is sent".
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from receivables.rules.notice_facts import HandOverFacts, InterestFacts, NoticeFacts, StatementFacts


@dataclass(frozen=True, slots=True)
class TemplateText:
    """One version of a template: plain text with placeholders. `channel` is email, sms, letter, call or note.

    `audience` is customer or staff: staff messages carry no opt-out line.
    """

    subject: str
    body: str
    language: str
    channel: str
    audience: str = "customer"
    code: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file as it will be sent."""

    name: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Rendered:
    """What will be handed over. `html` is empty for everything but e-mail; a letter is its PDF in `attachments`."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    sha256: str


def render(template: TemplateText, facts: NoticeFacts, *, attachments: Sequence[Attachment] = ()) -> Rendered:
    """The message for `facts`. Raises Hole (a value is missing), TwoCurrencies, RenderFailed; nothing is rendered by halves."""
    raise NotImplementedError


def statement(facts: StatementFacts) -> Attachment:
    """The statement of account as PDF."""
    raise NotImplementedError


def interest_note(facts: InterestFacts) -> Attachment:
    """The interest note with its derivation as PDF."""
    raise NotImplementedError


def hand_over_sheet(facts: HandOverFacts) -> Attachment:
    """The cover sheet of a hand-over pack as PDF."""
    raise NotImplementedError


def digest(subject: str, text: str, html: str, attachments: Sequence[Attachment]) -> str:
    """SHA-256 over every part with its length, so that no byte can move from one part to the next unseen."""
    found = hashlib.sha256()
    parts = [subject.encode(), text.encode(), html.encode()]
    for each in attachments:
        parts += [each.name.encode(), each.content_type.encode(), each.content]
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.hexdigest()
