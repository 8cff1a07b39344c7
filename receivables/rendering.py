"""Facts and a template's text become the bytes that leave the house: subject, text, HTML, attachments and their hash.

It reads no database and sends nothing. The same facts and text give the same bytes, so the hash says "what was approved
is what is sent".
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from receivables.letters import documents
from receivables.letters.compile import RenderFailed, paper
from receivables.mail import frame
from receivables.notice_values import demand_one_currency, demand_whole, language_of, values_of
from receivables.rules import sms_parts
from receivables.rules.notice_facts import HandOverFacts, InterestFacts, NoticeFacts, StatementFacts
from receivables.rules.placeholders import EMAIL, LETTER, SMS
from receivables.rules.templates import Hole, Values, fill, parts

ATTACHMENTS_MOST = 20 * 1024**2
"""Below what the mail provider takes (30 MB once encoded), so that the call is never tried."""
HTML_MOST = 200_000

__all__ = [
    "Attachment",
    "Hole",
    "RenderFailed",
    "Rendered",
    "TemplateText",
    "digest",
    "hand_over_sheet",
    "interest_note",
    "render",
    "statement",
]


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
    """The message for `facts`, with `attachments` after its own. Nothing is rendered by halves.

    Raises Hole (a value is missing, figures do not tie) and RenderFailed: both are Refused, and the message is parked.
    """
    demand_whole(facts)
    language = language_of(template.language)
    values = values_of(facts, language)
    subject = fill(template.subject, values, "subject")
    text, page, own = _body(template, facts, values, subject, language)
    files = (*own, *attachments)
    if sum(len(each.content) for each in files) > ATTACHMENTS_MOST:
        raise RenderFailed("attachments_too_large", "The files of this message are too large to be sent.")
    return Rendered(subject, text, page, files, digest(subject, text, page, files))


def _body(
    template: TemplateText, facts: NoticeFacts, values: Values, subject: str, language: str
) -> tuple[str, str, tuple[Attachment, ...]]:
    """Text, HTML and own files, by channel."""
    if template.channel == SMS:
        text = fill(template.body, values, "sms")
        sms_parts.demand_sendable(text)
        return text, "", ()
    text, found = fill(template.body, values), parts(template.body, values)
    if template.channel == LETTER:
        data = documents.letter(facts, subject, found, values, language)
        return text, "", (_paper("letter", data, facts.written_on, facts.letter_number or facts.reference),)
    if template.channel != EMAIL:
        return text, "", ()
    staff = template.audience == "staff"
    made = frame.page(
        facts=facts, parts=found, values=values, subject=subject, language=language, staff=staff
    )
    if len(made.encode()) > HTML_MOST:
        raise Hole("output_too_long", f"The message would be longer than {HTML_MOST} bytes.", limit=HTML_MOST)
    return text if staff else text + frame.plain_footer(facts, language), made, ()


def statement(facts: StatementFacts) -> Attachment:
    """The statement of account as PDF."""
    amounts = [facts.opening, facts.closing, *(each.amount for each in facts.lines)]
    demand_one_currency(facts.currency, [*amounts, *(each.open for each in facts.items)])
    moved = sum(each.amount.minor for each in facts.lines)
    left = sum(each.open.minor for each in facts.items)
    if not facts.opening.minor + moved == facts.closing.minor == left:
        raise Hole("totals_differ", "The statement does not add up.", field="closing")
    data = documents.statement(facts, language_of(facts.language))
    return _paper("statement", data, facts.written_on, facts.reference)


def interest_note(facts: InterestFacts) -> Attachment:
    """The interest note with its derivation as PDF."""
    fixed = [each.amount for each in facts.fixed_sums]
    demand_one_currency(
        facts.currency, [facts.interest, facts.total, *fixed, *(each.amount for each in facts.lines)]
    )
    worked = sum(each.amount.minor for each in facts.lines)
    if worked != facts.interest.minor or worked + sum(each.minor for each in fixed) != facts.total.minor:
        raise Hole("totals_differ", "The interest is not the sum of its lines.", field="interest")
    data = documents.interest_note(facts, language_of(facts.language))
    return _paper("interest", data, facts.written_on, facts.number)


def hand_over_sheet(facts: HandOverFacts) -> Attachment:
    """The cover sheet of a hand-over pack as PDF."""
    charges = [each.amount for each in facts.charges]
    demand_one_currency(facts.currency, [facts.amount_total, *charges, *(each.open for each in facts.items)])
    if sum(each.open.minor for each in facts.items if not each.disputed) != facts.amount_total.minor:
        raise Hole("totals_differ", "The claim is not the sum of its items.", field="amount_total")
    data = documents.hand_over(facts, language_of(facts.language))
    return _paper("handover", data, facts.written_on, facts.case_number)


def _paper(source: str, data: dict[str, Any], written_on: date, number: str) -> Attachment:
    name = re.sub(r"[^\w.-]+", "-", f"{source}-{number}", flags=re.ASCII).strip("-.")[:80]
    return Attachment(f"{name}.pdf", "application/pdf", paper(source, data, written_on=written_on))


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
