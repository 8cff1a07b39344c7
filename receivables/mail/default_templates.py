"""The texts Duebook comes with: one file per occasion, channel and language in `texts/`, its first line the subject.

They are what a new house starts with; people change copies of them, never these.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TEXTS = Path(__file__).with_name("texts")
LANGUAGES = ("en", "zh-hans")
STAFF = frozenset({"call_script", "management_note", "rep_alert_7", "rep_alert_3", "escalation"})
"""Occasions on which we write to our own people."""


@dataclass(frozen=True, slots=True)
class DefaultTemplate:
    """`code` is the occasion; `audience` is customer or staff."""

    code: str
    channel: str
    language: str
    subject: str
    body: str
    audience: str = "customer"


@cache
def defaults() -> tuple[DefaultTemplate, ...]:
    """All of them, in order of language, occasion and channel."""
    return tuple(
        _read(path, language) for language in LANGUAGES for path in sorted((_TEXTS / language).glob("*.txt"))
    )


def default(code: str, channel: str, language: str) -> DefaultTemplate:
    """The text of an occasion in a language, else in English. KeyError where there is none for the channel."""
    found = {(each.code, each.channel, each.language): each for each in defaults()}
    return found.get((code, channel, language)) or found[code, channel, "en"]


def _read(path: Path, language: str) -> DefaultTemplate:
    code, channel, _txt = path.name.split(".")
    subject, _, body = path.read_text("utf-8").partition("\n")
    audience = "staff" if code in STAFF else "customer"
    return DefaultTemplate(code, channel, language, subject.strip(), body.strip("\n"), audience)
