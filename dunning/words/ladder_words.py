"""What two ladders say differently, and what one stage does, in short sentences. It compares documents, and judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dunning.words import policy_words

Stage = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `tone` is new, gone or changed; `stage` the code it belongs to (empty: the whole ladder)."""

    tone: str
    stage: str
    text: str


SETTINGS = {
    "offset": gettext_lazy("Begins"),
    "until": gettext_lazy("Said until"),
    "audience": gettext_lazy("Who hears it"),
    "channels": gettext_lazy("Channels"),
    "template": gettext_lazy("Template"),
    "name": gettext_lazy("Name"),
    "min_gap": gettext_lazy("Gap since the stage before"),
    "minimum": gettext_lazy("Smallest amount"),
    "person_from": gettext_lazy("Released by a person"),
    "fee": gettext_lazy("Fee"),
    "interest": gettext_lazy("Late interest"),
    "effects": gettext_lazy("Effects"),
    "deadline_days": gettext_lazy("New deadline"),
    "terminal": gettext_lazy("Ends the ladder"),
    "repeat": gettext_lazy("Repeats"),
    "grace_days": gettext_lazy("Days of grace"),
    "stale_bank_hours": gettext_lazy("Bank file not older than"),
    "hold_for_receipts": gettext_lazy("Waits for probable receipts"),
}
GENERAL = ("grace_days", "min_gap", "minimum", "stale_bank_hours", "hold_for_receipts")


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Change]:
    """What changes when `new` takes the place of `old`, general settings first, then stage by stage."""
    if old is None:
        return []
    found = [
        Change(
            "changed",
            "",
            _line(_setting(key, general=True), value(key, old.get(key)), value(key, new.get(key))),
        )
        for key in GENERAL
        if old.get(key) != new.get(key)
    ]
    before = {stage["code"]: stage for stage in old["stages"]}
    after = {stage["code"]: stage for stage in new["stages"]}
    for code, stage in after.items():
        found += _of_stage(before[code], stage) if code in before else [_new(stage)]
    for code, stage in before.items():
        if code not in after:
            text = _("%(stage)s falls away (it stood %(day)s)") % _told(stage)
            found.append(Change("gone", code, text))
    return found


def value(key: str, given: Any) -> str:
    """One setting in words."""
    if given in (None, "", 0, False, [], {}):
        return (
            _("On the due date") if key == "offset" else _("none") if not isinstance(given, bool) else _("no")
        )
    if given is True:
        return _("yes")
    if key in ("offset", "until"):
        return policy_words.day(given)
    if key in ("min_gap", "deadline_days", "grace_days"):
        return policy_words.days(given)
    if key == "stale_bank_hours":
        return _("%(n)s hours") % {"n": given}
    return _composed(key, given)


def facts(stage: Stage) -> list[tuple[str, str]]:
    """What a stage does beside its day, audience and channel: (setting, in words), only what is set."""
    keys = (
        "until",
        "template",
        "min_gap",
        "minimum",
        "person_from",
        "fee",
        "interest",
        "effects",
        "deadline_days",
        "repeat",
        "terminal",
    )
    return [
        (_setting(key), value(key, stage[key]))
        for key in keys
        if stage.get(key) or (key == "until" and key in stage)
    ]


def amounts(given: Mapping[str, str]) -> str:
    """Amounts by currency."""
    return ", ".join(f"{amount} {code}" for code, amount in given.items())


def _composed(key: str, given: Any) -> str:
    if key == "audience":
        return str(policy_words.AUDIENCES.get(given, given))
    if key == "channels":
        return policy_words.channels(given)
    if key == "effects":
        return ", ".join(str(policy_words.EFFECTS.get(code, code)) for code in given)
    if key == "minimum":
        return amounts(given)
    if key == "person_from":
        return "; ".join(_person(level, rows) for level, rows in sorted(given.items(), reverse=True))
    if key == "fee":
        return _fee(given)
    if key == "repeat":
        return str(_("every %(every)s days, %(times)s times") % given)
    if key == "name":
        return policy_words.name(str(given))
    return str(given)


def _person(level: str, rows: Mapping[str, str]) -> str:
    who = str(policy_words.IMPORTANCE[level])
    if "*" in rows:
        return _("%(who)s: always") % {"who": who}
    return _("%(who)s: from %(amounts)s") % {"who": who, "amounts": amounts(rows)}


def _fee(fee: Mapping[str, Any]) -> str:
    if fee["kind"] == "fixed":
        return amounts(fee["amounts"])
    if fee.get("base") == "original":
        return _("%(share)s per cent of the original amount") % {"share": fee["percent"]}
    return _("%(share)s per cent of the open amount") % {"share": fee["percent"]}


def _of_stage(old: Stage, new: Stage) -> list[Change]:
    keys = [key for key in SETTINGS if old.get(key) != new.get(key) and (key in old or key in new)]
    who = policy_words.stage_name(new)
    return [
        Change(
            "changed",
            new["code"],
            _("%(stage)s – %(what)s")
            % {
                "stage": who,
                "what": _line(_setting(key), value(key, old.get(key)), value(key, new.get(key))),
            },
        )
        for key in keys
    ]


def _new(stage: Stage) -> Change:
    return Change("new", stage["code"], _("%(stage)s is new: %(day)s, %(who)s, %(how)s") % _told(stage))


def _told(stage: Stage) -> dict[str, str]:
    return {
        "stage": policy_words.stage_name(stage),
        "day": policy_words.day(stage["offset"]),
        "who": value("audience", stage["audience"]),
        "how": value("channels", stage["channels"]),
    }


def _setting(key: str, *, general: bool = False) -> str:
    if general and key == "min_gap":
        return _("Gap between two messages")
    return str(SETTINGS[key])


def _line(setting: str, old: str, new: str) -> str:
    return _("%(setting)s: %(new)s instead of %(old)s") % {"setting": setting, "new": new, "old": old}
