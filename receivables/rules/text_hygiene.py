"""What a typed or imported text may hold: control characters are refused, invisible tricksters taken out, the rest kept verbatim.

It is no escaping: `<script>`, `{{7*7}}` or `'; DROP` are legal names, stored as they are and escaped at every output.
"""

import unicodedata

from receivables.rules.refusals import Refused

# Embeddings, overrides and isolates turn the order of letters round (U+202A-202E, U+2066-2069): nobody's name needs them.
_BIDI = frozenset(range(0x202A, 0x202F)) | frozenset(range(0x2066, 0x206A))
# No width and no meaning inside a name. Joiners (U+200C, U+200D) stay: Persian, Indic scripts and emoji are built with them.
_INVISIBLE = frozenset({0x200B, 0x2060, 0xFEFF, 0x00AD, 0x180E})
_DROPPED = dict.fromkeys(_BIDI | _INVISIBLE)
_LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"


def one_line(value: object, *, field: str, limit: int, required: bool = False) -> str:
    """A name, code or reference on one line: NFC, trimmed, without bidi controls and zero-width characters.

    Refuses not_text, control_character (NUL, line ends, C0/C1, lone surrogates; with its number), too_long, missing.
    """
    text = _trimmed(value, field)
    bad = next((c for c in text if c in _LINE_ENDS or unicodedata.category(c) in ("Cc", "Cs")), None)
    if bad is not None:
        _refuse_character(bad, field)
    return _sized(text, field, limit, required)


def many_lines(value: object, *, field: str, limit: int, required: bool = False) -> str:
    """A note: as `one_line`, but line ends (made \\n) and tabs may stand in it."""
    text = _trimmed(value, field).replace("\r\n", "\n").replace("\r", "\n")
    bad = next((c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cs")), None)
    if bad is not None:
        _refuse_character(bad, field)
    return _sized(text, field, limit, required)


def _trimmed(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise Refused("not_text", f"{field} is a text, not {type(value).__name__}.", field=field)
    return unicodedata.normalize("NFC", value.translate(_DROPPED)).strip(" \t\u00a0\u3000")


def _refuse_character(bad: str, field: str) -> None:
    raise Refused(
        "control_character",
        f"The character U+{ord(bad):04X} cannot stand here. Right: letters, digits and signs on one line."
        " Example: Acme Tools GmbH.",
        field=field,
        character=f"U+{ord(bad):04X}",
    )


def _sized(text: str, field: str, limit: int, required: bool) -> str:
    if len(text) > limit:
        raise Refused(
            "too_long",
            f"{len(text)} characters are too many; at most {limit} fit.",
            field=field,
            length=len(text),
            limit=limit,
        )
    if required and not text:
        raise Refused("missing", "This is needed.", field=field)
    return text
