"""Keys for the API: a person's own, and for administrators everybody's. The secret is on one answer and never again."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from receivables import access, clock, doors
from receivables.doors import LOGGED_IN, policy
from receivables.models import ApiToken, User
from receivables.pages.form_base import PlacedForm, date_input
from receivables.rules.refusals import Refused
from receivables.services import roles, tokens
from receivables.words import access_words

both = require_http_methods(["GET", "HEAD", "POST"])


class TokenForm(PlacedForm):
    """A new key."""

    PLACES = {"expires_at": "expires_on"}

    label = forms.CharField(label=_("What it is for"), max_length=200)
    user = forms.ModelChoiceField(label=_("Acts for"), queryset=User.objects.none(), empty_label=None)
    expires_on = forms.DateField(label=_("Ends on"), required=False, widget=date_input())
    verbs = forms.MultipleChoiceField(label=_("Rights"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, verbs = self.fields["user"], self.fields["verbs"]
        assert isinstance(user, forms.ModelChoiceField)
        assert isinstance(verbs, forms.MultipleChoiceField)
        people = User.objects.filter(pk=by.pk)
        service = User.objects.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)
        admin = access.may(by, "token.admin")
        user.queryset = (people | service) if admin else people
        user.initial = by.pk
        verbs.choices = [
            (v, access_words.verb(v)) for v in sorted(roles.all_verbs()) if admin or access.may(by, v)
        ]

    def ends(self) -> datetime | None:
        """The end of the chosen day, UTC."""
        on = self.cleaned_data["expires_on"]
        return datetime.combine(on, time(23, 59, 59), tzinfo=UTC) if on else None


@policy(LOGGED_IN)
@never_cache
@both
def show(request: HttpRequest) -> HttpResponse:
    """The keys, and the form for a new one."""
    by = request.user
    assert isinstance(by, User)
    form, secret = TokenForm(request.POST or None, by=by), ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            _token, secret = tokens.create(
                user=data["user"],
                label=data["label"],
                verbs=data["verbs"],
                expires_at=form.ends(),
                now=clock.now(),
                by=doors.actor(request),
            )
            form = TokenForm(None, by=by)
        except Refused as refused:
            form.refuse(refused)
    seen = {
        "rows": _seen(by).order_by("revoked_at", "-pk"),
        "form": form,
        "secret": secret,
        "now": clock.now(),
    }
    return render(request, "receivables/settings/tokens.html", seen, status=422 if form.errors else 200)


@policy(LOGGED_IN)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a key."""
    assert isinstance(request.user, User)
    token: ApiToken | None = _seen(request.user).filter(pk=pk).first()
    if token is None:
        raise Http404
    tokens.revoke(token=token, now=clock.now(), by=doors.actor(request))
    messages.success(request, gettext("The key is revoked."))
    return redirect("receivables:tokens")


def _seen(by: User) -> Any:
    rows = ApiToken.objects.select_related("user")
    return rows if access.may(by, "token.admin") else rows.for_user(by)


urlpatterns = [
    path("settings/keys/", show, name="tokens"),
    path("settings/keys/<int:pk>/revoke/", revoke, name="token_revoke"),
]
