"""What of a customer may be given to legal or an agency, and the names of the papers in the pack. Pure; it writes nothing."""

import re
import unicodedata

KINDS = ("legal", "agency")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RUNS = re.compile(r"[.-]{2,}")


def file_name(text: str, ending: str, *, taken: frozenset[str] = frozenset()) -> str:
    """A name that every archive tool can unpack: ASCII, no path, not hidden, not taken. What is left of nothing is "paper"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem = _RUNS.sub("-", _UNSAFE.sub("-", plain)).strip("-.")[:80] or "paper"
    name, number = f"{stem}.{ending}", 2
    while name in taken:
        name, number = f"{stem}-{number}.{ending}", number + 1
    return name


def ending_of(name: str) -> str:
    """The ending of an uploaded file's name, when it is a plain short one; else bin."""
    _stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and re.fullmatch(r"[A-Za-z0-9]{1,8}", ending) else "bin"
