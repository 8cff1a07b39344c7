"""The policy studio: which policies there are and about whom they speak; one policy: in force, its draft, its history."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dunning.models import Assignment, Policy, PolicyVersion
from dunning.pages import policies_edit, policies_view, rehearsals
from dunning.questions import in_force, pictures
from dunning.rules import precedence
from dunning.services import assignments
from dunning.words import ladder_words, policy_words
from receivables import access, clock, context
from receivables.doors import actor, policy, status_of
from receivables.models import Audit, Customer, LegalEntity
from receivables.pages.form_base import PlacedForm
from receivables.rules.refusals import Refused
from receivables.words import audit_words, refusal_words

HISTORY = 30


class AssignForm(PlacedForm):
    """Whom a policy shall speak about."""

    PLACES = {"track": "policy"}
    policy = forms.ChoiceField(label=gettext_lazy("Policy"))
    customer = forms.CharField(label=gettext_lazy("Customer code"), max_length=40, required=False)
    segment = forms.CharField(label=gettext_lazy("Segment"), max_length=40, required=False)
    risk_class = forms.ChoiceField(
        label=gettext_lazy("Class"),
        choices=[("", "–"), *((c, c) for c in assignments.CLASSES)],
        required=False,
    )
    entity = forms.ModelChoiceField(
        label=gettext_lazy("Entity"), queryset=LegalEntity.objects.none(), required=False
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, user: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        active = Policy.objects.filter(versions__active=True).order_by("track", "name")
        named = [(f"{row.track}:{row.code}", policy_words.name(row.name)) for row in active]
        exempt = [
            ("chase:", _("Nobody: exempt from reminders and calls")),
            ("alert:", _("Nobody: no alerts to our people")),
        ]
        self.fields["policy"].choices = [*named, *exempt]  # type: ignore[attr-defined]
        self.fields["entity"].queryset = LegalEntity.objects.for_user(user)  # type: ignore[attr-defined]


@policy("policy.view")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All policies, the order of precedence with every assignment, and the answer to "which one speaks to this customer?"."""
    return _index(request, AssignForm(request.user, initial={"risk_class": ""}))


@policy("policy.edit")
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Says which policy speaks about a group or one customer."""
    form = AssignForm(request.user, request.POST)
    if form.is_valid():
        try:
            track, _colon, code = form.cleaned_data["policy"].partition(":")
            assignments.assign(
                track=track,
                policy=get_object_or_404(Policy, code=code) if code else None,
                entity=form.cleaned_data["entity"],
                segment=form.cleaned_data["segment"],
                risk_class=form.cleaned_data["risk_class"],
                customer=_customer(request, form.cleaned_data["customer"]),
                reason=form.cleaned_data["reason"],
                now=clock.now(),
                by=actor(request),
            )
            messages.success(request, _("Assigned. It holds from the next run on."))
            return redirect("dunning:policies")
        except Refused as no:
            form.refuse(no)
            return _index(request, form, status=status_of(no))
    return _index(request, form, status=422)


@policy("policy.edit")
@require_POST
def unassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an assignment back."""
    row = get_object_or_404(Assignment.objects.for_user(request.user), pk=pk)
    assignments.remove(
        assignment=row, reason=request.POST.get("reason", "")[:200], now=clock.now(), by=actor(request)
    )
    messages.success(request, _("Taken back. A wider assignment speaks again."))
    return redirect("dunning:policies")


@policy("policy.view")
@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One policy: the ladder in force, the draft with what it would change, and what happened before."""
    row = get_object_or_404(Policy, code=code)
    versions = list(row.versions.select_related("drafted_by", "activated_by").order_by("-number"))
    active = next((each for each in versions if each.active), None)
    draft = next((each for each in versions if policies_view.is_draft(each)), None)
    changes = ladder_words.differences(active.ladder if active else None, draft.ladder) if draft else []
    user = request.user
    standing = Assignment.objects.for_user(user).filter(policy=row, removed_at__isnull=True)
    return render(
        request,
        "dunning/policies/show.html",
        {
            "row": row,
            "name": policy_words.name(row.name),
            "track": policy_words.TRACKS[row.track],
            "active": active,
            "active_drawn": policies_view.drawn(active.ladder) if active else None,
            "draft": draft,
            "draft_drawn": policies_view.drawn(draft.ladder, changes) if draft else None,
            "changes": changes,
            "way": policies_view.way(draft) if draft else [],
            "rehearsed": draft is not None and policies_view.is_rehearsed(draft),
            "rehearsed_before": draft is not None and bool(draft.rehearsed_hash),
            "versions": [(each, *policies_view.standing(each)) for each in versions],
            "whom": [
                policies_view.whom(each, policies_view.assigned(each))
                for each in standing.select_related("entity", "customer")
            ],
            "in_use": row.assignments.filter(removed_at__isnull=True).exists(),
            "events": _events(row),
            "may_edit": access.may(user, "policy.edit"),
            "may_activate": access.may(user, "policy.activate"),
            "own": draft is not None and draft.drafted_by_id == user.pk,
        },
    )


@policy("policy.view")
@require_safe
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version as it was: its ladder, and what it changed."""
    row = get_object_or_404(
        PolicyVersion.objects.select_related("policy", "drafted_by", "activated_by"), pk=pk
    )
    before = (
        row.policy.versions.filter(number__lt=row.number, activated_at__isnull=False)
        .order_by("-number")
        .first()
    )
    changes = ladder_words.differences(before.ladder if before else None, row.ladder)
    words, tone = policies_view.standing(row)
    return render(
        request,
        "dunning/policies/version.html",
        {
            "version": row,
            "name": policy_words.name(row.policy.name),
            "drawn": policies_view.drawn(row.ladder, changes),
            "changes": changes,
            "before": before,
            "words": words,
            "tone": tone,
        },
    )


def _index(request: HttpRequest, form: AssignForm, *, status: int = 200) -> HttpResponse:
    user: Any = request.user
    rows = Assignment.objects.for_user(user).filter(removed_at__isnull=True)
    standing = list(rows.select_related("policy", "entity", "customer").order_by("pk"))
    found = Policy.objects.prefetch_related("versions").order_by("track", "created_at", "code")
    asked = request.GET.get("customer", "").strip()[:80]
    return render(
        request,
        "dunning/policies/list.html",
        {
            "policies": [_listed(row, standing) for row in found.order_by("-track", "pk")],
            "assignments": policies_view.assignments(standing),
            "order": policies_view.ladder_of_words(),
            "form": form,
            "opened": form.is_bound,
            "asked": asked,
            "answer": _which(request, asked) if asked else None,
            "may_edit": access.may(user, "policy.edit"),
        },
        status=status,
    )


def _listed(row: Policy, standing: list[Assignment]) -> dict[str, Any]:
    versions = sorted(row.versions.all(), key=lambda each: each.number)
    active = next((each for each in versions if each.active), None)
    draft = next((each for each in versions if policies_view.is_draft(each)), None)
    shown = active or draft
    mine = [each for each in standing if each.policy_id == row.pk]
    return {
        "row": row,
        "name": policy_words.name(row.name),
        "track": policy_words.TRACKS[row.track],
        "active": active,
        "draft": draft,
        "steps": policies_view.drawn(shown.ladder)["steps"] if shown else [],
        "whom": [policies_view.whom(each, policies_view.assigned(each)) for each in mine],
    }


def _which(request: HttpRequest, asked: str) -> dict[str, Any]:
    """Per entity and track, every assignment that means the customer, the one that speaks first."""
    user: Any = request.user
    customer = (
        Customer.objects.for_user(user)
        .filter(Q(code__iexact=asked) | Q(legal_name__icontains=asked))
        .order_by("code")
        .first()
    )
    if customer is None:
        return {"customer": None}
    names = {row.pk: policy_words.name(row.name) for row in Policy.objects.all()}
    books = context.of(request).entity
    entities = (
        LegalEntity.objects.for_user(user).filter(profiles__customer=customer).distinct().order_by("pk")
    )
    found = []
    for entity in entities.filter(pk=books.id) if books else entities:
        now = clock.now()
        (picture,) = pictures.load(entity, [customer.pk], clock.today(entity), now, contacts=False)
        rows = in_force.assigned(entity.pk, [customer.pk])
        who = {"entity": entity.pk, "segment": picture.segment, "risk_class": picture.risk_class}
        tracks = [
            {
                "track": policy_words.TRACKS[track],
                "chain": policies_view.chain(
                    precedence.fitting(rows, track=track, customer=customer.pk, **who),
                    names,
                    entity,
                    customer,
                ),
            }
            for track in in_force.TRACKS
        ]
        found.append({"entity": entity, "picture": picture, "tracks": tracks})
    return {"customer": customer, "entities": found}


def _customer(request: HttpRequest, code: str) -> Customer | None:
    if not code.strip():
        return None
    user: Any = request.user
    found: Customer | None = Customer.objects.for_user(user).filter(code__iexact=code.strip()).first()
    if found is None:
        raise Refused("not_found", _("There is no customer with this code."), field="customer")
    return found


def _events(row: Policy) -> list[dict[str, Any]]:
    subjects = [f"policy_version:{pk}" for pk in row.versions.values_list("pk", flat=True)]
    lines = Audit.objects.filter(Q(subject__in=subjects) | Q(subject=f"policy:{row.code}")).order_by("-seq")
    return [
        {
            "at": line.at,
            "who": line.actor,
            "text": audit_words.action(line.action),
            "detail": " · ".join(
                part
                for part in (
                    _("Version %(n)s") % {"n": line.after["version"]} if line.after.get("version") else "",
                    refusal_words.said(line.reason),
                )
                if part
            ),
            "tone": "ok" if line.action == "policy.activated" else "",
        }
        for line in lines[:HISTORY]
    ]


urlpatterns = [
    path("policies/", index, name="policies"),
    path("policies/assign/", assign, name="policy_assign"),
    path("policies/assignments/<int:pk>/remove/", unassign, name="policy_unassign"),
    *policies_edit.urlpatterns,
    *rehearsals.urlpatterns,
    path("policies/versions/<int:pk>/", version, name="policy_version"),
    path("policies/<slug:code>/", show, name="policy"),
]
