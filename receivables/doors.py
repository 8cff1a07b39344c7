"""What every page door shares: its policy, who acts, and a friendly answer to a refusal. It knows no particular page."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from receivables import access
from receivables.actor import Actor
from receivables.rules.refusals import Refused
from receivables.words import refusal_words

PUBLIC = "public"
"""Policy of a page that needs no log-in. Written out, so that forgetting one is seen."""
LOGGED_IN = "logged_in"
"""Policy of a page that every member of staff may open."""

View = Callable[..., HttpResponseBase]
log = logging.getLogger(__name__)

CONFLICTS = {
    "already_undone", "already_reversed", "already_decided", "already_open", "already_disputed", "stale", "state", "duplicate",
    "over_allocated", "refund_exceeds", "keep_exceeds", "bound", "busy", "four_eyes",
}  # fmt: skip


def policy(verb: str) -> Callable[[View], View]:
    """Declares who may open a page: a verb of the access matrix, LOGGED_IN or PUBLIC. A test walks all addresses for it."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if verb == PUBLIC:
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if verb != LOGGED_IN and not access.may(request.user, verb):
                return render(request, "403.html", {"verb": verb}, status=403)
            try:
                return view(request, *args, **kwargs)
            except Refused as refused:
                return refusal(request, refused)
            except (IntegrityError, OperationalError) as error:
                return refusal(request, collision(error))
            except (DataError, OverflowError):
                return refusal(
                    request, Refused("out_of_range", _("A number or text is larger than the books can hold."))
                )

        guarded.policy = verb  # type: ignore[attr-defined]
        return guarded

    return wrap


def actor(request: HttpRequest) -> Actor:
    """The logged-in person acting through a page."""
    return Actor.of(request.user, "page")  # type: ignore[arg-type]


def collision(error: DatabaseError) -> Refused:
    """What a constraint, a deadlock or a lock that took too long means to the caller: nothing was done, look again (409)."""
    log.warning("the database refused a write: %s", error)
    return Refused(
        "busy", _("Somebody changed the same thing just now. Nothing was done; look again and repeat it.")
    )


def status_of(refused: Refused) -> int:
    """403 for lack of rights, 404 for what is not there, 409 for a conflict with what happened meanwhile, else 422."""
    if refused.code in ("forbidden", "not_found"):
        return 403 if refused.code == "forbidden" else 404
    return 409 if refused.code in CONFLICTS else 422


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A refusal nobody handled: back where the person came from with the reason, or a page that says it.

    Forms should catch `Refused` themselves and show the message beside the field it names.
    """
    origin = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(
        origin, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if request.method == "POST" and ours and not request.headers.get("HX-Request"):
        messages.error(request, refusal_words.said(refused.message))
        return redirect(origin)
    return render(request, "refused.html", {"refused": refused}, status=status_of(refused))


def undoable(request: HttpRequest, text: str, undo_url: str) -> None:
    """A success message whose toast offers an undo: the toast posts to `undo_url`."""
    messages.success(request, text, extra_tags=f"undo:{undo_url}")
