"""The pieces a ladder's document is made of, and what can be wrong with each: keys, whole numbers, flags, amounts by currency."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from receivables.rules.currencies import exponent
from receivables.rules.money import to_minor
from receivables.rules.refusals import Refused

PERCENT = re.compile(r"\d{1,3}(?:\.\d{1,4})?", re.ASCII)

SENTENCES: dict[str, str] = {
    "shape": "A ladder is an object with a track and a list of stages.",
    "unknown_key": "%(key)s is no setting here.",
    "format_unknown": "This is not a ladder this version can read.",
    "track": "The track is chase (the customer and calls) or alert (our own people).",
    "stages_count": "A ladder has 1 to %(most)s stages.",
    "rungs_count": "With its repetitions the ladder has more than %(most)s rungs.",
    "stage_shape": "A stage is an object.",
    "missing": "This is needed.",
    "code": "A code is lower case letters, digits and _, beginning with a letter, at most 30.",
    "code_twice": "There is a stage with this code already.",
    "text": "At most %(most)s characters in one line.",
    "whole": "A whole number from %(low)s to %(high)s.",
    "yes_or_no": "Either true or false.",
    "offsets_rise": "Stages stand in the order of their days, and no two on the same day.",
    "audience": "Nobody is called %(value)s.",
    "alert_outside": "Alerts go to our own people, never to the customer.",
    "channels": "Choose one or more different channels.",
    "channel_unfit": "%(channel)s does not reach this audience.",
    "template_missing": "A stage that writes needs a template.",
    "until_missing": "A note before the due date says until when it makes sense.",
    "until_early": "The last day lies before the first one.",
    "until_overdue": "Overdue stages do not expire; only notes before the due date have a last day.",
    "amounts": "Amounts are decimal texts by currency.",
    "currency": "%(value)s is not a currency.",
    "amount": "%(value)s is not an amount of %(currency)s.",
    "any_amount": "For any currency only 0 can be said.",
    "importance": "Importance is 1, 2 or 3.",
    "person_inside": "Only what goes to the customer is released by a person.",
    "fee": "A fee is fixed amounts, or a percentage of the open or the original amount.",
    "percent": "A percentage above 0 and up to 100, with at most four decimals.",
    "cost_inside": "Only what goes to the customer can cost a fee, claim interest or set a deadline.",
    "cost_early": "Before the due date there is no fee, no interest, no effect and no deadline.",
    "effects": "An effect is one of: %(known)s.",
    "repeat": "A repetition says every how many days and how many times.",
    "repeat_terminal": "A stage that ends the ladder does not repeat.",
    "repeat_early": "Only an overdue stage repeats.",
    "repeat_short": "It repeats sooner than its own gap or deadline allows.",
    "terminal_last": "Only the last stage ends the ladder.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where: `path` such as stages[2].offset, a stable `code`, the figures of its sentence."""

    path: str
    code: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return SENTENCES[self.code] % self.figures


def amounts(data: Any, place: str, *, any_currency: bool = False, needed: bool = False) -> Iterator[Problem]:
    if not isinstance(data, Mapping) or (needed and not data):
        yield Problem(place, "amounts")
        return
    for code, value in data.items():
        where = f"{place}.{shown(code, 10)}"
        if code == "*" and any_currency:
            if value != "0":
                yield Problem(where, "any_amount")
            continue
        try:
            exponent(code)
        except Refused:
            yield Problem(where, "currency", {"value": shown(code, 10)})
            continue
        try:
            fits = isinstance(value, str) and to_minor(value, code) >= (1 if needed else 0)
        except Refused:
            fits = False
        if not fits:
            yield Problem(where, "amount", {"value": shown(value, 30), "currency": code})


def unknown(data: Mapping[str, Any], known: frozenset[str], place: str) -> Iterator[Problem]:
    for key in sorted(shown(key) for key in set(data) - known):
        yield Problem(f"{place}.{key}".lstrip("."), "unknown_key", {"key": key})


def whole(data: Mapping[str, Any], name: str, place: str, low: int, high: int) -> Iterator[Problem]:
    value = data.get(name, max(low, min(high, 0)))
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        yield Problem(f"{place}.{name}".lstrip("."), "whole", {"low": low, "high": high})


def flag(data: Mapping[str, Any], name: str, place: str) -> Iterator[Problem]:
    if not isinstance(data.get(name, False), bool):
        yield Problem(f"{place}.{name}".lstrip("."), "yes_or_no")


def several(value: Any, known: tuple[str, ...]) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(v, str) and v in known for v in value)
        and len(set(value)) == len(value)
    )


def is_share(value: Any) -> bool:
    """A percentage above 0 and up to 100, as decimal text."""
    if not isinstance(value, str) or PERCENT.fullmatch(value) is None:
        return False
    whole, _dot, rest = value.partition(".")
    return (int(whole) < 100 or (int(whole) == 100 and not rest.strip("0"))) and bool(value.strip("0."))


def shown(value: Any, most: int = 40) -> str:
    """What was given, short and fit to be printed."""
    return str(value)[:most].encode("utf-8", "replace").decode()
