"""All texts by occasion, channel and language: what is in force where, what is drafted, and what came with the house."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from receivables.mail import default_templates
from receivables.models import LegalEntity, MessageTemplate
from receivables.questions import texts
from receivables.rendering import TemplateText

Place = tuple[str, str, str, int | None, str]
"""Occasion, channel, language, entity and segment."""


@dataclass(slots=True)
class Text:
    """One place a text may stand: the version in force, the draft that waits, the shipped one, and older versions."""

    place: Place
    entity: LegalEntity | None = None
    active: MessageTemplate | None = None
    draft: MessageTemplate | None = None
    shipped: default_templates.DefaultTemplate | None = None
    history: list[MessageTemplate] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.place[0]

    @property
    def channel(self) -> str:
        return self.place[1]

    @property
    def language(self) -> str:
        return self.place[2]

    @property
    def segment(self) -> str:
        return self.place[4]

    @property
    def audience(self) -> str:
        return texts.audience_of(self.code)

    @property
    def in_force(self) -> TemplateText | None:
        """What is read there now: ours, else the shipped one."""
        if self.active is not None:
            return texts.text_of(self.active)
        if self.shipped is None:
            return None
        said = self.shipped
        return TemplateText(said.subject, said.body, said.language, said.channel, said.audience, said.code)

    @property
    def query(self) -> dict[str, str]:
        """The place as parameters of an address."""
        code, channel, language, entity, segment = self.place
        return {
            "code": code, "channel": channel, "language": language, "entity": str(entity or ""), "segment": segment,
        }  # fmt: skip


def everything(rows: "QuerySet[MessageTemplate]") -> list[Text]:
    """All places with a text, in order of occasion; `rows` are the versions the reader may see."""
    found: dict[Place, Text] = {}
    for said in default_templates.defaults():
        place = (said.code, said.channel, said.language, None, "")
        found[place] = Text(place, shipped=said)
    for row in rows:
        _add(found.setdefault(place_of(row), Text(place_of(row))), row)
    return sorted(
        found.values(),
        key=lambda text: (text.audience, text.code, text.channel, text.language, str(text.place)),
    )


def one(rows: "QuerySet[MessageTemplate]", place: Place) -> Text:
    """One place, with its versions newest first."""
    text = Text(place)
    code, channel, language, entity, segment = place
    if entity is None and not segment:
        text.shipped = texts.shipped(code, channel, language)
    mine = rows.filter(code=code, channel=channel, language=language, entity=entity, segment=segment)
    for row in mine.order_by("-version"):
        _add(text, row)
    return text


def place_of(row: MessageTemplate) -> Place:
    """Where a version stands."""
    return (row.code, row.channel, row.language, row.entity_id, row.segment)


def _add(text: Text, row: MessageTemplate) -> None:
    text.entity = row.entity
    if row.active:
        text.active = row
    elif row.activated_at is None:
        text.draft = row
    text.history.append(row)
