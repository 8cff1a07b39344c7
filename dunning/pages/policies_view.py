"""What the policy pages draw: a ladder as a timeline with lanes, assignments in words, versions and their standing. No doors."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from dunning.models import Assignment, Policy, PolicyVersion
from dunning.rules.ladder import INSIDE, OUTSIDE
from dunning.rules.precedence import ORDER, Assigned
from dunning.words import ladder_words, policy_words
from dunning.words.ladder_words import Change
from receivables.models import Customer, LegalEntity

SALES = ("rep", "sales_manager")


def lane(audience: str) -> str:
    """Which lane of the timeline an audience stands in."""
    if audience in OUTSIDE:
        return "customer"
    return "sales" if audience in SALES else "finance"


def drawn(document: Mapping[str, Any], changes: Sequence[Change] = ()) -> dict[str, Any]:
    """A ladder for the timeline: lanes that occur, and its steps in order with the due date among them."""
    marks = {change.stage: change.tone for change in changes if change.stage}
    steps: list[dict[str, Any]] = [_step(stage, marks) for stage in document["stages"]]
    used = {step["lane"] for step in steps}
    labels = (("customer", _("Customer")), ("sales", _("Sales")), ("finance", _("Finance")))
    lanes = [(key, label) for key, label in labels if key in used]
    after = next((i for i, step in enumerate(steps) if step["offset"] >= 0), len(steps))
    if after == len(steps) or steps[after]["offset"] > 0:
        steps.insert(after, {"due": True})
    else:
        steps[after]["on_due"] = True
    for step in steps:
        step["row"] = next((n for n, (key, _label) in enumerate(lanes, 2) if key == step.get("lane")), 0)
    return {"lanes": lanes, "steps": steps, "general": general(document)}


def general(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What holds for all stages of a ladder, as pairs for a detail list."""
    labels = {
        "min_gap": _("Gap between two messages"),
        "minimum": _("Smallest amount"),
        "grace_days": _("Days of grace"),
        "stale_bank_hours": _("Bank file not older than"),
        "hold_for_receipts": _("Waits for probable receipts"),
    }
    return [(label, ladder_words.value(key, document.get(key))) for key, label in labels.items()]


def _step(stage: Mapping[str, Any], marks: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": stage["code"],
        "offset": stage["offset"],
        "day": policy_words.day(stage["offset"]),
        "name": policy_words.stage_name(stage),
        "lane": lane(stage["audience"]),
        "audience": policy_words.AUDIENCES.get(stage["audience"], stage["audience"]),
        "channels": [(code, policy_words.CHANNELS.get(code, code)) for code in stage["channels"]],
        "facts": ladder_words.facts(stage),
        "mark": marks.get(stage["code"], ""),
        "inside": stage["audience"] in INSIDE,
        "terminal": stage.get("terminal", False),
    }


def assignments(rows: Sequence[Assignment]) -> list[dict[str, Any]]:
    """Standing assignments for the table of precedence: per track, narrowest first."""
    found = []
    for row in rows:
        said = assigned(row)
        found.append(
            {
                "row": row,
                "said": said,
                "level": policy_words.LEVELS[said.level],
                "whom": whom(row, said),
                "track": policy_words.TRACKS[row.track],
                "policy": policy_words.name(row.policy.name) if row.policy else "",
                "last": said.level == "default",
            }
        )
    return sorted(found, key=lambda each: (each["row"].track != Policy.Track.CHASE, each["said"].rank))


def assigned(row: Assignment) -> Assigned:
    return Assigned(
        row.pk,
        row.track,
        row.policy_id,
        row.customer_id,
        row.entity_id,
        row.segment,
        row.risk_class,
        row.reason,
    )


def whom(row: Assignment, said: Assigned) -> str:
    entity = row.entity.name if row.entity else ""
    return policy_words.whom(said, entity, row.customer.legal_name if row.customer else "")


def chain(
    rows: Sequence[Assigned], names: Mapping[int, str], entity: LegalEntity, customer: Customer
) -> list[dict[str, Any]]:
    """All assignments that mean a customer, the one that speaks first: why this policy and no other."""
    return [
        {
            "policy": names.get(row.policy, "") if row.policy is not None else "",
            "exempt": row.policy is None,
            "reason": row.reason,
            "level": policy_words.LEVELS[row.level],
            "whom": policy_words.whom(row, entity.name, customer.legal_name),
            "speaks": place == 0,
        }
        for place, row in enumerate(rows)
    ]


def ladder_of_words() -> list[str]:
    """The order of precedence, narrowest first."""
    return [str(policy_words.LEVELS[level]) for level in ORDER]


def standing(row: PolicyVersion) -> tuple[str, str]:
    """(words, tone) of a version: in force, draft, discarded, past."""
    if row.active:
        return _("In force"), "ok"
    if row.activated_at:
        return _("Past"), ""
    return (_("Discarded"), "") if row.retired_at else (_("Draft"), "warn")


def is_draft(row: PolicyVersion) -> bool:
    return not row.active and row.activated_at is None and row.retired_at is None


def is_rehearsed(row: PolicyVersion) -> bool:
    return bool(row.rehearsed_hash) and row.rehearsed_hash == row.content_hash


def way(row: PolicyVersion) -> list[dict[str, Any]]:
    """The way of a draft into force, as nodes of a flow."""
    rehearsed = is_rehearsed(row)
    return [
        {"label": _("Draft"), "status": "done", "note": row.drafted_by.shown if row.drafted_by else ""},
        {
            "label": _("Rehearsed"),
            "status": "done" if rehearsed else "now",
            "note": "" if rehearsed else _("over a past year"),
        },
        {
            "label": _("In force"),
            "status": "now" if rehearsed else "ahead",
            "note": _("by a second person"),
        },
    ]
