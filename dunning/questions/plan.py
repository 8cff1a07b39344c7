"""The dry run: what the run of a date would do at an entity, told as plain values. It asks the very question the run asks."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from dunning.models import PolicyVersion
from dunning.questions import night
from dunning.questions.night import Judged
from dunning.rules.arbiter import Draft, Task
from dunning.rules.picture import Picture
from receivables.models import LegalEntity


def of(entity: LegalEntity, on: date, now: datetime) -> dict[str, Any]:
    """Figures and every notice of the date at one entity, in order of customer."""
    names = {
        row.pk: f"{row.policy.code} v{row.number}"
        for row in PolicyVersion.objects.filter(active=True).select_related("policy")
    }
    reasons: Counter[str] = Counter()
    notices: list[dict[str, Any]] = []
    tasks: list[dict[str, Any]] = []
    failed: dict[int, str] = {}
    for judged in night.verdicts(entity, on, now):
        reasons.update(verdict.code for verdict in judged.verdicts)
        notices += _notices(judged, names)
        tasks += [_task(task, verdict.picture) for verdict in judged.verdicts for task in verdict.tasks]
        failed |= judged.failed
    return {
        "entity": entity.code,
        "on": on.isoformat(),
        "looked_at": sum(reasons.values()) + len(failed),
        "reasons": dict(sorted(reasons.items())),
        "notices": notices,
        "tasks": tasks,
        "failed": {str(customer): problem for customer, problem in failed.items()},
    }


def _notices(judged: Judged, names: dict[int, str]) -> Iterator[dict[str, Any]]:
    for verdict in judged.verdicts:
        for draft in verdict.drafts:
            yield _notice(draft, verdict.picture, names)


def _notice(draft: Draft, picture: Picture, names: dict[int, str]) -> dict[str, Any]:
    to = draft.target
    return {
        "customer": picture.code,
        "currency": draft.currency,
        "track": draft.track,
        "policy": names.get(draft.version_id, ""),
        "stage": draft.stage.code,
        "audience": draft.stage.audience,
        "channel": to.channel,
        "recipient": to.recipient,
        "contact": to.contact,
        "user": to.user,
        "template": draft.stage.template,
        "total": draft.total,
        "state": draft.state,
        "why": draft.why,
        "due_at": to.due_at.isoformat(),
        "items": [
            {
                "entry": intent.item.entry,
                "number": intent.item.number,
                "stage": intent.stage.code,
                "round": intent.round,
                "days_past_due": intent.dpd,
                "amount": intent.ask,
            }
            for intent in draft.climbing
        ],
    }


def _task(task: Task, picture: Picture) -> dict[str, Any]:
    return {"customer": picture.code, "stage": task.stage, "reason": task.reason, "user": task.user}
