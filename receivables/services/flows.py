"""Versions of the approval flow: drafted by one person, activated by another, never changed then. Running cases keep theirs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit
from receivables.access_table import ROLES
from receivables.actor import Actor
from receivables.models import ApprovalFlow, Role
from receivables.rules.refusals import Refused
from receivables.rules.workflow import DEFAULT_FLOW, Flow

CODE = DEFAULT_FLOW.code


def read(row: ApprovalFlow) -> Flow:
    """The flow of a row, checked."""
    return Flow.from_json({"code": row.code, "version": row.version, "steps": row.steps})


def in_force() -> Flow:
    """The flow a request submitted now would take. Only reads."""
    found: ApprovalFlow | None = ApprovalFlow.objects.filter(code=CODE, active=True).first()
    return read(found) if found else DEFAULT_FLOW


def active_or_default() -> ApprovalFlow:
    """The version new requests take; a new installation gets the shipped one (inside the caller's transaction)."""
    found: ApprovalFlow | None = ApprovalFlow.objects.filter(code=CODE, active=True).first()
    if found is not None:
        return found
    row: ApprovalFlow
    row, _created = ApprovalFlow.objects.get_or_create(
        code=CODE,
        version=DEFAULT_FLOW.version,
        defaults={"steps": DEFAULT_FLOW.to_json()["steps"], "active": True},
    )
    return row


@transaction.atomic
def draft(*, steps: Sequence[Mapping[str, Any]], now: datetime, by: Actor) -> ApprovalFlow:
    """A new version of the flow, inert until a second person activates it. Refuses flow_invalid with the place in `field`."""
    active_or_default()
    latest = (
        ApprovalFlow.objects.select_for_update(no_key=True).filter(code=CODE).order_by("-version").first()
    )
    version = (latest.version if latest else 0) + 1
    flow = Flow.from_json({"code": CODE, "version": version, "steps": [dict(step) for step in steps]})
    _refuse_unknown_roles(flow)
    with audit.line("flow.drafted", by=by, now=now, subject=f"flow:{CODE}:{version}") as line:
        row = ApprovalFlow.objects.create(
            code=CODE, version=version, steps=flow.to_json()["steps"], drafted_by=by.user
        )
        line.after = flow.to_json()
        line.touch("approvalflow", row.pk, version)
    return row


@transaction.atomic
def activate(*, flow: ApprovalFlow, now: datetime, by: Actor) -> ApprovalFlow:
    """Puts a drafted version in force for new requests. Refuses own_draft (a second person does it), already_decided, stale."""
    rows = {
        row.pk: row
        for row in ApprovalFlow.objects.select_for_update(no_key=True)
        .filter(code=flow.code)
        .order_by("version")
    }
    row: ApprovalFlow = rows[flow.pk]
    if row.active or row.activated_at:
        raise Refused("already_decided", _("This version has been activated before. Draft a new one."))
    if any(other.activated_at and other.version > row.version for other in rows.values()):
        raise Refused("stale", _("A newer version is in force. Draft a new one from it."))
    if by.user is None or (row.drafted_by and row.drafted_by.human == by.human):
        raise Refused("own_draft", _("A flow is activated by somebody else than the one who drafted it."))
    read(row)
    with audit.line("flow.activated", by=by, now=now, subject=f"flow:{row.code}:{row.version}") as line:
        ApprovalFlow.objects.filter(code=row.code, active=True).update(active=False)
        row.active, row.activated_by, row.activated_at = True, by.user, now
        row.save(update_fields=["active", "activated_by", "activated_at"])
        line.touch("approvalflow", row.pk, row.version, "active")
    return row


def _refuse_unknown_roles(flow: Flow) -> None:
    """A step nobody can hold would stop every request: the roles must exist."""
    known = set(ROLES) | set(Role.objects.values_list("code", flat=True))
    for i, step in enumerate(flow.steps):
        for name in ("owner_role", "escalate_to_role"):
            role = getattr(step, name)
            if role and role not in known:
                message = _("There is no role %(role)s.") % {"role": role}
                raise Refused("flow_invalid", message, field=f"steps[{i}].{name}")
