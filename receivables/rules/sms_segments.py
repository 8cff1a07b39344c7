"""How long a text message is: its encoding, its units and the segments a carrier charges for.

GSM 03.38 (3GPP TS 23.038) with its extension table, else UCS-2. Nothing is replaced or shortened here.
"""

import re
from dataclasses import dataclass
from typing import Literal

from receivables.rules.refusals import Refused

LIMIT = 1600
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_ONE = {"gsm7": 160, "ucs2": 70}
_MANY = {"gsm7": 153, "ucs2": 67}
_LINK = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets (gsm7) or 16-bit units (ucs2); `characters` are counted as the limit counts them.

    `ucs2_because` names the first characters that GSM lacks; `only_link` messages are often taken for fraud by carriers.
    """

    encoding: Literal["gsm7", "ucs2"]
    characters: int
    units: int
    segments: int
    limit_exceeded: bool
    ucs2_because: tuple[str, ...]
    only_link: bool


def count(text: str) -> Segments:
    """Encoding and segments of the text, however long it is. An empty text has no segment."""
    foreign = tuple(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENSION))
    encoding: Literal["gsm7", "ucs2"] = "ucs2" if foreign else "gsm7"
    sizes = [_size(c, encoding) for c in text]
    units = sum(sizes)
    characters = sum(2 if ord(c) > 0xFFFF else 1 for c in text)
    return Segments(
        encoding=encoding,
        characters=characters,
        units=units,
        segments=min(units, 1) if units <= _ONE[encoding] else _packed(sizes, _MANY[encoding]),
        limit_exceeded=characters > LIMIT,
        ucs2_because=foreign[:5],
        only_link=bool(_LINK.fullmatch(text.strip())),
    )


def check(text: str, *, field: str = "text") -> Segments:
    """The same, refusing what cannot be sent: sms_empty, sms_too_long (more than 1,600), sms_character (half an emoji, NUL)."""
    if not text.strip():
        raise Refused("sms_empty", "A text message needs a text.", field=field)
    bad = next((c for c in text if "\ud800" <= c <= "\udfff" or (c < " " and c not in "\n\r\f")), None)
    if bad is not None:
        raise Refused(
            "sms_character",
            f"The character U+{ord(bad):04X} cannot stand in a text message.",
            field=field,
            character=f"U+{ord(bad):04X}",
        )
    found = count(text)
    if found.limit_exceeded:
        raise Refused(
            "sms_too_long",
            f"{found.characters} characters are too many for a text message; at most {LIMIT} fit.",
            field=field,
            length=found.characters,
            limit=LIMIT,
        )
    return found


def _size(character: str, encoding: str) -> int:
    wide = character in _EXTENSION if encoding == "gsm7" else ord(character) > 0xFFFF
    return 2 if wide else 1


def _packed(sizes: list[int], room: int) -> int:
    """Segments when no character is cut in two."""
    segments, used = 1, 0
    for size in sizes:
        if used + size > room:
            segments, used = segments + 1, 0
        used += size
    return segments
