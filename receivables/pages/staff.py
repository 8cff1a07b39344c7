"""People of ours: their accounts, passwords shown once, and the roles proposed for them. A second person decides about roles."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receivables import clock, context, doors
from receivables.doors import LOGGED_IN, policy
from receivables.models import Change, LegalEntity, Role, User
from receivables.pages.form_base import LANGUAGES, PlacedForm
from receivables.rules.refusals import Refused
from receivables.services import roles, staff

both = require_http_methods(["GET", "HEAD", "POST"])


class PersonForm(PlacedForm):
    """An account."""

    username = forms.CharField(label=_("User name"), max_length=200)
    first_name = forms.CharField(label=_("First name"), required=False, max_length=200)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=200)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=400)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES[:2])
    time_zone = forms.CharField(label=_("Time zone"), initial="UTC", max_length=200)
    person = forms.CharField(
        label=_("Person"),
        required=False,
        max_length=80,
        help_text=_(
            "The same word in two accounts of one human: neither may approve what the other proposed."
        ),
    )
    service = forms.BooleanField(label=_("Service account: cannot log in, only has API keys"), required=False)


class RolesForm(PlacedForm):
    """Roles and legal entities of an account, proposed."""

    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"),
        queryset=Role.objects.order_by("-shipped", "label"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    all_entities = forms.BooleanField(label=_("All legal entities"), required=False)
    entities = forms.ModelMultipleChoiceField(
        label=_("Legal entities"),
        queryset=LegalEntity.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = context.role_words()
        field = self.fields["roles"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.label_from_instance = lambda obj: words.get(obj.code, obj.label)  # type: ignore[method-assign]


class PasswordForm(PlacedForm):
    """A person's own new password."""

    old = forms.CharField(label=_("Present password"), widget=forms.PasswordInput, max_length=4096)
    new = forms.CharField(label=_("New password"), widget=forms.PasswordInput, max_length=4096)


@policy("staff.admin")
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Every account with its roles."""
    words = context.role_words()
    people = list(User.objects.order_by("-is_active", "username").prefetch_related("roles", "entities"))
    for person in people:
        person.role_list = ", ".join(words.get(r.code, r.label) for r in person.roles.all())  # type: ignore[attr-defined]
    return render(request, "receivables/settings/staff.html", {"people": people})


@policy("staff.admin")
@never_cache
@both
def new(request: HttpRequest) -> HttpResponse:
    """A new account; its one-time password is shown on this answer and never again."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = staff.create(now=clock.now(), by=doors.actor(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            return render(
                request, "receivables/settings/password.html", {"person": user, "password": password}
            )
    seen = {"form": form, "title": gettext("New person")}
    return render(request, "receivables/settings/form.html", seen, status=422 if form.errors else 200)


@policy("staff.admin")
@both
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """An account: roles are proposed here, the rest is done at once."""
    person = found_person(pk)
    initial = {
        "roles": person.roles.all(),
        "all_entities": person.all_entities,
        "entities": person.entities.all(),
    }
    form = RolesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            roles.propose_roles(
                user=person,
                roles=list(data["roles"]),
                all_entities=data["all_entities"],
                entities=list(data["entities"]),
                reason=data["reason"],
                now=clock.now(),
                by=doors.actor(request),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Proposed. Another administrator decides."))
            return redirect("receivables:person", pk=pk)
    waiting = Change.objects.open().filter(kind="staff.roles", subject=f"user:{pk}").first()
    seen = {"person": person, "form": form, "waiting": waiting, "myself": person.pk == request.user.pk}
    return render(request, "receivables/settings/person.html", seen, status=422 if form.errors else 200)


@policy("staff.admin")
@require_POST
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Locks an account out, or lets it in again."""
    active = request.POST.get("active") == "1"
    staff.set_active(user=found_person(pk), active=active, now=clock.now(), by=doors.actor(request))
    messages.success(
        request, gettext("The account is open again.") if active else gettext("The account is locked out.")
    )
    return redirect("receivables:person", pk=pk)


@policy("staff.admin")
@never_cache
@require_POST
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one-time password, shown once; sessions of the account end."""
    person = found_person(pk)
    made = staff.new_password(user=person, now=clock.now(), by=doors.actor(request))
    return render(request, "receivables/settings/password.html", {"person": person, "password": made})


@policy(LOGGED_IN)
@never_cache
@both
def own_password(request: HttpRequest) -> HttpResponse:
    """The person's own password; this session goes on, the others end."""
    user = request.user
    assert isinstance(user, User)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            staff.change_password(user=user, now=clock.now(), by=doors.actor(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, gettext("Your password is changed."))
            return redirect("receivables:settings")
    seen = {"form": form, "title": gettext("Change your password")}
    return render(request, "receivables/settings/form.html", seen, status=422 if form.errors else 200)


def found_person(pk: int) -> User:
    """The account, or 404."""
    found: User | None = User.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


urlpatterns = [
    path("settings/people/", show, name="staff"),
    path("settings/people/new/", new, name="person_new"),
    path("settings/people/<int:pk>/", one, name="person"),
    path("settings/people/<int:pk>/lock/", lock, name="person_lock"),
    path("settings/people/<int:pk>/password/", password, name="person_password"),
    path("settings/password/", own_password, name="own_password"),
]
