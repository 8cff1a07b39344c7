"""Header titles made comparable: blanks collapsed, letter case and invisible marks ignored. It changes nothing that is stored."""

import re

_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")


def comparable(title: str) -> str:
    """`" Booking  Date\t"` → `"booking date"`."""
    return " ".join(_INVISIBLE.sub("", title).split()).casefold()
