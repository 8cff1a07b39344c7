"""The house rules of words and pages: what no file of the project says, and how its templates are written."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

# Put together from halves, so that this file says none of them either.
_MACHINE = "|".join(("/wo" + "rk/", "/ro" + "ot/", "/t" + "mp/", "/ho" + "me/[a-z]"))
_HOSTS = "|".join(
    (r"pypi\.o" + "rg", r"pythonho" + "sted", r"registry\.np" + "mjs", r"registry\.ya" + "rnpkg")
)
_TOOLS = "|".join(
    (
        "cla" + "ude",
        "anthro" + "pic",
        "chat" + "gpt",
        "open" + "ai",
        "copi" + "lot",
        "code" + "x",
        "sub" + "agent",
    )
)
FORBIDDEN = (
    ("a path of one machine", re.compile(rf"(?<![\w.*])(?:{_MACHINE})")),
    ("the address of a package index", re.compile(_HOSTS, re.I)),
    ("a tool that is no part of the project", re.compile(rf"\b(?:{_TOOLS})\b", re.I)),
)

TRANSLATED = re.compile(
    r"\{%-?\s*(?:blocktrans(?:late)?|comment|verbatim)\b.*?%\}.*?\{%\s*end\w+\s*%\}", re.S
)
CLASS_BLOCKS = re.compile(r"\{% block (?:breadth|\w*class\w*) %\}[\w -]*\{% endblock\b[^%]*%\}")
MARKS = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
SPOKEN = (
    "title",
    "alt",
    "placeholder",
    "aria-label",
    "aria-description",
    "label",
    "hx-confirm",
    "data-confirm",
)
SILENT = frozenset({"code", "kbd", "pre", "samp", "script", "style", "svg"})
UNTRANSLATED = frozenset(
    {
        "Duebook",
        "CSV",
        "XLSX",
        "PDF",
        "JSON",
        "API",
        "English",
        "EN",
        "中文",
        "简体中文",
        "dpd",
        "ID",
        "IBAN",
        "UTF",
    }
)
WORD = re.compile(r"[^\W\d_]{2,}")
VOID = frozenset(
    {"input", "br", "img", "meta", "link", "hr", "col", "source", "path", "use", "circle", "rect", "line"}
)


def says_nothing_forbidden(text: str) -> Iterator[str]:
    """Neither a machine's paths, nor an index address, nor the name of a tool."""
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FORBIDDEN:
            if pattern.search(line):
                yield f"{number}: {what}: {pattern.search(line)[0]!r}"  # type: ignore[index]


class _Page(HTMLParser):
    """Walks a template whose Django marks are blanked out, keeping line numbers."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inline: list[str] = []
        self.spoken: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        line = self.getpos()[0]
        if tag == "style" or (
            tag == "script" and "src" not in names and names.get("type") != "application/json"
        ):
            self.inline.append(f"{line}: inline <{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self.inline.append(f"{line}: inline {name}=")
            if name in ("src", "href", "action") and re.match(r"(https?:)?//", value or ""):
                self.inline.append(f"{line}: {name} leaves the house: {value}")
            if name in SPOKEN and value and _words(value):
                self.spoken.append(f"{line}: {name}={value!r} is not translated")
        if tag in SILENT and tag not in VOID:
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            self.silent.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self.silent and _words(data):
            self.spoken.append(f"{self.getpos()[0]}: {' '.join(data.split())[:60]!r} is not translated")


def _words(text: str) -> set[str]:
    return set(WORD.findall(text)) - UNTRANSLATED


def _read(template: str) -> _Page:
    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    page = _Page()
    page.feed(MARKS.sub(blank, CLASS_BLOCKS.sub(blank, TRANSLATED.sub(blank, template))))
    page.close()
    return page


def has_nothing_inline(template: str) -> Iterator[str]:
    """The content policy forbids inline code and foreign files; the browser would drop them without a word."""
    yield from _read(template).inline


def is_translated(template: str) -> Iterator[str]:
    """Every visible string goes through translate or blocktranslate."""
    yield from _read(template).spoken
