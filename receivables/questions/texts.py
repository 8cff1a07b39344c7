"""Which text speaks for an occasion: ours by scope and language, else the one Duebook comes with. It fills in nothing.

The recipient's language weighs most, then the narrower scope: a Chinese text that came with the house goes before our own
English one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from receivables.mail import default_templates
from receivables.mail.default_templates import DefaultTemplate
from receivables.models import MessageTemplate
from receivables.notice_values import language_of
from receivables.rendering import TemplateText
from receivables.rules.refusals import Refused

SAME = {
    "friendly": "friendly_note",
    "call": "call_script",
    "firm": "firm_reminder",
    "demand": "formal_demand",
    "handover": "handover_notice",
    "rep7": "rep_alert_7",
    "rep3": "rep_alert_3",
    "escalate": "escalation",
    "management": "management_note",
}
"""Names of rungs for occasions that came with a text."""
INSTEAD = {"letter": "email", "email": "letter"}
"""A letter may say what the e-mail says where it has no text of its own, and the other way round."""
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A text, and the version it is; no row stands for a text Duebook comes with."""

    text: TemplateText
    row: MessageTemplate | None = None


def occasion(code: str) -> str:
    """The name a text is kept under."""
    return SAME.get(code, code)


def audience_of(code: str) -> str:
    """Whether an occasion speaks to customers or to our own people."""
    return "staff" if occasion(code) in default_templates.STAFF else "customer"


class Texts:
    """All texts in force, read once: a night asks for thousands."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str, int | None, str], MessageTemplate] = {
            (row.code, row.channel, row.language, row.entity_id, row.segment): row
            for row in MessageTemplate.objects.filter(active=True)
        }

    def of(self, code: str, channel: str, language: str, *, entity: int | None, segment: str) -> Chosen:
        """The text for an occasion, channel and reader. Refuses no_text where nobody wrote one."""
        wanted = occasion(code)
        for form in (channel, INSTEAD.get(channel, "")):
            for tongue in dict.fromkeys((language_of(language), FALLBACK)):
                found = self._own(wanted, form, tongue, entity, segment) or _shipped(wanted, form, tongue)
                if found is not None:
                    return _as(found, channel)
        raise Refused(
            "no_text",
            _("Nobody wrote a text for %(occasion)s by %(channel)s yet.")
            % {"occasion": wanted, "channel": channel},
            field="template",
        )

    def _own(self, code: str, channel: str, language: str, entity: int | None, segment: str) -> Chosen | None:
        for where in _scopes(entity, segment):
            row = self._rows.get((code, channel, language, *where))
            if row is not None:
                return Chosen(text_of(row), row)
        return None


def text_of(row: MessageTemplate) -> TemplateText:
    """A version as it is rendered."""
    return TemplateText(row.subject, row.body, row.language, row.channel, audience_of(row.code), row.code)


def shipped(code: str, channel: str, language: str) -> DefaultTemplate | None:
    """The text that came with the house, in exactly that language."""
    wanted = (occasion(code), channel, language)
    return next((t for t in default_templates.defaults() if (t.code, t.channel, t.language) == wanted), None)


def _shipped(code: str, channel: str, language: str) -> Chosen | None:
    found = shipped(code, channel, language)
    if found is None:
        return None
    return Chosen(
        TemplateText(found.subject, found.body, found.language, channel, found.audience, found.code)
    )


def _as(found: Chosen, channel: str) -> Chosen:
    if found.text.channel == channel:
        return found
    said = found.text
    return Chosen(
        TemplateText(said.subject, said.body, said.language, channel, said.audience, said.code), found.row
    )


def _scopes(entity: int | None, segment: str) -> Iterator[tuple[int | None, str]]:
    if entity is not None and segment:
        yield entity, segment
    if entity is not None:
        yield entity, ""
    if segment:
        yield None, segment
    yield None, ""
