"""The written way of a request: a picture of every version, a form for the next one, and activation by a second person."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receivables import access, clock, context
from receivables.doors import actor, policy, status_of
from receivables.models import ApprovalFlow, Role
from receivables.paging import row_id
from receivables.questions import request_board
from receivables.rules.money import format_plain, to_minor
from receivables.rules.refusals import Refused
from receivables.rules.workflow import Flow
from receivables.services import flows
from receivables.words import refusal_words, request_words

STEP_PARTS = (
    "code",
    "label",
    "owner_role",
    "sla_hours",
    "condition",
    "checks",
    "escalate_to_role",
    "auto_below",
)
SHOWN = 20


@policy("flow.view")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Each version as a diagram with step, owner role and limit; the one in force first."""
    user: Any = request.user
    rows = list(
        ApprovalFlow.objects.select_related("drafted_by", "activated_by").order_by("-active", "-version")[
            :SHOWN
        ]
    )
    books = context.of(request).entity
    versions = [{"row": row, **_drawn(flows.read(row))} for row in rows]
    if not any(row.active for row in rows):
        versions.insert(0, {"row": None, **_drawn(flows.in_force())})
    since = clock.now() - request_board.YEAR
    return render(
        request,
        "receivables/flows/list.html",
        {
            "versions": versions,
            "records": request_board.step_records(books.id if books else None, user, since),
            "may_edit": access.may(user, "flow.edit"),
            "may_activate": access.may(user, "flow.activate"),
        },
    )


@policy("flow.edit")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """A form over the steps, filled with the version in force."""
    steps, wrong, status = [_typed(step) for step in flows.in_force().to_json()["steps"]], {}, 200
    general = ""
    if request.method == "POST":
        steps = _posted(request.POST)
        if request.POST.get("add_step"):
            steps.append(dict.fromkeys(STEP_PARTS, ""))
        else:
            try:
                row = flows.draft(
                    steps=[_step(each, i) for i, each in enumerate(steps)], now=clock.now(), by=actor(request)
                )
                messages.success(
                    request,
                    _("Version %(n)s is drafted. A second person puts it in force.") % {"n": row.version},
                )
                return redirect("receivables:flows")
            except Refused as no:
                wrong, general, status = (
                    {no.field: refusal_words.said(no.message)},
                    refusal_words.said(no.message),
                    status_of(no),
                )
    cells = [
        [{"name": f"step-{i}-{part}", "part": part, "value": step[part], "wrong": wrong.get(f"steps[{i}].{part}", "")}
         for part in STEP_PARTS]
        for i, step in enumerate(steps)
    ]  # fmt: skip
    context_ = {"steps": cells, "roles": _roles(), "general": general}
    return render(request, "receivables/flows/draft.html", context_, status=status)


@policy("flow.activate")
@require_POST
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a draft in force, by somebody else than who wrote it."""
    row = flows.activate(flow=get_object_or_404(ApprovalFlow, pk=pk), now=clock.now(), by=actor(request))
    messages.success(request, _("Version %(n)s is in force for new requests.") % {"n": row.version})
    return redirect("receivables:flows")


def _drawn(flow: Flow) -> dict[str, Any]:
    roles = dict(_roles())
    nodes = [
        {
            "label": request_words.step(step.label),
            "status": "ahead",
            "note": _("%(role)s · %(hours)s working hours")
            % {"role": roles.get(step.owner_role, step.owner_role), "hours": step.sla_hours},
        }
        for step in flow.steps
    ]
    details = [
        {
            "label": request_words.step(step.label),
            "checks": [request_words.person_check(check) for check in step.checks],
            "escalate": roles.get(step.escalate_to_role, step.escalate_to_role),
            "condition": step.condition if isinstance(step.condition, str) else step.parsed().text,
            "auto": sorted((step.auto_below or {}).items()),
        }
        for step in flow.steps
    ]
    ends = (
        [{"label": _("Draft"), "status": "ahead", "note": ""}],
        [{"label": _("Issue"), "status": "ahead", "note": ""}],
    )
    return {"version": flow.version, "nodes": [*ends[0], *nodes, *ends[1]], "details": details}


def _roles() -> list[tuple[str, str]]:
    words = context.role_words()
    composed = [(role.code, role.label) for role in Role.objects.filter(shipped=False).order_by("label")]
    return [*words.items(), *composed]


def _typed(step: dict[str, Any]) -> dict[str, str]:
    """A step of the JSON as text for its inputs."""
    auto = " ".join(
        f"{code}:{format_plain(minor, code)}" for code, minor in (step.get("auto_below") or {}).items()
    )
    condition = step.get("condition", "")
    return {
        **{part: str(step.get(part, "")) for part in STEP_PARTS},
        "checks": "\n".join(step.get("checks", ())),
        "condition": condition if isinstance(condition, str) else condition.get("text", ""),
        "auto_below": auto,
    }


def _posted(data: QueryDict) -> list[dict[str, str]]:
    numbers = sorted({int(m[1]) for key in data if (m := re.fullmatch(r"step-(\d{1,2})-code", key))})
    gone = data.get("remove_step", "")
    steps = [{part: data.get(f"step-{n}-{part}", "").strip()[:2000] for part in STEP_PARTS} for n in numbers]
    return [step for i, step in enumerate(steps) if str(i) != gone]


def _step(typed: dict[str, str], i: int) -> dict[str, Any]:
    """The JSON of a typed step; what cannot be read is left for the flow's own check to refuse at its place."""
    step: dict[str, Any] = {
        name: typed[name]
        for name in ("code", "label", "owner_role", "condition", "escalate_to_role")
        if typed[name]
    }
    for name in ("code", "label", "owner_role"):
        step.setdefault(name, "")
    step["sla_hours"] = row_id(typed["sla_hours"])
    step["checks"] = [line.strip() for line in typed["checks"].splitlines() if line.strip()]
    if typed["auto_below"]:
        step["auto_below"] = {
            code: _minor(amount, code, i) for code, _colon, amount in _pairs(typed["auto_below"])
        }
    return step


def _pairs(text: str) -> list[tuple[str, str, str]]:
    return [word.partition(":") for word in text.replace(",", " ").split()]


def _minor(amount: str, code: str, i: int) -> int:
    try:
        return to_minor(amount, code.upper())
    except Refused as no:
        message = _("Write currency and amount, such as EUR:500.00.")
        raise Refused("flow_invalid", message, field=f"steps[{i}].auto_below") from no
