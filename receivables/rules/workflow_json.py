"""A flow's JSON, read and written field by field, with the place of every mistake. It knows shapes and
limits, not what
a flow does (see `workflow`).
"""

import re
from collections.abc import Mapping
from typing import Any

from receivables.rules.currencies import exponent
from receivables.rules.refusals import Refused

STEPS_MAX, CHECKS_MAX, HOURS_MAX, LABEL_MAX = 20, 20, 400, 120

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,29}")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FIELDS = (
    "code",
    "label",
    "owner_role",
    "sla_hours",
    "condition",
    "checks",
    "escalate_to_role",
    "auto_below",
)
_NEEDED = frozenset(_FIELDS[:4])


def check_flow(data: Any) -> None:
    """Refused (flow_invalid) unless it has exactly code, version above zero and 1 to 20 steps."""
    if not isinstance(data, Mapping) or set(data) != {"code", "version", "steps"}:
        raise _wrong("A flow has code, version and steps.", "flow")
    if not isinstance(data["code"], str) or not _ROLE.fullmatch(data["code"]):
        raise _wrong("The code of a flow is lower case letters, digits and _.", "code")
    if not _whole(data["version"], 1, 10**9):
        raise _wrong("The version is a whole number from 1.", "version")
    if not isinstance(data["steps"], list) or not 1 <= len(data["steps"]) <= STEPS_MAX:
        raise _wrong(f"A flow has 1 to {STEPS_MAX} steps.", "steps")


def read_step(data: Any, place: str) -> dict[str, Any]:
    """The keyword arguments of one step. Refused: flow_invalid, `field` = place and name."""
    if not isinstance(data, Mapping) or not set(data) >= _NEEDED or set(data) - set(_FIELDS):
        raise _wrong(f"A step has {', '.join(_FIELDS)}; the first four are needed.", place)
    if not isinstance(data["code"], str) or not _CODE.fullmatch(data["code"]):
        raise _wrong("The code of a step is upper case letters, digits and _.", f"{place}.code")
    label = data["label"]
    if not isinstance(label, str) or not label.strip() or len(label) > LABEL_MAX or not label.isprintable():
        raise _wrong(f"A step has a label of 1 to {LABEL_MAX} characters.", f"{place}.label")
    for name in ("owner_role", "escalate_to_role"):
        role = data.get(name, "")
        if not isinstance(role, str) or not (_ROLE.fullmatch(role) or (role == "" and name not in _NEEDED)):
            raise _wrong(f"{str(role)[:40]!r} is not a role.", f"{place}.{name}")
    if not _whole(data["sla_hours"], 1, HOURS_MAX):
        raise _wrong(f"The time limit is 1 to {HOURS_MAX} working hours.", f"{place}.sla_hours")
    if not isinstance(data.get("condition", ""), str | Mapping):
        raise _wrong("A condition is a text or a form.", f"{place}.condition")
    return {**data, "checks": _checks(data, place), "auto_below": _auto_below(data, place)}


def write_step(step: Any) -> dict[str, Any]:
    """The JSON of one step; empty fields are left out."""
    found = {name: getattr(step, name) for name in _FIELDS}
    found["checks"] = list(step.checks)
    found["auto_below"] = dict(step.auto_below) if step.auto_below else None
    return {name: value for name, value in found.items() if name in _NEEDED or value}


def _checks(data: Mapping[str, Any], place: str) -> tuple[str, ...]:
    checks = data.get("checks", ())
    fits = isinstance(checks, list | tuple) and len(checks) <= CHECKS_MAX
    if not fits or not all(isinstance(c, str) and c.strip() and len(c) <= LABEL_MAX for c in checks):
        raise _wrong(f"Checks are up to {CHECKS_MAX} short texts.", f"{place}.checks")
    if len(set(checks)) != len(checks):
        raise _wrong("A check stands twice.", f"{place}.checks")
    return tuple(checks)


def _auto_below(data: Mapping[str, Any], place: str) -> dict[str, int] | None:
    limits = data.get("auto_below")
    if limits is None:
        return None
    if not isinstance(limits, Mapping) or not all(_whole(v, 1, 2**63 - 1) for v in limits.values()):
        raise _wrong("The threshold is minor units per currency.", f"{place}.auto_below")
    for currency in limits:
        try:
            exponent(currency)
        except Refused as no:
            raise _wrong(no.message, f"{place}.auto_below") from no
    return dict(limits)


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _wrong(message: str, place: str) -> Refused:
    return Refused("flow_invalid", message, field=place)
