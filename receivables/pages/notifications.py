"""The bell: what a person has been told, new first; one line opened or all marked as read; and by which ways they are told."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from receivables import clock, doors
from receivables.doors import LOGGED_IN, policy
from receivables.models import Notification, User
from receivables.pages.form_base import PlacedForm
from receivables.rules.refusals import Refused
from receivables.services import notifications, staff
from receivables.words import notification_words

NEW_MOST, PAGE = 100, 50


class WaysForm(PlacedForm):
    """By which ways a person hears of what concerns them."""

    told_by = forms.MultipleChoiceField(
        label=_("Tell me"),
        required=False,
        choices=(
            ("app", _("In the app, under the bell")),
            ("email", _("By e-mail")),
            ("sms", _("By text message, on working days between 9:00 and 17:30")),
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    phone = forms.CharField(
        label=_("Mobile number"),
        required=False,
        max_length=100,
        help_text=_("With + and country code. Choosing text messages means that you agree to get them."),
    )


@policy(LOGGED_IN)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """New lines first, newest on top; then what was read before, page by page."""
    user = _user(request)
    rows = Notification.objects.for_user(user).select_related("customer")
    after = request.GET.get("after", "")
    earlier = rows.filter(read_at__isnull=False).order_by("-pk")
    fresh: list[Any] = []
    if after.isdecimal() and len(after) < 19:
        earlier = earlier.filter(pk__lt=int(after))
    else:
        fresh = [_line(row) for row in rows.unread().order_by("-at", "-pk")[:NEW_MOST]]
    read = list(earlier[: PAGE + 1])
    seen = {
        "fresh": fresh,
        "until": max((each["pk"] for each in fresh), default=0),
        "earlier": [_line(row) for row in read[:PAGE]],
        "next_key": read[PAGE - 1].pk if len(read) > PAGE else None,
        "email": user.email,
    }
    return render(request, "receivables/notifications/list.html", seen)


@policy(LOGGED_IN)
@require_safe
def go(request: HttpRequest, pk: int) -> HttpResponse:
    """To the thing it is about; the line counts as read from then on."""
    row = _seen(request, pk)
    notifications.read(notification=row, now=clock.now())
    safe = row.link.startswith("/") and url_has_allowed_host_and_scheme(row.link, allowed_hosts=None)
    return redirect(row.link) if safe else redirect("receivables:notifications")


@policy(LOGGED_IN)
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks one line as read."""
    notifications.read(notification=_seen(request, pk), now=clock.now())
    return redirect("receivables:notifications")


@policy(LOGGED_IN)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks everything that was shown as read."""
    until = request.POST.get("until", "")
    if until.isdecimal() and len(until) < 19:
        notifications.read_all(user=_user(request), until=int(until), now=clock.now())
    return redirect("receivables:notifications")


@policy(LOGGED_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def ways(request: HttpRequest) -> HttpResponse:
    """The person's own choice of ways."""
    user = _user(request)
    given = request.POST if request.method == "POST" else None
    form = WaysForm(given, initial={"told_by": user.told_by, "phone": user.phone})
    if request.method == "POST" and form.is_valid():
        try:
            staff.choose_ways(user=user, now=clock.now(), by=doors.actor(request), **form.cleaned_data)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("receivables:ways")
    seen = {"form": form, "email": user.email}
    return render(request, "receivables/notifications/ways.html", seen, status=422 if form.errors else 200)


def _line(row: Notification) -> dict[str, Any]:
    customer = row.customer.legal_name if row.customer else ""
    return {
        "pk": row.pk,
        "text": notification_words.sentence(row.kind, row.figures, customer),
        "title": notification_words.title(row.kind),
        "at": row.at,
        "opens": bool(row.link),
    }


def _seen(request: HttpRequest, pk: int) -> Notification:
    found: Notification | None = Notification.objects.for_user(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


urlpatterns = [
    path("notifications/", show, name="notifications"),
    path("notifications/read/", read_all, name="notifications_read"),
    path("notifications/ways/", ways, name="ways"),
    path("notifications/<int:pk>/", go, name="notification"),
    path("notifications/<int:pk>/read/", read, name="notification_read"),
]
