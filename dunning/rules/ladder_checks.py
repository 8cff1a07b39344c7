"""What a ladder's document may say: every problem of it, with its place and a stable code. It reads, and corrects nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dunning.rules.ladder import CHANNELS, EFFECTS, INSIDE, OUTSIDE
from dunning.rules.ladder_shapes import Problem, amounts, flag, is_share, several, shown, unknown, whole

STAGES_MAX, RUNGS_MAX, TIMES_MAX = 20, 40, 12
OFFSET_MIN, OFFSET_MAX = -90, 1000
GAP_MAX, GRACE_MAX, DEADLINE_MAX, STALE_MAX, NAME_MAX = 90, 30, 90, 720, 120
TRACKS = ("chase", "alert")
TO_OUTSIDE = frozenset({"email", "sms", "letter"})
TO_INSIDE = frozenset({"email", "sms", "call", "work", "app"})
WRITTEN = frozenset({"email", "sms", "letter"})
"""Channels that need a text of their own."""

TOP = frozenset(
    ("format", "track", "grace_days", "min_gap", "minimum", "stale_bank_hours", "hold_for_receipts", "stages")
)
NEEDED = ("code", "offset", "audience", "channels")
STAGE = frozenset(
    (*NEEDED, "name", "until", "template", "min_gap", "minimum", "person_from", "fee", "interest", "effects",
     "deadline_days", "terminal", "repeat")
)  # fmt: skip
_CODE = re.compile(r"[a-z][a-z0-9_]{0,29}(?:\+\d{1,2})?", re.ASCII)
"""With + and a number: a repetition, written out."""


def problems(data: Any) -> tuple[Problem, ...]:
    """Everything that is wrong with a document, first places first; nothing when it can be read."""
    if not isinstance(data, Mapping) or not isinstance(data.get("stages"), list):
        return (Problem("", "shape"),)
    return tuple(_general(data)) or tuple(_stages(data))


def _general(data: Mapping[str, Any]) -> Iterator[Problem]:
    yield from unknown(data, TOP, "")
    if data.get("format", "duebook.ladder/1") != "duebook.ladder/1":
        yield Problem("format", "format_unknown")
    if data.get("track") not in TRACKS:
        yield Problem("track", "track")
    yield from whole(data, "grace_days", "", 0, GRACE_MAX)
    yield from whole(data, "min_gap", "", 0, GAP_MAX)
    if data.get("stale_bank_hours") is not None:
        yield from whole(data, "stale_bank_hours", "", 1, STALE_MAX)
    yield from flag(data, "hold_for_receipts", "")
    yield from amounts(data.get("minimum", {}), "minimum")
    if not 1 <= len(data["stages"]) <= STAGES_MAX:
        yield Problem("stages", "stages_count", {"most": STAGES_MAX})


def _stages(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Each stage by itself; and only when all can be read, what they say together."""
    found = [
        p for i, each in enumerate(data["stages"]) for p in _stage(each, f"stages[{i}]", str(data["track"]))
    ]
    yield from found or _together(data["stages"])


def _together(stages: list[Mapping[str, Any]]) -> Iterator[Problem]:
    codes: set[str] = set()
    end, rungs = OFFSET_MIN - 1, 0
    for i, stage in enumerate(stages):
        place, repeat = f"stages[{i}]", stage.get("repeat") or {"every": 0, "times": 0}
        if stage["code"] in codes:
            yield Problem(f"{place}.code", "code_twice")
        codes |= {stage["code"], *(f"{stage['code']}+{n + 1}" for n in range(repeat["times"]))}
        if stage["offset"] <= end:
            yield Problem(f"{place}.offset", "offsets_rise")
        end = stage["offset"] + repeat["every"] * repeat["times"]
        rungs += 1 + repeat["times"]
        if stage.get("terminal") and i + 1 < len(stages):
            yield Problem(f"{place}.terminal", "terminal_last")
    if rungs > RUNGS_MAX:
        yield Problem("stages", "rungs_count", {"most": RUNGS_MAX})


def _stage(data: Any, place: str, track: str) -> Iterator[Problem]:
    if not isinstance(data, Mapping):
        yield Problem(place, "stage_shape")
        return
    yield from unknown(data, STAGE, place)
    missing = [name for name in NEEDED if data.get(name) in (None, "", [])]
    yield from (Problem(f"{place}.{name}", "missing") for name in missing)
    if missing:
        return
    shapes = [*_words(data, place), *_numbers(data, place), *_money(data, place)]
    yield from shapes or [*_spoken(data, place, track), *_costs(data, place), *_repeat(data, place)]


def _words(data: Mapping[str, Any], place: str) -> Iterator[Problem]:
    for name in ("code", "template"):
        value = data.get(name, "")
        if not isinstance(value, str) or (value and _CODE.fullmatch(value) is None):
            yield Problem(f"{place}.{name}", "code")
    name = data.get("name", "")
    if not isinstance(name, str) or len(name) > NAME_MAX or not name.isprintable():
        yield Problem(f"{place}.name", "text", {"most": NAME_MAX})
    if data["audience"] not in OUTSIDE + INSIDE:
        yield Problem(f"{place}.audience", "audience", {"value": shown(data["audience"])})
    if not several(data["channels"], CHANNELS):
        yield Problem(f"{place}.channels", "channels")
    if not several(data.get("effects", []), EFFECTS):
        yield Problem(f"{place}.effects", "effects", {"known": ", ".join(EFFECTS)})
    for yes in ("interest", "terminal"):
        yield from flag(data, yes, place)


def _numbers(data: Mapping[str, Any], place: str) -> Iterator[Problem]:
    yield from whole(data, "offset", place, OFFSET_MIN, OFFSET_MAX)
    if data.get("until") is not None:
        yield from whole(data, "until", place, OFFSET_MIN, 0)
    yield from whole(data, "min_gap", place, 0, GAP_MAX)
    yield from whole(data, "deadline_days", place, 0, DEADLINE_MAX)
    repeat = data.get("repeat")
    if repeat is None:
        return
    if not isinstance(repeat, Mapping) or set(repeat) != {"every", "times"}:
        yield Problem(f"{place}.repeat", "repeat")
        return
    yield from whole(repeat, "every", f"{place}.repeat", 1, GAP_MAX)
    yield from whole(repeat, "times", f"{place}.repeat", 1, TIMES_MAX)


def _money(data: Mapping[str, Any], place: str) -> Iterator[Problem]:
    yield from amounts(data.get("minimum", {}), f"{place}.minimum")
    people = data.get("person_from", {})
    if not isinstance(people, Mapping) or not set(people) <= {"1", "2", "3"}:
        yield Problem(f"{place}.person_from", "importance")
    else:
        for level, rows in people.items():
            yield from amounts(rows, f"{place}.person_from.{level}", any_currency=True)
    fee = data.get("fee")
    if fee is not None:
        yield from _fee(fee, f"{place}.fee")


def _fee(fee: Any, place: str) -> Iterator[Problem]:
    shapes = {"none": {"kind"}, "fixed": {"kind", "amounts"}, "percent": {"kind", "percent", "base"}}
    known = shapes.get(str(fee.get("kind")), set()) if isinstance(fee, Mapping) else set()
    if not known or not set(fee) <= known:
        yield Problem(place, "fee")
    elif fee["kind"] == "fixed":
        yield from amounts(fee.get("amounts"), f"{place}.amounts", needed=True)
    elif fee["kind"] == "percent":
        value = fee.get("percent")
        if not is_share(value):
            yield Problem(f"{place}.percent", "percent")
        if fee.get("base", "open") not in ("open", "original"):
            yield Problem(f"{place}.base", "fee")


def _spoken(data: Mapping[str, Any], place: str, track: str) -> Iterator[Problem]:
    """Whether the audience can hear it, and until when."""
    outside = data["audience"] in OUTSIDE
    if outside and track == "alert":
        yield Problem(f"{place}.audience", "alert_outside")
    unfit = [each for each in data["channels"] if each not in (TO_OUTSIDE if outside else TO_INSIDE)]
    if unfit:
        yield Problem(f"{place}.channels", "channel_unfit", {"channel": unfit[0]})
    if WRITTEN & set(data["channels"]) and not data.get("template"):
        yield Problem(f"{place}.template", "template_missing")
    until, early = data.get("until"), data["offset"] < 0
    if early and until is None:
        yield Problem(f"{place}.until", "until_missing")
    elif not early and until is not None:
        yield Problem(f"{place}.until", "until_overdue")
    elif until is not None and until < data["offset"]:
        yield Problem(f"{place}.until", "until_early")


def _costs(data: Mapping[str, Any], place: str) -> Iterator[Problem]:
    fee = (data.get("fee") or {}).get("kind", "none") != "none"
    costly = fee or data.get("interest") or data.get("deadline_days")
    if costly and data["audience"] not in OUTSIDE:
        yield Problem(place, "cost_inside")
    if data.get("person_from") and data["audience"] not in OUTSIDE:
        yield Problem(f"{place}.person_from", "person_inside")
    if data["offset"] < 0 and (costly or data.get("effects")):
        yield Problem(place, "cost_early")


def _repeat(data: Mapping[str, Any], place: str) -> Iterator[Problem]:
    repeat = data.get("repeat")
    if repeat is None:
        return
    if data.get("terminal"):
        yield Problem(f"{place}.repeat", "repeat_terminal")
    if data["offset"] < 1:
        yield Problem(f"{place}.repeat", "repeat_early")
    if repeat["every"] < max(data.get("min_gap", 0), data.get("deadline_days", 0)):
        yield Problem(f"{place}.repeat.every", "repeat_short")
