"""Which existing customers a new one resembles: by a code that only looks different, or by a name that says the same.

It suggests and never decides: what is equal is found by exact match (a tax id, a code), not here.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

_LOOKS = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "Z": "2", "S": "5", "B": "8"})
_NOT_WORD = re.compile(r"[\W_]+")
_LEGAL = re.compile(
    r"\b(gmbh|ag|kg|ohg|ug|se|bv|nv|ltd|limited|plc|llc|llp|inc|corp|corporation|co|company|sa|sas|sarl|srl|spa|sl|ab|as|oy|"
    r"aps|kk|pte|pty|pvt|holding|group)\b"
)
_LEGAL_CN = re.compile(r"(股份|有限责任|有限|集团|公司)")
_SURE_ENOUGH = 86


@dataclass(frozen=True, slots=True)
class Likeness:
    """`key` as given by the caller; `score` 0-100; `reason` is "code" or "name"."""

    key: int
    score: int
    reason: str


def code_form(code: str) -> str:
    """What a code looks like to a tired eye: full-width, case, blanks, hyphens, O/0, I/l/1 make no difference."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", code)).upper().translate(_LOOKS)


def name_form(name: str) -> str:
    """A name without case, width, accents, punctuation and legal form ("Acme Tools GmbH" and "ACME tools" are one)."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1", text)
    plain = " ".join(_NOT_WORD.sub(" ", text).split())
    short = _LEGAL_CN.sub("", " ".join(_LEGAL.sub(" ", plain).split()))
    return short or plain


def similar(*, code: str, name: str, known: Iterable[tuple[int, str, str]], most: int = 5) -> list[Likeness]:
    """Those of `known` (key, code, name) that resemble the new code or name, best first."""
    rows = list(known)
    wanted_code, wanted_name = code_form(code), name_form(name)
    found: dict[int, Likeness] = {}
    if len(wanted_name) > 2 or not wanted_name.isascii():
        forms = {key: name_form(known_name) for key, _code, known_name in rows}
        hits = process.extract(
            wanted_name, forms, scorer=fuzz.token_sort_ratio, score_cutoff=_SURE_ENOUGH, limit=most
        )
        found = {key: Likeness(key, round(score), "name") for _form, score, key in hits}
    if wanted_code:
        found |= {
            key: Likeness(key, 100, "code") for key, each, _name in rows if code_form(each) == wanted_code
        }
    return sorted(found.values(), key=lambda hit: (-hit.score, hit.key))[:most]
