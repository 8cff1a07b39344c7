"""Texts of messages: list, one, what is wrong with a text, drafted, edited, put in force by a second person, taken out of use."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from receivables.models import LegalEntity, MessageTemplate
from receivables.services import templates
from receivables.wire import guards
from receivables.wire.guards import Caller
from receivables.wire.lists import Listing, Page, page, seen
from receivables.wire.room import Room
from receivables.wire.shapes import Hash, Id, In, Out, Reason, Text40, Text200, moment
from receivables.words import template_words

room = Room("templates")
Channel = Literal["email", "sms", "letter", "call", "note"]
Language = Literal["en", "zh-hans", "de", "fr"]
Body = Annotated[str, Field(strict=True, min_length=1, max_length=20_000)]


class TemplateOut(Out):
    """One version. `content_hash` is what an edit and an activation are bound to."""

    id: int
    code: str
    channel: str
    language: str
    entity: int | None
    segment: str
    version: int
    subject: str
    body: str
    active: bool
    content_hash: str
    problems: list[str]
    drafted_by: str | None
    drafted_at: str
    activated_by: str | None
    activated_at: str | None


class Filters(Listing):
    """Narrowing the list."""

    code: Text40 = ""
    channel: Channel | None = None
    language: Language | None = None
    active: Literal["true", "false"] | None = None


class Drafting(In):
    """A text for an occasion, channel and language; entity and segment narrow it."""

    code: Text40
    channel: Channel
    language: Language = "en"
    entity: Id | None = None
    segment: Text40 = ""
    subject: Text200 = ""
    body: Body


class Editing(In):
    """Other words for the draft whose `content_hash` was read."""

    subject: Text200 = ""
    body: Body
    content_hash: Hash


class Activating(In):
    """The `content_hash` that was read."""

    content_hash: Hash


class Retiring(In):
    """Why it is taken out of use."""

    reason: Reason


@room.get("/templates", "template.view", Page[TemplateOut])
def index(request: HttpRequest, wanted: Query[Filters]) -> Any:
    """Versions, newest first. Texts that came with the house have no row."""
    given = {name: getattr(wanted, name) for name in ("code", "channel", "language") if getattr(wanted, name)}
    if wanted.active:
        given["active"] = wanted.active == "true"
    rows = MessageTemplate.objects.for_user(guards.of(request).user).filter(**given)
    return page(rows.select_related("drafted_by", "activated_by"), wanted, show)


@room.get("/templates/{int:template_id}", "template.view", TemplateOut)
def one(request: HttpRequest, template_id: int) -> Any:
    """One version."""
    return show(_seen(guards.of(request), template_id))


@room.post("/templates", "template.edit", TemplateOut, status=201)
def draft(request: HttpRequest, data: Drafting) -> Any:
    """The next version of a text, as a draft."""
    caller = guards.of(request)
    entity = seen(LegalEntity.objects.all(), caller, data.entity) if data.entity else None
    row = templates.draft(
        code=data.code, channel=data.channel, language=data.language, entity=entity, segment=data.segment,
        subject=data.subject, body=data.body, now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(row)


@room.post("/templates/{int:template_id}/edit", "template.edit", TemplateOut)
def edit(request: HttpRequest, template_id: int, data: Editing) -> Any:
    """Other words for a draft."""
    caller = guards.of(request)
    row = templates.edit(
        template=_seen(caller, template_id), subject=data.subject, body=data.body, seen_hash=data.content_hash,
        now=caller.now, by=caller.by,
    )  # fmt: skip
    return show(row)


@room.post("/templates/{int:template_id}/activate", "template.activate", TemplateOut)
def activate(request: HttpRequest, template_id: int, data: Activating) -> Any:
    """Puts a draft in force, by somebody else than who wrote it."""
    caller = guards.of(request)
    row = templates.activate(
        template=_seen(caller, template_id), seen_hash=data.content_hash, now=caller.now, by=caller.by
    )
    return show(row)


@room.post("/templates/{int:template_id}/retire", "template.activate", TemplateOut)
def retire(request: HttpRequest, template_id: int, data: Retiring) -> Any:
    """Takes a version out of use."""
    caller = guards.of(request)
    row = templates.retire(
        template=_seen(caller, template_id), reason=data.reason, now=caller.now, by=caller.by
    )
    return show(row)


def _seen(caller: Caller, template_id: int) -> Any:
    return seen(MessageTemplate.objects.select_related("drafted_by", "activated_by"), caller, template_id)


def show(row: Any) -> dict[str, Any]:
    """A version as the API writes it."""
    same = ("code", "channel", "language", "segment", "version", "subject", "body", "active", "content_hash")
    return {name: getattr(row, name) for name in same} | {
        "id": row.pk,
        "entity": row.entity_id,
        "problems": [template_words.problem(each) for each in templates.problems(row)],
        "drafted_by": row.drafted_by.username if row.drafted_by else None,
        "drafted_at": moment(row.drafted_at),
        "activated_by": row.activated_by.username if row.activated_by else None,
        "activated_at": moment(row.activated_at) if row.activated_at else None,
    }
