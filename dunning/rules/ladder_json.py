"""A ladder as a document: read into `Ladder`, written back, brought to one normal form and hashed ("policy as code").

Amounts are decimal strings of major units in the document and minor units in the value. A stage may repeat itself; reading makes
rungs of the repetitions ("final", "final+1", …). What a document may say is checked in `ladder_checks`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dunning.rules import ladder_checks
from dunning.rules.ladder import Fee, Ladder, Stage
from receivables.rules.money import format_plain, to_minor
from receivables.rules.refusals import Refused

FORMAT = "duebook.ladder/1"
ANY = "*"


def parse(data: Any, *, policy: str = "", version: int = 0, version_id: int = 0) -> Ladder:
    """The ladder of a document. Refused: ladder_invalid, with the first place in `field` and all problems in the figures."""
    found = ladder_checks.problems(data)
    if found:
        first = found[0]
        raise Refused(
            "ladder_invalid",
            first.message,
            field=first.path,
            problems=[
                {"path": p.path, "code": p.code, "message": p.message, "figures": dict(p.figures)}
                for p in found
            ],
        )
    stages = tuple(stage for each in data["stages"] for stage in _expanded(each))
    return Ladder(
        policy=policy,
        version=version,
        version_id=version_id,
        track=data["track"],
        stages=stages,
        grace_days=data.get("grace_days", 0),
        min_gap=data.get("min_gap", 3),
        minimum=_minor(data.get("minimum", {})),
        stale_bank_hours=data.get("stale_bank_hours"),
        hold_for_receipts=data.get("hold_for_receipts", True),
    )


def write(ladder: Ladder) -> dict[str, Any]:
    """The document of a ladder, repetitions written out as the rungs they are. `parse(write(ladder))` is the ladder again."""
    return {
        "format": FORMAT,
        "track": ladder.track,
        "grace_days": ladder.grace_days,
        "min_gap": ladder.min_gap,
        "minimum": _major(ladder.minimum),
        "stale_bank_hours": ladder.stale_bank_hours,
        "hold_for_receipts": ladder.hold_for_receipts,
        "stages": [_written(stage) for stage in ladder.stages],
    }


def normal(data: Any) -> dict[str, Any]:
    """The one way to write what a document says: general settings, stage settings that say something, repetitions."""
    document = write(parse(data))
    document["stages"] = [
        _written(_stage(each)) | ({"repeat": dict(each["repeat"])} if each.get("repeat") else {})
        for each in data["stages"]
    ]
    return document


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document in its normal form: two documents that say the same have the same."""
    plain = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def text(document: Mapping[str, Any]) -> str:
    """The document as a file for people and version control. JSON is YAML as well."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _expanded(data: Mapping[str, Any]) -> list[Stage]:
    """A stage and its repetitions, each a rung of its own with its own code."""
    stage, repeat = _stage(data), data.get("repeat")
    if not repeat:
        return [stage]
    again = [
        replace(stage, code=f"{stage.code}+{n}", offset=stage.offset + n * repeat["every"])
        for n in range(1, repeat["times"] + 1)
    ]
    return [stage, *again]


def _stage(data: Mapping[str, Any]) -> Stage:
    return Stage(
        code=data["code"],
        offset=data["offset"],
        audience=data["audience"],
        channels=tuple(data["channels"]),
        template=data.get("template", ""),
        name=data.get("name", "").strip(),
        until=data.get("until"),
        min_gap=data.get("min_gap", 0),
        minimum=_minor(data.get("minimum", {})),
        person_from={int(level): _minor(rows) for level, rows in data.get("person_from", {}).items()},
        fee=_fee(data.get("fee")),
        interest=data.get("interest", False),
        effects=tuple(data.get("effects", ())),
        deadline_days=data.get("deadline_days", 0),
        terminal=data.get("terminal", False),
    )


def _written(stage: Stage) -> dict[str, Any]:
    """A stage; settings that say nothing are left out."""
    said: dict[str, Any] = {
        "name": stage.name,
        "until": stage.until,
        "template": stage.template,
        "min_gap": stage.min_gap,
        "minimum": _major(stage.minimum),
        "person_from": {str(level): _major(rows) for level, rows in sorted(stage.person_from.items())},
        "fee": _fee_written(stage.fee),
        "interest": stage.interest,
        "effects": list(stage.effects),
        "deadline_days": stage.deadline_days,
        "terminal": stage.terminal,
    }
    needed = {"code": stage.code, "offset": stage.offset, "audience": stage.audience}
    spoken = {name: value for name, value in said.items() if value or (name == "until" and value == 0)}
    return {**needed, "channels": list(stage.channels), **spoken}


def _fee(data: Mapping[str, Any] | None) -> Fee:
    if not data or data["kind"] == "none":
        return Fee()
    if data["kind"] == "fixed":
        return Fee(kind="fixed", amounts=_minor(data["amounts"]))
    return Fee(kind="percent", percent=data["percent"], base=data.get("base", "open"))


def _fee_written(fee: Fee) -> dict[str, Any]:
    if fee.kind == "none":
        return {}
    if fee.kind == "fixed":
        return {"kind": "fixed", "amounts": _major(fee.amounts)}
    return {"kind": "percent", "percent": fee.percent, "base": fee.base}


def _minor(amounts: Mapping[str, str]) -> dict[str, int]:
    return {code: 0 if code == ANY else to_minor(text, code) for code, text in amounts.items()}


def _major(amounts: Mapping[str, int]) -> dict[str, str]:
    return {
        code: "0" if code == ANY else format_plain(minor, code) for code, minor in sorted(amounts.items())
    }
