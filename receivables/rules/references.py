"""Finding document references in the messy text of a bank line: one normal form and one set of tokens, used
on both
sides of every comparison (also by the set-based fast path). It does not know items, amounts or customers.
"""

import re
import unicodedata
from functools import lru_cache

from stdnum import iso11649
from stdnum.ch import esr

TEXT_MAX, WORDS_MAX, RUN_MAX, TOKEN_MAX = 4_000, 400, 8, 40
JOINED_DIGITS_MIN = 6
"""Digits torn apart by spaces are put together again only from this length on: `12 345` is more often an
amount."""

# fmt: off
LABELS = frozenset({
    "INV", "INVOICE", "INVNO", "BILL", "RE", "RG", "RN", "RNR", "RECHNUNG", "RECHNR", "NR", "NO",
    "REF", "FAC", "FACT", "FACTURE", "FA", "FT", "FV", "FP",
})
# fmt: on
"""Words that payers and banks put before a number; `RE712219` quotes 712219, but `B712219` does not."""

_WORD = re.compile(r"[A-Z0-9]+|[^\W\d_A-Z]+|[^\W_]+")
_GLUED = re.compile(r"([A-Z]+)(\d.*)")
_LOOKALIKE = str.maketrans("OQILSB", "001158")
_QR_LENGTHS = (16, 27)


def normalise_reference(text: str) -> str:
    """The one normal form: upper case, accents and widths folded, separators and leading zeros dropped.

    `inv-0012/a` → `INV0012A`, `000712219` → `712219`. A valid ISO 11649 reference loses the zeros after its
    check
    digits as well. Only zeros at the very beginning go: `INV-1-1` and `INV-11` would else be one.
    """
    return _canonical("".join(_words(text)))


@lru_cache(maxsize=65_536)
def reference_tokens(text: str) -> tuple[str, ...]:
    """Every normal form that the text may be quoting, in order, without doubles; each holds a digit
    (bounded).

    Tokens begin and end at word boundaries: `1712219` never gives `712219`. Neighbouring words are also put
    together (`INV 2026 0001` → `INV20260001`), since banks break lines and payers drop separators. Valid ISO
    11649
    and Swiss QR/ISR references also give the number inside them.
    """
    words = _words(text)[:WORDS_MAX]
    found: dict[str, None] = {}
    for start in range(len(words)):
        run = ""
        for end in range(start, min(start + RUN_MAX, len(words))):
            run += words[end]
            if len(run) > TOKEN_MAX:
                break
            alone = start == end
            if any(c.isdigit() for c in run) and (
                alone or not run.isdigit() or len(run) >= JOINED_DIGITS_MIN
            ):
                found.update(dict.fromkeys(_forms(run)))
    return tuple(found)


def core(number: str) -> str:
    """The normal form of a document number without its leading label word: `INV-2026-0001` → `20260001`, else
    empty.

    Payers drop the label; what is left is weaker evidence, and none at all below six characters.
    """
    normal = normalise_reference(number)
    glued = _GLUED.fullmatch(normal)
    rest = glued[2].lstrip("0") if glued and glued[1] in LABELS else ""
    return rest if len(rest) >= JOINED_DIGITS_MIN else ""


def lookalike(token: str) -> str:
    """A coarser form in which O and 0, I, L and 1, S and 5, B and 8 are one: good for a suggestion, never
    more."""
    return token.translate(_LOOKALIKE).lstrip("0")


def shape(text: str) -> str:
    """How a number looks: digits become 9, letters A. `INV-0017` → `AAA9999`; numbers of one series share
    it."""
    compact = "".join(_words(text))
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", compact))


def words(text: str) -> tuple[str, ...]:
    """The text's words, folded as in the normal form; for names."""
    return _words(text)


@lru_cache(maxsize=65_536)
def _words(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKD", text[:TEXT_MAX]).upper()
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return tuple(_WORD.findall(plain))


def _forms(run: str) -> list[str]:
    """The run itself, the number behind a glued label, and the number inside a structured reference."""
    forms = [_canonical(run)]
    glued = _GLUED.fullmatch(run)
    if glued and glued[1] in LABELS:
        forms.append(_canonical(glued[2]))
    if run.startswith("RF") and iso11649.is_valid(run):
        forms.append(_canonical(run[4:]))
    if run.isascii() and run.isdigit() and len(run) in _QR_LENGTHS and esr.is_valid(run):
        forms.append(_canonical(run[:-1]))
    return [form for form in forms if any(map(str.isdigit, form))]  # `0A` is left without one


def _canonical(run: str) -> str:
    if run.startswith("RF") and iso11649.is_valid(run):
        return run[:4] + run[4:].lstrip("0")
    return run.lstrip("0")
