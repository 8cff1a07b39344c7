"""What every page's frame shows: the menu by the person's verbs, whose books, language and looks. Lazy: an answer without a
frame (a file, a fragment) asks the database nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from receivables import access
from receivables.access_table import ROLES
from receivables.conf.menu import MENU, Entry
from receivables.models import LegalEntity, Notification

COOKIES = {"theme": ("light", "dark"), "density": ("compact",), "dates": ("iso",), "keys": ("off",)}
"""Looks a person may choose: cookie `duebook_<name>` and its values; the default has no cookie."""
ENTITY_KEY = "legal_entity"
SEARCH_URL_NAME = "reports:search"
UNREAD_MOST = 99


@dataclass(frozen=True)
class Line:
    """A menu line as drawn."""

    key: str
    label: str
    url: str
    letter: str
    icon: str
    on: bool
    count: int | None


@dataclass(frozen=True)
class Part:
    """A section as drawn."""

    label: str
    entries: tuple[Line, ...]


@dataclass(frozen=True)
class Books:
    """A legal entity in the switcher."""

    id: int
    label: str


def address(url_name: str) -> str:
    """The address of a name, or "" where this installation has no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def role_words() -> dict[str, str]:
    """The eight shipped roles in the active language."""
    words = (
        _("Sales rep"), _("Sales manager"), _("Collector"), _("Accountant"),
        _("Finance manager"), _("CFO"), _("Auditor"), _("Administrator"),
    )  # fmt: skip
    return dict(zip(ROLES, words, strict=True))


class Shell:
    """The frame of one page, for one request. Templates read it as `shell`."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = getattr(request, "user", None)

    def _look(self, name: str) -> str:
        value = self.request.COOKIES.get(f"duebook_{name}", "")
        return value if value in COOKIES[name] else ""

    @cached_property
    def theme(self) -> str:
        return self._look("theme")

    @cached_property
    def density(self) -> str:
        return self._look("density")

    @cached_property
    def dates(self) -> str:
        return self._look("dates")

    @cached_property
    def keys(self) -> str:
        return self._look("keys")

    @cached_property
    def choices(self) -> list[dict[str, Any]]:
        """The looks in the person's menu: name, label and options with the one that is on."""
        rows = (
            ("theme", _("Theme"), (("", _("Auto")), ("light", _("Light")), ("dark", _("Dark")))),
            ("density", _("Rows"), (("", _("Roomy")), ("compact", _("Compact")))),
            ("dates", _("Dates"), (("", _("Local")), ("iso", "ISO"))),
            ("keys", _("Keys"), (("", _("On")), ("off", _("Off")))),
        )
        return [
            {
                "name": name,
                "label": label,
                "options": [{"value": v, "label": w, "on": self._look(name) == v} for v, w in options],
            }
            for name, label, options in rows
        ]

    @cached_property
    def known(self) -> bool:
        return bool(self.user is not None and self.user.is_authenticated)

    @cached_property
    def person(self) -> str:
        return (self.user.get_full_name() or self.user.get_username()) if self.known else ""

    @cached_property
    def role_words(self) -> str:
        """The roles of the person in words; composed roles by their own label."""
        if not self.known:
            return ""
        words = role_words()
        return ", ".join(words.get(role.code, role.label) for role in self.user.roles.all()) or _("No role")

    @cached_property
    def menu(self) -> tuple[Part, ...]:
        """Sections with at least one entry that exists and that the person may open."""
        parts = (Part(str(section.label), tuple(self._lines(section.entries))) for section in MENU)
        return tuple(part for part in parts if part.entries) if self.known else ()

    def _lines(self, entries: tuple[Entry, ...]) -> Iterator[Line]:
        match = getattr(self.request, "resolver_match", None)
        here = match.view_name if match else ""
        for entry in entries:
            url = address(entry.url_name)
            if url and access.may(self.user, entry.verb):
                lit = (
                    self.request.path == url
                    or here in (entry.url_name, *entry.under)
                    or (url != "/" and self.request.path.startswith(url.rstrip("/") + "/"))
                )
                yield Line(
                    entry.key, str(entry.label), url, entry.letter, entry.icon, lit, self._count(entry)
                )

    def _count(self, entry: Entry) -> int | None:
        if not entry.count:
            return None
        ask: Callable[[Any], int] = import_string(entry.count)
        return ask(self.user)

    @cached_property
    def unread(self) -> int:
        """How much the person has not been told yet; counted up to one more than is shown."""
        if not self.known:
            return 0
        return int(Notification.objects.filter(user=self.user).unread()[: UNREAD_MOST + 1].count())

    @cached_property
    def unread_words(self) -> str:
        """The count beside the bell."""
        return f"{UNREAD_MOST}+" if self.unread > UNREAD_MOST else str(self.unread)

    @cached_property
    def shortcuts(self) -> list[Line]:
        """The phone's bottom bar: the first four."""
        return [line for part in self.menu for line in part.entries][:4]

    @cached_property
    def entities(self) -> list[Books]:
        if not self.known:
            return []
        return [Books(e.id, e.name) for e in LegalEntity.objects.for_user(self.user).order_by("name")]

    @cached_property
    def entity(self) -> Books | None:
        """Whose books are shown: the chosen legal entity, the only one, or None for all that the person may see."""
        if len(self.entities) == 1:
            return self.entities[0]
        chosen = self.request.session.get(ENTITY_KEY) if hasattr(self.request, "session") else None
        return next((books for books in self.entities if books.id == chosen), None)

    @cached_property
    def search_url(self) -> str:
        return address(SEARCH_URL_NAME)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` for every template rendered with a request. Doors share it as `context.of(request)`."""
    return {"shell": of(request)}


def of(request: HttpRequest) -> Shell:
    """The frame of this request, made once; a door asks it for the chosen legal entity: `context.of(request).entity`."""
    made: Shell | None = getattr(request, "_duebook_shell", None)
    if made is None:
        made = Shell(request)
        request._duebook_shell = made  # type: ignore[attr-defined]
    return made
