"""Coming and going: log in, log out, the choice of language, looks and legal entity, and the start page."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST, require_safe

from receivables import context
from receivables.doors import LOGGED_IN, PUBLIC, policy
from receivables.models import User

YEAR_SECONDS = 365 * 24 * 3600
LONGEST_PASSWORD = 4096


class LogIn(LoginView):
    """The log-in page; in the demo company it also offers the invented people."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Adds the demo's people (one per role) where the installation is the demo company."""
        found = super().get_context_data(**kwargs)
        for name in ("username", "password"):
            found["form"].fields[name].widget.attrs["maxlength"] = (
                150 if name == "username" else LONGEST_PASSWORD
            )
        if getattr(settings, "DUEBOOK_DEMO", False):
            found["demo_password"] = settings.DUEBOOK_DEMO_PASSWORD
            found["demo_people"] = _demo_people()
        return found

    def form_valid(self, form: Any) -> HttpResponse:
        """Logs in, and speaks the person's language from then on unless this browser has chosen one."""
        answer = super().form_valid(form)
        spoken = form.get_user().language
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES and _language_known(spoken):
            _keep(answer, settings.LANGUAGE_COOKIE_NAME, spoken)
        return answer


def _demo_people() -> list[dict[str, str]]:
    words = context.role_words()
    people = (
        User.objects.filter(is_active=True, roles__isnull=False)
        .prefetch_related("roles")
        .distinct()
        .order_by("pk")[:16]
    )
    return [
        {
            "username": person.username,
            "role": ", ".join(words.get(r.code, r.label) for r in person.roles.all()),
        }
        for person in people
    ]


def _log_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    if request.method == "POST" and len(request.POST.get("password", "")) > LONGEST_PASSWORD:
        return render(request, "400.html", status=400)
    return LogIn.as_view()(request, *args, **kwargs)


log_in = policy(PUBLIC)(_log_in)
log_out = policy(PUBLIC)(LogoutView.as_view())


@policy(LOGGED_IN)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the first page of the person's menu; a person without any page is told whom to ask."""
    first = next((line for part in context.of(request).menu for line in part.entries), None)
    return redirect(first.url) if first else render(request, "home.html")


@policy(PUBLIC)
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Takes a choice of language, look or legal entity, and goes back to the page it was made on."""
    answer = redirect(_back(request))
    language = request.POST.get("language", "")
    if _language_known(language):
        _keep(answer, settings.LANGUAGE_COOKIE_NAME, language)
    for name, allowed in context.COOKIES.items():
        if name in request.POST and request.POST[name] in allowed:
            _keep(answer, f"duebook_{name}", request.POST[name])
        elif name in request.POST:
            answer.delete_cookie(f"duebook_{name}", samesite="Lax")
    if "entity" in request.POST and request.user.is_authenticated:
        _choose_entity(request)
    return answer


def _choose_entity(request: HttpRequest) -> None:
    wanted = request.POST["entity"]
    offered = {str(books.id): books.id for books in context.of(request).entities}
    if wanted in offered:
        request.session[context.ENTITY_KEY] = offered[wanted]
    else:
        request.session.pop(context.ENTITY_KEY, None)


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


def _language_known(code: str) -> bool:
    return code in dict(settings.LANGUAGES) and check_for_language(code)


def _keep(answer: HttpResponse, name: str, value: str) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
