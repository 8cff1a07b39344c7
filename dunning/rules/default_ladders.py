"""The policies a new installation begins with, as documents: ordinary, gentle and strict, and alerts to our own people.

Stages that mean the same have the same code in every policy, so a customer who changes policy is not asked the same thing again.
"""

from dataclasses import dataclass
from typing import Any

from dunning.rules.ladder_json import FORMAT

_SMALL = {"CHF": "5.00", "CNY": "50.00", "EUR": "5.00", "GBP": "5.00", "JPY": "500", "USD": "5.00"}
_LARGE = {
    "CHF": "10000.00",
    "CNY": "80000.00",
    "EUR": "10000.00",
    "GBP": "10000.00",
    "JPY": "1500000",
    "USD": "10000.00",
}
_LARGEST = {
    "CHF": "50000.00",
    "CNY": "400000.00",
    "EUR": "50000.00",
    "GBP": "50000.00",
    "JPY": "7500000",
    "USD": "50000.00",
}
_ALWAYS = {"*": "0"}
_BY_A_PERSON = {"1": _ALWAYS, "2": _ALWAYS, "3": _ALWAYS}
_HAND_OVER = {
    "code": "handover",
    "name": "Propose the hand-over",
    "audience": "finance_manager",
    "channels": ["work"],
    "effects": ["hand_over"],
    "terminal": True,
}


@dataclass(frozen=True, slots=True)
class Default:
    """A shipped policy: its document, and whom it speaks about (`segment`, `risk_class`; neither: everybody)."""

    code: str
    name: str
    ladder: dict[str, Any]
    segment: str = ""
    risk_class: str = ""


def _ladder(track: str, *stages: dict[str, Any], min_gap: int = 3) -> dict[str, Any]:
    return {"format": FORMAT, "track": track, "min_gap": min_gap, "minimum": _SMALL, "stages": list(stages)}


def _friendly(offset: int) -> dict[str, Any]:
    return {
        "code": "friendly", "name": "Friendly note", "offset": offset, "until": -1, "audience": "billing",
        "channels": ["email"], "template": "friendly",
    }  # fmt: skip


def _call(offset: int) -> dict[str, Any]:
    return {
        "code": "call", "name": "Call by the sales rep", "offset": offset, "audience": "rep", "channels": ["call"],
    }  # fmt: skip


def _firm(offset: int, days: int, **more: Any) -> dict[str, Any]:
    return {
        "code": "firm", "name": "Firm reminder", "offset": offset, "audience": "billing", "channels": ["email", "letter"],
        "template": "firm", "min_gap": days, "deadline_days": days, **more,
    }  # fmt: skip


def _demand(offset: int, **more: Any) -> dict[str, Any]:
    return {
        "code": "demand", "name": "Demand letter", "offset": offset, "audience": "billing", "channels": ["letter", "email"],
        "template": "demand", "min_gap": 10, "deadline_days": 10, "interest": True, "effects": ["hold", "lower_class"],
        "person_from": {"1": _LARGEST, "2": _LARGE, "3": _ALWAYS}, **more,
    }  # fmt: skip


STANDARD = _ladder("chase", _friendly(-7), _call(1), _firm(16, 7), _demand(31), {**_HAND_OVER, "offset": 61})

GENTLE = _ladder(
    "chase",
    _friendly(-7),
    _call(5),
    {
        "code": "visit", "name": "Talk between managers", "offset": 15, "audience": "sales_manager", "channels": ["work"],
    },
    _firm(25, 10, person_from=_BY_A_PERSON),
    _demand(46, person_from=_BY_A_PERSON),
    {**_HAND_OVER, "offset": 90},
    min_gap=7,
)  # fmt: skip

STRICT = _ladder("chase", _friendly(-10), _call(1), _firm(8, 5), _demand(21), {**_HAND_OVER, "offset": 45})

ALERTS = _ladder(
    "alert",
    {
        "code": "rep7", "name": "Due in a week", "offset": -7, "until": -4, "audience": "rep", "channels": ["email", "app"],
        "template": "rep7",
    },
    {
        "code": "rep3", "name": "Due in three days", "offset": -3, "until": -1, "audience": "rep", "channels": ["email", "app"],
        "template": "rep3",
    },
    {
        "code": "escalate", "name": "Sales manager steps in", "offset": 16, "audience": "sales_manager", "channels": ["work"],
    },
    {
        "code": "management", "name": "Management is told", "offset": 31, "audience": "cfo", "channels": ["email", "app"],
        "template": "management",
    },
)  # fmt: skip

DEFAULTS: tuple[Default, ...] = (
    Default("standard", "Standard", STANDARD),
    Default("gentle", "Gentle: key accounts", GENTLE, segment="key account"),
    Default("strict", "Strict: class C", STRICT, risk_class="C"),
    Default("alerts", "Alerts to our people", ALERTS),
)
