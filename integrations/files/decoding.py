"""Which alphabet a text file is written in. It never guesses mojibake: what cannot be told is reported byte by byte.

Order: byte-order mark, UTF-8, UTF-16 without mark, GB18030 (when what comes out is common Chinese), Windows-1252 (when what
comes out are letters inside words). Anything else is taken as UTF-8 with invalid bytes, whose offsets are kept.
"""

import codecs
import io
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import BinaryIO

from integrations.errors import Unreadable

_CHUNK = 1 << 20
OFFSETS_MAX = 100_000
"""A file with more invalid bytes than this is not text in any alphabet we know."""

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "big5", "cp1252", "latin-1",
             "iso-8859-15", "cp1250", "cp1251", "shift_jis", "euc-kr", "ascii")  # fmt: skip
"""Encodings a mapping may name."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """`bad_offsets`: positions of bytes that are not valid in `encoding`, ascending, one for each byte."""

    encoding: str
    bad_offsets: tuple[int, ...] = ()


def detect(stream: BinaryIO, declared: str = "") -> Decoding:
    """Reads the stream once (in pieces) and leaves it at its start. Raises Unreadable `encoding_unknown`."""
    if declared:
        if declared.lower() not in ENCODINGS:
            raise Unreadable("encoding_unknown", f"The encoding {declared[:40]!r} is not known here.")
        return Decoding(declared.lower(), _bad_offsets(stream, declared.lower()))
    stream.seek(0)
    head = stream.read(4096)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Decoding("utf-16", _bad_offsets(stream, "utf-16"))
    if head.startswith(b"\xef\xbb\xbf"):
        return Decoding("utf-8-sig", _bad_offsets(stream, "utf-8"))
    wide = _utf_16_without_mark(head)
    if wide:
        return Decoding(wide, _bad_offsets(stream, wide))
    bad = _bad_offsets(stream, "utf-8")
    if not bad:
        return Decoding("utf-8")
    return _other_alphabet(stream, bad)


def _other_alphabet(stream: BinaryIO, bad: tuple[int, ...]) -> Decoding:
    high = _high_lines(stream)
    valid = len(re.findall(rb"[\xc2-\xf4][\x80-\xbf]+", high)) if len(bad) < OFFSETS_MAX else 0
    if valid <= len(bad) // 2 and _reads_as_chinese(high) and not _bad_offsets(stream, "gb18030"):
        return Decoding("gb18030")
    if not valid and _reads_as_western(high):
        return Decoding("cp1252")
    if len(bad) >= OFFSETS_MAX:
        raise Unreadable(
            "encoding_unknown",
            "The alphabet of the file could not be told.",
            repair="Save it as UTF-8, or name its encoding in the mapping.",
        )
    return Decoding("utf-8", bad)


_collected: ContextVar[list[int]] = ContextVar("undecodable bytes of the pass under way")
_COLLECT = "collect-offsets"


def _collect(error: UnicodeError) -> tuple[str, int]:
    """An error handler that notes where the bad bytes are, counted from the start of the piece being decoded."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _collected.get().extend(range(error.start, error.end))
    return "?", error.end


codecs.register_error(_COLLECT, _collect)


def _bad_offsets(stream: BinaryIO, encoding: str) -> tuple[int, ...]:
    """Offsets of undecodable bytes, one for each byte that `surrogateescape` would let through."""
    stream.seek(0)
    if encoding.startswith("utf-16"):
        return ()  # a lone surrogate shows up in the text itself
    decoder = codecs.getincrementaldecoder(encoding)(errors=_COLLECT)
    found: list[int] = []
    consumed = 0
    chunk = b"-"
    while chunk and len(found) < OFFSETS_MAX:
        chunk = stream.read(_CHUNK)
        base = consumed - len(decoder.getstate()[0])
        here: list[int] = []
        token = _collected.set(here)
        try:
            decoder.decode(chunk, final=not chunk)
        finally:
            _collected.reset(token)
        found.extend(base + offset for offset in here)
        consumed += len(chunk)
    stream.seek(0)
    return tuple(found)


def _utf_16_without_mark(head: bytes) -> str:
    if len(head) < 8 or b"\x00" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.1:
        return "utf-16-be"
    return ""


def _high_lines(stream: BinaryIO, limit: int = 400_000) -> bytes:
    """Lines that hold bytes above 127: all that tells one alphabet from another."""
    stream.seek(0)
    parts: list[bytes] = []
    size = 0
    while (line := stream.readline(65_536)) and size < limit:
        if not line.isascii():
            parts.append(line)
            size += len(line)
    stream.seek(0)
    return b"".join(parts)


_COMMON_PAIR = re.compile(rb"[\xb0-\xf7\xa1-\xa3][\xa1-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]+")


def _reads_as_chinese(high: bytes) -> bool:
    """Nearly every run of high bytes must be pairs of the common set (GB 2312 levels one and two, and its punctuation)."""
    total = sum(len(run) for run in _HIGH.findall(high))
    pairs = sum(2 * len(_COMMON_PAIR.findall(run)) for run in _HIGH.findall(high))
    even = sum(len(run) % 2 == 0 for run in _HIGH.findall(high))
    runs = len(_HIGH.findall(high))
    if not total or pairs < total * 0.85 or even < runs * 0.8:
        return False
    try:
        shown = high.decode("gb18030")
    except UnicodeDecodeError:
        shown = high.decode("gb18030", errors="ignore")
    letters = [c for c in shown if c > "\x7f"]
    return sum("\u3000" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef" for c in letters) > len(letters) * 0.8


_LETTERS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüŒœŠšŽžŸ"
_SIGNS = "€‚„…‘’“”•–—™£§°«»´¡¿·º²³½¼©®¥\xa0"
_WESTERN_WORD = re.compile(f"[A-Za-z{_LETTERS}]+")


def _reads_as_western(high: bytes) -> bool:
    """Every high byte must be an ordinary letter inside an ordinary word, or an ordinary sign."""
    try:
        shown = high.decode("cp1252")
    except UnicodeDecodeError:
        return False
    if any(c > "\x7f" and c not in _LETTERS and c not in _SIGNS for c in shown):
        return False
    words = [w for w in _WESTERN_WORD.findall(shown) if not w.isascii()]
    if not words:
        return False
    return all(w in _ONE_LETTER or (len(w) > 1 and _ordinary(w)) for w in words)


_ONE_LETTER = frozenset("àÀéèôÔåÅöÖøØ")


def _ordinary(word: str) -> bool:
    """Letter case as words have it, and no more than two in three letters beyond ASCII."""
    cased = word.islower() or word.isupper() or word[1:].islower()
    return cased and 3 * sum(c > "\x7f" for c in word) <= 2 * len(word)


def text_stream(stream: BinaryIO, decoding: Decoding) -> io.TextIOWrapper:
    """Text with its line ends as they are; invalid bytes come through as lone surrogates for the reader to mark."""
    stream.seek(0)
    errors = "surrogatepass" if decoding.encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(stream, encoding=decoding.encoding, errors=errors, newline="")


UNKNOWN = "\ufffd"


def whole_text(raw: bytes, declared: str = "") -> tuple[str, Decoding]:
    """The text of a small file with one kind of line end; invalid bytes become U+FFFD and are counted in the Decoding."""
    decoding = detect(io.BytesIO(raw), declared)
    text = raw.decode(decoding.encoding, errors="replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n"), decoding
