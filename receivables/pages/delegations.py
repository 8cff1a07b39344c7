"""Delegations: from one day to another my approvals go to somebody else; with the right to assign work, also other people's."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from receivables import access, clock
from receivables.doors import actor, policy, status_of
from receivables.models import Delegation, User
from receivables.questions import staffing
from receivables.rules.refusals import Refused
from receivables.services import delegations

SHOWN = 100


class DelegationForm(forms.Form):
    """From whom to whom, first and last day."""

    from_user = forms.ModelChoiceField(label=gettext_lazy("Work of"), queryset=User.objects.none())
    to_user = forms.ModelChoiceField(label=gettext_lazy("Goes to"), queryset=User.objects.none())
    starts_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("username").prefetch_related("roles")
        entitled = User.objects.filter(pk__in=[one.pk for one in people if staffing.entitled(one)]).order_by(
            "username"
        )
        mine = User.objects.filter(pk=user.pk)
        from_user, to_user = self.fields["from_user"], self.fields["to_user"]
        assert isinstance(from_user, forms.ModelChoiceField)
        assert isinstance(to_user, forms.ModelChoiceField)
        from_user.queryset = (entitled | mine) if access.may(user, "work.assign") else mine
        to_user.queryset = entitled.exclude(pk=user.pk) if not access.may(user, "work.assign") else entitled


@policy("work.view")
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Who stands in for whom, and the form for one more."""
    user: Any = request.user
    today, status = clock.today(), 200
    form = DelegationForm(
        user, request.POST or None, initial={"from_user": user, "starts_on": today, "ends_on": today}
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                delegations.delegate(**form.cleaned_data, today=today, now=clock.now(), by=actor(request))
                messages.success(
                    request, _("From then on the work goes there. What is open is handed on within minutes.")
                )
                return redirect("receivables:delegations")
            except Refused as no:
                form.add_error(no.field if no.field in form.fields else None, no.message)
                status = status_of(no)
    rows = Delegation.objects.select_related("from_user", "to_user").order_by(
        "revoked_at", "-starts_on", "-pk"
    )
    return render(
        request,
        "receivables/approvals/delegations.html",
        {
            "form": form,
            "rows": rows[:SHOWN],
            "today": today,
            "may_assign": access.may(user, "work.assign"),
            "may_delegate": staffing.entitled(user) or access.may(user, "work.assign"),
        },
        status=status,
    )


@policy("work.view")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one at once."""
    delegations.revoke(delegation=get_object_or_404(Delegation, pk=pk), now=clock.now(), by=actor(request))
    messages.success(request, _("Revoked."))
    return redirect("receivables:delegations")
