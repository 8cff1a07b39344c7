"""Template texts: named placeholders from a closed list, checked when saved and filled in one pass. Nothing is evaluated.

A body is plain text: blank lines between paragraphs, lines opening with "- ", **bold**. `check` says what is wrong with a
text, `fill` puts values in and escapes them for where they go. A value that is not there raises `Hole`: such a message is
parked, never sent.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from receivables.rules.placeholders import CHANNELS, EMAIL, LETTER, PLACEHOLDERS, SMS
from receivables.rules.refusals import Refused

VALUE_MOST, OUTPUT_MOST, SUBJECT_MOST, SUBJECT_VALUE_MOST = 10_000, 200_000, 200, 80
BODY_MOST = {SMS: 1_600}
BODY_MOST_ELSE, SUBJECT_TEXT_MOST = 20_000, 150
_NAMED = re.compile(r"\{([a-z][a-z_]{0,39})\}")
_ALONE = re.compile(r"[ \t]*\{([a-z][a-z_]{0,39})\}[ \t]*")
_ENGINE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\$\{|<%|%>")
_MARKUP = re.compile(
    r"<[A-Za-z!/?][^>\n]{0,200}>?|&(?:#\w+|[A-Za-z]\w{1,30});|!?\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)|^#{1,6} |`|^ {0,3}(?:\*|\+) ",
    re.M,
)
_SCRIPT = re.compile(r"\b(?:javascript|vbscript|data)\s*:", re.I)
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_BIDI = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C]))
_PLAIN_SIGNS = {0xA0: " ", 0x202F: " ", 0x2212: "-"}
"""Signs of written amounts that alone would turn a text message into the dear alphabet."""
_BLANK = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text cannot be saved: a stable code, `where` (subject or body), and `what` was found or is missing."""

    code: str
    where: str
    what: str = ""


class Hole(Refused):
    """A message cannot be written whole. `field` is the placeholder at fault; the message is parked with this reason."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as it will be read, beside its currency, so that two of them cannot meet in one message."""

    text: str
    currency: str


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph or list of a body, still with its placeholders; `alone` is one placeholder standing by itself."""

    kind: str
    lines: tuple[str, ...] = ()
    name: str = ""


Values = Mapping[str, str | Amount | None]


def check(subject: str, body: str, channel: str, *, audience: str = "customer") -> list[Problem]:
    """Everything that keeps a text from being activated, in reading order; an empty list is a good text."""
    if channel not in CHANNELS:
        return [Problem("channel_unknown", "channel", channel[:40])]
    found: list[Problem] = []
    for where, text, most in (
        ("subject", subject, SUBJECT_TEXT_MOST),
        ("body", body, BODY_MOST.get(channel, BODY_MOST_ELSE)),
    ):
        if len(text) > most:
            found.append(Problem("too_long", where, f"{len(text)}/{most}"))
            continue  # a megabyte of nested ifs is measured, not parsed
        found += _bad_characters(where, text) + _bad_syntax(where, text)
        found += _bad_placeholders(where, text, channel, audience)
    return found + _missing(subject, body, channel, audience)


def _bad_characters(where: str, text: str) -> list[Problem]:
    allowed = "\n" if where == "body" else ""
    bad = {c for c in text if c not in allowed and (unicodedata.category(c) in ("Cc", "Cs") or c in _BIDI)}
    bad |= {c for c in text if c in "\u2028\u2029"}
    return [Problem("control_character", where, f"U+{ord(c):04X}") for c in sorted(bad)]


def _bad_syntax(where: str, text: str) -> list[Problem]:
    found = [Problem("engine_syntax", where, hit[0]) for hit in _firsts(_ENGINE, text)]
    if not found and re.search(r"[{}]", _NAMED.sub("", text)):
        found.append(Problem("stray_brace", where))
    found += [Problem("markup", where, hit[0][:40]) for hit in _firsts(_MARKUP, text)]
    found += [Problem("script", where, hit[0]) for hit in _firsts(_SCRIPT, text)]
    if where == "subject" and "**" in text:
        found.append(Problem("markup", where, "**"))
    elif any("**" in _BOLD.sub("", line) for line in text.split("\n")):
        found.append(Problem("bold_open", where, "**"))
    return found


def _firsts(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list({hit[0]: hit for hit in pattern.finditer(text)}.values())[:5]


def _bad_placeholders(where: str, text: str, channel: str, audience: str) -> list[Problem]:
    found = []
    for name in dict.fromkeys(_NAMED.findall(text)):
        known = PLACEHOLDERS.get(name)
        if known is None:
            found.append(Problem("placeholder_unknown", where, name))
        elif channel not in known.channels or (known.staff_only and audience != "staff"):
            found.append(Problem("placeholder_not_here", where, name))
        elif where == "subject" and not known.in_subject:
            found.append(Problem("placeholder_not_in_subject", where, name))
        elif known.block and any(
            f"{{{name}}}" in line and not _ALONE.fullmatch(line) for line in text.split("\n")
        ):
            found.append(Problem("needs_own_line", where, name))
    return found


def _missing(subject: str, body: str, channel: str, audience: str) -> list[Problem]:
    found = []
    if not body.strip():
        found.append(Problem("text_missing", "body"))
    if channel in (EMAIL, LETTER) and not subject.strip():
        found.append(Problem("text_missing", "subject"))
    if channel == SMS and subject.strip():
        found.append(Problem("subject_unneeded", "subject"))
    if audience == "customer":
        used = set(_NAMED.findall(subject)) | set(_NAMED.findall(body))
        wanted = {EMAIL: "reference", SMS: "opt_out", LETTER: "items"}.get(channel)
        if wanted and wanted not in used:
            found.append(Problem("placeholder_missing", "body", wanted))
    return found


def names(*texts: str) -> tuple[str, ...]:
    """The placeholders some texts use, once each, in reading order."""
    return tuple(dict.fromkeys(name for text in texts for name in _NAMED.findall(text)))


def fill(text: str, values: Values, context: str = "text") -> str:
    """`text` with its placeholders replaced, once; values are escaped for `context`: text, subject, sms or html.

    A line that is only a placeholder which may be empty goes when it is. Raises Hole: value_missing, value_wrong_type,
    value_too_long, value_unreadable, two_currencies, output_too_long, placeholder_unknown.
    """
    insert = _inserter(values, context)
    lines = [line for line in text.split("\n") if not _is_empty_line(line, values)]
    if context == "subject":
        done = " ".join(insert(" ".join(lines)).split())
    elif context == "html":
        done = "\n".join(_bold_html(line, insert) for line in lines)
    else:
        done = _BLANK.sub(
            "\n\n", "\n".join("".join(insert(t) for t, _ in runs(line)) for line in lines)
        ).strip("\n")
    most = SUBJECT_MOST if context == "subject" else OUTPUT_MOST
    if len(done.encode()) > most if context != "subject" else len(done) > most:
        raise Hole("output_too_long", f"The message would be longer than {most}.", limit=most)
    return done


def runs(line: str) -> tuple[tuple[str, bool], ...]:
    """A template's line as pieces of text and whether each is bold. Split before filling: a value makes nothing bold."""
    pieces = _BOLD.split(line)
    return tuple((piece, place % 2 == 1) for place, piece in enumerate(pieces) if piece)


def parts(body: str, values: Values) -> tuple[Part, ...]:
    """A body's paragraphs, lists and lone blocks, still unfilled; lines whose value may be empty and is are left out."""
    found: list[Part] = []
    for paragraph in re.split(r"\n[ \t]*\n", body.strip("\n")):
        kept = [line for line in paragraph.split("\n") if line.strip() and not _is_empty_line(line, values)]
        for line in kept:
            alone = _ALONE.fullmatch(line)
            name = alone[1] if alone else ""
            if name and (PLACEHOLDERS[name].block or (len(kept) == 1 and PLACEHOLDERS[name].may_be_empty)):
                found.append(Part("alone", name=name))
                continue
            kind = "list" if line.startswith("- ") else "paragraph"
            clean = line[2:] if kind == "list" else line
            goes_on = line is not kept[0] and found and found[-1].kind == kind
            if goes_on:
                found[-1] = Part(kind, (*found[-1].lines, clean))
            else:
                found.append(Part(kind, (clean,)))
    return tuple(found)


def cleaned(value: str, name: str, *, lines: bool = False) -> str:
    """A value fit to be shown: one line unless `lines`, without control characters and turned text. Raises Hole."""
    if len(value) > VALUE_MOST:
        raise Hole("value_too_long", f"{{{name}}} has {len(value)} characters; {VALUE_MOST} fit.", field=name)
    if any(unicodedata.category(c) == "Cs" for c in value):
        raise Hole("value_unreadable", f"{{{name}}} holds characters that are no text.", field=name)
    kept = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = re.sub(r"[\u0085\u2028\u2029]", "\n", kept)
    kept = "".join(c for c in kept if c not in _BIDI and (c in "\n\t" or unicodedata.category(c) != "Cc"))
    return kept.strip() if lines else " ".join(kept.split("\n")).replace("\t", " ").strip()


def _is_empty_line(line: str, values: Values) -> bool:
    alone = _ALONE.fullmatch(line)
    known = PLACEHOLDERS.get(alone[1]) if alone else None
    return known is not None and known.may_be_empty and not _shown(values.get(known.name))


def _shown(value: object) -> str:
    raw = value.text if isinstance(value, Amount) else value
    return raw.strip() if isinstance(raw, str) else ("" if raw is None else str(raw))


def _inserter(values: Values, context: str) -> Callable[[str], str]:
    """Replaces placeholders in one pass: what a value says is never looked at again."""
    currencies = {v.currency for v in values.values() if isinstance(v, Amount)}

    def value_of(found: re.Match[str]) -> str:
        name = found[1]
        known, value = PLACEHOLDERS.get(name), values.get(name)
        if known is None:
            raise Hole("placeholder_unknown", f"{{{name}}} means nothing.", field=name)
        if value is not None and not isinstance(value, str | Amount):
            raise Hole("value_wrong_type", f"{{{name}}} is no text but {type(value).__name__}.", field=name)
        shown = cleaned(_shown(value), name, lines=known.block)
        if not shown or shown in ("None", "nan"):
            raise Hole("value_missing", f"There is nothing to write for {{{name}}}.", field=name)
        if isinstance(value, Amount) and len(currencies) > 1:
            raise Hole(
                "two_currencies", f"{' and '.join(sorted(currencies))} met in one message.", field=name
            )
        if context == "subject" and not isinstance(value, Amount) and len(shown) > SUBJECT_VALUE_MOST:
            shown = shown[: SUBJECT_VALUE_MOST - 1] + "…"
        if context == "sms":
            return shown.translate(_PLAIN_SIGNS)
        return html.escape(shown) if context == "html" else shown

    def insert(text: str) -> str:
        if context != "html":
            return _NAMED.sub(value_of, text)
        pieces, last = [], 0
        for found in _NAMED.finditer(text):
            pieces += [html.escape(text[last : found.start()]), value_of(found)]
            last = found.end()
        return "".join([*pieces, html.escape(text[last:])])

    return insert


def _bold_html(line: str, insert: Callable[[str], str]) -> str:
    return "".join(f"<strong>{insert(t)}</strong>" if bold else insert(t) for t, bold in runs(line))
