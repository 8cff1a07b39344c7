"""The stage editor's form: a ladder's document as texts for its inputs, and what was typed as a document again. It saves nothing.

What cannot be read is left as it was typed, so that the ladder's own check names it at its place.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from dunning.rules.ladder import CHANNELS, EFFECTS, INSIDE, OUTSIDE
from dunning.rules.ladder_json import FORMAT
from dunning.rules.ladder_shapes import Problem
from dunning.words import policy_words

STAGES_MOST = 24
PARTS = (
    "code", "name", "offset", "until", "audience", "ch1", "ch2", "ch3", "template", "min_gap", "minimum", "p3", "p2", "p1",
    "fee_kind", "fee_amounts", "fee_percent", "fee_base", "interest", "deadline_days", "terminal", "every", "times",
)  # fmt: skip
WHOLE = ("grace_days", "min_gap", "stale_bank_hours")
_AMOUNT = re.compile(r"\s*([A-Za-z]{3}|\*)\s*[:=]?\s*([0-9][0-9.]*)\s*[,;]?")
_WHOLE = re.compile(r"[+-]?\d{1,6}", re.ASCII)
PLACES = {"channels": "ch1", "fee": "fee_kind", "repeat": "every", "fee.amounts": "fee_amounts", "fee.percent": "fee_percent",
          "fee.base": "fee_base", "repeat.every": "every", "repeat.times": "times", "person_from": "p3"}  # fmt: skip

Typed = dict[str, Any]


def typed(document: Mapping[str, Any]) -> Typed:
    """A document as what stands in the inputs."""
    top = {name: _text(document.get(name)) for name in WHOLE}
    top["minimum"] = _amounts_text(document.get("minimum", {}))
    top["hold_for_receipts"] = "1" if document.get("hold_for_receipts", True) else ""
    return {"top": top, "stages": [_typed_stage(stage) for stage in document["stages"]]}


def posted(data: QueryDict) -> Typed:
    """What was typed, stages in the order of their days."""
    numbers = sorted({int(m[1]) for key in data if (m := re.fullmatch(r"s-(\d{1,2})-code", key))})
    gone = data.get("remove", "")
    stages = []
    for n in numbers[:STAGES_MOST]:
        if str(n) == gone:
            continue
        stage: Typed = {part: data.get(f"s-{n}-{part}", "").strip()[:300] for part in PARTS}
        stage["effects"] = [code for code in data.getlist(f"s-{n}-effects") if code in EFFECTS]
        stages.append(stage)
    top = {name: data.get(name, "").strip()[:300] for name in (*WHOLE, "minimum", "hold_for_receipts")}
    return {"top": top, "stages": sorted(stages, key=_offset)}


def empty_stage(code: str, offset: int) -> Typed:
    """A new stage to fill in: a call, some days after the last one."""
    blank = dict.fromkeys(PARTS, "")
    return {
        **blank,
        "code": code,
        "offset": str(offset),
        "audience": "rep",
        "ch1": "call",
        "fee_kind": "none",
        "effects": [],
    }


def document(track: str, given: Typed) -> dict[str, Any]:
    """The document of what was typed."""
    top = given["top"]
    found: dict[str, Any] = {"format": FORMAT, "track": track}
    found |= {name: _number(top[name]) for name in WHOLE if top[name]}
    found["minimum"] = _amounts(top["minimum"])
    found["hold_for_receipts"] = bool(top["hold_for_receipts"])
    found["stages"] = [_stage(stage) for stage in given["stages"]]
    return found


def places(problems: tuple[Problem, ...]) -> dict[str, str]:
    """Problems by the input they belong to: "s-2-offset", "s-2" for a stage as a whole, "minimum", or "" for the ladder."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(_place(problem.path), policy_words.problem(problem))
    return found


def cells(given: Typed, wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    """Stages for the template: each input with its name, value and fault."""
    rows = []
    for n, stage in enumerate(given["stages"]):
        fields = {
            part: {"name": f"s-{n}-{part}", "value": stage[part], "wrong": wrong.get(f"s-{n}-{part}", "")}
            for part in PARTS
        }
        bad = [text for place, text in wrong.items() if place == f"s-{n}" or place.startswith(f"s-{n}-")]
        rows.append(
            {
                "n": n,
                "f": fields,
                "effects": [
                    {"code": code, "label": policy_words.EFFECTS[code], "on": code in stage["effects"]}
                    for code in EFFECTS
                ],
                "wrong": wrong.get(f"s-{n}", "") or wrong.get(f"s-{n}-effects", ""),
                "bad": bool(bad),
                "day": policy_words.day(int(stage["offset"])) if _WHOLE.fullmatch(stage["offset"]) else "",
                "heard": _heard(stage),
                "title": policy_words.name(stage["name"]) or stage["code"],
            }
        )
    return rows


def _heard(stage: Typed) -> str:
    """Audience and channels in one line, for a stage that is folded."""
    who = str(policy_words.AUDIENCES.get(stage["audience"], ""))
    ways = policy_words.channels([stage[name] for name in ("ch1", "ch2", "ch3") if stage[name]])
    return " · ".join(part for part in (who, ways) if part)


def choices(track: str) -> dict[str, Any]:
    """What can be chosen in the selects."""
    audiences = [*(OUTSIDE if track == "chase" else ()), *INSIDE]
    return {
        "audiences": [(code, policy_words.AUDIENCES[code]) for code in audiences],
        "channels": [(code, policy_words.CHANNELS[code]) for code in CHANNELS],
        "fees": [("none", _("none")), ("fixed", _("Fixed amounts")), ("percent", _("Percentage"))],
        "bases": [("open", _("of the open amount")), ("original", _("of the original amount"))],
    }


def _typed_stage(stage: Mapping[str, Any]) -> Typed:
    fee, repeat, people = stage.get("fee") or {}, stage.get("repeat") or {}, stage.get("person_from") or {}
    ways = [*stage["channels"], "", "", ""]
    plain = {
        part: _text(stage.get(part)) for part in ("code", "name", "offset", "until", "audience", "template")
    }
    return {
        **plain,
        "ch1": ways[0],
        "ch2": ways[1],
        "ch3": ways[2],
        "min_gap": _text(stage.get("min_gap") or None),
        "minimum": _amounts_text(stage.get("minimum", {})),
        **{f"p{level}": _person_text(people.get(level)) for level in "321"},
        "fee_kind": fee.get("kind", "none"),
        "fee_amounts": _amounts_text(fee.get("amounts", {})),
        "fee_percent": fee.get("percent", ""),
        "fee_base": fee.get("base", "open"),
        "interest": "1" if stage.get("interest") else "",
        "deadline_days": _text(stage.get("deadline_days") or None),
        "effects": list(stage.get("effects", ())),
        "terminal": "1" if stage.get("terminal") else "",
        "every": _text(repeat.get("every")),
        "times": _text(repeat.get("times")),
    }


def _stage(given: Typed) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": given["code"],
        "offset": _number(given["offset"]),
        "audience": given["audience"],
    }
    found["channels"] = [given[name] for name in ("ch1", "ch2", "ch3") if given[name]]
    found |= {name: given[name] for name in ("name", "template") if given[name]}
    found |= {name: _number(given[name]) for name in ("until", "min_gap", "deadline_days") if given[name]}
    if given["minimum"]:
        found["minimum"] = _amounts(given["minimum"])
    people = {level: _person(given[f"p{level}"]) for level in "123" if given[f"p{level}"]}
    if people:
        found["person_from"] = people
    if given["fee_kind"] == "fixed":
        found["fee"] = {"kind": "fixed", "amounts": _amounts(given["fee_amounts"])}
    elif given["fee_kind"] == "percent":
        found["fee"] = {
            "kind": "percent",
            "percent": given["fee_percent"],
            "base": given["fee_base"] or "open",
        }
    found |= {name: True for name in ("interest", "terminal") if given[name]}
    if given["effects"]:
        found["effects"] = given["effects"]
    if given["every"] or given["times"]:
        found["repeat"] = {"every": _number(given["every"]), "times": _number(given["times"])}
    return found


def _place(path: str) -> str:
    inside = re.fullmatch(r"stages\[(\d+)\](?:\.(.+))?", path)
    if inside is None:
        return path.split(".", maxsplit=1)[0] if path != "stages" else ""
    number, rest = inside[1], inside[2] or ""
    if not rest:
        return f"s-{number}"
    level = re.match(r"person_from\.([123])", rest)
    if level:
        return f"s-{number}-p{level[1]}"
    longest = ".".join(rest.split(".")[:2])
    name = PLACES.get(longest) or PLACES.get(rest.split(".")[0]) or rest.split(".")[0]
    return f"s-{number}-{name}"


def _offset(stage: Typed) -> int:
    return int(stage["offset"]) if _WHOLE.fullmatch(stage["offset"]) else 10**6


def _number(text: str) -> Any:
    return int(text) if _WHOLE.fullmatch(text) else text


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _amounts(text: str) -> dict[str, str]:
    """ "EUR 5.00, USD 5.00" by currency; what is no amount stays visible as a key of its own."""
    found: dict[str, str] = {}
    end = 0
    for match in _AMOUNT.finditer(text):
        if text[end : match.start()].strip(" ,;"):
            break
        found[match[1].upper()] = match[2]
        end = match.end()
    rest = text[end:].strip(" ,;")
    return {**found, rest[:20]: ""} if rest else found


def _amounts_text(amounts: Mapping[str, str]) -> str:
    return ", ".join(f"{code} {amount}" for code, amount in amounts.items())


def _person(text: str) -> dict[str, str]:
    return {"*": "0"} if text in ("0", "*", "* 0") else _amounts(text)


def _person_text(rows: Mapping[str, str] | None) -> str:
    if rows is None:
        return ""
    return "0" if "*" in rows else _amounts_text(rows)
