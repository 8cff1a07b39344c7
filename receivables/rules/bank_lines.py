"""Which bank lines are the same line: overlapping statements add only what is new, two equal payments of one day stay two.

It compares pictures only; reading files and storing lines are done elsewhere.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from receivables.rules.references import normalise_reference, reference_tokens

TOKEN_MIN = 4
"""A shorter number counts only when it is the whole of a field."""
BARE_NUMBER_MIN = 6
TOKENS_MAX = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """One line for comparing: its day, signed minor units, text hash, and the running balance after it where that is known.

    A line that is not `live` (its statement waits for a decision or was discarded) is no evidence, but keeps its k.
    """

    booked_on: date | None
    amount: int | None
    text_hash: str
    balance_after: int | None
    k: int = 0
    live: bool = True

    @property
    def key(self) -> tuple[date | None, int | None, str]:
        return (self.booked_on, self.amount, self.text_hash)


def text_hash(*parts: str) -> str:
    """SHA-256 over the parts, blanks collapsed; parts keep their places, so `("a", "")` is not `("", "a")`."""
    folded = "\x1f".join(" ".join(part.split()) for part in parts)
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def number_new(incoming: Sequence[Seen], stored: Iterable[Seen]) -> list[int | None]:
    """For each incoming line the k it is stored under, or None when it is known already.

    Per day: where every line's running balance is known and no two different lines claim the same place, equal lines are
    told apart by that place. Otherwise the j-th equal line of a statement is the j-th one known (DECISIONS 15).
    """
    known_by_day: dict[date | None, list[Seen]] = defaultdict(list)
    for line in stored:
        known_by_day[line.booked_on].append(line)
    answer: list[int | None] = [None] * len(incoming)
    days: dict[date | None, list[int]] = defaultdict(list)
    for index, line in enumerate(incoming):
        days[line.booked_on].append(index)
    for day, indexes in days.items():
        known = known_by_day[day]
        placed = _placed([incoming[i] for i in indexes], [line for line in known if line.live])
        for index, k in zip(indexes, _number_day([incoming[i] for i in indexes], known, placed), strict=True):
            answer[index] = k
    return answer


def _placed(incoming: Sequence[Seen], known: Sequence[Seen]) -> bool:
    """Whether running balances may be trusted: all known, and one order of the day in both."""
    if any(line.balance_after is None for line in (*incoming, *known)):
        return False
    at: dict[int, set[tuple[date | None, int | None, str]]] = defaultdict(set)
    for line in known:
        at[_before(line)].add(line.key)
    return all(line.key in at[_before(line)] for line in incoming if _before(line) in at)


def _before(line: Seen) -> int:
    return (line.balance_after or 0) - (line.amount or 0)


def _number_day(incoming: Sequence[Seen], known: Sequence[Seen], placed: bool) -> list[int | None]:
    left: dict[tuple[object, ...], int] = defaultdict(int)
    highest: dict[tuple[object, ...], int] = defaultdict(int)
    for line in known:
        left[_identity(line, placed)] += line.live
        highest[line.key] = max(highest[line.key], line.k)
    answer: list[int | None] = []
    for line in incoming:
        identity = _identity(line, placed)
        if left[identity]:
            left[identity] -= 1
            answer.append(None)
        else:
            highest[line.key] += 1
            answer.append(highest[line.key])
    return answer


def _identity(line: Seen, placed: bool) -> tuple[object, ...]:
    return (*line.key, line.balance_after) if placed else line.key


def strong_tokens(*texts: str) -> list[str]:
    """The references these texts surely quote, in normal form: long enough, and no short bare number inside a text."""
    found: dict[str, None] = {}
    for text in texts:
        whole = normalise_reference(text)
        if whole and any(c.isdigit() for c in whole):
            found[whole] = None
        for token in reference_tokens(text):
            bare = token.isdigit() and len(token) < BARE_NUMBER_MIN
            if len(token) >= TOKEN_MIN and not bare:
                found[token] = None
    return list(found)[:TOKENS_MAX]
