"""The queue of changes that need two people: what is proposed, before and after, and the decision bound to what was shown."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from receivables import access, clock, doors, localised
from receivables.doors import LOGGED_IN, policy
from receivables.models import Change, User
from receivables.services import changes
from receivables.words import master_words

PAGE = 50


@policy(LOGGED_IN)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Open changes, oldest first, and those decided lately. Only kinds that the person may propose or decide."""
    user = _user(request)
    rows = _visible(user)
    tab = "decided" if request.GET.get("tab") == "decided" else "open"
    if tab == "open":
        listed = list(rows.open().order_by("requested_at", "pk")[:200])
    else:
        after = request.GET.get("after", "")
        decided = rows.exclude(decision="").order_by("-pk")
        if after.isdecimal() and len(after) < 19:
            decided = decided.filter(pk__lt=int(after))
        listed = list(decided[: PAGE + 1])
    more = tab == "decided" and len(listed) > PAGE
    listed = listed[: PAGE if tab == "decided" else 200]
    entries = [
        {"label": _("To decide"), "url": "?", "on": tab == "open", "count": rows.open().count()},
        {"label": _("Decided"), "url": "?tab=decided", "on": tab == "decided", "count": None},
    ]
    for row in listed:
        row.label, row.mine_to_decide = changes.label(row.kind), changes.may_decide(user, row)
    return render(
        request,
        "receivables/changes/list.html",
        {
            "changes": listed,
            "tabs": entries,
            "tab": tab,
            "next_key": listed[-1].pk if more and listed else None,
        },
    )


@policy(LOGGED_IN)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One change with every value before and after."""
    user = _user(request)
    change = _seen(user, pk)
    return render(
        request,
        "receivables/changes/one.html",
        {
            "change": change,
            "label": changes.label(change.kind),
            "rows": _before_and_after(change, user),
            "may_decide": changes.may_decide(user, change),
            "mine": change.requested_by_id == user.pk and change.decision == "",
            "own_person": change.requested_person == user.human,
        },
    )


@policy(LOGGED_IN)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or reject; the right is asked for by the kind, when it is used."""
    change = _seen(_user(request), pk)
    approve = request.POST.get("decision") == "approve"
    changes.decide(
        change=change,
        approve=approve,
        content_hash=request.POST.get("content_hash", ""),
        note=request.POST.get("note", ""),
        today=clock.today(change.entity),
        now=clock.now(),
        by=doors.actor(request),
    )
    messages.success(request, _("Approved, and carried out.") if approve else _("Rejected."))
    return redirect("receivables:changes")


@policy(LOGGED_IN)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The requester takes it back."""
    changes.withdraw(change=_seen(_user(request), pk), now=clock.now(), by=doors.actor(request))
    messages.success(request, _("Withdrawn."))
    return redirect("receivables:changes")


def _visible(user: User) -> Any:
    """Changes in scope, of kinds the person may propose, decide, or read in the audit."""
    kinds = [
        kind
        for kind, rules in changes.KINDS.items()
        if access.may(user, rules.propose) or access.may(user, rules.decide) or access.may(user, "audit.view")
    ]
    rows = Change.objects.for_user(user).filter(kind__in=kinds)
    if not user.scope.all_entities:
        rows = rows.exclude(entity__isnull=False) | rows.filter(entity__in=user.scope.entity_ids)
    return rows.select_related("customer", "entity", "requested_by", "decided_by")


def _seen(user: User, pk: int) -> Change:
    found: Change | None = _visible(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _before_and_after(change: Change, user: User) -> list[dict[str, Any]]:
    """Rows for the table; a value that the person's roles hide is named, not shown, unless they are to decide."""
    allowed = access.fields(user, "customer")
    rows = []
    for name, value in change.proposal.items():
        if name == "invoice" and change.proposal.get("number"):
            continue  # the number says which, the key of the row says nothing
        if not value and not change.before.get(name) and name.endswith("_note"):
            continue
        shown = not change.kind.startswith("customer.") or allowed.readable(name)
        before = change.before.get(name)
        rows.append(
            {
                "field": master_words.field(name),
                "before": _words(name, before, change.before, change.proposal) if shown else "•••",
                "after": _words(name, value, change.proposal, change.proposal) if shown else "•••",
                "differs": before != value,
            }
        )
    return rows


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


urlpatterns = [
    path("changes/", show, name="changes"),
    path("changes/<int:pk>/", one, name="change"),
    path("changes/<int:pk>/decide/", decide, name="change_decide"),
    path("changes/<int:pk>/withdraw/", withdraw, name="change_withdraw"),
]


def _words(name: str, value: Any, side: Mapping[str, Any], proposal: Mapping[str, Any]) -> str:
    """A value in words; amounts in the proposal's currency (a limit's in its own), of allocations taken back the sum."""
    if name == "limit_amount":
        return _("no limit") if value is None else localised.money(value, side["limit_currency"])
    currency = proposal.get("currency")
    if name == "release" and value:
        value = sum(taken for _allocation, taken in value)
    if currency and name in ("amount", "release") and isinstance(value, int):
        return localised.money(value, currency)
    return master_words.value(name, value)
