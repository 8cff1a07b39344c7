"""Rehearsals on pages: a draft over a past year piece by piece, its report, a dry run, what the end of a block sets free."""

from collections import Counter
from datetime import date, timedelta
from time import monotonic
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dunning import rehearsal
from dunning.models import DunningBlock, PolicyVersion
from dunning.pages import policies_view, rehearsal_view
from dunning.rehearsal_tally import Tally
from dunning.services import policies
from dunning.words import policy_words
from receivables import access, clock, context
from receivables.doors import actor, policy
from receivables.models import Customer, LegalEntity
from receivables.rules.refusals import Refused

KEY = "rehearsal"
STEP_SECONDS = 2.5
"""How long one piece may take before the page hears of it."""
LOOKED_MOST = 5_000
SHOWN = 200


@policy("policy.edit")
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins the rehearsal of a draft; the page then asks for the next piece until all customers are through."""
    row = _version(pk)
    request.session[KEY] = {
        "version": row.pk,
        "hash": row.content_hash,
        "until": clock.today().isoformat(),
        "next": 0,
        "before": Tally().to_json(),
        "after": Tally().to_json(),
    }
    return redirect("dunning:policy_rehearsing", pk=pk)


@policy("policy.edit")
@require_safe
def rehearsing(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is."""
    return render(
        request, "dunning/policies/rehearsing.html", {"version": _version(pk), **_progress(request, pk)}
    )


@policy("policy.edit")
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """The next piece; the last one keeps the report with the draft."""
    row, kept = _version(pk), request.session.get(KEY, {})
    if kept.get("version") != pk or kept.get("hash") != row.content_hash:
        raise Refused("stale", _("Somebody changed this draft meanwhile. Look at it again first."))
    tried = rehearsal.trial(row, policies.read(row), until=date.fromisoformat(kept["until"]), now=clock.now())
    pieces = rehearsal.chunks(since=tried.since)
    before, after = Tally.from_json(kept["before"]), Tally.from_json(kept["after"])
    started, place = monotonic(), int(kept["next"])
    while place < len(pieces) and monotonic() - started < STEP_SECONDS:
        one, other = rehearsal.back_test(tried, *pieces[place])
        before, after, place = before.plus(one), after.plus(other), place + 1
    if place < len(pieces):
        request.session[KEY] = {
            **kept,
            "next": place,
            "of": len(pieces),
            "before": before.to_json(),
            "after": after.to_json(),
        }
        if request.headers.get("HX-Request"):
            return render(
                request, "dunning/policies/_progress.html", {"version": row, **_progress(request, pk)}
            )
        return redirect("dunning:policy_rehearsing", pk=pk)
    del request.session[KEY]
    policies.rehearsed(
        version=row,
        summary=rehearsal.summary(tried, before, after),
        content_hash=row.content_hash,
        now=clock.now(),
        by=actor(request),
    )
    there = reverse("dunning:policy_rehearsal", args=[pk])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return redirect(there)


@policy("policy.view")
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version's rehearsal found: messages, calls, what would be wrong, whom it never reaches, and what it changes."""
    row = _version(pk)
    if not row.rehearsal:
        return redirect("dunning:policy", code=row.policy.code)
    return render(
        request,
        "dunning/policies/rehearsal.html",
        {
            "version": row,
            "name": policy_words.name(row.policy.name),
            "current": policies_view.is_rehearsed(row),
            "draft": policies_view.is_draft(row),
            "may_edit": access.may(request.user, "policy.edit"),
            **rehearsal_view.report(row, request.user),
        },
    )


@policy("policy.view")
@require_safe
def dry_run(request: HttpRequest) -> HttpResponse:
    """What the run of a night would do at an entity: the same decisions, nothing written."""
    user: Any = request.user
    books = context.of(request).entity
    entities = list(LegalEntity.objects.for_user(user).order_by("pk"))
    wanted = request.GET.get("entity", "")
    entity = next(
        (e for e in entities if str(e.pk) == wanted or (not wanted and books and e.pk == books.id)), None
    )
    entity = entity or (entities[0] if entities else None)
    if entity is None:
        raise Refused("not_found", _("There is no legal entity you may see."))
    on = _day(request.GET.get("on", ""), clock.today(entity))
    verdicts = []
    for verdict in rehearsal.dry_run(entity, on=on, now=clock.now()):
        verdicts.append(verdict)
        if len(verdicts) >= LOOKED_MOST:
            break
    shown = rehearsal_view.verdicts(verdicts, user, SHOWN)
    reasons = Counter(verdict.code for verdict in verdicts)
    return render(
        request,
        "dunning/policies/dry_run.html",
        {
            "entity": entity,
            "entities": entities,
            "on": on,
            "today": clock.today(entity),
            "looked": len(verdicts),
            "cut": len(verdicts) >= LOOKED_MOST,
            "reasons": [(rehearsal_view.reason(code), n) for code, n in reasons.most_common()],
            **shown,
        },
    )


@policy("block.view")
@require_safe
def block_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What would go out if a block ended today; a fragment for htmx, a page otherwise."""
    user: Any = request.user
    entities = LegalEntity.objects.for_user(user)
    rows = DunningBlock.objects.filter(customer__in=Customer.objects.for_user(user))
    rows = rows.filter(Q(entity__isnull=True) | Q(entity__in=entities))
    block: DunningBlock = get_object_or_404(rows.select_related("customer", "entity"), pk=pk)
    today = clock.today(block.entity) if block.entity else clock.today()
    verdicts = rehearsal.on_resume(block, entities=entities, on=today, now=clock.now())
    shown = rehearsal_view.verdicts(verdicts, user, SHOWN)
    template = "_resume.html" if request.headers.get("HX-Request") else "resume.html"
    told = {reason[1] for verdict in verdicts for reason in verdict.reasons} - {"sent", "proposed"}
    held = sorted(rehearsal_view.reason(code) for code in told)
    return render(
        request,
        f"dunning/policies/{template}",
        {"stop": block, "today": today, "held": held, **shown},
    )


def _version(pk: int) -> PolicyVersion:
    found: PolicyVersion = get_object_or_404(PolicyVersion.objects.select_related("policy"), pk=pk)
    return found


def _progress(request: HttpRequest, pk: int) -> dict[str, Any]:
    kept = request.session.get(KEY, {})
    if kept.get("version") != pk:
        return {"done": 0, "of": 0, "customers": 0}
    return {"done": kept["next"], "of": kept.get("of", 0), "customers": kept["after"]["customers"]}


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return min(max(found, today - timedelta(days=7)), today + timedelta(days=60))


urlpatterns = [
    path("policies/dry-run/", dry_run, name="policy_dry_run"),
    path("policies/blocks/<int:pk>/", block_preview, name="policy_resume"),
    path("policies/versions/<int:pk>/rehearse/", begin, name="policy_rehearse"),
    path("policies/versions/<int:pk>/rehearsing/", rehearsing, name="policy_rehearsing"),
    path("policies/versions/<int:pk>/step/", step, name="policy_step"),
    path("policies/versions/<int:pk>/rehearsal/", report, name="policy_rehearsal"),
]
