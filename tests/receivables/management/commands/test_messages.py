"""The catalogues are whole: every string of the sources is translated, and every translation keeps the figures of its source."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import to_locale

from receivables.management.commands.messages import collect, untranslated
from receivables.rules import batch_columns
from receivables.words import request_words

OTHERS = [code for code, _name in settings.LANGUAGES if code != "en"]
FIGURE = re.compile(r"%\(\w+\)[sd]|%%")


def catalogue(code):
    """The translated catalogue as it lies in the sources."""
    path = Path(settings.LOCALE_PATHS[0]) / to_locale(code) / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file, locale=to_locale(code))


@pytest.mark.parametrize("code", OTHERS)
def test_every_string_of_the_sources_is_translated(code):
    catalog = catalogue(code)
    catalog.update(collect(), no_fuzzy_matching=True)
    assert untranslated(catalog) == []
    assert [m.id for m in catalog if m.id and m.fuzzy] == []


def test_the_command_says_that_nothing_waits(capsys):
    call_command("messages", check=True)
    assert "0 wait for a translation" in capsys.readouterr().out


@pytest.mark.parametrize("code", OTHERS)
def test_every_translation_keeps_the_figures_of_its_source(code):
    for message in catalogue(code):
        source = message.id if isinstance(message.id, str) else message.id[-1]
        for text in [message.string] if isinstance(message.string, str) else message.string:
            assert message.id == "" or set(FIGURE.findall(text)) == set(FIGURE.findall(source)), source


@pytest.mark.parametrize("code", OTHERS)
def test_the_headings_of_the_template_are_understood_in_every_language(code):
    with translation.override(code):
        headings = [request_words.heading(column) for column in batch_columns.COLUMNS]
    assert batch_columns.place(headings) == {c.name: i for i, c in enumerate(batch_columns.COLUMNS)}
