"""Babel finds the words of templates, indentation and unbalanced quotes notwithstanding."""

import io

from receivables.conf.extraction import templates


def found(source):
    return [
        (message, line)
        for line, _name, message, _comments in templates(io.BytesIO(source.encode()), [], [], {})
    ]


def test_words_are_found_with_their_lines():
    source = '{% load i18n %}\n   <p title="it\'s">{% translate "Cash" %}</p>\n{{ _("Undo") }}\n{% tag _("Paid") "ok" %}'
    assert found(source) == [("Cash", 2), ("Undo", 3), ("Paid", 4)]


def test_plurals_and_contexts_are_found():
    source = (
        "{% blocktranslate count n=x %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
        '{% translate "Unapplied" context "cash" %}'
    )
    messages = [message for message, _line in found(source)]
    assert ("%(n)s row", "%(n)s rows") in [tuple(m[:2]) for m in messages if isinstance(m, tuple)]
    assert ("cash", "Unapplied") in messages
