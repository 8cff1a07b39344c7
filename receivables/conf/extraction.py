"""Lets Babel read Django templates: the method named in `babel.cfg`. It finds words, and translates none.

Django turns a template into something that looks like source (`gettext('…')` among blanked-out markup); Babel's own reader of
Python does the rest. No gettext tools are needed on the machine.
"""

import io
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

TEMPLATE_KEYWORDS = ("gettext", "ngettext", "pgettext", "npgettext", "_")


def templates(
    fileobj: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """Babel's extraction interface: (line, function, message or messages, comments) for each translatable string."""
    source = templatize(fileobj.read().decode("utf-8"), origin=getattr(fileobj, "name", None))
    flat = "\n".join(
        line.lstrip() for line in source.split("\n")
    )  # indentation means nothing here, and would be read as Python's
    yield from extract_python(
        io.BytesIO(flat.encode()),
        dict.fromkeys([*keywords, *TEMPLATE_KEYWORDS]),
        comment_tags,
        {"encoding": "utf-8"},
    )
