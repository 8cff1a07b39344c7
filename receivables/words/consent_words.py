"""Consent in words: the channels a word is about, where it came from, and what it says."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CHANNELS: dict[str, str | Promise] = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text messages"),
    "letter": gettext_lazy("Letters"),
}
SOURCES: dict[str, str | Promise] = {
    "person": gettext_lazy("noted by staff"),
    "link": gettext_lazy("by the link in a message"),
    "reply": gettext_lazy("by a reply"),
    "provider": gettext_lazy("told by the provider"),
    "complaint": gettext_lazy("reported as unwanted"),
    "import": gettext_lazy("taken over"),
}


def source(code: str) -> str:
    """Where a word came from; the code where there are no words."""
    return str(SOURCES.get(code, code))


def said(given: bool) -> str:
    """What a word says."""
    return _("Agreed to be written to") if given else _("Asked us to stop")
