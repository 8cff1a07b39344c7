"""What a text message costs: its alphabet (GSM-7 or UCS-2), its length in it and its segments. It sends nothing."""

import re
from dataclasses import dataclass

from receivables.rules.refusals import Refused

CHARACTERS_MOST = 1_600
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("\f^{}\\[~]|€")
_LINK = re.compile(r"(?:https?://)?[\w.-]+\.[a-z]{2,}(?:/\S*)?", re.I)


@dataclass(frozen=True, slots=True)
class SmsSize:
    """`units` are septets or UTF-16 units; `segments` is what the carrier counts and bills."""

    characters: int
    alphabet: str
    units: int
    segments: int


def measure(text: str) -> SmsSize:
    """The size of one text message: 160 or 70 units fit alone, 153 or 67 in each part of several."""
    if all(c in _GSM or c in _GSM_TWICE for c in text):
        weights = [2 if c in _GSM_TWICE else 1 for c in text]
        return SmsSize(len(text), "GSM-7", sum(weights), _segments(weights, 160, 153))
    weights = [2 if ord(c) > 0xFFFF else 1 for c in text]
    return SmsSize(len(text), "UCS-2", sum(weights), _segments(weights, 70, 67))


def demand_sendable(text: str) -> SmsSize:
    """The size; refuses sms_empty, sms_too_long (over 1,600 characters) and sms_only_link."""
    size = measure(text)
    if not text.strip():
        raise Refused("sms_empty", "The text message says nothing.", field="body")
    if size.characters > CHARACTERS_MOST:
        raise Refused(
            "sms_too_long",
            f"{size.characters} characters ({size.segments} segments) are too many; at most {CHARACTERS_MOST} fit.",
            field="body",
            length=size.characters,
            segments=size.segments,
            limit=CHARACTERS_MOST,
        )
    if _LINK.fullmatch(text.strip()):
        raise Refused(
            "sms_only_link", "A text message of only a link looks like fraud; say who writes.", field="body"
        )
    return size


def _segments(weights: list[int], alone: int, each: int) -> int:
    """A character that takes two units is never cut in half between two segments."""
    if sum(weights) <= alone:
        return 1
    count, left = 1, each
    for weight in weights:
        if weight > left:
            count, left = count + 1, each
        left -= weight
    return count
