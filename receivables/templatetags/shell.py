"""Tags of the page's frame: vendor files that are linked only where set-up has brought them, and the undo of a message."""

from functools import cache

from django import template
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# Tabler is imported into a cascade layer by tabler-layer.css, so that our own rules win whatever its selectors weigh.
STYLES = (
    ("vendor/tabler/tabler.min.css", "duebook/tabler-layer.css"),
    ("vendor/inter/wght.css", "vendor/inter/wght.css"),
)
SCRIPTS = (("vendor/htmx/htmx.min.js", "vendor/htmx/htmx.min.js"),)


@cache
def _present(pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(linked for needed, linked in pairs if finders.find(needed))


@register.simple_tag
def vendor_styles() -> SafeString:
    """Links to the vendors' style sheets; pages work without them, on the system's font."""
    return format_html_join(
        "\n  ", '<link rel="stylesheet" href="{}">', ((static(name),) for name in _present(STYLES))
    )


@register.simple_tag
def vendor_scripts() -> SafeString:
    """htmx where it is present; every form and link works without it."""
    return format_html_join(
        "\n  ", '<script defer src="{}"></script>', ((static(name),) for name in _present(SCRIPTS))
    )


@register.filter
def undo_url(message: Message) -> str:
    """The address that undoes what the message tells of, from its extra tag `undo:/…` (see `doors.undoable`)."""
    for word in (message.extra_tags or "").split():
        if word.startswith("undo:/") and not word.startswith("undo://"):
            return word.removeprefix("undo:")
    return ""
